package handlers_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/models"
)

const analyzeBody = `{"comment":{"text":"You are an idiot, dear Quillfeather."},"requestedAttributes":{"TOXICITY":{}},"clientToken":"c1"}`

// labels returns the labels of the gazette in force.
func (f *testSite) labels() (all []models.Label) {
	f.Helper()
	for l, err := range f.db.Labels(f.Context(), "gazette", time.Time{}) {
		f.must(err)
		all = append(all, l)
	}
	return all
}

// wantStatus is for errors in the words of another protocol.
func (f *testSite) wantStatus(r reply, status int) {
	f.Helper()
	if r.status != status {
		f.Errorf("status %d, want %d: %s", r.status, status, r.body)
	}
}

func TestPerspectiveScoresAndStoresNothing(t *testing.T) {
	f := newTestSite(t)
	var res struct {
		AttributeScores map[string]struct{ SummaryScore struct{ Value float64 } }
		ClientToken     string
	}
	r := f.send("POST", "/v1alpha1/comments:analyze?key="+f.key, nil, analyzeBody)
	r.into(http.StatusOK, &res)
	if res.AttributeScores["TOXICITY"].SummaryScore.Value < 0.5 || res.ClientToken != "c1" || r.header.Get("Content-Type") != "application/json; charset=UTF-8" {
		t.Errorf("%s %v", r.body, r.header)
	}
	stats, err := f.db.Stats(t.Context(), operator, "gazette")
	f.must(err)
	if n := len(f.labels()); n != 0 || stats.Pending != 0 {
		t.Errorf("%d labels, %+v", n, stats)
	}
}

func TestPerspectiveKeys(t *testing.T) {
	f := newTestSite(t)
	_, reading, err := f.db.AddSiteKey(t.Context(), operator, "gazette", models.SiteKey{Name: "reading", Scopes: []models.KeyScope{models.ScopeRead}})
	f.must(err)
	for _, c := range []struct {
		query  string
		h      headers
		status int
		want   string
	}{
		{"?key=" + f.key, nil, 200, `"TOXICITY"`},
		{"?prettyPrint=false&key=" + f.key, headers{"Content-Type": "text/plain"}, 200, `"TOXICITY"`},
		{"", bearer(f.key), 200, `"TOXICITY"`},
		{"", nil, 403, `"status":"PERMISSION_DENIED"`},
		{"", headers{"Origin": page}, 403, `"message":"Method doesn't allow unregistered callers`},
		{"?key=wk_wrong", nil, 400, `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"`},
		{"?key=" + reading, nil, 403, `API_KEY_SERVICE_BLOCKED`},
		{"", bearer(f.token("ada")), 403, `PERMISSION_DENIED`},
	} {
		r := f.send("POST", "/v1alpha1/comments:analyze"+c.query, c.h, analyzeBody)
		if r.status != c.status || !strings.Contains(string(r.body), c.want) {
			t.Errorf("%s: %d %s", c.query, r.status, r.body)
		}
	}
	f.wantStatus(f.send("POST", "/v1alpha1/comments:delete?key="+f.key, nil, analyzeBody), http.StatusNotFound)
	f.send("POST", "/v1/comments?key="+f.key, nil, comment(nil)).must(http.StatusUnauthorized)
	f.send("GET", "/v1/queue?key="+f.key, nil, nil).must(http.StatusUnauthorized)
	large := f.send("POST", "/v1alpha1/comments:analyze?key="+f.key, nil, `{"comment":{"text":"`+strings.Repeat("a", 1<<20)+`"}}`)
	if large.status != 400 || !strings.Contains(string(large.body), "Request payload size exceeds the limit: 1048576 bytes.") {
		t.Errorf("%d %s", large.status, large.body)
	}
}

func TestPerspectiveLimitsEachKey(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) { c.Rates.Site = models.Rate{Count: 2, Period: time.Minute} })
	_, other, err := f.db.AddSiteKey(t.Context(), operator, "gazette", models.SiteKey{Name: "other", Scopes: models.FrontEndScopes()})
	f.must(err)
	for range 2 {
		f.send("POST", "/v1alpha1/comments:analyze?key="+f.key, nil, analyzeBody).must(http.StatusOK)
	}
	r := f.send("POST", "/v1alpha1/comments:analyze?key="+f.key, nil, analyzeBody)
	if r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") == "" || !strings.Contains(string(r.body), `"status":"RESOURCE_EXHAUSTED"`) ||
		!strings.Contains(string(r.body), `"reason":"RATE_LIMIT_EXCEEDED"`) {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	f.send("POST", "/v1alpha1/comments:analyze?key="+other, nil, analyzeBody).must(http.StatusOK)
}

func TestPerspectiveSuggestionsBecomeLabels(t *testing.T) {
	f := newTestSite(t)
	suggest := func(value float64) {
		body := fmt.Sprintf(`{"comment":{"text":"Get busy living."},"attributeScores":{"TOXICITY":{"summaryScore":{"value":%g}}},"clientToken":"comment:7"}`, value)
		if r := f.send("POST", "/v1alpha1/comments:suggestscore?key="+f.key, nil, body); r.status != 200 || string(r.body) != `{"clientToken":"comment:7","detectedLanguages":["en"]}` && string(r.body) != `{"clientToken":"comment:7"}` {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	suggest(0.25)
	suggest(0.25) // counts once
	all := f.labels()
	if len(all) != 1 || all[0].Label != models.Ham || all[0].Weight != 0.5 || all[0].Source != "suggestscore" || all[0].LabelledBy != "site:gazette/main" || all[0].Text != "Get busy living." {
		t.Errorf("%+v", all)
	}
	suggest(0.5)
	suggest(1)
	if all = f.labels(); len(all) != 2 || all[1].Label != models.Abuse || all[1].Weight != 0 {
		t.Errorf("%+v", all)
	}
}

func TestPerspectiveWritesNeitherKeyNorText(t *testing.T) {
	var logged bytes.Buffer
	f := newTestSite(t, func(c *handlers.Config) {
		c.LogRequests, c.Log = true, slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	f.send("POST", "/v1alpha1/comments:analyze?key="+f.key, nil, analyzeBody).must(http.StatusOK)
	f.wantStatus(f.send("POST", "/v1alpha1/comments:analyze?key="+f.key+"x", nil, analyzeBody), http.StatusBadRequest)
	f.wantStatus(f.send("POST", "/v1alpha1/comments:analyze?key="+f.key, nil, analyzeBody[1:]), http.StatusBadRequest)
	f.wantStatus(f.send("POST", "/v1alpha1/comments:none?key="+f.key, nil, analyzeBody), http.StatusNotFound)
	metrics := f.send("GET", "/metrics", nil, nil)
	f.stop()
	for _, secret := range []string{f.key, "Quillfeather"} {
		if strings.Contains(logged.String(), secret) || bytes.Contains(metrics.body, []byte(secret)) {
			t.Errorf("%s was written:\n%s", secret, logged.String())
		}
	}
	if strings.Contains(logged.String(), "ERROR") || !strings.Contains(logged.String(), `"route":"/v1alpha1/comments:analyze"`) {
		t.Errorf("the route is not in the log:\n%s", logged.String())
	}
}
