package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

// trial is a gazette that a stranger tries to harm: with pages that may comment, and
// an article that the newsroom has described.
type trial struct{ *testNode }

const evil = "https://evil.example/login"

func onTrial(t *testing.T, sentence string, test func(*trial)) {
	onBoth(t, sentence, func(d *testNode) {
		for slug, origin := range map[string]string{"gazette": page, "herald": "https://herald.example"} {
			_, err := d.db.UpdateSite(d.Context(), operator, slug, func(s *models.Site) error { s.Origins = []string{origin}; return nil })
			d.must(err)
		}
		test(&trial{d})
	})
}

// fromPage posts a comment as a page of an origin does.
func (d *trial) fromPage(origin string, change object, fields ...string) reply {
	d.Helper()
	req := d.request("", "POST", "/v1/comments", comment(change))
	req.Header.Set("Origin", origin)
	for i := 0; i < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	return d.send(req)
}

// describe describes an article as the site's server.
func (d *trial) describe(change object) models.ArticleEntry {
	d.Helper()
	var e models.ArticleEntry
	d.as("front end", "PUT", "/v1/articles", change).into(http.StatusOK, &e)
	return e
}

// shows checks what readers and moderators see of an article, by any of its ids.
func (d *trial) shows(id, title, address string) {
	d.Helper()
	var public struct{ Article models.Article }
	d.as("", "GET", "/v1/comments?site=gazette&article="+urlQuery(id), nil).into(http.StatusOK, &public)
	var found items[models.ArticleEntry]
	d.as("eve", "GET", "/v1/articles?site=gazette&article="+urlQuery(id), nil).into(http.StatusOK, &found)
	seen := models.Article{}
	if len(found.Items) > 0 {
		seen = found.Items[0].Article
	}
	if public.Article.Title != title || public.Article.URL != address || seen.Title != title || seen.URL != address {
		d.Errorf("%q shows %+v to readers and %+v to moderators, want %q at %q", id, public.Article, seen, title, address)
	}
}

func forged(id string) object {
	return object{"id": id, "url": evil, "title": "Log in again", "section": "Phishing"}
}

// relinked is forged with an address of the site itself.
func relinked(id string) object {
	return object{"id": id, "url": page + "/elsewhere", "title": "Log in again", "section": "Phishing"}
}

const gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

func TestStrangersCannotRenameADescribedArticle(t *testing.T) {
	onTrial(t, "a described article", func(d *trial) {
		const decomposed = "Cafe\u0301/2026"
		story := d.describe(object{"article": "Caf\u00e9/2026", "title": "The quay", "url": page + "/quay?id=5", "section": "Local", "aliases": []string{"4711"}})
		if story.ID != "Caf\u00e9/2026" || !story.Described {
			t.Fatalf("described %+v", story)
		}
		var moved models.ArticleMerge
		d.as("eve", "POST", "/v1/articles/merges", object{"site": "gazette", "kind": "move", "from": story.ID, "into": "quay"}).into(http.StatusCreated, &moved)
		unharmed := func(how string) {
			t.Helper()
			for _, id := range []string{"quay", "quay/", story.ID, decomposed, decomposed + "//", "4711"} {
				d.shows(id, "The quay", page+"/quay?id=5")
			}
			if t.Failed() {
				t.Fatalf("after %s", how)
			}
		}
		unharmed("nothing")
		for _, id := range []string{"quay", "quay/", " quay ", story.ID, decomposed, decomposed + "/", "4711", "4711/"} {
			for how, change := range map[string]object{
				"a published comment":    {},
				"the honeypot":           {"website": "x"},
				"a rejected comment":     {"body": gtube},
				"a rejected name":        {"author": object{"name": "viagra-test-123"}},
				"a comment of no length": {"body": " "},
			} {
				change["site"] = "gazette"
				for kind, article := range map[string]object{"forged": forged(id), "relinked": relinked(id)} {
					change["article"] = article
					if r := d.fromPage(page, change); r.status != http.StatusCreated && r.status != http.StatusUnprocessableEntity {
						t.Errorf("%s got %d: %s", how, r.status, r.body)
					}
					_ = kind
				}
			}
		}
		unharmed("comments under all its ids")
		d.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "quay", "state": "pre"}).must(http.StatusOK)
		d.fromPage(page, object{"site": "gazette", "article": relinked("quay")}).must(http.StatusCreated)
		d.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "quay", "state": "closed"}).must(http.StatusOK)
		d.fromPage(page, object{"site": "gazette", "article": relinked("quay")}).must(http.StatusForbidden)
		d.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "quay", "state": "open"}).must(http.StatusOK)
		unharmed("held and refused comments")
	})
}

