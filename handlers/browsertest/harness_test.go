// Package browsertest drives the pages in a real browser, against a real
// server with a real database.
package browsertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"go.uber.org/goleak"

	"winnow/classifier"
	"winnow/handlers"
	"winnow/handlers/mailer"
	"winnow/handlers/mailer/smtptest"
	"winnow/handlers/password"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

const testPassword = "the ferry leaves at seven"

var passwordHash = sync.OnceValues(func() (string, error) { return password.Hash(testPassword) })

var operator = models.Caller{Kind: models.ByCommand, Name: "test"}

func TestMain(m *testing.M) {
	smtptest.Main()
	code := storagetest.Main(m)
	for _, cancel := range shared.cancels {
		cancel()
	}
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// testServer is a running server with a demo site, the moderators alice, bob and carol, and
// a browser.
type testServer struct {
	testing.TB
	db      *storage.DB
	url     string // where the browser goes
	other   string // of a second node; the same where there is only one
	nodes   []*httptest.Server
	offline atomic.Bool     // the servers do not answer browsers
	busy    atomic.Int32    // so many logins are refused because of too many others
	cut     sync.Map        // method and path of requests whose next reply breaks off in its body
	refused sync.Map        // paths of requests that get no answer but 503
	key     string          // of the demo site
	public  *url.URL        // of the nodes that are started next; may be nil
	mailer  *mailer.Mailer  // of nodes that are started later
	browser context.Context // of chromedp
}

// newTestServer has one node, with everything in process.
func newTestServer(t testing.TB, mode models.Mode) *testServer {
	t.Helper()
	return newTestServerOn(t, storagetest.ReadySQLiteURL(t), "", mode)
}

// onBothSetups runs a test on both set-ups; with Redis on two nodes.
func onBothSetups(t *testing.T, mode models.Mode, test func(t *testing.T, d *testServer)) {
	t.Run("SQLite", func(t *testing.T) { test(t, newTestServer(t, mode)) })
	t.Run("PostgreSQL and Redis", func(t *testing.T) {
		test(t, newTestServerOn(t, storagetest.ReadyPostgresURL(t), storagetest.Redis(t).URL, mode))
	})
}

func newTestServerOn(t testing.TB, database, redisURL string, mode models.Mode) *testServer {
	t.Helper()
	d := &testServer{TB: t, db: storagetest.Open(t, database, storage.Options{}), browser: browser(t)}
	d.model()
	hash, err := passwordHash()
	d.must(err)
	for _, name := range []string{"alice", "bob", "carol"} {
		d.must(d.db.AddModerator(t.Context(), operator, models.Moderator{Name: name, Role: models.RoleModerator, PasswordHash: hash}))
	}
	d.key, err = d.db.AddSite(t.Context(), operator, models.Site{Slug: "demo", Name: "Demo", Mode: mode})
	d.must(err)
	d.url = d.serve(d.db, redisURL)
	d.other = d.url
	if redisURL != "" {
		d.other = d.serve(storagetest.Open(t, database, storage.Options{}), redisURL)
	}
	return d
}

// model makes the starter model live.
func (d *testServer) model() {
	d.Helper()
	m, err := classifier.Starter()
	d.must(err)
	d.addModel(m, "starter")
	_, err = d.db.PromoteModel(d.Context(), operator, m.Version())
	d.must(err)
}

// addModel stores a model.
func (d *testServer) addModel(m *classifier.Model, origin string) {
	d.Helper()
	var file bytes.Buffer
	_, err := m.WriteTo(&file)
	d.must(err)
	manifest, err := json.Marshal(m.Manifest())
	d.must(err)
	info := models.ModelInfo{Version: m.Version(), Origin: origin, Manifest: manifest, Size: int64(file.Len()), CreatedAt: time.Now()}
	d.must(d.db.AddModel(d.Context(), operator, info, file.Bytes()))
}

// serve runs a node until the test ends, and returns where it answers.
func (d *testServer) serve(db *storage.DB, redisURL string) string {
	d.Helper()
	cfg := handlers.Config{
		DB: db, Limiter: memory.NewLimiter(time.Now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil),
		Secret: []byte("a key for tests that signs nothing of worth"), Rates: handlers.DefaultRates(), Version: "test",
		PublicURL: d.public, Mailer: d.mailer, NoticePoll: 50 * time.Millisecond,
		WebhookNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	if redisURL != "" {
		client, err := redis.Open(d.Context(), redisURL, slog.New(slog.DiscardHandler))
		d.must(err)
		d.Cleanup(func() {
			if err := client.Close(); err != nil {
				d.Error(err)
			}
		})
		cfg.Limiter, cfg.Notifier, cfg.Campaigns, cfg.Redis = client.Limiter(), client.Notifier(), client.Campaigns(), client
	}
	server, err := handlers.New(d.Context(), cfg)
	d.must(err)
	node := server.Handler()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.offline.Load() && r.Header.Get("Sec-Fetch-Mode") != "" { // only browsers send it
			panic(http.ErrAbortHandler) // the connection ends without an answer
		}
		if r.URL.Path == "/v1/auth/login" && d.busy.Load() > 0 {
			d.busy.Add(-1)
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if _, found := d.refused.Load(r.URL.Path); found {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if _, found := d.cut.LoadAndDelete(r.Method + " " + r.URL.Path); found {
			w = &brokenReply{w}
		}
		node.ServeHTTP(w, r)
	}))
	d.nodes = append(d.nodes, web)
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
	return web.URL
}

// brokenReply breaks off where its body begins.
type brokenReply struct{ http.ResponseWriter }

func (r *brokenReply) Write([]byte) (int, error) {
	if err := http.NewResponseController(r.ResponseWriter).Flush(); err != nil { // status and headers
		return 0, err
	}
	panic(http.ErrAbortHandler)
}

// disconnect cuts browsers off until offline is set to false again.
func (d *testServer) disconnect() {
	d.offline.Store(true)
	for _, node := range d.nodes {
		node.CloseClientConnections() // and with them the open streams
	}
}

// shared is the one browser of all tests, because starting it takes longer than most of
// them. Each tab has a profile of its own.
var shared struct {
	once    sync.Once
	ctx     context.Context // of chromedp
	err     error
	cancels []func()
}

// browser returns the browser, which the first test starts.
func browser(t testing.TB) context.Context {
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
	shared.once.Do(func() { shared.err = startBrowser(path) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.ctx
}

func startBrowser(path string) error {
	folder, err := os.MkdirTemp("", "wbr") // short: the path of a socket has at most some 100 bytes
	if err != nil {
		return err
	}
	ctx, stopProcess := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(folder, "profile")), chromedp.Env("TMPDIR="+folder), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true), chromedp.Flag("lang", "en-GB"))...)
	ctx, cancel := chromedp.NewContext(ctx)
	shared.ctx, shared.cancels = ctx, []func(){cancel, stopProcess, chromedp.FromContext(ctx).Allocator.Wait, func() { _ = os.RemoveAll(folder) }}
	return chromedp.Do(ctx) // starts it
}

