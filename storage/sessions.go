package storage

import (
	"context"
	"crypto/subtle"
	"net/netip"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// A refresh token is "SESSION.SECRET". Each use replaces the secret. A token with
// a known session and an old secret was used before: two parties have it, one of
// them a thief, so the session ends. The last token may be repeated once, within
// models.RefreshGrace: its reply may have been lost. The secret that the lost
// reply had is then an old one.

// The most sessions and networks that are kept of one moderator: the oldest go.
const (
	maxSessions = 200
	maxNetworks = 50
)

// loginNetworkTTL is how long a network is known after the last login.
const loginNetworkTTL = models.SessionLife

// StartSession begins a session of a moderator who has proved who they are, and
// returns it with its refresh token.
func (db *DB) StartSession(ctx context.Context, by models.Caller, login models.NewSession) (s models.Session, refresh string, err error) {
	id, secret := newSecret(""), newSecret("")
	s, err = update(ctx, db, func(t *tx) (s models.Session, err error) {
		m, err := t.moderator(by.Name, "")
		if err != nil {
			return s, err
		}
		if m.Disabled {
			return s, models.Errorf(models.KindForbidden, "this account is disabled")
		}
		s = models.Session{
			ID: id, Moderator: m.Name, Method: login.Method, UserAgent: login.UserAgent,
			StartedAt: t.Now, UsedAt: t.Now, ExpiresAt: t.Now.Add(models.SessionIdleTime), EndsAt: t.Now.Add(models.SessionLife),
		}
		if by.Address.IsValid() {
			s.Address = by.Address.String()
		}
		if err := t.insertSession(s, secret); err != nil {
			return s, err
		}
		if err := t.forgetFirstCredentials(); err != nil {
			return s, err
		}
		if err := t.seeNetwork(m.Name, login.Network); err != nil {
			return s, err
		}
		return s, t.audit(by, "", "session.start", m.Name, nil, map[string]any{"session": shortID(id), "method": s.Method})
	})
	if err != nil {
		return s, "", err
	}
	return s, id + "." + secret, nil
}

// insertSession stores a session, and ends the oldest of the moderator's when
// there are too many.
func (t *tx) insertSession(s models.Session, secret string) error {
	if _, err := t.InsertRow("sessions", "",
		"id", s.ID,
		"moderator", s.Moderator,
		"token_hash", hashSecret(secret),
		"method", s.Method,
		"address", s.Address,
		"user_agent", s.UserAgent,
		"started_at", micros(s.StartedAt),
		"used_at", micros(s.UsedAt),
		"expires_at", micros(s.ExpiresAt),
		"ends_at", micros(s.EndsAt),
	); err != nil {
		return err
	}
	surplus, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM sessions WHERE moderator = $1 ORDER BY used_at DESC, id LIMIT $2 OFFSET $3`,
		s.Moderator, maxSessions, maxSessions)
	if err != nil {
		return err
	}
	for _, id := range surplus {
		if _, err := t.endSession(models.System, id, "too many sessions"); err != nil {
			return err
		}
	}
	return nil
}

// seeNetwork stores that a moderator has logged in from a network.
func (t *tx) seeNetwork(moderator, network string) error {
	if network == "" {
		return nil
	}
	if _, err := t.Exec(`INSERT INTO login_networks (moderator, network, seen_at) VALUES ($1, $2, $3)
		ON CONFLICT (moderator, network) DO UPDATE SET seen_at = excluded.seen_at`, moderator, network, micros(t.Now)); err != nil {
		return err
	}
	_, err := t.Exec(`DELETE FROM login_networks WHERE moderator = $1 AND network IN
		(SELECT network FROM login_networks WHERE moderator = $1 ORDER BY seen_at DESC, network LIMIT $2 OFFSET $3)`,
		moderator, maxNetworks, maxNetworks)
	return err
}

// KnowsNetwork reports whether a moderator has logged in from a network, given
// as in models.NewSession, in the last months.
func (db *DB) KnowsNetwork(ctx context.Context, moderator, network string) (bool, error) {
	return read(ctx, db, func(t *tx) (bool, error) {
		found, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM login_networks WHERE moderator = $1 AND network = $2 AND seen_at >= $3`,
			moderator, network, micros(t.Now.Add(-loginNetworkTTL)))
		return len(found) > 0, err
	})
}

