package handlers_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/handlers"
	"winnow/handlers/accesstoken"
	"winnow/handlers/node"
	"winnow/handlers/node/trainworker"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

// testNode is a running node on a database with two sites and six people: ada is
// admin, eve editor, bob and carl are moderators; hanna is an editor and greta
// a moderator of the herald alone.
type testNode struct {
	*testing.T
	db          *storage.DB
	base        string
	key         string // of the gazette
	stop        func() // ends Run and waits for it
	description *description

	clock    func() time.Time // of the node
	sessions *sync.Map        // claims of access tokens, by name
}

var operator = models.Caller{Kind: models.ByCommand, Name: "test"}

func newTestNode(t *testing.T, db *storage.DB) *testNode {
	t.Helper()
	d := &testNode{T: t, db: db, clock: time.Now, sessions: &sync.Map{}}
	for _, slug := range []string{"herald", "gazette"} {
		var err error
		d.key, err = db.AddSite(t.Context(), operator, models.Site{Slug: slug, Name: slug, Mode: models.ModePost})
		d.must(err)
	}
	for _, m := range []models.Moderator{
		{Name: "ada", Role: models.RoleAdmin},
		{Name: "eve", Role: models.RoleEditor},
		{Name: "bob", Role: models.RoleModerator},
		{Name: "carl", Role: models.RoleModerator},
		{Name: "hanna", Role: models.RoleEditor, Sites: []string{"herald"}},
		{Name: "greta", Role: models.RoleModerator, Sites: []string{"herald"}},
	} {
		d.must(db.AddModerator(t.Context(), operator, m))
	}
	starter, file := starterFile(t)
	d.must(db.AddModel(t.Context(), operator, models.ModelInfo{
		Version: starter.Version(), Origin: "starter", Manifest: json.RawMessage("{}"), Size: int64(len(file)), CreatedAt: time.Now(),
	}, file))
	_, err := db.PromoteModel(t.Context(), operator, starter.Version())
	d.must(err)
	d.serve(memory.NewNotifier())
	return d
}

// onBoth runs a test on each database.
func onBoth(t *testing.T, sentence string, test func(*testNode)) {
	t.Run(sentence+"/SQLite", func(t *testing.T) { test(newTestNode(t, storagetest.SQLite(t))) })
	t.Run(sentence+"/PostgreSQL", func(t *testing.T) { test(newTestNode(t, storagetest.Postgres(t))) })
}

var starter struct {
	sync.Once
	model *classifier.Model
	file  []byte
}

// starterFile returns the built-in model and its file, which are made once: each node
// of a test has them.
func starterFile(t *testing.T) (*classifier.Model, []byte) {
	t.Helper()
	starter.Do(func() {
		m, err := classifier.Starter()
		if err != nil {
			t.Fatal(err)
		}
		starter.model, starter.file = m, modelFile(t, m)
	})
	return starter.model, starter.file
}

