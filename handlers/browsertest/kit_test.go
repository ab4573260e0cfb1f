// Package browsertest drives the pages in a real browser, against a real
// server with a real database.
package browsertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"go.uber.org/goleak"

	"winnow/classifier"
	"winnow/handlers"
	"winnow/handlers/password"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

const secretWord = "correct horse battery staple"

var operator = models.Caller{Kind: models.ByCommand, Name: "test"}

func TestMain(m *testing.M) {
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// desk is a running server with a demo site, the moderators alice, bob and carol, and
// a browser.
type desk struct {
	*testing.T
	db      *storage.DB
	url     string
	key     string          // of the demo site
	browser context.Context // of chromedp
}

func newDesk(t *testing.T, mode models.Mode) *desk {
	t.Helper()
	d := &desk{T: t, db: storagetest.SQLite(t), browser: browser(t)}
	d.model()
	hash, err := password.Hash(secretWord)
	d.must(err)
	for _, name := range []string{"alice", "bob", "carol"} {
		d.must(d.db.AddModerator(t.Context(), operator, models.Moderator{Name: name, Role: models.RoleModerator, PasswordHash: hash}))
	}
	d.key, err = d.db.AddSite(t.Context(), operator, models.Site{Slug: "demo", Name: "Demo", Mode: mode})
	d.must(err)
	d.serve()
	return d
}

// model makes the starter model live.
func (d *desk) model() {
	d.Helper()
	m, err := classifier.Starter()
	d.must(err)
	var file bytes.Buffer
	_, err = m.WriteTo(&file)
	d.must(err)
	manifest, err := json.Marshal(m.Manifest())
	d.must(err)
	info := models.ModelInfo{Version: m.Version(), Origin: "starter", Manifest: manifest, Size: int64(file.Len()), CreatedAt: time.Now()}
	d.must(d.db.AddModel(d.Context(), operator, info, file.Bytes()))
	_, err = d.db.PromoteModel(d.Context(), operator, m.Version())
	d.must(err)
}

// serve runs a node until the test ends.
func (d *desk) serve() {
	d.Helper()
	server, err := handlers.New(d.Context(), handlers.Config{
		DB: d.db, Limiter: memory.NewLimiter(time.Now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil),
		Secret: []byte("a key for tests that signs nothing of worth"), Rates: handlers.DefaultRates(), Version: "test",
	})
	d.must(err)
	web := httptest.NewServer(server.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	d.Cleanup(func() {
		cancel() // ends the open streams, which Close would wait for
		web.Close()
		if err := <-ended; err != nil {
			d.Error(err)
		}
	})
	d.url = web.URL
}

// browser starts a browser of its own, with nothing remembered.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	switch {
	case path == "" && os.Getenv("WINNOW_TEST_REQUIRE") == "1":
		t.Fatal("no chromium, chromium-browser or google-chrome in PATH")
	case path == "":
		t.Skip("no chromium, chromium-browser or google-chrome in PATH")
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Env("TMPDIR="+t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true), chromedp.Flag("lang", "en-GB"))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // starts it
		t.Fatal(err)
	}
	return ctx
}

// tab is one page with cookies of its own. Whatever its console says fails the
// test: violations of the content security policy, exceptions, errors.
type tab struct {
	*testing.T
	ctx context.Context
}

// open opens a page. Messages that contain one of the expected texts are let
// pass: browsers report every reply above 399.
func (d *desk) open(path string, expected ...string) *tab {
	d.Helper()
	ctx, cancel := chromedp.NewContext(d.browser, chromedp.WithNewBrowserContext())
	messages := chromedp.Console(ctx)
	var reader sync.WaitGroup
	reader.Go(func() {
		for m, err := range messages {
			if err != nil {
				return // the page was closed
			}
			known := false
			for _, text := range expected {
				known = known || strings.Contains(m.Text, text)
			}
			if !known {
				d.Errorf("%s: the browser's console says: %s (%s:%d)", path, m, m.URL, m.Line)
			}
		}
	})
	d.Cleanup(func() {
		cancel()
		reader.Wait()
	})
	p := &tab{d.T, ctx}
	_, err := chromedp.Call(ctx, log.Enable, struct{}{})
	d.must(err)
	p.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(d.url+path))
	return p
}

// login opens the console and logs in by keyboard.
func (d *desk) login(name string, expected ...string) *tab {
	d.Helper()
	p := d.open("/console/", expected...)
	p.until(`document.activeElement.name === "name"`)
	p.keys(name + "\t" + secretWord + "\r")
	p.until(`document.getElementById("live").className === "on"`)
	return p
}

// post posts a comment with the site's key, and returns its id.
func (d *desk) post(n int, name, body string) string {
	d.Helper()
	data, err := json.Marshal(map[string]any{
		"article": map[string]string{"id": "welcome", "title": "<b>The clock</b>"}, "author": map[string]string{"name": name},
		"body": body, "client": map[string]string{"ip": fmt.Sprintf("192.0.2.%d", n)},
	})
	d.must(err)
	req, err := http.NewRequestWithContext(d.Context(), http.MethodPost, d.url+"/v1/comments", bytes.NewReader(data))
	d.must(err)
	req.Header.Set("Authorization", "Bearer "+d.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	d.must(err)
	defer res.Body.Close()
	var reply struct {
		ID string `json:"id"`
	}
	d.must(json.NewDecoder(res.Body).Decode(&reply))
	if res.StatusCode != http.StatusCreated {
		d.Fatalf("POST /v1/comments: %s", res.Status)
	}
	return reply.ID
}

// status is where a comment stands.
func (d *desk) status(id string) models.Status {
	d.Helper()
	c, err := d.db.Comment(d.Context(), id)
	d.must(err)
	return c.Status
}

// until waits for a condition of the server.
func (d *desk) until(holds func() bool) {
	d.Helper()
	late := time.After(20 * time.Second)
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-late:
			d.Fatal("the condition never held")
		case <-again.C:
		}
	}
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// keys presses keys one after the other, as a person does: a page that takes a
// key for itself keeps its letter from being typed.
func (p *tab) keys(keys string) {
	p.Helper()
	for _, r := range keys {
		events := kb.Encode(r)
		down, up := events[0], events[len(events)-1]
		if len(events) == 3 {
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		for _, e := range []*input.DispatchKeyEventParams{down, up} {
			_, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, *e)
			if err != nil {
				p.Fatal(err)
			}
		}
	}
}

// until waits for a condition of the page.
func (p *tab) until(condition string) {
	p.Helper()
	poll := chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(20*time.Second))
	if _, err := chromedp.Run(p.ctx, poll); err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
		p.Fatalf("waiting for %s: %v\nthe page says:\n%s", condition, err, text)
	}
}

// says waits until an element's text contains a text.
func (p *tab) says(selector, text string) {
	p.Helper()
	p.until(fmt.Sprintf("document.querySelector(%q)?.textContent.includes(%q)", selector, text))
}

// text returns an expression's value as text.
func (p *tab) text(expression string) string {
	p.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.Fatal(err)
	}
	return s
}
