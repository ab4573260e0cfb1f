package handlers_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"winnow/handlers"
	"winnow/models"
)

// hookReceiver is a receiver that checks signatures with the reference library.
type hookReceiver struct {
	*httptest.Server
	secret atomic.Value // string
	status atomic.Int32
	got    chan string // bodies that were accepted
}

func newHookReceiver(t *testing.T) *hookReceiver {
	t.Helper()
	r := &hookReceiver{got: make(chan string, 100)}
	r.status.Store(http.StatusNoContent)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		checker, err := standardwebhooks.NewWebhook(r.secret.Load().(string))
		if err == nil {
			err = checker.Verify(body, req.Header)
		}
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if r.status.Load() == http.StatusNoContent {
			r.got <- string(body)
		}
		w.WriteHeader(int(r.status.Load()))
	}))
	t.Cleanup(r.Close)
	return r
}

// gets waits for a message that contains all of these.
func (r *hookReceiver) gets(t *testing.T, want ...string) {
	t.Helper()
	select {
	case body := <-r.got:
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%s lacks %s", body, part)
			}
		}
	case <-time.After(time.Minute):
		t.Fatalf("no message with %q came", want)
	}
}

type hookReply struct {
	models.Webhook
	Secret string `json:"secret"`
}

func TestWebhooksByTheAPI(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) { c.WebhookNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	r := newHookReceiver(t)
	const all = "/v1/sites/gazette/webhooks"
	f.as("ada", "POST", all, object{"url": "receiver.example"}).names("url")
	f.as("ada", "POST", all, object{"url": "https://a.example", "events": []string{"comment.eaten"}}).names("events")
	var w hookReply
	added := f.as("ada", "POST", all, object{"url": r.URL, "events": []string{"comment.received", "comment.decided"}})
	added.into(http.StatusCreated, &w)
	if added.header.Get("Cache-Control") != "no-store" {
		t.Error("the secret may be cached")
	}
	r.secret.Store(w.Secret)
	one := all + "/" + w.ID
	var result struct {
		Status int
		Error  string
	}
	f.as("ada", "POST", one+"/test", object{}).into(http.StatusOK, &result)
	if result.Status != http.StatusNoContent || result.Error != "" {
		t.Errorf("the test: %+v", result)
	}
	r.gets(t, `"type":"webhook.test"`)
	c := f.pending("gazette", "The ferry is late.")
	r.gets(t, `"type":"comment.received"`, c.ID, `"status":"pending"`)
	f.as("bob", "POST", "/v1/comments/"+c.ID+"/decision", object{"action": "approve"}).must(http.StatusOK)
	r.gets(t, `"type":"comment.decided"`, c.ID, `"status":"approved"`, "The ferry is late.")

	f.as("ada", "POST", one+"/secret", object{}).into(http.StatusOK, &w) // the old one signs too
	r.status.Store(http.StatusInternalServerError)
	f.pending("gazette", "The tram is late, too.")
	var failed items[models.WebhookDelivery]
	for began := time.Now(); len(failed.Items) == 0; time.Sleep(50 * time.Millisecond) {
		f.as("ada", "GET", one+"/deliveries", nil).into(http.StatusOK, &failed)
		if time.Since(began) > time.Minute {
			t.Fatal("nothing has failed")
		}
	}
	if d := failed.Items[0]; d.Status != http.StatusInternalServerError || d.Type != models.WebhookReceived || d.NextAt == nil {
		t.Errorf("failed: %+v", d)
	}
	f.as("ada", "PATCH", one, object{"enabled": false}).into(http.StatusOK, &w)
	if w.DisabledAt == nil {
		t.Errorf("disabled: %+v", w)
	}
	f.as("ada", "POST", one+"/replay", object{}).must(http.StatusConflict)
	f.as("ada", "PATCH", one, object{"enabled": true}).must(http.StatusOK)
	r.status.Store(http.StatusNoContent)
	f.as("ada", "POST", one+"/replay", object{"delivery": "evt_0"}).must(http.StatusNotFound)
	f.as("ada", "POST", one+"/replay", object{"delivery": failed.Items[0].ID}).must(http.StatusOK)
	r.gets(t, `"type":"comment.received"`)
	var listed items[models.Webhook]
	f.as("ada", "GET", all, nil).into(http.StatusOK, &listed)
	if len(listed.Items) != 1 || listed.Items[0].URL != r.URL || listed.Items[0].DeliveredAt == nil {
		t.Errorf("listed: %+v", listed)
	}
	f.as("ada", "DELETE", one, nil).must(http.StatusNoContent)
	f.as("ada", "GET", one+"/deliveries", nil).must(http.StatusNotFound)
}

func TestWebhooksByPlainHTTPNeedANetwork(t *testing.T) {
	f := newTestSite(t)
	f.as("ada", "POST", "/v1/sites/gazette/webhooks", object{"url": "http://receiver.example"}).names("url")
	f.as("ada", "POST", "/v1/sites/gazette/webhooks", object{"url": "HTTP://receiver.example"}).names("url")
}

// TestPrivateReceiversAreRefusedWhenSaved: not only when they are used.
func TestPrivateReceiversAreRefusedWhenSaved(t *testing.T) {
	f := newTestSite(t)
	for _, address := range []string{"https://127.0.0.1/", "https://localhost/hook", "https://10.0.0.7/", "https://[::1]/", "https://169.254.169.254/"} {
		r := f.as("ada", "POST", "/v1/sites/gazette/webhooks", object{"url": address})
		if r.names("url"); !strings.Contains(string(r.body), "--webhook-networks") {
			t.Errorf("%s: %s", address, r.body)
		}
		f.as("ada", "PATCH", "/v1/sites/gazette", object{"notices": object{"webhook_url": address}}).names("notices.webhook_url")
		f.as("ada", "PATCH", "/v1/sites/gazette", object{"opinion": object{"kind": "http", "url": address}}).names("opinion.url")
	}
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"notices": object{"webhook_url": "https://hooks.example/x"}}).must(http.StatusOK)
}
