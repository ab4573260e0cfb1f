package handlers_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"winnow/handlers"
	"winnow/models"
	"winnow/storage/memory"
)

// TestWhoMayCall reads: METHOD path: nobody, front end, moderator, editor,
// admin; the status each gets.
func TestWhoMayCall(t *testing.T) {
	f := newFront(t)
	const none = "01900000-0000-7000-8000-000000000000"
	callers := []string{"", "front end", "bob", "eve", "ada"}
	for _, test := range []struct {
		method, path string
		want         [5]int
	}{
		{"GET", "/healthz", [5]int{200, 200, 200, 200, 200}},
		{"GET", "/readyz", [5]int{200, 200, 200, 200, 200}},
		{"GET", "/metrics", [5]int{200, 200, 200, 200, 200}},
		{"GET", "/v1/comments?site=gazette&article=a", [5]int{200, 200, 200, 200, 200}},
		{"GET", "/v1/comments/counts?site=gazette&article=a", [5]int{200, 200, 200, 200, 200}},
		{"POST", "/v1/comments", [5]int{401, 422, 403, 403, 403}},
		{"POST", "/v1/comments/" + none + "/flags", [5]int{401, 404, 403, 403, 403}},
		{"GET", "/v1/me", [5]int{401, 403, 200, 200, 200}},
		{"GET", "/v1/queue", [5]int{401, 403, 200, 200, 200}},
		{"POST", "/v1/queue/claim", [5]int{401, 403, 200, 200, 200}},
		{"POST", "/v1/queue/release", [5]int{401, 403, 422, 422, 422}},
		{"GET", "/v1/comments/" + none, [5]int{401, 403, 404, 404, 404}},
		{"POST", "/v1/comments/" + none + "/decision", [5]int{401, 403, 422, 422, 422}},
		{"POST", "/v1/second-looks/claim", [5]int{401, 403, 200, 200, 200}},
		{"POST", "/v1/second-looks/" + none, [5]int{401, 403, 422, 422, 422}},
		{"POST", "/v1/decisions", [5]int{401, 403, 422, 422, 422}},
		{"POST", "/v1/decisions/" + none + "/undo", [5]int{401, 403, 404, 404, 404}},
		{"GET", "/v1/sites/gazette/rules", [5]int{401, 403, 403, 200, 200}},
		{"GET", "/v1/sites/nowhere/rules", [5]int{401, 403, 403, 404, 404}},
		{"PUT", "/v1/sites/gazette/rules", [5]int{401, 403, 403, 200, 200}},
		{"POST", "/v1/sites/gazette/test", [5]int{401, 403, 403, 422, 422}},
		{"GET", "/v1/sites", [5]int{401, 403, 200, 200, 200}},
		{"POST", "/v1/sites", [5]int{401, 403, 403, 403, 422}},
		{"PATCH", "/v1/sites/gazette", [5]int{401, 403, 403, 403, 200}},
		{"PATCH", "/v1/sites/nowhere", [5]int{401, 403, 403, 403, 404}},
		{"POST", "/v1/sites/nowhere/key", [5]int{401, 403, 403, 403, 404}},
		{"GET", "/v1/moderators", [5]int{401, 403, 403, 403, 200}},
		{"POST", "/v1/moderators", [5]int{401, 403, 403, 403, 422}},
		{"PATCH", "/v1/moderators/bob", [5]int{401, 403, 403, 403, 200}},
		{"PATCH", "/v1/moderators/nobody", [5]int{401, 403, 403, 403, 404}},
		{"GET", "/v1/audit", [5]int{401, 403, 403, 200, 200}},
		{"GET", "/v1/audit/head", [5]int{401, 403, 403, 200, 200}},
		{"GET", "/v1/stats", [5]int{401, 403, 403, 200, 200}},
		{"GET", "/v1/labels", [5]int{401, 403, 403, 200, 200}},
		{"POST", "/v1/models", [5]int{401, 403, 403, 403, 415}},
		{"POST", "/v1/models/none/promote", [5]int{401, 403, 403, 403, 404}},
		{"GET", "/v1/nothing", [5]int{404, 404, 404, 404, 404}},
		{"DELETE", "/v1/comments", [5]int{405, 405, 405, 405, 405}},
	} {
		for i, who := range callers {
			h := headers{}
			switch who {
			case "":
			case "front end":
				h = bearer(f.key)
			default:
				h = bearer(token(t, who))
			}
			var body any
			if test.method != "GET" && test.method != "DELETE" {
				body = "{}"
			}
			r := f.send(test.method, test.path, h, body)
			if r.status != test.want[i] {
				t.Errorf("%s %s by %q: %d, want %d: %s", test.method, test.path, who, r.status, test.want[i], r.body)
			}
			if r.status == http.StatusUnauthorized && r.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s: 401 without WWW-Authenticate", test.method, test.path)
			}
		}
	}
}

func TestEveryReplyHasItsHeaders(t *testing.T) {
	f := newFront(t)
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
		t.Errorf("an odd request id became %q", id)
	}
}

