package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/handlers/node"
	"winnow/models"
	"winnow/storage/memory"
)

// refused checks that a comment is refused with a problem of the newsroom's.
func (r reply) refused(problem string, until *time.Time) {
	r.Helper()
	var p struct {
		Type  string
		Until *time.Time
	}
	r.into(http.StatusForbidden, &p)
	if p.Type != "urn:winnow:problem:"+problem || (p.Until == nil) != (until == nil) || until != nil && !until.Equal(*p.Until) {
		r.Errorf("refused with %s until %v, want %s until %v", p.Type, p.Until, problem, until)
	}
}

func later(d time.Duration) time.Time { return time.Now().Add(d).UTC().Truncate(time.Microsecond) }

func by(author object) object { return object{"author": author} }

func TestBannedAuthorsAreRefused(t *testing.T) {
	f := newFront(t)
	mallory := object{"id": "m1", "name": "Mallory"}
	first := f.send("POST", "/v1/comments", bearer(f.key).with("Idempotency-Key", "k"), comment(by(mallory)))
	first.must(http.StatusCreated)
	until := later(10 * time.Minute)
	var p models.Profile
	f.as("eve", "PUT", "/v1/authors", object{
		"site": "gazette", "author_id": "m1", "note": " wrote to us ", "sanction": object{"kind": "ban", "until": until, "reason": "insults"},
	}).into(http.StatusOK, &p)
	if p.Note != "wrote to us" || p.Sanction == nil || p.Sanction.By != "eve" || p.Covers != "id" || len(p.Comments) != 1 || p.Subject == "" {
		t.Errorf("set %+v", p)
	}
	f.send("POST", "/v1/comments", bearer(f.key), comment(by(mallory))).refused("banned", &until)
	f.post(by(object{"name": "Mallory"})) // anybody may take a name
	again := f.send("POST", "/v1/comments", bearer(f.key).with("Idempotency-Key", "k"), comment(by(mallory)))
	if again.status != http.StatusCreated || string(again.body) != string(first.body) {
		t.Errorf("answered %d %s\nand at first %s", again.status, again.body, first.body)
	}
	f.pass(11 * time.Minute)
	f.post(by(mallory))

	f.as("eve", "PUT", "/v1/authors", object{"site": "gazette", "name": "Mallory", "sanction": object{"kind": "ban"}}).into(http.StatusOK, &p)
	f.send("POST", "/v1/comments", bearer(f.key), comment(by(object{"name": "Mallory"}))).refused("banned", nil)
	f.post(by(mallory))
	p = models.Profile{}
	f.as("eve", "PUT", "/v1/authors", object{"site": "gazette", "name": "Mallory", "sanction": nil}).into(http.StatusOK, &p)
	if p.Sanction != nil || p.Covers != "name" {
		t.Errorf("lifted %+v", p)
	}
	f.post(by(object{"name": "Mallory"}))
}

func TestShadowedAuthorsSeeNothingOfIt(t *testing.T) {
	f := newFront(t)
	f.as("bob", "PUT", "/v1/authors", object{"site": "gazette", "name": "Mallory", "sanction": object{"kind": "shadow", "until": later(24 * time.Hour)}}).must(http.StatusOK)
	made := f.post(by(object{"name": "Mallory"}))
	if made.Status != "pending" || made.Reason != "shadow" {
		t.Errorf("the site is told %+v", made)
	}
	shown := f.send("POST", "/v1/comments", headers{"Origin": page}, comment(object{"author": object{"name": "Mallory"}, "site": "gazette"}))
	if shown.must(http.StatusCreated); !strings.Contains(string(shown.body), `"pending"`) || strings.Contains(string(shown.body), "shadow") {
		t.Errorf("the reader is told %s", shown.body)
	}
	var q struct{ Items []models.QueueItem }
	f.as("bob", "GET", "/v1/queue?site=gazette&reason=shadow", nil).into(http.StatusOK, &q)
	if len(q.Items) != 2 || q.Items[0].Context.Author.Sanction == nil || q.Items[0].Context.Author.Trust != 0.5 {
		t.Errorf("in the queue: %+v", q.Items)
	}
}