func modelFile(t *testing.T, m *classifier.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var secret = []byte("a secret of the tests alone")

// serve starts a node. It ends with the test, or with stop.
func (d *testNode) serve(notifier node.Notifier) {
	d.Helper()
	d.base, d.stop = start(d.T, handlers.Config{
		DB: d.db, Limiter: memory.NewLimiter(time.Now), Notifier: notifier, Campaigns: memory.NewCampaigns(nil), Secret: secret,
		Log:      slog.New(slog.NewTextHandler(d.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
		Training: node.TrainingConfig{Command: []string{os.Args[0], trainworker.Command}},
	})
	d.description = describe(d.T, d.base)
}

func (d *testNode) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// token is what a login would give, without the time that a password takes. All
// of a name in a test are of one session; that of nobody does not exist.
func (d *testNode) token(name string) string {
	d.Helper()
	claims, ok := d.sessions.Load(name)
	if !ok {
		session, _, err := d.db.StartSession(d.Context(), models.Caller{Kind: models.ByModerator, Name: name}, models.NewSession{Method: models.LoginPassword})
		if models.KindOf(err) != models.KindNotFound {
			d.must(err)
		}
		claims = accesstoken.Claims{Session: cmp.Or(session.ID, "none"), Moderator: name}
		d.sessions.Store(name, claims)
	}
	keys, err := accesstoken.NewKeys(d.Context(), d.db.SigningKeys, d.clock, secret)
	d.must(err)
	signed, err := keys.Sign(claims.(accesstoken.Claims))
	d.must(err)
	return signed
}

type object = map[string]any

// reply is what a request got.
type reply struct {
	*testing.T
	status int
	header http.Header
	body   []byte
}

// as sends a request of a moderator; nobody when name is empty.
func (d *testNode) as(name, method, path string, body any) reply {
	d.Helper()
	return d.send(d.request(name, method, path, body))
}

func (d *testNode) send(req *http.Request) reply {
	d.Helper()
	res, err := http.DefaultClient.Do(req)
	d.must(err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	d.must(err)
	d.described(req, res, data)
	return reply{d.T, res.StatusCode, res.Header, data}
}

func (d *testNode) request(name, method, path string, body any) *http.Request {
	d.Helper()
	kind, in := "application/json", io.Reader(http.NoBody)
	switch b := body.(type) {
	case nil:
	case []byte:
		kind, in = "application/octet-stream", bytes.NewReader(b)
	case string:
		in = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		d.must(err)
		in = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(d.Context(), method, d.base+path, in)
	d.must(err)
	req.Header.Set("Content-Type", kind)
	switch name {
	case "":
	case "front end":
		req.Header.Set("Authorization", "Bearer "+d.key)
	default:
		req.Header.Set("Authorization", "Bearer "+d.token(name))
	}
	return req
}

// into decodes a reply that must have a status.
func (r reply) into(want int, v any) {
	r.Helper()
	r.must(want)
	if err := json.Unmarshal(r.body, v); err != nil {
		r.Fatalf("%v in %s", err, r.body)
	}
}

// must checks the status, and that a failure is a problem which leaks nothing.
func (r reply) must(want int) {
	r.Helper()
	if r.status != want {
		r.Fatalf("status %d, want %d: %s", r.status, want, r.body)
	}
	if want < 400 {
		return
	}
	if kind := r.header.Get("Content-Type"); kind != "application/problem+json" {
		r.Errorf("a problem of type %s", kind)
	}
	body, _, _ := strings.Cut(string(r.body), `"request_id"`) // which has random letters
	for _, leak := range []string{"sql", "SQL", ".go:", "panic", "goroutine", "/tmp"} {
		if strings.Contains(body, leak) {
			r.Errorf("the problem shows %q: %s", leak, r.body)
		}
	}
}

// names fails the test unless the request was refused for an invalid field of that name.
func (r reply) names(field string) {
	r.Helper()
	var p struct {
		Fields []models.FieldError `json:"fields"`
	}
	r.into(http.StatusUnprocessableEntity, &p)
	for _, f := range p.Fields {
		if f.Field == field {
			return
		}
	}
	r.Errorf("no error of %s: %s", field, r.body)
}

// pending stores a pending comment.
func (d *testNode) pending(site, text string) models.Comment {
	d.Helper()
	spam := 0.8
	c, _, _, err := d.db.CreateComment(d.Context(), storage.NewComment{
		Comment: models.Comment{
			Site: site, Article: models.Article{ID: "harbour", Title: "The harbour reopens"},
			Author: models.Author{Name: "Reader"}, Body: text, Status: models.Pending, Reason: models.ReasonSpam,
		},
		Verdict: models.Verdict{Spam: &spam, Action: models.Hold, Reason: models.ReasonSpam, Model: "test", HoldAt: 0.5},
	})
	d.must(err)
	return c
}

type items[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
	Total int    `json:"total"`
}

type decided struct {
	models.Decision
	Comment models.Comment `json:"comment"`
}

// urlQuery writes a text as a value in a query.
func urlQuery(s string) string { return url.QueryEscape(s) }
