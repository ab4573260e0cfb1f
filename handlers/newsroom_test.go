package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"winnow/models"
)

func TestNewsroomReplies(t *testing.T) {
	f := newTestSite(t)
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"newsroom": " The Gazette desk "}).must(http.StatusOK)
	p := f.post(nil)
	public := func() string {
		return string(f.send("GET", "/v1/comments?site=gazette&article=harbour", nil, nil).body)
	}
	var got struct{ Comment models.Comment }
	f.as("bob", "POST", "/v1/comments/"+p.ID+"/replies", object{"body": "We have asked the company, and wait."}).into(http.StatusCreated, &got)
	answer := got.Comment
	withKey := func(key, body string) reply {
		req := f.request("carl", "POST", "/v1/comments/"+answer.ID+"/replies", object{"body": body})
		req.Header.Set("Idempotency-Key", key)
		return f.testNode.send(req)
	}
	for range 2 {
		withKey("click-1", "It is here now.").into(http.StatusCreated, &got)
	}
	if n := strings.Count(public(), "It is here now."); n != 1 {
		t.Errorf("a reply that was sent twice with one key is there %d times", n)
	}
	withKey(strings.Repeat("k", 201), "Once more.").names("Idempotency-Key")
	if answer.WrittenBy != "bob" || answer.Status != models.Approved || answer.ParentID != p.ID {
		t.Fatalf("the reply is %+v", answer)
	}
	if all := public(); !strings.Contains(all, `"author":{"name":"The Gazette desk","staff":true},"body":"We have asked the company, and wait."`) || strings.Contains(all, "bob") {
		t.Fatalf("the public reads %s", all)
	}
	f.as("bob", "POST", "/v1/comments/"+p.ID+"/replies", object{"body": " "}).names("body")
	f.as("greta", "POST", "/v1/comments/"+p.ID+"/replies", object{"body": "Not ours."}).must(http.StatusNotFound)
	// A stranger cannot sign as the newsroom.
	f.send("POST", "/v1/comments", bearer(f.key), comment(object{"author": object{"name": "the gazette  Desk"}, "body": "I am the desk."})).must(http.StatusUnprocessableEntity)

	path := "/v1/replies/" + answer.ID
	f.as("carl", "PATCH", path, object{"version": 1, "body": "The company has answered: next week."}).must(http.StatusOK)
	f.as("carl", "PATCH", path, object{"version": 1, "body": "Too late."}).must(http.StatusConflict)
	f.as("carl", "PATCH", path, object{"body": ""}).names("body")
	if all := public(); !strings.Contains(all, "next week") || strings.Contains(all, "and wait") {
		t.Errorf("after the change the public reads %s", all)
	}
	f.as("carl", "PATCH", path, object{"withdrawn": true}).must(http.StatusOK)
	if strings.Contains(public(), "next week") {
		t.Error("the reply was withdrawn, and is public")
	}
	f.as("carl", "PATCH", path, object{"withdrawn": false}).must(http.StatusOK)
	f.as("carl", "POST", "/v1/comments/"+answer.ID+"/decision", object{"action": "reject", "reason": "other"}).must(http.StatusConflict)
	if !strings.Contains(public(), "next week") {
		t.Error("the reply is not public again")
	}
	f.as("carl", "PATCH", "/v1/replies/"+p.ID, object{"withdrawn": true}).must(http.StatusNotFound) // a reader's
}
