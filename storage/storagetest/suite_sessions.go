package storagetest

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var sessionTests = map[string]func(*testing.T, *fixture){
	"a refresh token works once": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		first := l.startSession(t)
		second := must(l.RefreshSession(l.ctx, first, netip.Addr{}))(t)
		equal(t, "moderator", second.Of.Name, "ann")
		third := must(l.RefreshSession(l.ctx, second.Token, netip.Addr{}))(t)
		done, err := l.RefreshSession(l.ctx, first, netip.Addr{}) // reused, as by a thief
		wantKind(t, err, models.KindUnauthorized)
		equal(t, "ended", done.Ended, third.ID)
		l.refused(t, "the token of the other party", third.Token)
		for _, malformed := range []string{"", ".", "a.b", "\x00\xff"} {
			l.refused(t, malformed, malformed)
		}
		_, _, err = l.StartSession(l.ctx, models.Caller{Kind: models.ByModerator, Name: "nobody"}, models.NewSession{})
		wantKind(t, err, models.KindNotFound)
	},
	"a refresh whose answer was lost can be repeated once, within ten seconds": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		first := l.startSession(t)
		lost := must(l.RefreshSession(l.ctx, first, netip.Addr{}))(t)
		l.clock.Advance(9 * time.Second)
		again := must(l.RefreshSession(l.ctx, first, netip.Addr{}))(t)
		next := must(l.RefreshSession(l.ctx, again.Token, netip.Addr{}))(t)
		l.refused(t, "the answer that was lost", lost.Token)
		l.refused(t, "the session that it ended", next.Token)

		first = l.startSession(t)
		must(l.RefreshSession(l.ctx, first, netip.Addr{}))(t)
		must(l.RefreshSession(l.ctx, first, netip.Addr{}))(t)
		l.refused(t, "a second repetition", first)

		first = l.startSession(t)
		kept := must(l.RefreshSession(l.ctx, first, netip.Addr{}))(t)
		l.clock.Advance(models.RefreshGrace)
		l.refused(t, "a late repetition", first)
		l.refused(t, "the session that it ended", kept.Token)
	},
	"of many concurrent refreshes at most two succeed, and the session ends": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		token := l.startSession(t)
		var errs [8]error
		together(len(errs), func(i int) { _, errs[i] = l.RefreshSession(l.ctx, token, netip.Addr{}) })
		succeeded := 0
		for _, err := range errs {
			if err == nil {
				succeeded++
			}
		}
		equal(t, "refreshed", succeeded, 2)
		equal(t, "sessions", len(must(l.Sessions(l.ctx, "ann"))(t)), 0)
	},
	"a session ends": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		change := func(f func(*models.Moderator)) {
			t.Helper()
			must(l.UpdateModerator(l.ctx, operator, "ann", func(m *models.Moderator) error { f(m); return nil }))(t)
		}
		token := l.startSession(t)
		ok(t, l.Logout(l.ctx, storage.SessionOfToken(token), netip.Addr{}))
		ok(t, l.Logout(l.ctx, storage.SessionOfToken(token), netip.Addr{}))
		l.refused(t, "logout", token)
		token = l.startSession(t)
		l.clock.Advance(models.SessionIdleTime)
		l.refused(t, "time without use", token)
		token = l.startSession(t)
		change(func(m *models.Moderator) { m.PasswordHash = "new" })
		l.refused(t, "another password", token)
		token = l.startSession(t)
		change(func(m *models.Moderator) { m.Disabled = true })
		l.refused(t, "disabled", token)
		_, _, err := l.StartSession(l.ctx, ann, models.NewSession{})
		wantKind(t, err, models.KindForbidden)
	},
	"a session ends in the end, however often it is refreshed": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		token := l.startSession(t)
		began, refreshes := l.clock.Now(), 0
		for ; refreshes < 20; refreshes++ {
			l.clock.Advance(10 * 24 * time.Hour)
			next, err := l.RefreshSession(l.ctx, token, netip.Addr{})
			if err != nil {
				break
			}
			token = next.Token
			if end := began.Add(models.SessionLife); next.ExpiresAt.After(end) {
				t.Fatalf("it expires at %v, after %v", next.ExpiresAt, end)
			}
		}
		equal(t, "refreshes in steps of ten days", refreshes, 8)
	},
	"sessions are listed and ended": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		l.addModerator(t, "bob")
		by := models.Caller{Kind: models.ByModerator, Name: "ann", Address: netip.MustParseAddr("192.0.2.9")}
		old, _, err := l.StartSession(l.ctx, by, models.NewSession{Method: models.LoginPassword, UserAgent: "Browser/1"})
		ok(t, err)
		own, _, err := l.StartSession(l.ctx, by, models.NewSession{Method: models.LoginPassword})
		ok(t, err)
		bobs, _, err := l.StartSession(l.ctx, bob, models.NewSession{})
		ok(t, err)
		list := must(l.Sessions(l.ctx, "ann"))(t)
		equal(t, "sessions", len(list), 2)
		equal(t, "first", list[0].ID, own.ID)
		equal(t, "second", list[1], old)
		equal(t, "address", old.Address, "192.0.2.9")
		equal(t, "client", old.UserAgent, "Browser/1")

		found := must(l.Session(l.ctx, own.ID))(t)
		equal(t, "its moderator", found.Of.Role, models.RoleModerator)
		_, err = l.Session(l.ctx, "none\x00")
		wantKind(t, err, models.KindNotFound)
		equal(t, "open", len(must(l.OpenSessions(l.ctx, []string{own.ID, bobs.ID, "none"}))(t)), 2)

		_, err = l.EndSessions(l.ctx, by, "ann", bobs.ID) // of somebody else
		wantKind(t, err, models.KindNotFound)
		by.Session = own.ID
		ended := must(l.EndSessions(l.ctx, by, "ann", ""))(t)
		equal(t, "ended", strings.Join(ended, " "), old.ID)
		equal(t, "ended one", strings.Join(must(l.EndSessions(l.ctx, ann, "ann", own.ID))(t), " "), own.ID)
		_, err = l.EndSessions(l.ctx, ann, "ann", own.ID)
		wantKind(t, err, models.KindNotFound)
		_, err = l.Sessions(l.ctx, "nobody")
		wantKind(t, err, models.KindNotFound)
		equal(t, "of bob", len(must(l.Sessions(l.ctx, "bob"))(t)), 1)
	},
	"a moderator has a limited number of sessions": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		first := l.startSession(t)
		for range 200 {
			l.startSession(t)
		}
		equal(t, "sessions", len(must(l.Sessions(l.ctx, "ann"))(t)), 200)
		l.refused(t, "the oldest", first)
	},
	"a network is known after a login from it, for some months": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		knows := func(who, network string) bool { t.Helper(); return must(l.KnowsNetwork(l.ctx, who, network))(t) }
		for range 2 {
			_, _, err := l.StartSession(l.ctx, ann, models.NewSession{Network: "here"})
			ok(t, err)
		}
		equal(t, "hers", knows("ann", "here"), true)
		equal(t, "another", knows("ann", "there"), false)
		equal(t, "of somebody else", knows("bob", "here"), false)
		equal(t, "unknown", knows("ann", ""), false)
		l.clock.Advance(models.SessionLife + time.Hour)
		equal(t, "later", knows("ann", "here"), false)
		must(l.Purge(l.ctx))(t)
		for n := range 60 {
			_, _, err := l.StartSession(l.ctx, ann, models.NewSession{Network: string(rune('A' + n))})
			ok(t, err)
		}
		equal(t, "the last", knows("ann", string(rune('A'+59))), true)
		equal(t, "the first of many", knows("ann", "A"), false)
	},
	"the hash of a password is replaced without ending sessions": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		token := l.startSession(t)
		ok(t, l.RehashPassword(l.ctx, "ann", "old", "stronger"))
		equal(t, "hash", must(l.Moderator(l.ctx, "ann"))(t).PasswordHash, "stronger")
		must(l.RefreshSession(l.ctx, token, netip.Addr{}))(t)
		ok(t, l.RehashPassword(l.ctx, "ann", "old", "late")) // the password was changed meanwhile
		equal(t, "hash", must(l.Moderator(l.ctx, "ann"))(t).PasswordHash, "stronger")
	},
	"a one-time code is used once": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		wantKind(t, l.UseTOTPStep(l.ctx, "ann", 7), models.KindUnauthorized) // not set up
		must(l.UpdateModerator(l.ctx, ann, "ann", func(m *models.Moderator) error {
			m.TOTP = models.TOTP{Secret: "S", Recovery: []string{"r1", "r2"}}
			return nil
		}))(t)
		equal(t, "set up", must(l.Moderator(l.ctx, "ann"))(t).HasTOTP, true)
		var errs [6]error
		together(len(errs), func(i int) { errs[i] = l.UseTOTPStep(l.ctx, "ann", 7) })
		equal(t, "refused", len(slices.DeleteFunc(errs[:], func(err error) bool { return err == nil })), 5)
		wantKind(t, l.UseTOTPStep(l.ctx, "ann", 6), models.KindUnauthorized)
		ok(t, l.UseTOTPStep(l.ctx, "ann", 8))
		together(len(errs), func(i int) { errs[i] = l.UseRecoveryCode(l.ctx, ann, "r1") })
		equal(t, "refused", len(slices.DeleteFunc(errs[:], func(err error) bool { return err == nil })), 5)
		ok(t, l.UseRecoveryCode(l.ctx, ann, "r2"))
		wantKind(t, l.UseRecoveryCode(l.ctx, ann, "r3"), models.KindUnauthorized)
	},
	"signing keys rotate": func(t *testing.T, l *fixture) {
		var stored [4][]models.SigningKey
		together(len(stored), func(i int) { stored[i], _ = l.SigningKeys(l.ctx) })
		for _, keys := range stored {
			if len(keys) == 0 || len(keys[0].Key) != 32 {
				t.Fatalf("%v", keys)
			}
		}
		l.clock.Advance(time.Hour)
		first := must(l.SigningKeys(l.ctx))(t)[0]
		equal(t, "young", must(l.RotateSigningKey(l.ctx, operator, 2*time.Hour))(t), false)
		equal(t, "old", must(l.RotateSigningKey(l.ctx, operator, time.Hour))(t), true)
		keys := must(l.SigningKeys(l.ctx))(t)
		if len(keys) != 2 || bytes.Equal(keys[0].Key, first.Key) || !bytes.Equal(keys[1].Key, first.Key) {
			t.Fatalf("%v after %v", keys, first)
		}
		must(l.RotateSigningKey(l.ctx, operator, 0))(t)
		keys = must(l.SigningKeys(l.ctx))(t)
		if len(keys) != 2 || bytes.Equal(keys[1].Key, first.Key) {
			t.Fatalf("the key before the last is still there: %v", keys)
		}
	},
}

// startSession starts a session of ann and returns its refresh token.
func (l *fixture) startSession(t testing.TB) string {
	t.Helper()
	_, refresh, err := l.StartSession(l.ctx, ann, models.NewSession{Method: models.LoginPassword})
	ok(t, err)
	return refresh
}

// refused checks that a refresh token is not accepted.
func (l *fixture) refused(t testing.TB, how, token string) {
	t.Helper()
	if _, err := l.RefreshSession(l.ctx, token, netip.Addr{}); models.KindOf(err) != models.KindUnauthorized || errors.Unwrap(err) != nil {
		t.Fatalf("%s: %v", how, err)
	}
}