const sessionFields = `s.id, s.moderator, s.method, s.address, s.user_agent, s.started_at, s.used_at, s.expires_at, s.ends_at`

// sessionTimes are the times of a session, in microseconds.
type sessionTimes struct{ started, used, expires, ends int64 }

func sessionColumns(s *models.Session, at *sessionTimes) []any {
	return []any{&s.ID, &s.Moderator, &s.Method, &s.Address, &s.UserAgent, &at.started, &at.used, &at.expires, &at.ends}
}

func (at sessionTimes) set(s *models.Session) {
	s.StartedAt, s.UsedAt, s.ExpiresAt, s.EndsAt = fromMicros(at.started), fromMicros(at.used), fromMicros(at.expires), fromMicros(at.ends)
}

func readSession(scan sqldb.Scanner) (s models.Session, err error) {
	var at sessionTimes
	err = scan(sessionColumns(&s, &at)...)
	at.set(&s)
	return s, err
}

func readOpenSession(scan sqldb.Scanner) (s models.OpenSession, err error) {
	var at sessionTimes
	s.Of, err = readModerator(func(into ...any) error { return scan(append(sessionColumns(&s.Session, &at), into...)...) })
	at.set(&s.Session)
	return s, err
}

const openSessionColumns = `SELECT ` + sessionFields + `, ` + moderatorFields + ` FROM sessions s JOIN moderators m ON m.name = s.moderator`

// Session returns a session with its moderator, or KindNotFound when it has
// ended. Whether the session or the account is still valid is for
// models.OpenSession to say.
func (db *DB) Session(ctx context.Context, id string) (models.OpenSession, error) {
	return read(ctx, db, func(t *tx) (models.OpenSession, error) {
		s, err := sqldb.One(t, readOpenSession, openSessionColumns+` WHERE s.id = $1`, id)
		return s, notFoundIf(err, "the session has ended")
	})
}

// OpenSessions returns those of some sessions that have not ended.
func (db *DB) OpenSessions(ctx context.Context, ids []string) ([]models.OpenSession, error) {
	return read(ctx, db, func(t *tx) ([]models.OpenSession, error) {
		return sqldb.List(t, readOpenSession, openSessionColumns+` WHERE s.id `+t.InJSONList(1), jsonList(ids))
	})
}

// Sessions returns the sessions of a moderator, the one that was used last first.
func (db *DB) Sessions(ctx context.Context, moderator string) ([]models.Session, error) {
	return read(ctx, db, func(t *tx) ([]models.Session, error) {
		if _, err := t.moderator(moderator, ""); err != nil {
			return nil, err
		}
		return sqldb.List(t, readSession, `SELECT `+sessionFields+` FROM sessions s WHERE moderator = $1 AND expires_at > $2 ORDER BY used_at DESC, id`,
			moderator, micros(t.Now))
	})
}

// Refreshed is the result of RefreshSession.
type Refreshed struct {
	models.OpenSession
	Token string // replaces the one that was given
	Ended string // id of the session that the use of an old token has ended, "" for none
}

// RefreshSession takes a refresh token and returns the one that replaces it. A
// token that is unknown, too old or used before is KindUnauthorized; the last
// ends its session, and Ended names it. from is the address that it came from.
func (db *DB) RefreshSession(ctx context.Context, refresh string, from netip.Addr) (Refreshed, error) {
	id, secret, _ := strings.Cut(refresh, ".")
	fresh := newSecret("")
	done, err := update(ctx, db, func(t *tx) (Refreshed, error) { return t.refreshSession(id, secret, fresh, from) })
	switch {
	case models.KindOf(err) == models.KindNotFound, err == nil && done.Ended != "":
		return done, models.Errorf(models.KindUnauthorized, "the session has ended: log in again")
	case err != nil:
		return Refreshed{}, err
	}
	done.Token = id + "." + fresh
	return done, nil
}

// refreshHashes are the hashes of the tokens that a session accepts.
type refreshHashes struct{ current, previous []byte }

func readRefreshHashes(scan sqldb.Scanner) (h refreshHashes, err error) {
	err = scan(&h.current, &h.previous)
	return h, err
}

