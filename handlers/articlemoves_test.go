package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"winnow/models"
)

// entry returns what moderators see of an article.
func (d *trial) entry(id string) models.ArticleEntry {
	d.Helper()
	var found items[models.ArticleEntry]
	d.as("eve", "GET", "/v1/articles?site=gazette&article="+urlQuery(id), nil).into(http.StatusOK, &found)
	if len(found.Items) != 1 {
		d.Fatalf("%d articles %q", len(found.Items), id)
	}
	return found.Items[0]
}

// byPage posts a comment on an article of which the page says the rest.
func (d *trial) byPage(article, change object) reply {
	d.Helper()
	post := object{"site": "gazette", "article": article}
	for k, v := range change {
		post[k] = v
	}
	return d.fromPage(page, post)
}

// lastMerge returns the id of the last merge or move of an article.
func (d *trial) lastMerge(id string) string {
	d.Helper()
	var all items[models.ArticleMerge]
	d.as("eve", "GET", "/v1/articles/merges?site=gazette&article="+urlQuery(id), nil).into(http.StatusOK, &all)
	return all.Items[0].ID
}

func (d *trial) undoMerge(id string) {
	d.Helper()
	d.as("eve", "POST", "/v1/articles/merges/"+id+"/undo", object{}).must(http.StatusOK)
}

func TestWhatTheNewsroomSaysReplacesAllThatAPageSaid(t *testing.T) {
	onTrial(t, "the first word", func(d *trial) {
		casino := func(id string) object {
			return object{"id": id, "title": "CASINO", "url": page + "/logout", "section": "Sport"}
		}
		for id, test := range map[string]struct{ said, want models.Article }{
			"title":   {models.Article{Title: "The real title"}, models.Article{Title: "The real title"}},
			"url":     {models.Article{URL: page + "/real"}, models.Article{URL: page + "/real"}},
			"section": {models.Article{Section: "Local"}, models.Article{Section: "Local"}},
			"date":    {},
			"same":    {models.Article{URL: page + "/logout"}, models.Article{URL: page + "/logout"}},
		} {
			for _, order := range []string{"after", "before"} {
				id := id + order
				stranger := func() {
					d.byPage(casino(id), object{"body": "Nobody has seen the boats of " + id + " today."}).must(http.StatusCreated)
				}
				if order == "after" {
					stranger()
				}
				change := object{"article": id}
				for field, text := range map[string]string{"title": test.said.Title, "url": test.said.URL, "section": test.said.Section} {
					if text != "" {
						change[field] = text
					}
				}
				if len(change) == 1 {
					change["published_at"] = later(-time.Hour)
				}
				e := d.describe(change)
				if order == "before" {
					stranger()
				}
				for _, e := range []models.ArticleEntry{e, d.entry(id)} {
					if e.Title != test.want.Title || e.URL != test.want.URL || e.Section != test.want.Section || !e.Described {
						t.Errorf("%s: %+v", id, e.Article)
					}
				}
			}
		}
		d.byPage(casino("posted"), nil).must(http.StatusCreated)
		d.as("front end", "POST", "/v1/comments", comment(object{"article": object{"id": "posted", "url": page + "/logout"}, "body": "The server of the site says where this is."})).must(http.StatusCreated)
		if e := d.entry("posted"); e.Title != "" || e.URL != page+"/logout" || e.Section != "" || !e.Described {
			t.Errorf("of the server's comment: %+v", e.Article)
		}
		d.byPage(casino("closed"), nil).must(http.StatusCreated)
		d.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "closed", "state": "closed"}).must(http.StatusOK)
		if e := d.entry("closed"); e.Title != "CASINO" || e.Described {
			t.Errorf("a state says nothing of the title: %+v", e.Article)
		}
	})
}