func TestStrangersMakeNoMetrics(t *testing.T) {
	f := newFront(t)
	f.send("GET", "/made-up", nil, nil).must(http.StatusNotFound)
	f.send("MADEUP", "/v1/comments", nil, nil).must(http.StatusMethodNotAllowed)
	f.send("GET", "/v1/comments/made-up", nil, nil).must(http.StatusUnauthorized)
	if m := strings.ToLower(string(f.send("GET", "/metrics", nil, nil).body)); strings.Contains(m, "made") {
		t.Errorf("a stranger's word is in the metrics: %s", m)
	}
}

func TestCORS(t *testing.T) {
	f := newFront(t)
	ask := headers{"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
	for origin, allowed := range map[string]bool{page: true, "https://evil.example": false, "null": false} {
		for _, r := range []reply{
			f.send("OPTIONS", "/v1/comments", ask.with("Origin", origin), nil),
			f.send("GET", "/v1/comments?site=gazette&article=a", headers{"Origin": origin}, nil),
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
	if r := f.send("GET", "/v1/comments?site=demo&article=a", headers{"Origin": page}, nil); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a page may read another site's comments")
	}
	if r := f.send("GET", "/v1/comments?article=a", bearer(f.key), nil); !strings.HasPrefix(r.header.Get("Cache-Control"), "private") {
		t.Errorf("an address that depends on the key is cached as %s", r.header.Get("Cache-Control"))
	}
	if r := f.send("OPTIONS", "/v1/queue", ask.with("Origin", page), nil); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a reader's page may call the queue")
	}
}

func TestDemoWorksWhereverItIsServed(t *testing.T) {
	f := newFront(t)
	at := headers{"Host": "news.example:8443", "Origin": "https://news.example:8443"}
	f.send("POST", "/v1/comments", at, comment(object{"site": "demo"})).must(http.StatusCreated)
	f.send("POST", "/v1/comments", at, comment(object{"site": "gazette"})).must(http.StatusForbidden)
	f.send("POST", "/v1/comments", at.with("Origin", "https://evil.example"), comment(object{"site": "demo"})).must(http.StatusForbidden)
}

func TestForwardedAddresses(t *testing.T) {
	// Everything here comes from 127.0.0.1.
	f := newFront(t)
	for name, test := range map[string]struct {
		trusted, forwarded, net string
	}{
		"nobody is trusted":         {"", "192.0.2.1", "127.0.0.0/24"},
		"the proxy is trusted":      {"127.0.0.0/8", "192.0.2.1", "192.0.2.0/24"},
		"the last stranger counts":  {"127.0.0.0/8", "203.0.113.9, 192.0.2.1", "192.0.2.0/24"},
		"trusted hops are passed":   {"127.0.0.0/8,10.0.0.0/8", "203.0.113.9, 192.0.2.1, 10.1.1.1", "192.0.2.0/24"},
		"private is not trusted":    {"127.0.0.0/8", "192.0.2.1, 10.1.1.1", "10.1.1.0/24"},
		"IPv6":                      {"127.0.0.0/8", "2001:db8:1:2::3", "2001:db8:1::/48"},
		"IPv4 in IPv6":              {"127.0.0.0/8", "::ffff:192.0.2.1", "192.0.2.0/24"},
		"nonsense ends the walk":    {"127.0.0.0/8", "192.0.2.1, unknown", "127.0.0.0/24"},
		"trusted all the way":       {"127.0.0.0/8,10.0.0.0/8", "10.2.2.2", "10.2.2.0/24"},
		"a proxy that says nothing": {"127.0.0.0/8", "", "127.0.0.0/24"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := handlers.Config{DB: f.db, Limiter: memory.NewLimiter(f.now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil), Secret: secret}
			for p := range strings.SplitSeq(test.trusted, ",") {
				if p != "" {
					cfg.TrustedProxies = append(cfg.TrustedProxies, netip.MustParsePrefix(p))
				}
			}
			f.base, _ = start(t, cfg)
			h := headers{"Origin": page}
			if test.forwarded != "" {
				h["X-Forwarded-For"] = test.forwarded
			}
			var p posted
			f.send("POST", "/v1/comments", h, comment(object{"site": "gazette"})).into(http.StatusCreated, &p)
			c, err := f.db.Comment(t.Context(), p.ID)
			f.must(err)
			if c.Client.Net != test.net {
				t.Errorf("the client's network is %s, want %s", c.Client.Net, test.net)
			}
		})
	}
}

func TestSitesAreApart(t *testing.T) {
	f := newFront(t)
	id := f.approved("harbour", "of the gazette")
	key, err := f.db.RotateSiteKey(t.Context(), operator, "herald")
	f.must(err)
	f.send("POST", "/v1/comments/"+id+"/flags", bearer(key), object{"author": object{"id": "a"}}).must(http.StatusNotFound)
	f.send("GET", "/v1/comments/"+id, bearer(token(t, "greta")), nil).must(http.StatusNotFound)
	f.send("POST", "/v1/comments", bearer(key), comment(object{"parent_id": id})).names("parent_id")
	_, err = f.db.UpdateSite(t.Context(), operator, "herald", func(s *models.Site) error {
		s.Origins = []string{"https://herald.example"}
		return nil
	})
	f.must(err)
	f.send("POST", "/v1/comments", headers{"Origin": "https://herald.example"}, comment(object{"site": "gazette"})).must(http.StatusForbidden)
}
