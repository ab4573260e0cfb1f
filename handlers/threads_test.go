package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage"
)

// saying stores a published comment, below another one when parent is not "".
func (f *testSite) saying(article, parent, name, text string) string {
	f.Helper()
	c, _, _, err := f.db.CreateComment(f.Context(), storage.NewComment{
		Comment: models.Comment{
			Site: "gazette", Article: models.Article{ID: article, Title: "The harbour reopens", URL: "https://gazette.example/" + url.PathEscape(article)}, ParentID: parent,
			Author: models.Author{ID: "secret-" + name, Name: name, Email: "secret@example.org"},
			Body:   text, Status: models.Approved, Client: models.Client{Hash: "secret-hash"},
		},
		Verdict: models.Verdict{Action: models.Approve, Model: "test"},
	})
	f.must(err)
	return c.ID
}

type shownComment struct {
	ID       string
	RootID   string `json:"root_id"`
	ParentID string `json:"parent_id"`
	Depth    int
	Removed  bool
	To       string
	Author   *struct{ Name string }
	Body     string
	HTML     string
	Featured bool
}

type shownThread struct {
	shownComment
	Replies   []shownComment
	More      int
	MoreAfter string `json:"more_after"`
}

type threadsPage struct {
	Site     string
	Article  models.Article
	State    string
	Total    int
	Next     string
	Settings map[string]any
	Featured []shownComment
	Threads  []shownThread
}

func (f *testSite) threads(query string) (page threadsPage) {
	f.Helper()
	f.send("GET", "/v1/threads?site=gazette&article=harbour"+query, nil, nil).into(http.StatusOK, &page)
	return page
}