func TestStrangersDecideNothingOfAnArticleThatMoves(t *testing.T) {
	onTrial(t, "a guessed id", func(d *trial) {
		until := later(48 * time.Hour)
		settings := map[string]object{
			"closed": {"state": "closed"}, "pre": {"state": "pre"}, "soon": {"closes_at": until, "surge": object{"count": 9, "minutes": 1, "hold_minutes": 2}},
			"kept": {"keep_open": true, "shares": object{"site": "herald", "article": "kept"}},
		}
		for how, stranger := range map[string]object{"none": nil, "rejected": {"website": "x"}, "published": {}, "held": {"body": "Look at https://some.example/ and https://other.example/ now."}} {
			for name, set := range settings {
				for _, call := range []string{"canonical", "move"} {
					from, to := "from/"+how+name+call, "to/"+how+name+call
					change := object{"site": "gazette", "article": from, "title": "Real", "section": "Local", "published_at": later(-time.Hour)}
					for k, v := range set {
						change[k] = v
					}
					d.as("eve", "PUT", "/v1/articles", change).must(http.StatusOK)
					before := d.entry(from)
					if stranger != nil {
						d.byPage(object{"id": to, "title": "CASINO", "url": page + "/logout", "section": "Casino"}, stranger).must(http.StatusCreated)
					}
					if call == "canonical" {
						d.describe(object{"article": from, "canonical": to})
					} else {
						d.as("eve", "POST", "/v1/articles/merges", object{"site": "gazette", "kind": "move", "from": from, "into": to}).must(http.StatusCreated)
					}
					same := func(when string, e models.ArticleEntry) {
						t.Helper()
						if e.Title != "Real" || e.URL != "" || e.Section != "Local" || !e.Described || !e.PublishedAt.Equal(before.PublishedAt) || e.State != before.State ||
							!e.ClosesAt.Equal(before.ClosesAt) || e.KeepOpen != before.KeepOpen || (e.Burst == nil) != (before.Burst == nil) || (e.Shares == nil) != (before.Shares == nil) {
							t.Errorf("%s, %s, %s, %s: %+v, was %+v", how, name, call, when, e, before)
						}
					}
					same("moved", d.entry(to))
					if name == "closed" {
						d.byPage(object{"id": from}, object{"body": "Is it open again under another id?"}).must(http.StatusForbidden)
					}
					d.undoMerge(d.lastMerge(to))
					same("undone", d.entry(from))
					if how == "published" {
						if e := d.entry(to); e.ID != to || e.Title != "CASINO" || e.Described || e.State != models.ArticleOpen || e.KeepOpen || e.Shares != nil {
							t.Errorf("%s, %s: the other article became %+v", name, call, e)
						}
					}
				}
			}
		}
		d.describe(object{"article": "a", "title": "One"})
		d.describe(object{"article": "b", "section": "Local"})
		d.as("eve", "POST", "/v1/articles/merges", object{"site": "gazette", "kind": "move", "from": "a", "into": "b"}).must(http.StatusConflict)
	})
}

func TestAPageNamesNoSectionThatCloses(t *testing.T) {
	onTrial(t, "sections with an age", func(d *trial) {
		d.as("ada", "PATCH", "/v1/sites/gazette", object{"closing": object{"days": 30, "sections": object{"Sport": 3, "Letters": 0}}}).must(http.StatusOK)
		published := later(-9 * 24 * time.Hour)
		sport := func(id string) object { return object{"id": id, "title": "t", "section": "Sport"} }
		d.describe(object{"article": "first", "published_at": published})
		d.byPage(sport("first"), nil).must(http.StatusCreated)
		d.byPage(sport("second"), nil).must(http.StatusCreated)
		d.describe(object{"article": "second", "published_at": published})
		d.byPage(object{"id": "old", "title": "t", "section": "Letters"}, nil).must(http.StatusCreated)
		d.describe(object{"article": "old", "published_at": later(-99 * 24 * time.Hour)})
		d.describe(object{"article": "ours", "section": "Sport", "published_at": published})
		for id, want := range map[string]models.ArticleState{
			"first": models.ArticleOpen, "second": models.ArticleOpen, "old": models.ArticleClosed, "ours": models.ArticleClosed,
		} {
			if e := d.entry(id); e.State != want {
				t.Errorf("%s is %s: %+v", id, e.State, e)
			}
		}
		d.byPage(sport("first"), object{"body": "The last boat has come in this evening."}).must(http.StatusCreated)
	})
}