func TestStrangersFindNoOtherWayToAnArticle(t *testing.T) {
	onTrial(t, "other ways", func(d *trial) {
		d.describe(object{"article": "quay", "title": "The quay", "url": page + "/quay"})
		gazetteKey := d.key
		var parent posted
		d.as("front end", "POST", "/v1/comments", comment(object{"article": object{"id": "quay"}})).into(http.StatusCreated, &parent)
		d.fromPage(page, object{"site": "gazette", "article": relinked("quay"), "parent_id": parent.ID}).must(http.StatusCreated)
		retry := object{"site": "gazette", "article": object{"id": "quay"}}
		d.fromPage(page, retry, "Idempotency-Key", "again").must(http.StatusCreated)
		d.fromPage(page, object{"site": "gazette", "article": relinked("quay")}, "Idempotency-Key", "again").must(http.StatusCreated) // the earlier one
		d.fromPage(page, object{"site": "gazette", "article": relinked("quay")}, "Authorization", "Bearer wk_guess").must(http.StatusUnauthorized)
		d.fromPage("https://evil.example", object{"site": "gazette", "article": relinked("quay")}).must(http.StatusForbidden)
		d.fromPage("https://herald.example", object{"site": "gazette", "article": relinked("quay")}).must(http.StatusForbidden)
		d.fromPage("https://herald.example", object{"site": "herald", "article": relinked("quay")}).must(http.StatusCreated)
		d.fromPage(page, object{"site": "herald", "article": relinked("quay")}).must(http.StatusForbidden)
		d.fromPage(page, object{"site": "gazette", "article": object{"id": "quay", "described": true, "title": "Log in again", "merged_into": "x", "aliases": []string{"mine"}}}).must(http.StatusCreated)
		for _, twice := range []string{
			`{"site":"gazette","article":{"id":"quay"},"Article":{"id":"quay","title":"Log in again"},"author":{"name":"A"},"body":"Twice."}`,
			`{"site":"gazette","article":{"id":"quay","title":"a","TITLE":"Log in again"},"author":{"name":"A"},"body":"Twice, too."}`,
		} {
			req := d.request("", "POST", "/v1/comments", twice)
			req.Header.Set("Origin", page)
			d.send(req).must(http.StatusBadRequest)
		}
		edit := object{"site": "gazette", "body": "Another text, with an article in it.", "article": relinked("quay")}
		req := d.request("", "PUT", "/v1/comments/"+parent.ID, edit)
		req.Header.Set("Origin", page)
		d.send(req).must(http.StatusNotFound)
		d.as("front end", "PUT", "/v1/comments/"+parent.ID, edit).must(http.StatusOK)
		for _, call := range []struct {
			method, path string
			body         object
		}{
			{"PUT", "/v1/articles", object{"site": "gazette", "article": "quay", "title": "Log in again"}},
			{"PUT", "/v1/articles", object{"site": "gazette", "articles": []object{relinked("quay")}}},
			{"POST", "/v1/articles/merges", object{"site": "gazette", "kind": "merge", "from": "quay", "into": "x"}},
			{"POST", "/v1/articles/merges/x/undo", object{}},
		} {
			req := d.request("", call.method, call.path, call.body)
			req.Header.Set("Origin", page)
			d.send(req).must(http.StatusUnauthorized)
			d.as("bob", call.method, call.path, call.body).must(http.StatusForbidden)
			if name := call.body["kind"]; name != nil {
				d.as("front end", call.method, call.path, call.body).must(http.StatusForbidden)
				d.as("hanna", call.method, call.path, call.body).must(http.StatusNotFound)
			}
		}
		d.key = "wk_guess"
		d.as("front end", "PUT", "/v1/articles", relinked("quay")).must(http.StatusUnauthorized)
		d.key = gazetteKey
		d.as("front end", "PUT", "/v1/articles", object{"site": "herald", "article": "quay", "title": "Log in again"}).must(http.StatusNotFound)
		d.as("hanna", "PUT", "/v1/articles", object{"site": "herald", "article": "quay", "title": "Theirs", "shares": object{"site": "gazette", "article": "quay"}}).must(http.StatusOK)
		d.shows("quay", "The quay", page+"/quay")
		var thread struct {
			Comments []struct{ Site string }
		}
		d.as("", "GET", "/v1/comments?site=gazette&article=quay", nil).into(http.StatusOK, &thread)
		for _, c := range thread.Comments {
			if c.Site != "" {
				t.Error("one site alone has made the threads one")
			}
		}
	})
}

