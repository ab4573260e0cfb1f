package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/handlers"
	"winnow/handlers/password"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
)

// BenchmarkRequests measures requests inside the process, without net/http and
// the network, which cmd/bench includes. Requests come one at a time, so each
// post waits for a commit of its own: compare the allocations there, or a
// profile.
func BenchmarkRequests(b *testing.B) {
	f := newBench(b)
	const page = "/v1/comments?site=gazette&article=page&limit=100"
	for range 100 {
		f.approve(f.post("page"))
	}
	tag := f.send("GET", page, "", "", http.StatusOK).Header().Get("ETag")
	b.Run("post", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.post("busy")
		}
	})
	b.Run("analyze", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.send("POST", "/v1alpha1/comments:analyze?key="+f.key, "", analyzeBody, http.StatusOK)
		}
	})
	b.Run("page of 100", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.send("GET", page, "", "", http.StatusOK)
		}
	})
	b.Run("threads of 100", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.send("GET", "/v1/threads?site=gazette&article=page&limit=100", "", "", http.StatusOK)
		}
	})
	b.Run("not modified", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.send("GET", page, "", "", http.StatusNotModified, "If-None-Match", tag)
		}
	})
	b.Run("first page of the queue", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.send("GET", "/v1/queue?limit=20", f.token, "", http.StatusOK)
		}
	})
	b.Run("decide", func(b *testing.B) {
		var ids []string
		b.ReportAllocs()
		for b.Loop() {
			if len(ids) == 0 {
				b.StopTimer()
				for range 200 {
					ids = append(ids, f.post("held"))
				}
				b.StartTimer()
			}
			f.approve(ids[0])
			ids = ids[1:]
		}
	})
}

// bench is a server that is called in process, without a network.
type bench struct {
	*testing.B
	node       http.Handler
	key, token string
	posts      int
}

func newBench(b *testing.B) *bench {
	f := &bench{B: b}
	db, err := storage.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "winnow.db"), storage.Options{})
	f.must(err)
	_, err = db.Migrate(b.Context())
	f.must(err)
	f.key, err = db.AddSite(b.Context(), operator, models.Site{Slug: "gazette", Name: "Gazette", Mode: models.ModePre})
	f.must(err)
	hash, err := password.Hash("a pass phrase for the bench")
	f.must(err)
	f.must(db.AddModerator(b.Context(), operator, models.Moderator{Name: "ada", Role: models.RoleAdmin, PasswordHash: hash}))
	starter, err := classifier.Starter()
	f.must(err)
	var file bytes.Buffer
	_, err = starter.WriteTo(&file)
	f.must(err)
	f.must(db.AddModel(b.Context(), operator, models.ModelInfo{
		Version: starter.Version(), Origin: "starter", Manifest: json.RawMessage("{}"), Size: int64(file.Len()), CreatedAt: time.Now(),
	}, file.Bytes()))
	_, err = db.PromoteModel(b.Context(), operator, starter.Version())
	f.must(err)
	server, err := handlers.New(b.Context(), handlers.Config{
		DB: db, Limiter: memory.NewLimiter(nil), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil),
		Secret: secret, Rates: handlers.DefaultRates(),
	})
	f.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	f.node = server.Handler()
	var session struct {
		Token string `json:"access_token"`
	}
	login := f.send("POST", "/v1/auth/login", "", `{"name":"ada","password":"a pass phrase for the bench"}`, http.StatusOK)
	f.must(json.Unmarshal(login.Body.Bytes(), &session))
	f.token = session.Token
	return f
}

func (f *bench) must(err error) {
	if err != nil {
		f.Helper()
		f.Fatal(err)
	}
}

// send sends one request, which must get a status. More are header names and
// values.
func (f *bench) send(method, path, token, body string, status int, more ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, io.NopCloser(strings.NewReader(body)))
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(more); i += 2 {
		req.Header.Set(more[i], more[i+1])
	}
	res := httptest.NewRecorder()
	f.node.ServeHTTP(res, req)
	if res.Code != status {
		f.Fatalf("%s %s: %d %s", method, path, res.Code, res.Body)
	}
	return res
}

// post sends a comment of typical length. Texts and readers are all different.
func (f *bench) post(article string) (id string) {
	n := f.posts
	f.posts++
	res := f.send("POST", "/v1/comments", f.key, fmt.Sprintf(`{"article":{"id":%q,"url":"https://gazette.example/a","title":"The harbour reopens"},`+
		`"author":{"name":"Reader %d"},"body":"I walked along the new quay this morning and it is well done, though the benches face the wrong way if you ask me (%d).",`+
		`"client":{"ip":"10.%d.%d.%d","user_agent":"bench"}}`, article, n, n, n>>16&255, n>>8&255, n&255), http.StatusCreated)
	return strings.TrimPrefix(res.Header().Get("Location"), "/v1/comments/")
}

func (f *bench) approve(id string) {
	f.send("POST", "/v1/comments/"+id+"/decision", f.token, `{"action":"approve"}`, http.StatusOK)
}
