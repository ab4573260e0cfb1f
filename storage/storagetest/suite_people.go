package storagetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

var peopleTests = map[string]func(*testing.T, *fixture){
	"a site is found by its slug and its key": func(t *testing.T, l *fixture) {
		hold, abuse := 0.7, 0.6
		s := models.Site{
			Slug: "herald", Name: "The Herald", Origins: []string{"https://herald.example"}, Mode: models.ModePre,
			Thresholds: models.Thresholds{Hold: &hold, Abuse: &abuse}, SSOSecret: "shared by the herald and its Winnow",
		}
		key := must(l.AddSite(l.ctx, operator, s))(t)
		if !strings.HasPrefix(key, "wk_") || len(key) < 40 {
			t.Fatalf("key %q", key)
		}
		got := must(l.SiteByKey(l.ctx, key))(t)
		equal(t, "slug", got.Slug, "herald")
		equal(t, "origins", strings.Join(got.Origins, " "), "https://herald.example")
		equal(t, "hold", *got.Thresholds.Hold, 0.7)
		equal(t, "abuse", *got.Thresholds.Abuse, 0.6)
		equal(t, "secret", got.SSOSecret, s.SSOSecret)
		equal(t, "mode", must(l.Site(l.ctx, "herald"))(t).Mode, models.ModePre)
		equal(t, "sites", len(must(l.Sites(l.ctx))(t)), 3)

		_, err := l.AddSite(l.ctx, operator, s)
		wantKind(t, err, models.KindConflict)
		_, err = l.AddSite(l.ctx, operator, models.Site{Slug: "No Slug"})
		wantKind(t, err, models.KindInvalid)
		_, err = l.Site(l.ctx, "none\x00")
		wantKind(t, err, models.KindNotFound)
		_, err = l.SiteByKey(l.ctx, "wk_wrong")
		wantKind(t, err, models.KindUnauthorized)
	},
	"a removed site leaves nothing but its audit trail": func(t *testing.T, l *fixture) {
		c := l.post(t)
		l.post(t, onSite("tribune"))
		_, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		wantKind(t, l.RemoveSite(l.ctx, ann, "gazette", false), models.KindConflict)
		ok(t, l.RemoveSite(l.ctx, ann, "gazette", true))
		_, err = l.Site(l.ctx, "gazette")
		wantKind(t, err, models.KindNotFound)
		_, err = l.Comment(l.ctx, c.ID)
		wantKind(t, err, models.KindNotFound)
		db := Raw(t, l.url)
		for _, table := range []string{"decisions", "labels", "articles", "events", "site_counts"} {
			var n int
			ok(t, db.QueryRowContext(l.ctx, `SELECT count(*) FROM `+table+` WHERE site = 'gazette'`).Scan(&n))
			equal(t, table, n, 0)
		}
		_, err = l.VerifyAudit(l.ctx, "", func(int64, int64) {})
		ok(t, err)
		equal(t, "the other site", must(l.Site(l.ctx, "tribune"))(t).Slug, "tribune")
		must(l.AddSite(l.ctx, ann, models.Site{Slug: "gazette"}))(t)
		wantKind(t, l.RemoveSite(l.ctx, ann, "none", true), models.KindNotFound)
	},
	"nodes see what the others report": func(t *testing.T, l *fixture) {
		at := l.clock.Now()
		one := models.NodeReport{
			ID: "1", Name: "left", Version: "v", Secret: []byte{1}, Ahead: 3 * time.Second, SeenAt: at,
			Findings: []models.Finding{{Name: "demo", Severity: models.SeverityWarning, Problem: "p", Remedy: "r"}},
		}
		ok(t, l.ReportNode(l.ctx, one))
		ok(t, l.ReportNode(l.ctx, one))
		ok(t, l.ReportNode(l.ctx, models.NodeReport{ID: "2", Name: "right", Secret: []byte{2}, SeenAt: at.Add(-time.Hour)}))
		nodes := must(l.RunningNodes(l.ctx, at))(t)
		equal(t, "nodes", len(nodes), 1)
		equal(t, "ahead", nodes[0].Ahead, 3*time.Second)
		equal(t, "finding", nodes[0].Findings[0], one.Findings[0])
		ok(t, l.ForgetNode(l.ctx, "1"))
		equal(t, "nodes", len(must(l.RunningNodes(l.ctx, at))(t)), 0)
		ok(t, l.CheckWritable(l.ctx))
		must(l.ServerTime(l.ctx))(t)
	},
	"the first credentials are kept until a login": func(t *testing.T, l *fixture) {
		seal := func(key string) ([]byte, error) { return []byte("sealed " + key), nil }
		m := models.Moderator{Name: "first", Role: models.RoleAdmin, PasswordHash: "h"}
		key := must(l.AddFirstSite(l.ctx, operator, models.Site{Slug: "demo"}, m, seal))(t)
		equal(t, "sealed", string(must(l.FirstCredentials(l.ctx))(t)), "sealed "+key)
		must(l.StartSession(l.ctx, models.Caller{Kind: models.ByModerator, Name: "first"}, time.Hour))(t)
		equal(t, "sealed", len(must(l.FirstCredentials(l.ctx))(t)), 0)
	},
	"a rotated key is invalid": func(t *testing.T, l *fixture) {
		old := must(l.AddSite(l.ctx, operator, models.Site{Slug: "herald"}))(t)
		fresh := must(l.RotateSiteKey(l.ctx, operator, "herald"))(t)
		_, err := l.SiteByKey(l.ctx, old)
		wantKind(t, err, models.KindUnauthorized)
		equal(t, "site", must(l.SiteByKey(l.ctx, fresh))(t).Slug, "herald")
		_, err = l.RotateSiteKey(l.ctx, operator, "none")
		wantKind(t, err, models.KindNotFound)
	},
	"a site is changed completely or not at all": func(t *testing.T, l *fixture) {
		s := must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error {
			s.Name, s.Slug = "Other", "other"
			return nil
		}))(t)
		equal(t, "name", s.Name, "Other")
		equal(t, "slug", s.Slug, "gazette")
		no := errors.New("no")
		_, err := l.UpdateSite(l.ctx, ann, "gazette", func(*models.Site) error { return no })
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		_, err = l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.Mode = "malformed"; return nil })
		wantKind(t, err, models.KindInvalid)
		_, err = l.UpdateSite(l.ctx, ann, "none", func(*models.Site) error { return nil })
		wantKind(t, err, models.KindNotFound)
		equal(t, "stored name", must(l.Site(l.ctx, "gazette"))(t).Name, "Other")
	},
	"a site has rules": func(t *testing.T, l *fixture) {
		equal(t, "before", fmt.Sprint(must(l.Rules(l.ctx, "gazette"))(t)), fmt.Sprint(models.Rules{}))
		most := 0
		r := models.Rules{
			BlockedWords: models.BlockedWords{Words: []string{"ärger*", "x <b>"}, Action: models.Hold},
			Links:        models.LinkRules{Max: &most},
		}
		ok(t, l.SetRules(l.ctx, ann, "gazette", r))
		if got := must(l.Rules(l.ctx, "gazette"))(t); !reflect.DeepEqual(got, r) {
			t.Fatalf("got  %+v\nwant %+v", got, r)
		}
		r.BlockedWords.Words = []string{"x <b>", "new"}
		ok(t, l.SetRules(l.ctx, ann, "gazette", r))
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Site: "gazette", Action: "site.rules"})
		ok(t, err)
		equal(t, "audit rows", len(rows), 2)
		var before, after models.Rules // only the changed entries of the lists
		ok(t, json.Unmarshal(rows[0].Before, &before))
		ok(t, json.Unmarshal(rows[0].After, &after))
		equal(t, "gone", strings.Join(before.BlockedWords.Words, "|"), "ärger*")
		equal(t, "come", strings.Join(after.BlockedWords.Words, "|"), "new")

		wantKind(t, l.SetRules(l.ctx, ann, "gazette", models.Rules{Length: models.LengthRules{Min: -1}}), models.KindInvalid)
		wantKind(t, l.SetRules(l.ctx, ann, "none", models.Rules{}), models.KindNotFound)
		_, err = l.Rules(l.ctx, "none\x00")
		wantKind(t, err, models.KindNotFound)
		equal(t, "stored", len(must(l.Rules(l.ctx, "gazette"))(t).BlockedWords.Words), 2)
		must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.Name = "Other"; return nil }))(t)
		equal(t, "unchanged by a change of the site", len(must(l.Rules(l.ctx, "gazette"))(t).BlockedWords.Words), 2)
	},
	"a moderator is stored and changed": func(t *testing.T, l *fixture) {
		m := models.Moderator{Name: "Änne", Role: models.RoleEditor, Sites: []string{"gazette"}, PasswordHash: "$argon2id$x"}
		ok(t, l.AddModerator(l.ctx, operator, m))
		wantKind(t, l.AddModerator(l.ctx, operator, m), models.KindConflict)
		wantKind(t, l.AddModerator(l.ctx, operator, models.Moderator{Name: "x", Role: "king"}), models.KindInvalid)
		ok(t, l.AddModerator(l.ctx, operator, models.Moderator{Name: "Zoe", Role: models.RoleAdmin}))
		got := must(l.Moderator(l.ctx, "Änne"))(t)
		equal(t, "hash", got.PasswordHash, "$argon2id$x")
		equal(t, "sites", strings.Join(got.Sites, " "), "gazette")
		equal(t, "first", must(l.Moderators(l.ctx))(t)[0].Name, "Zoe") // sorted by bytes, whatever the locale
		lower := func(m *models.Moderator) error { m.Role = models.RoleModerator; return nil }
		_, err := l.UpdateModerator(l.ctx, ann, "Zoe", lower)
		wantKind(t, err, models.KindConflict) // the last admin
		ok(t, l.AddModerator(l.ctx, operator, models.Moderator{Name: "Ada", Role: models.RoleAdmin}))
		changed := must(l.UpdateModerator(l.ctx, ann, "Zoe", lower))(t)
		equal(t, "role", changed.Role, models.RoleModerator)
		_, err = l.Moderator(l.ctx, "nobody")
		wantKind(t, err, models.KindNotFound)
		_, err = l.UpdateModerator(l.ctx, ann, "nobody", func(*models.Moderator) error { return nil })
		wantKind(t, err, models.KindNotFound)
	},
	"a refresh token works once": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		first := must(l.StartSession(l.ctx, ann, time.Hour))(t)
		m, second, err := l.RefreshSession(l.ctx, first, netip.Addr{}, time.Hour)
		ok(t, err)
		equal(t, "moderator", m.Name, "ann")
		_, third, err := l.RefreshSession(l.ctx, second, netip.Addr{}, time.Hour)
		ok(t, err)
		_, _, err = l.RefreshSession(l.ctx, first, netip.Addr{}, time.Hour) // reused, as by a thief
		wantKind(t, err, models.KindUnauthorized)
		_, _, err = l.RefreshSession(l.ctx, third, netip.Addr{}, time.Hour) // so the whole session ended
		wantKind(t, err, models.KindUnauthorized)
		for _, malformed := range []string{"", ".", "a.b", "\x00\xff"} {
			_, _, err = l.RefreshSession(l.ctx, malformed, netip.Addr{}, time.Hour)
			wantKind(t, err, models.KindUnauthorized)
		}
		_, err = l.StartSession(l.ctx, models.Caller{Kind: models.ByModerator, Name: "nobody"}, time.Hour)
		wantKind(t, err, models.KindNotFound)
	},
	"of two concurrent refreshes one succeeds": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		token := must(l.StartSession(l.ctx, ann, time.Hour))(t)
		var errs [2]error
		together(2, func(i int) { _, _, errs[i] = l.RefreshSession(l.ctx, token, netip.Addr{}, time.Hour) })
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatal(errs)
		}
	},
	"a session ends": func(t *testing.T, l *fixture) {
		l.addModerator(t, "ann")
		ended := func(how string, token string) {
			t.Helper()
			if _, _, err := l.RefreshSession(l.ctx, token, netip.Addr{}, time.Hour); models.KindOf(err) != models.KindUnauthorized {
				t.Fatalf("%s: %v", how, err)
			}
		}
		start := func() string { t.Helper(); return must(l.StartSession(l.ctx, ann, time.Hour))(t) }
		change := func(f func(*models.Moderator)) {
			t.Helper()
			must(l.UpdateModerator(l.ctx, operator, "ann", func(m *models.Moderator) error { f(m); return nil }))(t)
		}
		token := start()
		ok(t, l.EndSession(l.ctx, token, netip.Addr{}))
		ok(t, l.EndSession(l.ctx, token, netip.Addr{}))
		ended("logout", token)
		token = start()
		l.clock.Advance(2 * time.Hour)
		ended("time", token)
		token = start()
		change(func(m *models.Moderator) { m.PasswordHash = "new" })
		ended("another password", token)
		token = start()
		change(func(m *models.Moderator) { m.Disabled = true })
		ended("disabled", token)
		_, err := l.StartSession(l.ctx, ann, time.Hour)
		wantKind(t, err, models.KindForbidden)
	},
	"the secret is generated once": func(t *testing.T, l *fixture) {
		var stored [4][]byte
		together(len(stored), func(i int) { stored[i], _ = l.AccessTokenSecret(l.ctx, nil) })
		for _, k := range stored {
			if len(k) != 32 || !bytes.Equal(k, stored[0]) {
				t.Fatalf("%x and %x", k, stored[0])
			}
		}
		equal(t, "given", string(must(l.AccessTokenSecret(l.ctx, []byte("mine")))(t)), "mine")
	},
}

func (l *fixture) addModerator(t testing.TB, name string) {
	t.Helper()
	ok(t, l.AddModerator(l.ctx, operator, models.Moderator{Name: name, Role: models.RoleModerator, PasswordHash: "old"}))
}