func TestWhoMaySayWhatOfAuthors(t *testing.T) {
	f := newFront(t)
	f.post(by(object{"id": "m1", "name": "Mallory"}))
	set := func(name string, sanction any) reply {
		return f.as(name, "PUT", "/v1/authors", object{"site": "gazette", "author_id": "m1", "sanction": sanction})
	}
	week := object{"kind": "shadow", "until": later(7*24*time.Hour - time.Minute)}
	set("bob", week).must(http.StatusOK)
	set("carl", nil).must(http.StatusOK)
	set("bob", object{"kind": "shadow", "until": later(8 * 24 * time.Hour)}).must(http.StatusForbidden)
	set("bob", object{"kind": "shadow"}).must(http.StatusForbidden)
	set("bob", object{"kind": "ban", "until": later(time.Hour)}).must(http.StatusForbidden)
	set("eve", object{"kind": "ban"}).must(http.StatusOK)
	set("bob", nil).must(http.StatusForbidden)
	set("bob", week).must(http.StatusForbidden)
	f.as("bob", "PUT", "/v1/authors", object{"site": "gazette", "author_id": "m1", "note": "a note"}).must(http.StatusOK)
	set("hanna", nil).must(http.StatusNotFound) // of another site
	set("front end", nil).must(http.StatusForbidden)
	set("", nil).must(http.StatusUnauthorized)
	set("ada", object{"kind": "kick"}).names("sanction.kind")
	set("ada", object{"kind": "ban", "until": later(-time.Hour)}).names("sanction.until")
	set("ada", "ban").must(http.StatusBadRequest)
	f.as("ada", "PUT", "/v1/authors", object{"site": "gazette"}).names("author_id")
	f.as("ada", "PUT", "/v1/authors", object{"author_id": "m1"}).names("site")
	f.as("ada", "PUT", "/v1/authors", object{"site": "gazette", "author_id": "new", "sanction": nil}).must(http.StatusNoContent)

	var p models.Profile
	f.as("bob", "GET", "/v1/authors?site=gazette&author_id=m1&limit=1", nil).into(http.StatusOK, &p)
	if p.Note != "a note" || p.Sanction.Kind != models.Ban || p.Record.Approved != 1 || p.Trust != 0.667 {
		t.Errorf("shown %+v", p)
	}
	f.as("bob", "GET", "/v1/authors?site=gazette&name=Nobody", nil).must(http.StatusNotFound)
	f.as("hanna", "GET", "/v1/authors?site=gazette&author_id=m1", nil).must(http.StatusNotFound)
	f.as("bob", "GET", "/v1/authors?site=gazette", nil).names("author_id")
	f.as("front end", "GET", "/v1/authors?site=gazette&author_id=m1", nil).must(http.StatusForbidden)
	f.as("", "GET", "/v1/authors?site=gazette&author_id=m1", nil).must(http.StatusUnauthorized)
	var trail items[models.Audit]
	f.as("eve", "GET", "/v1/audit?action=author.*&subject="+p.Subject, nil).into(http.StatusOK, &trail)
	if len(trail.Items) != 4 {
		t.Errorf("the trail: %+v", trail.Items)
	}
}

