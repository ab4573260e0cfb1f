package storage

import (
	"context"
	"crypto/subtle"
	"net/netip"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// A refresh token is "SESSION.SECRET". Each use replaces the secret. A token with
// a known session and an old secret was used before: two parties have it, one of
// them a thief, so the session ends.

// StartSession begins a session of a moderator and returns its refresh token.
func (db *DB) StartSession(ctx context.Context, by models.Caller, ttl time.Duration) (refresh string, err error) {
	id, secret := newSecret(""), newSecret("")
	err = apply(ctx, db, func(t *tx) error {
		m, err := t.moderator(by.Name, "")
		if err != nil {
			return err
		}
		if m.Disabled {
			return models.Errorf(models.KindForbidden, "this account is disabled")
		}
		if _, err := t.Exec(`INSERT INTO sessions (id, moderator, token_hash, expires_at) VALUES ($1, $2, $3, $4)`,
			id, m.Name, hashSecret(secret), micros(t.Now.Add(ttl))); err != nil {
			return err
		}
		if err := t.forgetFirstCredentials(); err != nil {
			return err
		}
		return t.audit(by, "", "session.start", m.Name, nil, nil)
	})
	if err != nil {
		return "", err
	}
	return id + "." + secret, nil
}

// session is a row of the table of sessions.
type session struct {
	moderator string
	hash      []byte
	expires   int64
}

func readSession(scan sqldb.Scanner) (s session, err error) {
	err = scan(&s.moderator, &s.hash, &s.expires)
	return s, err
}

// RefreshSession takes a refresh token and returns the one that replaces it.
// A token that is unknown, too old or used before is KindUnauthorized; the last
// ends its session. from is the address that it came from.
func (db *DB) RefreshSession(ctx context.Context, refresh string, from netip.Addr, ttl time.Duration) (m models.Moderator, next string, err error) {
	id, secret, _ := strings.Cut(refresh, ".")
	fresh := newSecret("")
	m, err = update(ctx, db, func(t *tx) (m models.Moderator, err error) {
		s, err := sqldb.One(t, readSession, `SELECT moderator, token_hash, expires_at FROM sessions WHERE id = $1`+t.ForUpdate(), id)
		if err != nil {
			return m, notFoundIf(err, "")
		}
		m, err = t.moderator(s.moderator, "")
		if err != nil {
			return m, err
		}
		if subtle.ConstantTimeCompare(s.hash, hashSecret(secret)) == 0 || s.expires <= micros(t.Now) || m.Disabled {
			// This must be committed, so it is not an error here.
			return models.Moderator{}, t.endSession(id, from)
		}
		_, err = t.Exec(`UPDATE sessions SET token_hash = $1, expires_at = $2 WHERE id = $3`, hashSecret(fresh), micros(t.Now.Add(ttl)), id)
		return m, err
	})
	if models.KindOf(err) == models.KindNotFound || (err == nil && m.Name == "") {
		return models.Moderator{}, "", models.Errorf(models.KindUnauthorized, "the session has ended: log in again")
	}
	if err != nil {
		return models.Moderator{}, "", err
	}
	return m, id + "." + fresh, nil
}

// EndSession ends the session of a refresh token, which came from an address.
// Ending one that has ended is no error.
func (db *DB) EndSession(ctx context.Context, refresh string, from netip.Addr) error {
	id, _, _ := strings.Cut(refresh, ".")
	return apply(ctx, db, func(t *tx) error { return t.endSession(id, from) })
}

func (t *tx) endSession(id string, from netip.Addr) error {
	ended, err := sqldb.List(t, sqldb.ScanOne[string], `DELETE FROM sessions WHERE id = $1 RETURNING moderator`, id)
	if err != nil || len(ended) == 0 {
		return err
	}
	by := models.Caller{Kind: models.ByModerator, Name: ended[0], Address: from}
	return t.audit(by, "", "session.end", by.Name, nil, nil)
}
