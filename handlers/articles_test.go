package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

// setArticle changes the gazette's article "harbour", or the one in change.
func (f *testSite) setArticle(name string, change object) reply {
	all := object{"site": "gazette", "article": "harbour"}
	for k, v := range change {
		all[k] = v
	}
	return f.as(name, "PUT", "/v1/articles", all)
}

func TestArticlesAreClosedAndHeld(t *testing.T) {
	f := newTestSite(t)
	const path = "/v1/comments?site=gazette&article=harbour"
	f.post(nil)
	open := f.send("GET", path, nil, nil)
	until := later(10 * time.Minute)
	var e models.ArticleEntry
	f.setArticle("eve", object{"state": "closed", "until": until, "section": " Sport "}).into(http.StatusOK, &e)
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
	f.setArticle("eve", object{"state": "pre"}).into(http.StatusOK, &e)
	if !e.Until.IsZero() || e.Section != "Sport" {
		t.Errorf("the end of another state: %+v", e)
	}
	if created := f.post(nil); created.Status != "pending" || created.Reason != "premoderation" {
		t.Errorf("held: %+v", created)
	}
	f.setArticle("eve", object{"state": "open"}).must(http.StatusOK)
	f.post(nil)
	f.setArticle("eve", object{"article": "not yet", "state": "closed"}).must(http.StatusOK)
	f.send("POST", "/v1/comments", bearer(f.key), comment(object{"article": object{"id": "not yet"}})).refused("closed", nil)

	var found items[models.ArticleEntry]
	f.as("bob", "GET", "/v1/articles?site=gazette&q=HARBOUR", nil).into(http.StatusOK, &found)
	if len(found.Items) != 1 || found.Items[0].Pending != 1 || found.Items[0].Approved != 3 {
		t.Errorf("found %+v", found.Items)
	}
	f.as("bob", "GET", "/v1/articles?site=gazette&state=closed&limit=1", nil).into(http.StatusOK, &found)
	if len(found.Items) != 1 || found.Items[0].ID != "not yet" {
		t.Errorf("closed %+v", found.Items)
	}
}

func TestArticleRequestsAreRefused(t *testing.T) {
	f := newTestSite(t)
	f.post(nil)
	f.setArticle("eve", object{"state": "ajar"}).names("state")
	f.setArticle("eve", object{"state": "closed", "until": later(-time.Hour)}).names("until")
	f.setArticle("eve", object{"state": "open", "until": later(3 * time.Hour)}).names("until")
	f.setArticle("eve", object{"surge": object{"count": 5}}).names("surge.minutes")
	f.setArticle("eve", object{"surge_until": later(5 * time.Hour)}).names("surge_until")
	f.setArticle("eve", object{"section": strings.Repeat("x", 101)}).names("section")
	f.setArticle("eve", object{"article": " "}).names("article")
	f.setArticle("eve", object{"site": ""}).names("site")
	f.setArticle("eve", object{"state": 1}).must(http.StatusBadRequest)
	f.setArticle("bob", object{"state": "closed"}).must(http.StatusForbidden)
	f.setArticle("hanna", object{"state": "closed"}).must(http.StatusNotFound)
	f.setArticle("front end", object{"state": "closed"}).must(http.StatusForbidden)
	f.setArticle("", object{"state": "closed"}).must(http.StatusUnauthorized)
	f.as("bob", "GET", "/v1/articles", nil).names("site")
	f.as("bob", "GET", "/v1/articles?site=gazette&state=ajar", nil).names("state")
	f.as("bob", "GET", "/v1/articles?site=gazette&cursor=x", nil).names("cursor")
	f.as("hanna", "GET", "/v1/articles?site=gazette", nil).must(http.StatusNotFound)
	f.as("front end", "GET", "/v1/articles?site=gazette", nil).must(http.StatusOK)
	f.as("", "GET", "/v1/articles?site=gazette", nil).must(http.StatusUnauthorized)
}
