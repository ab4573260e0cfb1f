package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"winnow/models"

	"github.com/golang-jwt/jwt/v5"
)

func TestEditing(t *testing.T) {
	f := newTestSite(t)
	p := f.post(object{"author": object{"name": "Ann", "id": "reader-7"}})
	path := "/v1/comments/" + p.ID
	token := func(sub string) headers {
		return headers{"Origin": page, "X-Reader-Token": reader(t, jwt.MapClaims{"sub": sub, "name": "Ann", "exp": f.now().Add(time.Hour).Unix()})}
	}
	edit := func(h headers, text string) reply {
		return f.send("PUT", path, h, object{"site": "gazette", "body": text})
	}
	var after posted
	edit(token("reader-7"), "The boats came back this evening.").into(http.StatusOK, &after)
	if after.ID != p.ID || after.Verdict != nil {
		t.Fatalf("a reader gets %+v", after)
	}
	edit(token("reader-8"), "Not mine.").must(http.StatusNotFound)
	edit(headers{"Origin": page}, "Nobody's.").must(http.StatusNotFound)
	edit(token("reader-7"), " ").names("body")
	f.pass(16 * time.Minute)
	edit(token("reader-7"), "Too late.").must(http.StatusForbidden)

	f.decide("bob", p.ID, object{"action": "approve"})
	edit(bearer(f.key), "The harbour master wrote this for her.").into(http.StatusOK, &after)
	if after.Status != "pending" || after.Reason != "edited" || after.Verdict == nil {
		t.Fatalf("a server gets %+v", after)
	}
	var got struct {
		Comment   models.Comment
		Revisions []models.Revision
	}
	f.as("bob", "GET", path, nil).into(http.StatusOK, &got)
	if got.Comment.Lang != "en" && got.Comment.Lang != "" || len(got.Revisions) != 2 || got.Revisions[1].Body != "The boats came back this evening." {
		t.Fatalf("a moderator sees %+v", got)
	}
	f.send("PUT", path, nil, object{"site": "gazette", "body": "x"}).must(http.StatusUnauthorized)
	f.as("bob", "PUT", path, object{"body": "x"}).must(http.StatusForbidden)
	f.send("PUT", "/v1/comments/nonsense", bearer(f.key), object{"body": "x"}).must(http.StatusNotFound)
}