func TestReadersReportWhatTheOtherSiteOfAThreadShows(t *testing.T) {
	onTrial(t, "two sites that share a story", func(d *trial) {
		const herald = "https://herald.example"
		theirKey, err := d.db.RotateSiteKey(d.Context(), operator, "herald", "main", time.Time{})
		d.must(err)
		share := func(who, site, with string) {
			t.Helper()
			d.as(who, "PUT", "/v1/articles", object{"site": site, "article": "quay", "shares": object{"site": with, "article": "quay"}}).must(http.StatusOK)
		}
		var posted struct{ ID string }
		d.fromPage(page, object{"site": "gazette", "article": object{"id": "quay"}}).into(http.StatusCreated, &posted)
		flags := "/v1/comments/" + posted.ID + "/flags"
		fromPage := func(origin string) reply {
			req := d.request("", "POST", flags, object{"reason": "spam"})
			req.Header.Set("Origin", origin)
			return d.send(req)
		}
		byServer := func(id string) reply {
			req := d.request("", "POST", flags, object{"author": object{"id": id}})
			req.Header.Set("Authorization", "Bearer "+theirKey)
			return d.send(req)
		}
		share("eve", "gazette", "herald")
		fromPage(herald).must(http.StatusNotFound)
		byServer("1").must(http.StatusNotFound)
		share("hanna", "herald", "gazette")
		fromPage(evil).must(http.StatusNotFound)
		fromPage(herald).must(http.StatusNoContent)
		fromPage(page).must(http.StatusNoContent) // the same household
		byServer("1").must(http.StatusNoContent)
		byServer("1").must(http.StatusNoContent)
		d.as("front end", "POST", flags, object{"author": object{"id": "1"}}).must(http.StatusNoContent) // another person
		c, err := d.db.Comment(d.Context(), posted.ID)
		d.must(err)
		if c.Flags != 3 || c.Status != models.Pending || c.Reason != models.ReasonFlagged {
			t.Errorf("after three reports: %d, %s, %s", c.Flags, c.Status, c.Reason)
		}
		byServer("2").must(http.StatusNotFound)
	})
}