func TestArticlesAreClosedAndHeld(t *testing.T) {
	f := newFront(t)
	const path = "/v1/comments?site=gazette&article=harbour"
	f.post(nil)
	open := f.send("GET", path, nil, nil)
	set := func(name string, change object) reply {
		all := object{"site": "gazette", "article": "harbour"}
		for k, v := range change {
			all[k] = v
		}
		return f.as(name, "PUT", "/v1/articles", all)
	}
	until := later(10 * time.Minute)
	var e models.ArticleEntry
	set("eve", object{"state": "closed", "until": until, "section": " Sport "}).into(http.StatusOK, &e)
	if e.State != models.ArticleClosed || !e.Until.Equal(until) || e.Section != "Sport" || e.Title == "" {
		t.Errorf("set %+v", e)
	}
	f.send("POST", "/v1/comments", bearer(f.key), comment(nil)).refused("closed", &until)
	shut := f.send("GET", path, headers{"If-None-Match": open.header.Get("ETag")}, nil)
	if shut.must(http.StatusOK); !strings.Contains(string(shut.body), `"state":"closed"`) || strings.Contains(string(open.body), "state") {
		t.Errorf("open: %s\nclosed: %s", open.body, shut.body)
	}
	f.pass(11 * time.Minute)
	f.post(nil)
	if now := f.send("GET", path, nil, nil); strings.Contains(string(now.body), "state") {
		t.Errorf("it is still closed: %s", now.body)
	}
	e = models.ArticleEntry{}
	set("eve", object{"state": "pre"}).into(http.StatusOK, &e)
	if !e.Until.IsZero() || e.Section != "Sport" {
		t.Errorf("the end of another state: %+v", e)
	}
	if made := f.post(nil); made.Status != "pending" || made.Reason != "premoderation" {
		t.Errorf("held: %+v", made)
	}
	set("eve", object{"state": "open"}).must(http.StatusOK)
	f.post(nil)
	set("eve", object{"article": "not yet", "state": "closed"}).must(http.StatusOK)
	f.send("POST", "/v1/comments", bearer(f.key), comment(object{"article": object{"id": "not yet"}})).refused("closed", nil)

	set("eve", object{"state": "ajar"}).names("state")
	set("eve", object{"state": "closed", "until": later(-time.Hour)}).names("until")
	set("eve", object{"state": "open", "until": later(3 * time.Hour)}).names("until")
	set("eve", object{"surge": object{"count": 5}}).names("surge.minutes")
	set("eve", object{"surge_until": later(5 * time.Hour)}).names("surge_until")
	set("eve", object{"section": strings.Repeat("x", 101)}).names("section")
	set("eve", object{"article": " "}).names("article")
	set("eve", object{"site": ""}).names("site")
	set("eve", object{"state": 1}).must(http.StatusBadRequest)
	set("bob", object{"state": "closed"}).must(http.StatusForbidden)
	set("hanna", object{"state": "closed"}).must(http.StatusNotFound)
	set("front end", object{"state": "closed"}).must(http.StatusForbidden)
	set("", object{"state": "closed"}).must(http.StatusUnauthorized)

	var found items[models.ArticleEntry]
	f.as("bob", "GET", "/v1/articles?site=gazette&q=HARBOUR", nil).into(http.StatusOK, &found)
	if len(found.Items) != 1 || found.Items[0].Pending != 1 || found.Items[0].Approved != 3 {
		t.Errorf("found %+v", found.Items)
	}
	f.as("bob", "GET", "/v1/articles?site=gazette&state=closed&limit=1", nil).into(http.StatusOK, &found)
	if len(found.Items) != 1 || found.Items[0].ID != "not yet" {
		t.Errorf("closed %+v", found.Items)
	}
	f.as("bob", "GET", "/v1/articles", nil).names("site")
	f.as("bob", "GET", "/v1/articles?site=gazette&state=ajar", nil).names("state")
	f.as("bob", "GET", "/v1/articles?site=gazette&cursor=x", nil).names("cursor")
	f.as("hanna", "GET", "/v1/articles?site=gazette", nil).must(http.StatusNotFound)
	f.as("front end", "GET", "/v1/articles?site=gazette", nil).must(http.StatusForbidden)
	f.as("", "GET", "/v1/articles?site=gazette", nil).must(http.StatusUnauthorized)
}

