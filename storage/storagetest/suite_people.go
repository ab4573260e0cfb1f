package storagetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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
		_, err = l.VerifyAudit(l.ctx, nil, func(int64, int64) {})
		ok(t, err)
		equal(t, "the other site", must(l.Site(l.ctx, "tribune"))(t).Slug, "tribune")
		must(l.AddSite(l.ctx, ann, models.Site{Slug: "gazette"}))(t)
		wantKind(t, l.RemoveSite(l.ctx, ann, "none", true), models.KindNotFound)
	},
	"nodes see what the others report": func(t *testing.T, l *fixture) {
		at := l.clock.Now()
		one := models.NodeReport{
			ID: "1", Name: "left", Version: "v", Secret: []byte{1}, Ahead: 3 * time.Second, SeenAt: at,
			Findings: []models.Finding{{Name: "hops", Problem: "p", Values: map[string]string{"entries": "e"}}},
		}
		ok(t, l.ReportNode(l.ctx, one))
		ok(t, l.ReportNode(l.ctx, one))
		ok(t, l.ReportNode(l.ctx, models.NodeReport{ID: "2", Name: "right", Secret: []byte{2}, SeenAt: at.Add(-time.Hour)}))
		nodes := must(l.RunningNodes(l.ctx, at))(t)
		equal(t, "nodes", len(nodes), 1)
		equal(t, "ahead", nodes[0].Ahead, 3*time.Second)
		equal(t, "finding", fmt.Sprint(nodes[0].Findings), fmt.Sprint(one.Findings))
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
		_, _, err := l.StartSession(l.ctx, models.Caller{Kind: models.ByModerator, Name: "first"}, models.NewSession{Method: models.LoginPassword})
		ok(t, err)
		equal(t, "sealed", len(must(l.FirstCredentials(l.ctx))(t)), 0)
	},
	"a rotated key is invalid": func(t *testing.T, l *fixture) {
		old := must(l.AddSite(l.ctx, operator, models.Site{Slug: "herald"}))(t)
		fresh := must(l.RotateSiteKey(l.ctx, operator, "herald", models.MainKey, time.Time{}))(t)
		_, err := l.SiteByKey(l.ctx, old)
		wantKind(t, err, models.KindUnauthorized)
		equal(t, "site", must(l.SiteByKey(l.ctx, fresh))(t).Slug, "herald")
		_, err = l.RotateSiteKey(l.ctx, operator, "none", models.MainKey, time.Time{})
		wantKind(t, err, models.KindNotFound)
	},
	"a rotated key works until its time":            overlapKeys,
	"a site has several keys, each with its scopes": nameKeys,
	"keys of Akismet clients are short":             shortKeys,
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

func overlapKeys(t *testing.T, l *fixture) {
	start := l.clock.Now()
	old := must(l.AddSite(l.ctx, operator, models.Site{Slug: "herald"}))(t)
	first := must(l.RotateSiteKey(l.ctx, ann, "herald", models.MainKey, start.Add(time.Hour)))(t)
	second := must(l.RotateSiteKey(l.ctx, ann, "herald", models.MainKey, start.Add(2*time.Hour)))(t)
	for _, key := range []string{old, first, second} {
		equal(t, "scopes", fmt.Sprint(must(l.SiteByKey(l.ctx, key))(t).Key.Scopes), "[post read articles]")
	}
	keys := must(l.SiteKeys(l.ctx, "herald"))(t)
	if len(keys) != 3 || keys[0].Until != nil || !keys[1].Until.Equal(start.Add(2*time.Hour)) || !keys[2].Until.Equal(start.Add(time.Hour)) {
		t.Fatalf("after two rotations: %+v", keys)
	}
	l.clock.Advance(time.Hour)
	_, err := l.SiteByKey(l.ctx, old)
	wantKind(t, err, models.KindUnauthorized)
	equal(t, "site of the first", must(l.SiteByKey(l.ctx, first))(t).Slug, "herald")
	third := must(l.RotateSiteKey(l.ctx, ann, "herald", models.MainKey, time.Time{}))(t) // a leak: all others end at once
	for _, key := range []string{first, second} {
		_, err := l.SiteByKey(l.ctx, key)
		wantKind(t, err, models.KindUnauthorized)
	}
	equal(t, "site of the last", must(l.SiteByKey(l.ctx, third))(t).Slug, "herald")
}

func shortKeys(t *testing.T, l *fixture) {
	_, secret, err := l.AddSiteKey(l.ctx, ann, "gazette", models.SiteKey{Name: "wordpress", Scopes: []models.KeyScope{models.ScopeAkismet}})
	ok(t, err)
	rotated := must(l.RotateSiteKey(l.ctx, ann, "gazette", "wordpress", l.clock.Now().Add(time.Hour)))(t)
	for _, s := range []string{secret, rotated} {
		found := must(l.SiteByKey(l.ctx, s))(t)
		if !models.IsAkismetKey(s) || found.Slug != "gazette" || fmt.Sprint(found.Key.Scopes) != "[akismet]" {
			t.Errorf("%q: %+v", s, found)
		}
	}
	if secret == rotated {
		t.Error("the key is the same")
	}
}

func nameKeys(t *testing.T, l *fixture) {
	start := l.clock.Now()
	add := func(name string, scopes ...models.KeyScope) (models.SiteKey, string, error) {
		return l.AddSiteKey(l.ctx, ann, "gazette", models.SiteKey{Name: name, Scopes: scopes})
	}
	before := len(must(l.SiteKeys(l.ctx, "gazette"))(t))
	k, secret, err := add("warehouse", models.ScopeExport)
	ok(t, err)
	found := must(l.SiteByKey(l.ctx, secret))(t).Key
	if found.ID != k.ID || found.UsedAt != nil || !found.Allows(models.ScopeExport) || found.Allows(models.ScopePost) {
		t.Fatalf("found %+v", found)
	}
	for name, scopes := range map[string][]models.KeyScope{"warehouse": {models.ScopePost}, "A key": {models.ScopePost}, "none": nil, "other": {"all"}, "mixed": {models.ScopeAkismet, models.ScopePost}} {
		if _, _, err := add(name, scopes...); err == nil {
			t.Errorf("key %q with scopes %v was added", name, scopes)
		}
	}
	ok(t, l.TouchSiteKeys(l.ctx, map[string]time.Time{k.ID: start}))
	ok(t, l.TouchSiteKeys(l.ctx, map[string]time.Time{k.ID: start.Add(-time.Hour)})) // another node was later
	if used := must(l.SiteByKey(l.ctx, secret))(t).Key.UsedAt; used == nil || !used.Equal(start) {
		t.Errorf("last use %v, want %v", used, start)
	}
	wantKind(t, l.RemoveSiteKey(l.ctx, ann, "herald", k.ID), models.KindNotFound)
	ok(t, l.RemoveSiteKey(l.ctx, ann, "gazette", k.ID))
	wantKind(t, l.RemoveSiteKey(l.ctx, ann, "gazette", k.ID), models.KindNotFound)
	_, err = l.SiteByKey(l.ctx, secret)
	wantKind(t, err, models.KindUnauthorized)
	equal(t, "keys", len(must(l.SiteKeys(l.ctx, "gazette"))(t)), before)
	rows, _, err := l.AuditPage(l.ctx, operator, models.AuditFilter{Site: "gazette", Limit: 2})
	ok(t, err)
	equal(t, "trail", rows[1].Action+" "+rows[0].Action, "site.add_key site.remove_key")
	if strings.Contains(string(rows[1].After), secret) {
		t.Error("the trail has the secret")
	}
}