func TestNothingIsTakenOfACommentThatIsNotPublished(t *testing.T) {
	onTrial(t, "an article that nobody has described", func(d *trial) {
		own := func(id string) object {
			return object{"id": id, "url": page + "/" + id + "?email=ada@mail.example#c", "title": "As the page says"}
		}
		for how, change := range map[string]object{
			"honeypot": {"website": "x"},
			"rejected": {"body": gtube},
		} {
			change["site"], change["article"] = "gazette", own(how)
			d.fromPage(page, change).must(http.StatusCreated)
			d.shows(how, "", "")
		}
		d.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "held", "state": "pre"}).must(http.StatusOK)
		var held, forgery struct{ ID string }
		d.fromPage(page, object{"site": "gazette", "article": own("held")}).into(http.StatusCreated, &held)
		d.shows("held", "", "")
		d.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "forged", "state": "pre"}).must(http.StatusOK)
		d.fromPage(page, object{"site": "gazette", "article": forged("forged"), "body": "Somebody wants a link to another site here."}).into(http.StatusCreated, &forgery)
		for _, id := range []string{held.ID, forgery.ID} {
			d.as("eve", "POST", "/v1/comments/"+id+"/decision", object{"action": "approve"}).must(http.StatusOK)
		}
		d.shows("held", "As the page says", page+"/held")
		d.shows("forged", "Log in again", "")
		d.fromPage(page, object{"site": "gazette", "article": own("published")}).must(http.StatusCreated)
		d.shows("published", "As the page says", page+"/published")
		d.fromPage(page, object{"site": "gazette", "article": relinked("published"), "body": "A second page says something else, later."}).must(http.StatusCreated)
		d.shows("published", "As the page says", page+"/published")
		d.fromPage(page, object{"site": "gazette", "article": forged("linked"), "body": "The third page has an address of nobody we know."}).must(http.StatusCreated)
		d.shows("linked", "Log in again", "")
		long := object{"id": "long", "title": strings.Repeat("t", 501), "url": page + "/long?" + strings.Repeat("u", 2100)}
		d.fromPage(page, object{"site": "gazette", "article": long, "body": "The title is long, and so is the address bar of my browser."}).must(http.StatusCreated)
		d.shows("long", strings.Repeat("t", 499)+"…", page+"/long")
		d.describe(object{"article": "linked", "title": "Ours"})
		d.shows("linked", "Ours", "")
	})
}

func TestASiteKeyDescribesWhateverBecomesOfTheComment(t *testing.T) {
	onTrial(t, "the site's server", func(d *trial) {
		for how, change := range map[string]object{
			"honeypot":  {"website": "x"},
			"rejected":  {"body": gtube},
			"published": {},
			"closed":    {},
		} {
			if how == "closed" {
				d.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": how, "state": "closed"}).must(http.StatusOK)
			}
			change["article"] = object{"id": how, "title": "The newsroom's", "url": page + "/" + how + "?email=ada@mail.example"}
			d.as("front end", "POST", "/v1/comments", comment(change))
			d.shows(how, "The newsroom's", page+"/"+how)
		}
		post := func(key, title string) {
			t.Helper()
			req := d.request("front end", "POST", "/v1/comments", comment(object{"article": object{"id": "quay", "title": title}, "body": "Comment " + key + " on the quay."}))
			req.Header.Set("Idempotency-Key", key)
			d.send(req).must(http.StatusCreated)
		}
		post("one", "The quay")
		d.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "quay", "title": "The quay, corrected"}).must(http.StatusOK)
		post("one", "The quay") // a late repetition
		d.shows("quay", "The quay, corrected", "")
		post("two", "The quay again")
		d.shows("quay", "The quay again", "")
		rows, _, err := d.db.AuditPage(d.Context(), operator, models.AuditFilter{Subject: "quay"})
		d.must(err)
		if len(rows) != 3 {
			t.Errorf("%d renamings are in the trail", len(rows))
		}
	})
}