func TestASurgeHoldsWhatComes(t *testing.T) {
	f := newFront(t, func(c *handlers.Config) { c.Rates = handlers.Rates{} })
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"surge": object{"count": 3, "minutes": 5, "hold_minutes": 30}}).must(http.StatusOK)
	n := 0
	post := func(article string) posted {
		n++
		return f.post(object{"article": object{"id": article}, "body": fmt.Sprintf("The %dth boat came back this morning to the quay.", n)})
	}
	for range 3 {
		if p := post("busy"); p.Status != "approved" {
			t.Fatalf("before the surge: %+v", p)
		}
	}
	key := bearer(f.key).with("Idempotency-Key", "k")
	first := f.send("POST", "/v1/comments", key, comment(object{"article": object{"id": "busy"}}))
	if first.must(http.StatusCreated); !strings.Contains(string(first.body), `"reason":"surge"`) {
		t.Fatalf("one too many: %s", first.body)
	}
	if p := post("busy"); p.Status != "pending" || p.Reason != "surge" {
		t.Errorf("in the surge: %+v", p)
	}
	if p := post("quiet"); p.Status != "approved" {
		t.Errorf("on another article: %+v", p)
	}
	var q struct{ Items []models.QueueItem }
	f.as("bob", "GET", "/v1/queue?reason=surge", nil).into(http.StatusOK, &q)
	if len(q.Items) != 2 || q.Items[0].Comment.Article.SurgeUntil.Before(f.now().Add(29*time.Minute)) {
		t.Errorf("in the queue: %+v", q.Items)
	}
	var found items[models.ArticleEntry]
	f.as("bob", "GET", "/v1/articles?site=gazette&state=surge", nil).into(http.StatusOK, &found)
	if len(found.Items) != 1 || found.Items[0].ID != "busy" {
		t.Errorf("surging: %+v", found.Items)
	}
	f.pass(31 * time.Minute)
	if p := post("busy"); p.Status != "approved" {
		t.Errorf("after the surge: %+v", p)
	}
	if again := f.send("POST", "/v1/comments", key, comment(object{"article": object{"id": "busy"}})); string(again.body) != string(first.body) {
		t.Errorf("answered %s\nand at first %s", again.body, first.body)
	}

	f.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "quiet", "surge": object{"count": 1, "minutes": 5, "hold_minutes": 30}}).must(http.StatusOK)
	post("quiet")
	if p := post("quiet"); p.Reason != "surge" {
		t.Errorf("past the article's own number: %+v", p)
	}
	f.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "quiet", "surge": object{"count": 0}, "surge_until": nil}).must(http.StatusOK)
	for range 5 {
		if p := post("quiet"); p.Status != "approved" {
			t.Errorf("without a number: %+v", p)
		}
	}
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"surge": object{"count": -1}}).names("surge.count")
	var changed site
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"surge": nil}).into(http.StatusOK, &changed)
}

func TestOtherNodesFollow(t *testing.T) {
	shared := memory.NewNotifier()
	f := newFront(t, func(c *handlers.Config) { c.Notifier = shared })
	here := f.base
	node := func(n node.Notifier) string {
		base, _ := start(t, handlers.Config{
			DB: f.db, Limiter: memory.NewLimiter(f.now), Notifier: n, Campaigns: memory.NewCampaigns(nil), Secret: secret, Now: f.now,
		})
		return base
	}
	told, untold := node(shared), node(memory.NewNotifier())
	post := func(base string) reply {
		f.base = base
		defer func() { f.base = here }()
		return f.send("POST", "/v1/comments", bearer(f.key), comment(by(object{"id": "m1", "name": "Mallory"})))
	}
	for _, base := range []string{told, untold} {
		post(base).must(http.StatusCreated)
	}
	f.as("eve", "PUT", "/v1/authors", object{"site": "gazette", "author_id": "m1", "sanction": object{"kind": "ban"}}).must(http.StatusOK)
	post(here).refused("banned", nil)
	deadline := time.Now().Add(10 * time.Second)
	for post(told).status != http.StatusForbidden {
		if time.Now().After(deadline) {
			t.Fatal("the other node was not told")
		}
	}
	post(untold).must(http.StatusCreated)
	f.pass(5 * time.Second)
	post(untold).refused("banned", nil)
}
