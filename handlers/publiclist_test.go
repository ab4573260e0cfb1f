package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// approved stores an approved comment.
func (f *testSite) approved(article, text string) string {
	f.Helper()
	c, _, _, err := f.db.CreateComment(f.Context(), storage.NewComment{
		Comment: models.Comment{
			Site: "gazette", Article: models.Article{ID: article, Title: "The harbour reopens"},
			Author: models.Author{ID: "secret-id", Name: "Reader", Email: "reader@example.org"},
			Body:   text, Status: models.Approved, Client: models.Client{Hash: "secret-hash"},
		},
		Verdict: models.Verdict{Action: models.Approve, Model: "test"},
	})
	f.must(err)
	return c.ID
}

type articlePage struct {
	Article  models.Article
	Comments []models.Comment
	Next     string
	Total    int
}

func TestArticlePages(t *testing.T) {
	f := newTestSite(t)
	var want []string
	for _, text := range []string{"one", "two", "three", "four", "five"} {
		want = append(want, f.approved("harbour", text))
	}
	f.pending("gazette", "this waits")
	for _, order := range []string{"oldest", "newest"} {
		var got []string
		for cursor := ""; ; {
			var p articlePage
			r := f.send("GET", "/v1/comments?site=gazette&article=harbour&limit=2&order="+order+"&cursor="+url.QueryEscape(cursor), nil, nil)
			r.into(http.StatusOK, &p)
			if strings.Contains(string(r.body), "secret") || strings.Contains(string(r.body), "@") {
				t.Fatalf("the page shows what is not for everybody: %s", r.body)
			}
			if p.Total != 5 || p.Article.Title == "" {
				t.Fatalf("total %d of %+v", p.Total, p.Article)
			}
			for _, c := range p.Comments {
				got = append(got, c.ID)
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if order == "newest" {
			for i, id := range want {
				if got[len(got)-1-i] != id {
					t.Fatalf("newest first: %v, comments made as %v", got, want)
				}
			}
		} else if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("oldest first: %v, want %v", got, want)
		}
	}
}

func TestArticleIsFreshAfterChange(t *testing.T) {
	f := newTestSite(t)
	f.approved("harbour", "one")
	read := func(etag string) reply {
		return f.send("GET", "/v1/comments?site=gazette&article=harbour", headers{"If-None-Match": etag}, nil)
	}
	first := read("")
	first.must(http.StatusOK)
	etag := first.header.Get("ETag")
	if cache := first.header.Get("Cache-Control"); etag == "" || !strings.Contains(cache, "public") {
		t.Fatalf("ETag %q, Cache-Control %q", etag, cache)
	}
	for _, tag := range []string{etag, `"x", W/` + etag, "*"} {
		if r := read(tag); r.status != http.StatusNotModified || len(r.body) > 0 || r.header.Get("ETag") != etag {
			t.Errorf("If-None-Match %s: %d %s", tag, r.status, r.body)
		}
	}
	f.pending("gazette", "not public, so nothing changes")
	read(etag).must(http.StatusNotModified)
	id := f.approved("harbour", "two") // by another process, so it shows within a moment
	f.pass(time.Second)
	if r := read(etag); r.status != http.StatusOK || !strings.Contains(string(r.body), id) || r.header.Get("ETag") == etag {
		t.Errorf("after a change: %d %s", r.status, r.body)
	}
	if r := f.send("HEAD", "/v1/comments?site=gazette&article=harbour", nil, nil); r.status != http.StatusOK || r.header.Get("ETag") == "" {
		t.Errorf("HEAD: %d", r.status)
	}
}

func TestCounts(t *testing.T) {
	f := newTestSite(t)
	f.approved("harbour", "one")
	f.approved("harbour", "two")
	f.pending("gazette", "waits")
	var got struct{ Counts map[string]int }
	f.send("GET", "/v1/comments/counts?article=harbour&article=none", bearer(f.key), nil).into(http.StatusOK, &got)
	if got.Counts["harbour"] != 2 || len(got.Counts) != 2 || got.Counts["none"] != 0 {
		t.Errorf("counts %v", got.Counts)
	}
}

func TestInvalidCommentListRequests(t *testing.T) {
	f := newTestSite(t)
	for query, status := range map[string]int{
		"":                                    422,
		"?site=gazette":                       422,
		"?site=nowhere&article=a":             404,
		"?site=gazette&article=a":             200, // nobody has commented yet
		"?site=gazette&article=%00":           200,
		"?site=gazette&article=%20":           422,
		"?site=gazette&article=a&limit":       200,
		"?site=gazette&article=a&limit=201":   422,
		"?site=gazette&article=a&limit=x":     422,
		"?site=gazette&article=a&order=best":  422,
		"?site=gazette&article=a&cursor=@@@@": 422,
		"?site=%27;drop&article=a":            422,
	} {
		if r := f.send("GET", "/v1/comments"+query, nil, nil); r.status != status {
			t.Errorf("%s: %d, want %d: %s", query, r.status, status, r.body)
		}
	}
	f.send("GET", "/v1/comments?site=herald&article=a", bearer(f.key), nil).must(http.StatusNotFound)
	f.send("GET", "/v1/comments?site=gazette&article=a", bearer("wrong"), nil).must(http.StatusUnauthorized)
	f.send("GET", "/v1/comments/counts?site=gazette&"+strings.Repeat("article=a&", 101), nil, nil).names("article")
}

func TestOwnChangesShowAtOnce(t *testing.T) {
	f := newTestSite(t)
	shows := func(id string) bool {
		r := f.send("GET", "/v1/comments?site=gazette&article=harbour", nil, nil)
		r.must(http.StatusOK)
		return strings.Contains(string(r.body), id)
	}
	id := f.post(nil).ID
	if !shows(id) {
		t.Error("a comment is not there after it was posted")
	}
	f.decide("carl", id, object{"action": "reject", "reason": "spam"})
	if shows(id) {
		t.Error("a comment is still there after it was rejected")
	}
	var batch struct{ Batch string }
	f.as("carl", "POST", "/v1/decisions", object{"comment_ids": []string{id}, "action": "approve"}).into(http.StatusOK, &batch)
	if !shows(id) {
		t.Error("a comment is not there after several were approved")
	}
	f.as("carl", "POST", "/v1/decisions/"+batch.Batch+"/undo", nil).must(http.StatusOK)
	if shows(id) {
		t.Error("a comment is still there after its approval was undone")
	}
}
