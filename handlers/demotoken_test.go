package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"winnow/models"
)

func TestDemoSignsInOnlyReadersOfItsOwnPages(t *testing.T) {
	f := newTestSite(t)
	at := headers{"Host": "news.example:8443", "Origin": "https://news.example:8443"}
	_, err := f.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.SSOSecret = ssoSecret; return nil })
	f.must(err)
	f.pass(time.Minute) // the node has read the site
	f.send("POST", "/demo/token", at, nil).must(http.StatusNotFound)
	f.must(f.db.RemoveSite(t.Context(), operator, "herald", false))
	f.must(f.db.RemoveSite(t.Context(), operator, "gazette", false))
	f.pass(time.Minute)
	f.send("POST", "/demo/token", at.with("Origin", "https://evil.example"), nil).must(http.StatusNotFound)
	var signed struct{ Token string }
	f.send("POST", "/demo/token", at, nil).into(http.StatusOK, &signed)
	f.send("POST", "/v1/comments", at.with("X-Reader-Token", signed.Token), comment(object{"site": "demo"})).must(http.StatusCreated)
	f.pass(time.Hour)
	f.send("POST", "/v1/comments", at.with("X-Reader-Token", signed.Token), comment(object{"site": "demo"})).must(http.StatusUnauthorized)
}
