package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"winnow/models"
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
	f := newTestSite(t)
	mallory := object{"id": "m1", "name": "Mallory"}
	first := f.send("POST", "/v1/comments", bearer(f.key).with("Idempotency-Key", "k"), comment(by(mallory)))
	first.must(http.StatusCreated)
	until := later(10 * time.Minute)
	var p models.AuthorProfile
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
	p = models.AuthorProfile{}
	f.as("eve", "PUT", "/v1/authors", object{"site": "gazette", "name": "Mallory", "sanction": nil}).into(http.StatusOK, &p)
	if p.Sanction != nil || p.Covers != "name" {
		t.Errorf("lifted %+v", p)
	}
	f.post(by(object{"name": "Mallory"}))
}

func TestShadowingIsHiddenFromTheReader(t *testing.T) {
	f := newTestSite(t)
	f.as("bob", "PUT", "/v1/authors", object{"site": "gazette", "name": "Mallory", "sanction": object{"kind": "shadow", "until": later(24 * time.Hour)}}).must(http.StatusOK)
	created := f.post(by(object{"name": "Mallory"}))
	if created.Status != "pending" || created.Reason != "shadow" {
		t.Errorf("the site gets %+v", created)
	}
	shown := f.send("POST", "/v1/comments", headers{"Origin": page}, comment(object{"author": object{"name": "Mallory"}, "site": "gazette"}))
	if shown.must(http.StatusCreated); !strings.Contains(string(shown.body), `"pending"`) || strings.Contains(string(shown.body), "shadow") {
		t.Errorf("the reader gets %s", shown.body)
	}
	var q struct{ Items []models.QueueItem }
	f.as("bob", "GET", "/v1/queue?site=gazette&reason=shadow", nil).into(http.StatusOK, &q)
	if len(q.Items) != 2 || q.Items[0].Context.Author.Sanction == nil || q.Items[0].Context.Author.Trust != 0.5 {
		t.Errorf("in the queue: %+v", q.Items)
	}
}

func TestWhoMaySanctionAuthors(t *testing.T) {
	f := newTestSite(t)
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

	var p models.AuthorProfile
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