// tab is one page with cookies of its own. Whatever its console says fails the
// test: violations of the content security policy, exceptions, errors.
type tab struct {
	testing.TB
	ctx context.Context
}

// open opens a page. Messages that contain one of the expected texts are
// allowed: browsers report every reply above 399.
func (d *testServer) open(path string, expected ...string) *tab {
	d.Helper()
	return d.openURL(d.url+path, expected...)
}

// openURL opens a page of any server.
func (d *testServer) openURL(address string, expected ...string) *tab {
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
				d.Errorf("%s: the browser's console says: %s (%s:%d)", address, m, m.URL, m.Line)
			}
		}
	})
	d.Cleanup(func() {
		cancel()
		reader.Wait()
	})
	p := &tab{d.TB, ctx}
	_, err := chromedp.Call(ctx, log.Enable, struct{}{})
	d.must(err)
	p.run(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(address))
	return p
}

// login opens the console and logs in by keyboard.
func (d *testServer) login(name string, expected ...string) *tab {
	d.Helper()
	p := d.open("/console/", expected...)
	p.waitFor(`document.activeElement.name === "name"`)
	p.keys(name + "\t" + testPassword + "\r")
	p.waitFor(`document.getElementById("live").className === "on"`)
	return p
}

type object = map[string]any

// post posts a comment with the site's key, and returns its id.
func (d *testServer) post(n int, name, body string) string {
	d.Helper()
	return d.postAll(n, object{
		"article": object{"id": "welcome", "title": "<b>The clock</b>"}, "author": object{"name": name}, "body": body,
	})
}

// postAll posts a comment from the nth reader's address.
func (d *testServer) postAll(n int, comment object) string {
	d.Helper()
	client := object{"ip": fmt.Sprintf("192.0.2.%d", n)}
	if more, ok := comment["client"].(object); ok {
		maps.Copy(client, more)
	}
	comment["client"] = client
	data, err := json.Marshal(comment)
	d.must(err)
	req, err := http.NewRequestWithContext(d.Context(), http.MethodPost, d.url+"/v1/comments", bytes.NewReader(data))
	d.must(err)
	req.Header.Set("Authorization", "Bearer "+d.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	d.must(err)
	defer res.Body.Close()
	var reply object
	d.must(json.NewDecoder(res.Body).Decode(&reply))
	if res.StatusCode != http.StatusCreated {
		d.Fatalf("POST /v1/comments: %s: %v", res.Status, reply)
	}
	return reply["id"].(string)
}

// status returns the present status of a comment.
func (d *testServer) status(id string) models.Status {
	d.Helper()
	c, err := d.db.Comment(d.Context(), id)
	d.must(err)
	return c.Status
}

// waitFor waits for a condition of the server.
func (d *testServer) waitFor(holds func() bool) {
	d.Helper()
	late := time.After(time.Minute)
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-late:
			d.Fatal("the condition was never met")
		case <-again.C:
		}
	}
}

func (d *testServer) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (p *tab) run(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// keys presses keys one after the other. Those that decide wait until the open comment has
// stood for a moment, because before that they decide nothing.
func (p *tab) keys(keys string) {
	p.Helper()
	for _, r := range keys {
		if strings.ContainsRune("arfz", r) {
			p.waitFor(`!document.querySelector("#comment[data-settling]")`)
		}
		p.press(string(r))
	}
}

// press presses keys at once, with the events of a real keyboard: a page that prevents the
// default of a key keeps its letter from being typed.
func (p *tab) press(keys string) {
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

// waitFor waits for a condition of the page.
func (p *tab) waitFor(condition string) {
	p.Helper()
	poll := chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(time.Minute))
	if _, err := chromedp.Run(p.ctx, poll); err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
		p.Fatalf("waiting for %s: %v\nthe page says:\n%s", condition, err, text)
	}
}

// waitForText waits until an element's text contains a text.
func (p *tab) waitForText(selector, text string) {
	p.Helper()
	p.waitFor(fmt.Sprintf("document.querySelector(%q)?.textContent.includes(%q)", selector, text))
}

// evaluate returns an expression's value as text.
func (p *tab) evaluate(expression string) string {
	p.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.Fatal(err)
	}
	return s
}
