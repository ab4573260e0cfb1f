package handlers_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/models"
)

// stoppedClock is a front whose node has a clock that stands still, so that no
// cached value expires.
func stoppedClock(t *testing.T) *testSite {
	t.Helper()
	at := time.Now()
	return newTestSite(t, func(c *handlers.Config) { c.Now = func() time.Time { return at } })
}

func TestARotatedKeyIsRefusedAtOnce(t *testing.T) {
	f := stoppedClock(t)
	old, err := f.db.RotateSiteKey(t.Context(), operator, "herald", models.MainKey, time.Time{})
	f.must(err)
	const path = "/v1/comments?article=a"
	f.send("GET", path, bearer(f.key), nil).must(http.StatusOK)
	f.send("GET", path, bearer(old), nil).must(http.StatusOK)
	var s site
	f.as("ada", "POST", "/v1/sites/herald/key", object{}).into(http.StatusOK, &s)
	f.send("GET", path, bearer(old), nil).must(http.StatusUnauthorized)
	f.send("GET", path, bearer(s.Key), nil).must(http.StatusOK)
	f.send("GET", path, bearer(f.key), nil).must(http.StatusOK) // of another site
}

func TestAChangedSiteTakesEffectAtOnce(t *testing.T) {
	f := stoppedClock(t)
	fromPage := func(origin string) reply {
		body := fmt.Sprintf("Boat %d came back this morning, and the whole quay stood there to watch.", f.posts.Add(1))
		return f.send("POST", "/v1/comments", headers{"Origin": origin}, comment(object{"site": "gazette", "body": body}))
	}
	byPage := func() (p posted) {
		t.Helper()
		fromPage(page).into(http.StatusCreated, &p)
		return p
	}
	if a, b := f.post(nil), byPage(); a.Status != "approved" || b.Status != "approved" {
		t.Fatalf("before: %s by key, %s by page", a.Status, b.Status)
	}
	const moved = "https://new.gazette.example"
	fromPage(moved).must(http.StatusForbidden)
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"mode": "pre", "origins": []string{page, moved}}).must(http.StatusOK)
	if a, b := f.post(nil), byPage(); a.Status != "pending" || b.Status != "pending" {
		t.Errorf("after: %s by key, %s by page", a.Status, b.Status)
	}
	r := fromPage(moved)
	r.must(http.StatusCreated)
	if got := r.header.Get("Access-Control-Allow-Origin"); got != moved {
		t.Errorf("pages of the new origin may not read the reply: %q", got)
	}
}

func TestChangedRulesTakeEffectAtOnce(t *testing.T) {
	f := stoppedClock(t)
	if p := f.post(nil); p.Status != "approved" {
		t.Fatalf("before: %s", p.Status)
	}
	f.as("eve", "PUT", "/v1/sites/gazette/rules", models.Rules{BlockedWords: models.BlockedWords{Words: []string{"quay"}, Action: models.Reject}}).must(http.StatusOK)
	if p := f.post(nil); p.Status != "rejected" {
		t.Errorf("after: %s", p.Status)
	}
}

func TestADisabledModeratorIsRefusedAtOnce(t *testing.T) {
	f := stoppedClock(t)
	f.as("bob", "GET", "/v1/me", nil).must(http.StatusOK)
	f.as("ada", "PATCH", "/v1/moderators/bob", object{"disabled": true}).must(http.StatusOK)
	f.as("bob", "GET", "/v1/me", nil).must(http.StatusUnauthorized)
}
