package opinion

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

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
	loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	operator = models.Caller{Kind: models.ByCommand, Name: "operator"}
	ann      = models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}
)

const fine = `{"abuse":0.82,"spam":0.1,"reason":"it threatens the mayor"}`

// service stands in for one that gives opinions.
type service struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(http.ResponseWriter, *http.Request)
	bodies []string
	keys   []string
}

func says(body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// hangs answers nothing while somebody waits for it.
func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func newService(t *testing.T, answer func(http.ResponseWriter, *http.Request)) *service {
	t.Helper()
	s := &service{answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		s.bodies, s.keys = append(s.bodies, string(body)), append(s.keys, r.Header.Get("Authorization"))
		answer := s.answer
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) answers(answer func(http.ResponseWriter, *http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *service) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.bodies...)
}

// desk is a site that asks a service.
type desk struct {
	*testing.T
	*storage.DB
	url   string
	clock *storagetest.Clock
	n     int
}

func newDesk(t *testing.T, url string, s models.OpinionSettings) *desk {
	t.Helper()
	d := &desk{T: t, url: url, clock: storagetest.NewClock()}
	d.DB = storagetest.Open(t, url, storage.Options{Now: d.clock.Now})
	_, err := d.AddSite(t.Context(), operator, models.Site{Slug: "gazette", Opinion: s})
	d.must(err)
	return d
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// runner is a node of its own, which has begun to read events.
func (d *desk) runner(name string, networks []netip.Prefix, deadline time.Duration) *Runner {
	d.Helper()
	r := New(Config{
		DB: storagetest.Open(d.T, d.url, storage.Options{Now: d.clock.Now}), Node: name, Networks: networks, Log: slog.New(slog.DiscardHandler),
		Poll: 10 * time.Millisecond, Check: time.Nanosecond, Deadline: deadline,
	})
	d.must(r.step(d.Context()))
	return r
}

func (d *desk) post(body string) models.Comment {
	d.Helper()
	return d.postAs(body, models.Pending)
}

func (d *desk) postAs(body string, status models.Status) models.Comment {
	d.Helper()
	d.n++
	c, _, _, err := d.CreateComment(d.Context(), storage.NewComment{Comment: models.Comment{
		Site: "gazette", Article: models.Article{ID: "quay"}, Author: models.Author{Name: "Ada", Email: "ada@private.example"}, Body: body,
		Status: status, Client: models.Client{Hash: "h4sh"},
	}})
	d.must(err)
	d.clock.Advance(time.Second)
	return c
}

func (d *desk) opinion(c models.Comment) *models.Opinion {
	d.Helper()
	detail, err := d.Detail(d.Context(), ann, c.ID)
	d.must(err)
	return detail.Opinion
}

func (d *desk) wantStatus(c models.Comment, want models.OpinionStatus) {
	d.Helper()
	if o := d.opinion(c); o == nil || o.Status != want || (o.Abuse != nil) != (want == models.OpinionAnswered) {
		d.Errorf("the opinion is %+v, want %s", o, want)
	}
	now, err := d.Comment(d.Context(), c.ID)
	if d.must(err); now.Status != c.Status || now.Reason != c.Reason {
		d.Errorf("the comment has become %s, %s", now.Status, now.Reason)
	}
}

func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, storagetest.ReadySQLiteURL(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, storagetest.ReadyPostgresURL(t)) })
}
