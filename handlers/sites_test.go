package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/models"

	"github.com/golang-jwt/jwt/v5"
)

type site struct {
	Slug, Name, Mode, Key string
	Origins               []string
	Thresholds            struct{ Hold, Reject *float64 }
	Retention             struct{ Addresses, Rejected, Labels int }
}

func TestAdminsChangeSites(t *testing.T) {
	f := newTestSite(t)
	var s site
	f.as("ada", "POST", "/v1/sites", object{
		"slug": "courier", "origins": []string{"https://Courier.example/"}, "thresholds": object{"hold": 0.4, "reject": 0.9},
	}).into(http.StatusCreated, &s)
	if s.Name != "courier" || s.Mode != "post" || !slices.Equal(s.Origins, []string{"https://courier.example"}) {
		t.Errorf("added %+v", s)
	}
	first := s.Key
	f.send("GET", "/v1/comments?article=a", bearer(first), nil).must(http.StatusOK)
	f.as("ada", "POST", "/v1/sites", object{"slug": "courier"}).must(http.StatusConflict)
	f.as("ada", "POST", "/v1/sites", object{"slug": "A site"}).names("slug")
	f.as("ada", "POST", "/v1/sites", []string{}).must(http.StatusBadRequest)

	s = site{}
	f.as("ada", "PATCH", "/v1/sites/courier", object{
		"name": " The Courier ", "mode": "pre", "thresholds": object{"reject": nil, "hold": 0.5}, "retention": object{"rejected": 90},
	}).into(http.StatusOK, &s)
	if s.Name != "The Courier" || s.Mode != "pre" || len(s.Origins) != 1 || *s.Thresholds.Hold != 0.5 || s.Thresholds.Reject != nil || s.Retention.Rejected != 90 || s.Key != "" {
		t.Errorf("changed to %+v", s)
	}
	f.as("ada", "PATCH", "/v1/sites/courier", object{"thresholds": object{"hold": 2}}).names("thresholds.hold")
	f.as("ada", "PATCH", "/v1/sites/courier", object{"mode": 1}).must(http.StatusBadRequest)
	f.as("ada", "PATCH", "/v1/sites/courier", object{"origins": []string{"courier"}}).names("origins")

	f.as("ada", "POST", "/v1/sites/courier/key", object{}).into(http.StatusOK, &s)
	if s.Key == first || s.Key == "" {
		t.Errorf("the key after its rotation is %q", s.Key)
	}
	f.send("GET", "/v1/comments?article=a", bearer(s.Key), nil).must(http.StatusOK)
	f.send("GET", "/v1/comments?article=a", bearer(first), nil).must(http.StatusUnauthorized)

	var trail struct{ Items []models.Audit }
	f.as("eve", "GET", "/v1/audit?site=courier", nil).into(http.StatusOK, &trail)
	if len(trail.Items) != 3 || trail.Items[1].Actor != "moderator:ada" || !strings.Contains(string(trail.Items[1].Before), `"hold":0.4`) || strings.Contains(string(trail.Items[1].After), `"hold":0.4`) {
		t.Errorf("the trail: %+v", trail.Items)
	}
}

func TestReasonsOfASite(t *testing.T) {
	f := newTestSite(t)
	reasons := []object{{"id": "insult", "under": "abuse", "name": "Insults", "message": "Please stay polite."}}
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"reasons": []object{{"id": "Insult", "under": "rudeness", "name": ""}}}).names("reasons")
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"reasons": reasons}).must(http.StatusOK)
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"name": "The Gazette"}).must(http.StatusOK)
	var sites items[models.Site]
	f.as("bob", "GET", "/v1/sites", nil).into(http.StatusOK, &sites)
	for _, s := range sites.Items {
		if s.Slug == "gazette" && (len(s.Reasons) != 1 || s.Reasons[0].Under != models.ReasonAbuse) {
			t.Fatalf("a moderator sees %+v", s.Reasons)
		}
	}
	p := f.post(object{"author": object{"name": "Ann", "id": "reader-7"}})
	outcome := func(h headers, query string) (o models.Outcome) {
		t.Helper()
		f.send("GET", "/v1/comments/"+p.ID+"/outcome"+query, h, nil).into(http.StatusOK, &o)
		return o
	}
	if o := outcome(bearer(f.key), ""); o.Status == "" || o.DecidedAt != nil {
		t.Fatalf("before: %+v", o)
	}
	got := f.decide("bob", p.ID, object{"action": "reject", "detail": "insult", "note": "in the house"})
	if got.Reason != models.ReasonAbuse || got.Label != models.Abuse {
		t.Fatalf("decided: %+v", got)
	}
	token := func(sub string) headers {
		return headers{"Origin": page, "X-Reader-Token": reader(t, jwt.MapClaims{"sub": sub, "name": "Ann", "exp": f.now().Add(time.Hour).Unix()})}
	}
	for _, o := range []models.Outcome{outcome(bearer(f.key), ""), outcome(token("reader-7"), "?site=gazette")} {
		if o.Status != models.Rejected || o.Reason != models.ReasonAbuse || o.Message != "Please stay polite." || o.DecidedAt == nil {
			t.Fatalf("outcome: %+v", o)
		}
	}
	path := "/v1/comments/" + p.ID + "/outcome?site=gazette"
	f.send("GET", path, token("reader-8"), nil).must(http.StatusNotFound)
	f.send("GET", path, headers{"Origin": page}, nil).must(http.StatusNotFound)
	f.send("GET", path, nil, nil).must(http.StatusUnauthorized)
	f.as("bob", "GET", path, nil).must(http.StatusForbidden)
}
