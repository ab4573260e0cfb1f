package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"winnow/models"
)

func TestFeaturedComments(t *testing.T) {
	f := newTestSite(t)
	p := f.post(nil)
	path := "/v1/comments/" + p.ID + "/featured"
	isPublic := func() bool {
		return strings.Contains(string(f.send("GET", "/v1/comments?site=gazette&article=harbour", nil, nil).body), `"featured":true`)
	}
	var got struct{ Comment models.Comment }
	f.as("bob", "PUT", path, object{"featured": true}).into(http.StatusOK, &got)
	if !got.Comment.Featured || !isPublic() {
		t.Fatalf("featured: %+v", got.Comment)
	}
	f.as("bob", "PUT", path, object{}).names("featured")
	f.as("bob", "PUT", path, object{"featured": false}).must(http.StatusOK)
	if isPublic() {
		t.Error("the mark was taken back, and is public")
	}
	f.as("bob", "PUT", path, object{"featured": true}).must(http.StatusOK)
	f.decide("carl", p.ID, object{"action": "reject", "reason": "off_topic"})
	f.as("bob", "PUT", path, object{"featured": true}).must(http.StatusConflict)
	var trail items[models.Audit]
	f.as("eve", "GET", "/v1/audit?action=comment.feature&subject="+p.ID, nil).into(http.StatusOK, &trail)
	if len(trail.Items) != 3 || string(trail.Items[0].After) != `{"featured":true}` {
		t.Errorf("the audit trail has %+v", trail.Items)
	}
}