func TestWhatWasSaidSinceAMergeSurvivesItsUndo(t *testing.T) {
	onTrial(t, "undone", func(d *trial) {
		for call, id := range map[string]string{"canonical": "c", "merge": "m"} {
			from, into := "ua"+id, "ub"+id
			d.describe(object{"article": from, "title": "Old title", "section": "Local"})
			d.byPage(object{"id": into, "title": "CASINO", "section": "Casino"}, nil).must(http.StatusCreated)
			if call == "canonical" {
				d.describe(object{"article": from, "canonical": into})
			} else {
				d.as("eve", "POST", "/v1/articles/merges", object{"site": "gazette", "kind": "merge", "from": from, "into": into}).must(http.StatusCreated)
			}
			d.shows(into, "Old title", "")
			d.describe(object{"article": into, "title": "Corrected title"})
			d.undoMerge(d.lastMerge(into))
			d.shows(from, "Corrected title", "")
			d.shows(into, "CASINO", "")
			if e, other := d.entry(from), d.entry(into); e.Section != "Local" || !e.Described || other.Section != "Casino" || other.Described {
				t.Errorf("%s: %+v and %+v", call, e.Article, other.Article)
			}
		}
		d.describe(object{"article": "m1", "title": "One", "section": "Sport"})
		d.describe(object{"article": "m2", "title": "Two", "section": "Local"})
		d.describe(object{"article": "m1", "aliases": []string{"4711"}})
		d.as("eve", "POST", "/v1/articles/merges", object{"site": "gazette", "kind": "merge", "from": "m1", "into": "m2"}).must(http.StatusCreated)
		d.describe(object{"article": "m2", "title": "Both", "section": "Town"})
		d.undoMerge(d.lastMerge("m2"))
		for id, want := range map[string]string{"m1": "One Sport", "4711": "One Sport", "m2": "Both Town"} {
			if e := d.entry(id); e.Title+" "+e.Section != want {
				t.Errorf("%s is %+v", id, e.Article)
			}
		}
	})
}

func TestARejectedCommentNamesNoArticle(t *testing.T) {
	onTrial(t, "BUY PILLS", func(d *trial) {
		var first struct{ ID string }
		pills := object{"id": "quay", "title": "BUY PILLS", "url": page + "/pills", "section": "Pills"}
		d.byPage(pills, nil).into(http.StatusCreated, &first)
		d.byPage(object{"id": "quay", "title": "The quay"}, object{"body": "The second comment comes from the right page."}).must(http.StatusCreated)
		d.shows("quay", "BUY PILLS", page+"/pills")
		d.as("eve", "POST", "/v1/comments/"+first.ID+"/decision", object{"action": "reject", "reason": "spam"}).must(http.StatusOK)
		d.shows("quay", "", "")
		d.as("front end", "POST", "/v1/comments", comment(object{"article": object{"id": "quay"}, "body": "The server says nothing of the article."})).must(http.StatusCreated)
		d.shows("quay", "", "")
		var honest struct{ ID string }
		quay := object{"id": "quay", "title": "The quay", "url": page + "/quay"}
		d.byPage(quay, object{"body": "A fourth one is from the right page as well."}).into(http.StatusCreated, &honest)
		d.shows("quay", "The quay", page+"/quay")
		d.describe(object{"article": "old", "canonical": "quay"})
		d.as("eve", "POST", "/v1/articles/merges", object{"site": "gazette", "kind": "move", "from": "quay", "into": "2026/quay"}).must(http.StatusCreated)
		d.shows("2026/quay", "The quay", page+"/quay")
		d.as("eve", "POST", "/v1/comments/"+honest.ID+"/decision", object{"action": "reject", "reason": "spam"}).must(http.StatusOK)
		d.shows("2026/quay", "", "")
		d.byPage(quay, object{"body": "The fifth reader likes the new lamps a lot."}).into(http.StatusCreated, &honest)
		d.describe(object{"article": "quay", "title": "Ours"})
		d.as("eve", "POST", "/v1/comments/"+honest.ID+"/decision", object{"action": "reject", "reason": "spam"}).must(http.StatusOK)
		d.shows("quay", "Ours", "")
	})
}
