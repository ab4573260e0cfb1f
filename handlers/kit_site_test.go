package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/handlers"
	"winnow/models"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

const (
	page      = "https://gazette.example" // an origin of the gazette
	ssoSecret = "the gazette signs its readers with this"
)

// testSite is a testNode whose node has a clock to be moved, and whose gazette has
// pages and readers with a login. It holds every JSON reply against the
// description of the interface.
type testSite struct {
	*testNode
	ahead atomic.Int64 // nanoseconds that the node's clock is ahead
	posts atomic.Int64 // made by post
}

func newTestSite(t *testing.T, change ...func(*handlers.Config)) *testSite {
	t.Helper()
	f := &testSite{testNode: newTestNode(t, storagetest.SQLite(t))}
	f.stop()
	f.clock = f.now
	_, err := f.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error {
		s.Origins, s.SSOSecret = []string{page}, ssoSecret
		return nil
	})
	f.must(err)
	_, err = f.db.AddSite(t.Context(), operator, models.Site{Slug: "demo", Name: "Demo", Mode: models.ModePost})
	f.must(err)
	cfg := handlers.Config{
		DB: f.db, Limiter: memory.NewLimiter(f.now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil), Secret: secret,
		Rates: handlers.DefaultRates(), Now: f.now, Version: "test",
	}
	for _, c := range change {
		c(&cfg)
	}
	f.base, f.stop = start(t, cfg)
	return f
}

func (f *testSite) now() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }

func (f *testSite) pass(d time.Duration) { f.ahead.Add(int64(d)) }

// start runs a node until the test ends, or stop is called.
func start(t *testing.T, cfg handlers.Config) (base string, stop func()) {
	t.Helper()
	server, err := handlers.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(web.Close)
	t.Cleanup(stop)
	return web.URL, stop
}

type headers map[string]string

func bearer(token string) headers { return headers{"Authorization": "Bearer " + token} }

// with returns a copy of h with one field more.
func (h headers) with(name, value string) headers {
	more := headers{}
	maps.Copy(more, h)
	more[name] = value
	return more
}

// send sends a request; a body that is no string becomes JSON.
func (f *testSite) send(method, path string, h headers, body any) reply {
	f.Helper()
	var data []byte
	switch b := body.(type) {
	case nil:
	case string:
		data = []byte(b)
	default:
		var err error
		data, err = json.Marshal(b)
		f.must(err)
	}
	req, err := http.NewRequestWithContext(f.Context(), method, f.base+path, bytes.NewReader(data))
	f.must(err)
	if data != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range h {
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	f.must(err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	f.must(err)
	f.described(req, res, got)
	return reply{f.T, res.StatusCode, res.Header, got}
}

// described checks a JSON reply against the description.
func (d *testNode) described(req *http.Request, res *http.Response, body []byte) {
	d.Helper()
	if err := d.description.check(req, res, body); err != nil {
		d.Errorf("%s %s: the reply is not as described: %v\n%s", req.Method, req.URL.Path, err, body)
	}
}

// comment is a comment as a front end sends it, with changes.
func comment(change object) object {
	c := object{
		"article": object{"id": "harbour", "url": page + "/harbour", "title": "The harbour reopens"},
		"author":  object{"name": "Reader"},
		"body":    "The boats came back this morning, and the whole quay stood there to watch.",
	}
	for k, v := range change {
		c[k] = v
	}
	return c
}

type posted struct {
	ID, Status, Reason string
	Verdict            *models.Verdict
}

// post sends a comment by the gazette's server. Without a text in the change it has one of
// its own, so that it is no duplicate of another.
func (f *testSite) post(change object) posted {
	f.Helper()
	c := comment(change)
	if change["body"] == nil {
		c["body"] = fmt.Sprintf("%s It was the %dth time.", c["body"], f.posts.Add(1))
	}
	var p posted
	f.send("POST", "/v1/comments", bearer(f.key), c).into(http.StatusCreated, &p)
	return p
}

// reader signs a reader's token as the gazette does.
func reader(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(ssoSecret))
	if err != nil {
		t.Fatal(err)
	}
	return signed
}