func (t *tx) refreshSession(id, secret, fresh string, from netip.Addr) (done Refreshed, err error) {
	hashes, err := sqldb.One(t, readRefreshHashes, `SELECT token_hash, previous_hash FROM sessions WHERE id = $1`+t.ForUpdate(), id)
	if err != nil {
		return done, notFoundIf(err, "")
	}
	s, err := sqldb.One(t, readOpenSession, openSessionColumns+` WHERE s.id = $1`, id)
	if err != nil {
		return done, err
	}
	given := hashSecret(secret)
	isCurrent := subtle.ConstantTimeCompare(hashes.current, given) == 1
	isRepeated := subtle.ConstantTimeCompare(hashes.previous, given) == 1 && t.Now.Before(s.UsedAt.Add(models.RefreshGrace))
	if !s.Valid(t.Now) || !isCurrent && !isRepeated {
		// This must be committed, so it is not an error here.
		why := "a refresh token was used twice"
		if !s.Valid(t.Now) {
			why = "expired or disabled"
		}
		done.Ended = id
		_, err := t.endSession(models.Caller{Kind: models.ByModerator, Name: s.Moderator, Address: from}, id, why)
		return done, err
	}
	var previous []byte // a repeated token is not accepted again
	if isCurrent {
		previous = hashes.current
	}
	s.UsedAt, s.ExpiresAt = t.Now, t.Now.Add(models.SessionIdleTime)
	if s.EndsAt.Before(s.ExpiresAt) {
		s.ExpiresAt = s.EndsAt
	}
	done.OpenSession = s
	_, err = t.UpdateRow("sessions", "id", id,
		"token_hash", hashSecret(fresh), "previous_hash", previous, "used_at", micros(s.UsedAt), "expires_at", micros(s.ExpiresAt))
	return done, err
}

// SessionOfToken returns the id of the session that a refresh token is for.
func SessionOfToken(refresh string) string {
	id, _, _ := strings.Cut(refresh, ".")
	return id
}

// Logout ends a session by its id. Ending one that has ended is no error.
func (db *DB) Logout(ctx context.Context, id string, from netip.Addr) error {
	return apply(ctx, db, func(t *tx) error {
		s, err := sqldb.List(t, readSession, `SELECT `+sessionFields+` FROM sessions s WHERE id = $1`, id)
		if err != nil || len(s) == 0 {
			return err
		}
		_, err = t.endSession(models.Caller{Kind: models.ByModerator, Name: s[0].Moderator, Address: from}, id, "logout")
		return err
	})
}

// EndSessions ends sessions of a moderator: the one with the id, or with "" all
// but the caller's own. It returns the ids of those that it has ended; none is
// KindNotFound when an id was given.
func (db *DB) EndSessions(ctx context.Context, by models.Caller, moderator, id string) (ended []string, err error) {
	return update(ctx, db, func(t *tx) ([]string, error) {
		if _, err := t.moderator(moderator, ""); err != nil {
			return nil, err
		}
		var w sqldb.Where
		w.Add("moderator = ?", moderator)
		if id != "" {
			w.Add("id = ?", id)
		} else {
			w.Add("id <> ?", by.Session)
		}
		ids, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM sessions`+w.String()+` ORDER BY id`, w.Args()...)
		if err != nil {
			return nil, err
		}
		if id != "" && len(ids) == 0 {
			return nil, models.Errorf(models.KindNotFound, "there is no such session")
		}
		for _, each := range ids {
			if _, err := t.endSession(by, each, "ended in the list of sessions"); err != nil {
				return nil, err
			}
		}
		return ids, nil
	})
}

func (t *tx) endSession(by models.Caller, id, why string) (ended bool, err error) {
	names, err := sqldb.List(t, sqldb.ScanOne[string], `DELETE FROM sessions WHERE id = $1 RETURNING moderator`, id)
	if err != nil || len(names) == 0 {
		return false, err
	}
	return true, t.audit(by, "", "session.end", names[0], map[string]any{"session": shortID(id)}, map[string]any{"why": why})
}

// shortID names a session in the audit trail. Whoever knows a whole id can end
// the session.
func shortID(id string) string { return id[:min(8, len(id))] }