func TestTheRegistryTakesManyArticles(t *testing.T) {
	onTrial(t, "a batch", func(d *trial) {
		var all []object
		for i := range 40 {
			all = append(all, object{"article": fmt.Sprint("a", i), "title": fmt.Sprint("Number ", i), "published_at": "2026-01-02T03:04:05Z"})
		}
		var done items[models.ArticleEntry]
		d.as("front end", "PUT", "/v1/articles", object{"articles": all}).into(http.StatusOK, &done)
		if len(done.Items) != 40 || done.Items[7].Title != "Number 7" || done.Items[7].PublishedAt.Year() != 2026 {
			t.Errorf("the reply is %+v", done.Items)
		}
		all[3] = object{"article": "a3", "title": "Another"}
		all[4] = object{"article": "a4", "url": "javascript:alert(1)"}
		d.as("front end", "PUT", "/v1/articles", object{"articles": all}).names("articles.4.url")
		d.shows("a3", "Number 3", "")
		d.as("front end", "PUT", "/v1/articles", object{"articles": []object{}}).names("articles")
		d.as("front end", "PUT", "/v1/articles", object{"article": "a", "articles": all}).names("article")
		d.as("front end", "PUT", "/v1/articles", object{"articles": make([]object, 501)}).names("articles")
		d.as("front end", "PUT", "/v1/articles", object{"article": "a3", "aliases": []string{" "}}).names("aliases")
		d.as("front end", "PUT", "/v1/articles", object{"article": "a3", "shares": object{"site": "gazette", "article": "x"}}).names("shares.site")
		d.as("front end", "PUT", "/v1/articles", object{"article": "a3", "aliases": []string{"a5"}}).must(http.StatusOK)
		d.as("front end", "PUT", "/v1/articles", object{"article": "a6", "aliases": []string{"a5"}}).must(http.StatusConflict)
		d.shows("a5", "Number 3", "")
	})
}

func TestSpellingsOfAnIdAreOneThread(t *testing.T) {
	onTrial(t, "spellings", func(d *trial) {
		for i, id := range []string{"Caf\u00e9/quay", "Cafe\u0301/quay", "Caf\u00e9/quay/", " Cafe\u0301/quay//"} {
			d.as("front end", "POST", "/v1/comments", comment(object{"article": object{"id": id}, "body": fmt.Sprint("Seen from the window of number ", i, ".")})).must(http.StatusCreated)
		}
		var thread struct {
			Article models.Article
			Total   int
		}
		for _, id := range []string{"Caf\u00e9/quay", "Cafe\u0301/quay/"} {
			d.as("", "GET", "/v1/comments?site=gazette&article="+urlQuery(id), nil).into(http.StatusOK, &thread)
			if thread.Total != 4 || thread.Article.ID != "Caf\u00e9/quay" {
				t.Errorf("%q has %+v", id, thread)
			}
		}
		var counted struct{ Counts map[string]int }
		d.as("", "GET", "/v1/comments/counts?site=gazette&article="+urlQuery("Cafe\u0301/quay/"), nil).into(http.StatusOK, &counted)
		if counted.Counts["Cafe\u0301/quay/"] != 4 {
			t.Errorf("counts %v", counted.Counts)
		}
	})
}

func TestAgeClosesArticlesAndAHandReopensThem(t *testing.T) {
	f := newTestSite(t)
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"closing": object{"days": 14, "sections": object{"Sport": 1}}}).must(http.StatusOK)
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"closing": object{"days": -1}}).names("closing")
	f.as("front end", "PUT", "/v1/articles", object{"article": "harbour", "published_at": later(-20 * 24 * time.Hour)}).must(http.StatusOK)
	f.send("POST", "/v1/comments", bearer(f.key), comment(nil)).refused("closed", nil)
	var public struct{ State string }
	f.send("GET", "/v1/comments?site=gazette&article=harbour", nil, nil).into(http.StatusOK, &public)
	if public.State != "closed" {
		t.Errorf("readers see it %q", public.State)
	}
	var e models.ArticleEntry
	f.setArticle("eve", object{"state": "open"}).into(http.StatusOK, &e)
	if e.State != models.ArticleOpen || !e.KeepOpen {
		t.Errorf("reopened %+v", e)
	}
	f.post(nil)
	f.setArticle("eve", object{"closes_at": later(20 * time.Minute)}).must(http.StatusOK)
	f.post(nil)
	f.pass(30 * time.Minute)
	f.send("POST", "/v1/comments", bearer(f.key), comment(nil)).refused("closed", nil)
	f.setArticle("eve", object{"closes_at": later(-time.Hour)}).names("closes_at")
	f.setArticle("front end", object{"closes_at": nil}).must(http.StatusForbidden)
	f.setArticle("eve", object{"closes_at": nil, "keep_open": false}).into(http.StatusOK, &e)
	if e.ClosedBy != models.ClosedByAge {
		t.Errorf("closed by %q", e.ClosedBy)
	}
}
