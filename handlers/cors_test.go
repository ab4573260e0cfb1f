package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestOnePublicReplyServesThePagesOfAllOrigins(t *testing.T) {
	f := newTestSite(t)
	for _, path := range []string{"/v1/comments?site=gazette&article=harbour", "/v1/comments/counts?site=gazette&article=harbour", "/v1/comments?site=nowhere&article=x"} {
		for _, origin := range []string{"", page, "https://elsewhere.example", "null"} {
			h := headers{}
			if origin != "" {
				h["Origin"] = origin
			}
			r := f.send("GET", path, h, nil)
			if got := r.header.Get("Access-Control-Allow-Origin"); got != "*" {
				t.Errorf("%s from %q: Access-Control-Allow-Origin is %q", path, origin, got)
			}
			if vary := strings.Join(r.header.Values("Vary"), ","); strings.Contains(vary, "Origin") {
				t.Errorf("%s from %q: Vary is %q", path, origin, vary)
			}
			if r.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("with credentials")
			}
		}
	}
	r := f.send("POST", "/v1/comments", headers{"Origin": page}, comment(object{"site": "gazette"}))
	if got := r.header.Get("Access-Control-Allow-Origin"); got != page || !slices.Contains(r.header.Values("Vary"), "Origin") {
		t.Errorf("a post: %q, %v", got, r.header.Values("Vary"))
	}
}

func TestOriginsAreNormalizedAndMayBeWildcards(t *testing.T) {
	f := newTestSite(t)
	f.configure(object{"origins": []string{"HTTPS://Gazette.example:443/", "https://*.Gazette.example", "https://zeitung-münchen.example"}})
	var sites struct {
		Items []struct {
			Slug    string
			Origins []string
		}
	}
	f.as("ada", "GET", "/v1/sites", nil).into(http.StatusOK, &sites)
	for _, s := range sites.Items {
		if want := []string{"https://gazette.example", "https://*.gazette.example", "https://xn--zeitung-mnchen-osb.example"}; s.Slug == "gazette" && !slices.Equal(s.Origins, want) {
			t.Errorf("stored as %q, want %q", s.Origins, want)
		}
	}
	for origin, status := range map[string]int{
		"https://gazette.example": 201, "https://www.gazette.example": 201, "https://a.b.gazette.example": 201,
		"https://xn--zeitung-mnchen-osb.example": 201,
		"https://gazette.example.evil.example":   403, "https://badgazette.example": 403, "http://www.gazette.example": 403,
		"https://*.gazette.example": 403, "https://www.xn--zeitung-mnchen-osb.example": 403, "null": 403,
	} {
		if r := f.send("POST", "/v1/comments", headers{"Origin": origin}, comment(object{"site": "gazette"})); r.status != status {
			t.Errorf("%s: %d, want %d: %s", origin, r.status, status, r.body)
		}
	}
	r := f.as("ada", "PATCH", "/v1/sites/gazette", object{"origins": []string{"https://gazette.example/sport", "gazette.example"}})
	r.must(http.StatusUnprocessableEntity)
	if text := string(r.body); !strings.Contains(text, "no path") || !strings.Contains(text, "begin with https://") {
		t.Errorf("%s", text)
	}
}
