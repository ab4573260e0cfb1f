package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/models"
)

func TestBurstHoldsNewComments(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) { c.Rates = handlers.Rates{} })
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"surge": object{"count": 3, "minutes": 5, "hold_minutes": 30}}).must(http.StatusOK)
	n := 0
	post := func(article string) posted {
		n++
		return f.post(object{"article": object{"id": article}, "body": fmt.Sprintf("The %dth boat came back this morning to the quay.", n)})
	}
	for range 3 {
		if p := post("busy"); p.Status != "approved" {
			t.Fatalf("before the burst: %+v", p)
		}
	}
	key := bearer(f.key).with("Idempotency-Key", "k")
	first := f.send("POST", "/v1/comments", key, comment(object{"article": object{"id": "busy"}}))
	if first.must(http.StatusCreated); !strings.Contains(string(first.body), `"reason":"surge"`) {
		t.Fatalf("one too many: %s", first.body)
	}
	if p := post("busy"); p.Status != "pending" || p.Reason != "surge" {
		t.Errorf("in the burst: %+v", p)
	}
	if p := post("quiet"); p.Status != "approved" {
		t.Errorf("on another article: %+v", p)
	}
	var q struct{ Items []models.QueueItem }
	f.as("bob", "GET", "/v1/queue?reason=surge", nil).into(http.StatusOK, &q)
	if len(q.Items) != 2 || q.Items[0].Comment.Article.BurstUntil.Before(f.now().Add(29*time.Minute)) {
		t.Errorf("in the queue: %+v", q.Items)
	}
	var found items[models.ArticleEntry]
	f.as("bob", "GET", "/v1/articles?site=gazette&state=surge", nil).into(http.StatusOK, &found)
	if len(found.Items) != 1 || found.Items[0].ID != "busy" {
		t.Errorf("articles in a burst: %+v", found.Items)
	}
	f.pass(31 * time.Minute)
	if p := post("busy"); p.Status != "approved" {
		t.Errorf("after the burst: %+v", p)
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
