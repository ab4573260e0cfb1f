package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"winnow/models"
)

func TestRedaction(t *testing.T) {
	f := newTestSite(t)
	p := f.post(object{"body": "The captain is Piet Boom, and lives at the lock."})
	f.post(object{"body": "The lock was opened by the old keeper."})
	public := func() string {
		return string(f.send("GET", "/v1/comments?site=gazette&article=harbour", nil, nil).body)
	}
	if !strings.Contains(public(), "Piet Boom") {
		t.Fatalf("the comment is not published: %s", public())
	}
	path := "/v1/comments/" + p.ID + "/redaction"
	words := object{"version": 1, "at": [][2]int{{15, 24}, {30, 47}}}
	var got struct{ Comment models.Comment }
	f.as("bob", "POST", path, words).into(http.StatusOK, &got)
	if got.Comment.Body != "The captain is [removed], and [removed]." || got.Comment.Version != 2 || !got.Comment.Redacted {
		t.Fatalf("redacted: %+v", got.Comment)
	}
	if all := public(); strings.Contains(all, "Piet") || !strings.Contains(all, "The captain is [removed], and [removed].") || strings.Contains(all, `redacted`) {
		t.Fatalf("the public reads %s", all)
	}
	f.as("bob", "POST", path, words).must(http.StatusConflict)
	f.as("bob", "POST", path, object{"version": 2, "at": [][2]int{{15, 99}}}).names("at")
	f.as("bob", "POST", path, object{"version": 2, "at": [][]int{{1, 5, 9}}}).names("at")
	f.as("bob", "DELETE", path, nil).names("version")
	path += "?version=2"
	f.as("greta", "DELETE", path, nil).must(http.StatusNotFound)
	got.Comment = models.Comment{}
	f.as("carl", "DELETE", path, nil).into(http.StatusOK, &got)
	if got.Comment.Redacted || !strings.Contains(public(), "Piet Boom") {
		t.Fatalf("put back: %+v", got.Comment)
	}
	f.as("carl", "DELETE", path, nil).must(http.StatusConflict)
	var trail items[models.Audit]
	f.as("eve", "GET", "/v1/audit?subject="+p.ID, nil).into(http.StatusOK, &trail)
	if len(trail.Items) != 2 || trail.Items[0].Action != "comment.unredact" || trail.Items[1].Actor != "moderator:bob" || strings.Contains(string(trail.Items[1].Before)+string(trail.Items[1].After), "Piet") {
		t.Errorf("the audit trail has %+v", trail.Items)
	}
}

func TestRedactionOfALink(t *testing.T) {
	f := newTestSite(t)
	p := f.post(object{"body": "Ask [Piet Boom](https://boats.example/piet-boom) at the old lock."})
	f.as("bob", "POST", "/v1/comments/"+p.ID+"/redaction", object{"version": 1, "at": [][2]int{{5, 14}}}).must(http.StatusOK)
	for _, path := range []string{"/v1/comments?site=gazette&article=harbour", "/v1/feed.json?site=gazette&article=harbour", "/v1/threads.html?site=gazette&article=harbour"} {
		all := string(f.send("GET", path, nil, nil).body)
		if !strings.Contains(all, "at the old lock") || strings.Contains(all, "boom") || strings.Contains(all, "Boom") {
			t.Errorf("%s has %s", path, all)
		}
	}
}

func TestRedactionOfLabels(t *testing.T) {
	f := newTestSite(t)
	p := f.post(object{"body": "The captain is Piet Boom, and lives at the lock."})
	f.as("bob", "POST", "/v1/comments/"+p.ID+"/decision", object{"action": "approve"}).must(http.StatusOK)
	f.as("bob", "POST", "/v1/comments/"+p.ID+"/redaction", object{"version": 2, "at": [][2]int{{15, 24}}}).must(http.StatusOK)
	if all := string(f.as("eve", "GET", "/v1/labels?site=gazette", nil).body); !strings.Contains(all, "The captain is [removed], and") || strings.Contains(all, "Boom") {
		t.Errorf("the export has %s", all)
	}
}
