package webhooks

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"winnow/handlers/outbound"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) {
	code := storagetest.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var (
	loopback = outbound.Networks{netip.MustParsePrefix("127.0.0.0/8")}
	operator = models.Caller{Kind: models.ByCommand, Name: "operator"}
	ann      = models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}
)

// delivery is a request that a receiver got.
type delivery struct {
	header http.Header
	body   []byte
	message
}

func (d delivery) id() string { return d.header.Get("webhook-id") }

// receiver keeps what it accepts: what answer says is 2xx.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(delivery) int
	got    []delivery
	tried  int
}

func newReceiver(t *testing.T, answer func(delivery) int) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		d := delivery{header: req.Header, body: body}
		if err != nil || json.Unmarshal(body, &d.message) != nil {
			t.Errorf("it got %q, %v", body, err)
		}
		r.mu.Lock()
		status := r.answer(d)
		r.tried++
		if status/100 == 2 {
			r.got = append(r.got, d)
		}
		r.mu.Unlock()
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func always(status int) func(delivery) int { return func(delivery) int { return status } }

func (r *receiver) answers(answer func(delivery) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *receiver) accepted() []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func (r *receiver) tries() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tried
}

// desk is a database with a site, and a clock that tests move.
type desk struct {
	*testing.T
	*storage.DB
	url   string
	clock *storagetest.Clock
	n     int
}

func newDesk(t *testing.T, url string) *desk {
	t.Helper()
	d := &desk{T: t, url: url, clock: storagetest.NewClock()}
	d.DB = storagetest.Open(t, url, storage.Options{Now: d.clock.Now})
	for _, slug := range []string{"gazette", "tribune"} {
		_, err := d.AddSite(t.Context(), operator, models.Site{Slug: slug})
		d.must(err)
	}
	return d
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// sender is a node of its own.
func (d *desk) sender(networks outbound.Networks) *Sender {
	return New(Config{DB: d.DB, Networks: networks, Version: "test", Now: d.clock.Now, Log: slog.New(slog.DiscardHandler)})
}

// pass lets a sender look for events once, and send what is due.
func (d *desk) pass(s *Sender) {
	d.Helper()
	d.must(s.start(d.Context()))
	s.requests.Wait()
}

func (d *desk) add(url string, types ...models.WebhookType) (models.Webhook, string) {
	d.Helper()
	w, secret, err := d.AddWebhook(d.Context(), ann, "gazette", models.Webhook{URL: url, Events: types})
	d.must(err)
	return w, secret
}

func (d *desk) post(status models.Status) models.Comment {
	d.Helper()
	d.n++
	c, _, _, err := d.CreateComment(d.Context(), storage.NewComment{Comment: models.Comment{
		Site: "gazette", Article: models.Article{ID: "quay"}, Author: models.Author{Name: "Ada", Email: "ada@private.example"}, Body: fmt.Sprint("the new quay, part ", d.n),
		Status: status, Client: models.Client{Hash: "h4sh"},
	}})
	d.must(err)
	return c
}

func (d *desk) decide(id string, action models.Action) models.Decision {
	d.Helper()
	req := models.DecisionRequest{Action: action, Note: "a private note"}
	if action == models.Reject {
		req.Reason = models.ReasonSpam
	}
	made, _, err := d.Decide(d.Context(), ann, id, req)
	d.must(err)
	return made
}

func (d *desk) state(id string) models.Webhook {
	d.Helper()
	all, err := d.Webhooks(d.Context(), "gazette")
	d.must(err)
	i := slices.IndexFunc(all, func(w models.Webhook) bool { return w.ID == id })
	if i < 0 {
		d.Fatal("there is no such webhook")
	}
	return all[i]
}

func (d *desk) failed(id string) []models.WebhookDelivery {
	d.Helper()
	page, _, err := d.FailedDeliveries(d.Context(), "gazette", id, 100, "")
	d.must(err)
	return page
}

// wantOnceInOrder checks that these are all events of the types, each once, and those about one
// thing in the order of their commits.
func (d *desk) wantOnceInOrder(got []delivery) {
	d.Helper()
	events, err := d.EventsSince(d.Context(), 0, 100_000)
	d.must(err)
	want := map[string]bool{}
	for _, e := range events {
		if e.WebhookType() != "" && e.Site != "tribune" {
			want[models.WebhookMessageID(e.Seq)] = true
		}
	}
	last, seen := map[string]int64{}, map[string]bool{}
	for _, g := range got {
		seq := models.WebhookEventOf(g.id())
		if seen[g.id()] || !want[g.id()] {
			d.Errorf("%s came twice, or is no event", g.id())
		}
		if seen[g.id()] = true; seq < last[g.Data.ID] {
			d.Errorf("of %s event %d came after %d", g.Data.ID, seq, last[g.Data.ID])
		}
		last[g.Data.ID] = seq
	}
	if len(seen) != len(want) {
		d.Errorf("%d messages came, of %d events", len(seen), len(want))
	}
}

// onBoth runs a test with each kind of database.
func onBoth(t *testing.T, test func(d *desk)) {
	t.Run("SQLite", func(t *testing.T) { test(newDesk(t, storagetest.ReadySQLiteURL(t))) })
	t.Run("PostgreSQL", func(t *testing.T) { test(newDesk(t, storagetest.ReadyPostgresURL(t))) })
}

// until waits for a condition.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for began := time.Now(); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("not within a minute: " + what)
		}
	}
}