func TestThreadsAreReadPageByPage(t *testing.T) {
	f := newTestSite(t)
	var roots []string
	for i := range 5 {
		roots = append(roots, f.saying("harbour", "", "Ada", fmt.Sprint("root ", i)))
	}
	last := roots[1]
	for i := range 9 {
		last = f.saying("harbour", last, fmt.Sprint("Reader ", i), fmt.Sprint("reply ", i))
	}
	f.pending("gazette", "this waits")
	for order, want := range map[string]string{"oldest": "0 1 2 3 4", "newest": "4 3 2 1 0", "best": "4 3 2 1 0"} {
		var got []string
		for next := ""; ; {
			page := f.threads("&limit=2&order=" + order + "&cursor=" + url.QueryEscape(next))
			if page.Total != 14 || page.Site != "gazette" || page.Article.Title == "" || page.Settings["edit_minutes"] == nil {
				t.Fatalf("page %+v", page)
			}
			for _, thread := range page.Threads {
				got = append(got, strings.TrimPrefix(thread.Body, "root "))
				if thread.ID == roots[1] && (len(thread.Replies) != 3 || thread.More != 6 || thread.MoreAfter == "" || thread.RootID != "") {
					t.Fatalf("thread %+v", thread)
				}
			}
			if next = page.Next; next == "" {
				break
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", order, got, want)
		}
	}
	r := f.send("GET", "/v1/threads?site=gazette&article=harbour", nil, nil)
	if text := string(r.body); strings.Contains(text, "secret") || strings.Contains(text, "@") {
		t.Errorf("the page shows what is not for everybody: %s", text)
	}
}

func TestRepliesOfAThread(t *testing.T) {
	f := newTestSite(t)
	root := f.saying("harbour", "", "Ada", "root")
	last := root
	for i := range 9 {
		last = f.saying("harbour", last, fmt.Sprint("Reader ", i), fmt.Sprint("reply ", i))
	}
	first := f.threads("").Threads[0]
	all, next := first.Replies, first.MoreAfter
	for next != "" {
		var page struct {
			Replies []shownComment
			Next    string
		}
		f.send("GET", "/v1/threads/"+root+"?site=gazette&limit=4&cursor="+url.QueryEscape(next), nil, nil).into(http.StatusOK, &page)
		all, next = append(all, page.Replies...), page.Next
	}
	if len(all) != 9 {
		t.Fatalf("%d replies", len(all))
	}
	for i, c := range all {
		to := ""
		if i > 0 {
			to = fmt.Sprint("Reader ", i-1)
		}
		if c.Body != fmt.Sprint("reply ", i) || c.Depth != min(i+1, 3) || c.RootID != root || c.To != to {
			t.Errorf("reply %d: %+v", i, c)
		}
	}
	var ofReply struct{ Replies []shownComment }
	f.send("GET", "/v1/threads/"+all[5].ID+"?site=gazette", nil, nil).into(http.StatusOK, &ofReply)
	if len(ofReply.Replies) != 9 || ofReply.Replies[0].RootID != root {
		t.Errorf("by the id of a reply: %+v", ofReply.Replies)
	}
	var page struct {
		Article models.Article
		Thread  shownThread
	}
	f.send("GET", "/v1/comments/"+all[5].ID+"/thread?site=gazette", nil, nil).into(http.StatusOK, &page)
	var shown []string
	for _, c := range page.Thread.Replies {
		shown = append(shown, strings.TrimPrefix(c.Body, "reply "))
	}
	if got := strings.Join(shown, " "); page.Thread.ID != root || page.Article.ID != "harbour" || got != "0 1 4 5 6" || page.Thread.More != 4 {
		t.Errorf("permalink: %s, %+v", got, page)
	}
}

func TestThreadsAreFreshAfterAChange(t *testing.T) {
	f := newTestSite(t)
	root := f.saying("harbour", "", "Ada", "root")
	reply := f.saying("harbour", root, "Bea", "reply")
	for _, path := range []string{"/v1/threads?site=gazette&article=harbour", "/v1/threads/" + root + "?site=gazette", "/v1/comments/" + root + "/thread?site=gazette"} {
		first := f.send("GET", path, nil, nil)
		first.must(http.StatusOK)
		etag := first.header.Get("ETag")
		if etag == "" || !strings.Contains(first.header.Get("Cache-Control"), "s-maxage") || !strings.Contains(string(first.body), reply) {
			t.Fatalf("%s: %v %s", path, first.header, first.body)
		}
		f.send("GET", path, headers{"If-None-Match": etag}, nil).must(http.StatusNotModified)
		if got := first.header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%s: for the pages of %q", path, got)
		}
	}
	f.as("ada", "POST", "/v1/comments/"+reply+"/decision", object{"action": "reject", "reason": "abuse"}).must(http.StatusOK)
	for _, path := range []string{"/v1/threads?site=gazette&article=harbour", "/v1/threads/" + root + "?site=gazette", "/v1/comments/" + root + "/thread?site=gazette"} {
		r := f.send("GET", path, nil, nil)
		if r.must(http.StatusOK); strings.Contains(string(r.body), reply) {
			t.Errorf("%s shows what was taken down: %s", path, r.body)
		}
	}
	f.send("GET", "/v1/comments/"+reply+"/thread?site=gazette", nil, nil).must(http.StatusNotFound)
}

func TestAPlaceholderSaysNothing(t *testing.T) {
	f := newTestSite(t)
	root := f.saying("harbour", "", "Ada", "a text that goes")
	f.saying("harbour", root, "Bea", "reply")
	_, err := f.db.EraseReader(f.Context(), models.Caller{Kind: models.ByCommand}, models.Reader{Site: "gazette", ID: "secret-Ada"})
	f.must(err)
	r := f.send("GET", "/v1/threads?site=gazette&article=harbour", nil, nil)
	r.must(http.StatusOK)
	if text := string(r.body); !strings.Contains(text, `"threads":[{"id":"`+root+`","depth":0,"removed":true,"created_at":"`) || !strings.Contains(text, `Z","replies":[{`) || strings.Contains(text, "Ada") {
		t.Errorf("%s", text)
	}
}

