package handlers_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestEveryReplyHasItsHeaders(t *testing.T) {
	f := newTestSite(t)
	for _, path := range []string{"/healthz", "/v1/queue", "/nothing", "/console/", "/demo"} {
		r := f.send("GET", path, headers{"X-Request-Id": "trace-0123456789"}, nil)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Request-Id": "trace-0123456789"} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", path, name, got, want)
			}
		}
		if r.header.Get("Content-Security-Policy") == "" || r.header.Get("Referrer-Policy") == "" {
			t.Errorf("%s: headers %v", path, r.header)
		}
	}
	if id := f.send("GET", "/healthz", headers{"X-Request-Id": "<b>"}, nil).header.Get("X-Request-Id"); len(id) < 20 {
		t.Errorf("an invalid request id became %q", id)
	}
}

func TestUnknownPathsMakeNoMetricLabels(t *testing.T) {
	f := newTestSite(t)
	f.send("GET", "/made-up", nil, nil).must(http.StatusNotFound)
	f.send("MADEUP", "/v1/comments", nil, nil).must(http.StatusMethodNotAllowed)
	f.send("GET", "/v1/comments/made-up", nil, nil).must(http.StatusUnauthorized)
	if m := strings.ToLower(string(f.send("GET", "/metrics", nil, nil).body)); strings.Contains(m, "made") {
		t.Errorf("a label comes from the client: %s", m)
	}
}

func TestCORS(t *testing.T) {
	f := newTestSite(t)
	preflight := headers{"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
	for origin, allowed := range map[string]bool{page: true, "https://evil.example": false, "null": false} {
		for _, r := range []reply{
			f.send("OPTIONS", "/v1/comments", preflight.with("Origin", origin), nil),
			f.send("POST", "/v1/comments", headers{"Origin": origin}, comment(object{"site": "gazette"})),
		} {
			got := r.header.Get("Access-Control-Allow-Origin")
			if allowed && got != origin || !allowed && got != "" {
				t.Errorf("%s was answered with Allow-Origin %q", origin, got)
			}
			if r.header.Get("Access-Control-Allow-Credentials") != "" || !strings.Contains(r.header.Get("Vary"), "Origin") {
				t.Errorf("%s: %v", origin, r.header)
			}
		}
	}
	if r := f.send("GET", "/v1/comments?article=a", bearer(f.key), nil); !strings.HasPrefix(r.header.Get("Cache-Control"), "private") {
		t.Errorf("an address that depends on the key is cached as %s", r.header.Get("Cache-Control"))
	}
	if r := f.send("OPTIONS", "/v1/queue", preflight.with("Origin", page), nil); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a reader's page may call the queue")
	}
}