func TestFeaturedCommentsStandOnTop(t *testing.T) {
	f := newTestSite(t)
	root := f.saying("harbour", "", "Ada", "root")
	reply := f.saying("harbour", root, "Bea", "reply")
	f.saying("harbour", "", "Cid", "another")
	f.as("ada", "PUT", "/v1/comments/"+reply+"/featured", object{"featured": true}).must(http.StatusOK)
	page := f.threads("&limit=1")
	if len(page.Featured) != 1 || page.Featured[0].ID != reply || page.Featured[0].RootID != root || !page.Featured[0].Featured {
		t.Errorf("%+v", page.Featured)
	}
	if page = f.threads("&limit=1&cursor=" + url.QueryEscape(page.Next)); len(page.Featured) != 0 {
		t.Errorf("on the second page: %+v", page.Featured)
	}
}

func TestInvalidThreadRequests(t *testing.T) {
	f := newTestSite(t)
	root := f.saying("harbour", "", "Ada", "root")
	for path, status := range map[string]int{
		"/v1/threads":                                      422,
		"/v1/threads?site=gazette":                         422,
		"/v1/threads?site=nowhere&article=a":               404,
		"/v1/threads?site=gazette&article=a":               200, // nobody has commented yet
		"/v1/threads?site=gazette&article=a&order=worst":   422,
		"/v1/threads?site=gazette&article=a&limit=101":     422,
		"/v1/threads?site=gazette&article=a&limit=0":       422,
		"/v1/threads?site=gazette&article=a&cursor=@@@@":   422,
		"/v1/threads/" + root + "?site=gazette":            200,
		"/v1/threads/" + root + "?site=gazette&limit=x":    422,
		"/v1/threads/" + root + "?site=herald":             404,
		"/v1/threads/" + root:                              422,
		"/v1/threads/nothing?site=gazette":                 404,
		"/v1/comments/nothing/thread?site=gazette":         404,
		"/v1/comments/" + root + "/thread?site=gazette":    200,
		"/v1/comments/" + root + "/thread?site=herald":     404,
		"/v1/comments/%27%22%3C/thread?site=gazette":       404,
		"/v1/threads/" + root + "?site=gazette&cursor=e30": 422,
	} {
		if r := f.send("GET", path, nil, nil); r.status != status {
			t.Errorf("%s: %d, want %d: %s", path, r.status, status, r.body)
		}
	}
}

func TestAClosedArticleSaysSoWithItsThreads(t *testing.T) {
	f := newTestSite(t)
	f.as("ada", "PUT", "/v1/articles", object{"site": "gazette", "article": "harbour", "state": "closed"}).must(http.StatusOK)
	if page := f.threads(""); page.State != "closed" {
		t.Errorf("%+v", page)
	}
}

// TestThreadsFollowTheSettingsOfTheSite: what a page knows of its site, and how it shows
// addresses in comments, changes with the settings.
func TestThreadsFollowTheSettingsOfTheSite(t *testing.T) {
	t.Parallel()
	f := newTestSite(t)
	f.saying("harbour", "", "Ada", "The timetable is at https://ferry.example/times today.")
	page := f.threads("")
	if s := page.Settings; s["edit_minutes"] != 15.0 || s["appeals"] != true || s["nudge"] != nil || s["links"] != nil {
		t.Errorf("the settings are %v", s)
	}
	if html := page.Threads[0].HTML; strings.Contains(html, "<a ") {
		t.Errorf("a link that the site does not want: %s", html)
	}
	f.configure(object{"edit_minutes": 5, "appeals": false, "nudge": true, "links_in_comments": true})
	page = f.threads("")
	if s := page.Settings; s["edit_minutes"] != 5.0 || s["appeals"] != nil || s["nudge"] != true || s["links"] != true {
		t.Errorf("the settings are %v", s)
	}
	if html := page.Threads[0].HTML; !strings.Contains(html, `<a href="https://ferry.example/times"`) {
		t.Errorf("no link: %s", html)
	}
}
