package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	posters  = 16
	deciders = 2
	readers  = 2
)

// load is a number of clients that post, decide and read until stop. It records what
// the server has acknowledged. A client without a reply, or with a 503, retries; a
// poster with the same Idempotency-Key.
type load struct {
	t          *testing.T
	keys       [2]string // of a site in mode pre and one in mode post
	tokens     [deciders]string
	client     *http.Client
	unreliable bool          // servers are killed, so requests may fail
	retryDelay time.Duration // before a retry

	nodes    atomic.Pointer[[]string] // base URLs
	stopping chan struct{}            // closed to stop
	clients  sync.WaitGroup

	mu        sync.Mutex
	comments  map[string]string       // id by the text of the comment, of each 201
	decisions map[string]madeDecision // by comment
	failed    int                     // requests without an answer
	refused   int                     // 503
}

// madeDecision is an acknowledged decision. Its id is unknown when the reply was
// lost and the retry found the decision.
type madeDecision struct{ id, status string }

var sites = [2]string{"held", "free"}

const passPhrase = "a fine pass phrase"

// newLoad adds the sites and moderators of a load.
func newLoad(t *testing.T, database string) *load {
	t.Helper()
	l := &load{
		t: t, retryDelay: 10 * time.Millisecond, stopping: make(chan struct{}), comments: map[string]string{}, decisions: map[string]madeDecision{},
		client: &http.Client{Timeout: waitTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: posters + moderators}},
	}
	for i, mode := range []string{"pre", "post"} {
		var site struct{ Key string }
		if err := json.Unmarshal([]byte(must(t, "", "site", "add", sites[i], "--mode", mode, "--json", database)), &site); err != nil {
			t.Fatal(err)
		}
		l.keys[i] = site.Key
	}
	for i := range deciders {
		must(t, passPhrase+"\n", "moderator", "add", moderatorName(i), "--role", "editor", "--password-stdin", database)
	}
	t.Cleanup(l.client.CloseIdleConnections)
	return l
}

func moderatorName(i int) string { return fmt.Sprint("moderator ", i) }

// start starts the clients on the nodes with these base URLs.
func (l *load) start(nodes ...string) {
	l.t.Helper()
	l.useNodes(nodes...)
	for i := range deciders {
		body := l.must(http.StatusOK, "POST", "/v1/auth/login", "", "", object{"name": moderatorName(i), "password": passPhrase})
		l.tokens[i], _ = body["access_token"].(string)
	}
	for i := range posters {
		l.clients.Go(func() { l.post(i) })
	}
	for i := range deciders {
		l.clients.Go(func() { l.decide(i) })
	}
	for i := range readers {
		l.clients.Go(func() { l.read(i) })
	}
	l.t.Cleanup(l.stop)
}

// useNodes sets the nodes for all further requests.
func (l *load) useNodes(nodes ...string) { l.nodes.Store(&nodes) }

// stop lets all clients finish their current request and waits for them.
func (l *load) stop() {
	if !l.stopped() {
		close(l.stopping)
	}
	l.clients.Wait()
}

func (l *load) stopped() bool {
	select {
	case <-l.stopping:
		return true
	default:
		return false
	}
}

func (l *load) post(poster int) {
	site, article, last := poster%2, fmt.Sprint("article-", poster%5), ""
	for n := 0; !l.stopped(); n++ {
		text := fmt.Sprintf("Comment %d-%d: the %d seats of the harbour hall were full again.", poster, n, rand.IntN(1000))
		comment := object{
			"article": object{"id": article, "url": "https://gazette.example/" + article, "title": fmt.Sprint("Title ", n/50)},
			"author":  object{"name": fmt.Sprint("Reader ", n%9)},
			"body":    text,
			"client":  object{"ip": fmt.Sprintf("10.%d.%d.%d", rand.IntN(256), rand.IntN(256), rand.IntN(256))},
		}
		if last != "" && n%5 == 0 {
			comment["parent_id"] = last
		}
		key := fmt.Sprintf("key-%d-%d", poster, n)
		if comment["parent_id"] != nil {
			if status, _, _ := l.repeat("POST", "/v1/comments", l.keys[site], key, comment); status == http.StatusUnprocessableEntity {
				delete(comment, "parent_id") // a moderator has taken the parent down
			}
		}
		reply := l.must(http.StatusCreated, "POST", "/v1/comments", l.keys[site], key, comment)
		if last, _ = reply["id"].(string); last == "" {
			return
		}
		l.mu.Lock()
		l.comments[text] = last
		l.mu.Unlock()
		if n%10 == 0 { // as if the reply had been lost
			if again := l.must(http.StatusCreated, "POST", "/v1/comments", l.keys[site], key, comment); again != nil && again["id"] != last {
				l.t.Errorf("a retry created another comment: %v", again)
			}
		}
	}
}

func (l *load) decide(decider int) {
	for n := 0; !l.stopped(); n++ {
		claimed := l.must(http.StatusOK, "POST", "/v1/queue/claim", l.tokens[decider], "", object{"site": sites[0], "limit": 5})
		items, _ := claimed["items"].([]any)
		if len(items) == 0 {
			l.pause()
		}
		for i, item := range items {
			id := item.(object)["comment"].(object)["id"].(string)
			want, word := "approved", object{"action": "approve", "version": item.(object)["version"]}
			if i%3 == 2 {
				want, word = "rejected", object{"action": "reject", "reason": "spam", "version": word["version"]}
			}
			status, reply, repeated := l.repeat("POST", "/v1/comments/"+id+"/decision", l.tokens[decider], "", word)
			decision, _ := reply["id"].(string)
			switch {
			case status == http.StatusOK:
			case status == http.StatusConflict && repeated: // the first attempt was made
			case status != 0:
				l.t.Errorf("decide: status %d: %v", status, reply)
				fallthrough
			default:
				continue
			}
			l.mu.Lock()
			l.decisions[id] = madeDecision{decision, want}
			l.mu.Unlock()
		}
	}
}

func (l *load) read(reader int) {
	paths := []string{"/v1/comments?site=free&limit=100&article=article-", "/v1/queue?site=held&limit=20&q=", "/v1/comments?site=held&order=newest&article=article-"}
	for n := reader; !l.stopped(); n++ {
		path, token := paths[n%3], ""
		if n%3 == 1 {
			token = l.tokens[reader%deciders]
		}
		l.must(http.StatusOK, "GET", fmt.Sprint(path, n%5), token, "", nil)
	}
}

// must retries a request until there is a reply, which must have the status. The
// reply is nil otherwise.
func (l *load) must(want int, method, path, token, key string, body any) object {
	status, reply, _ := l.repeat(method, path, token, key, body)
	if status == want {
		return reply
	}
	if status != 0 {
		l.t.Errorf("%s %s: status %d, want %d: %v", method, path, status, want, reply)
	}
	return nil
}

// repeat retries until there is a reply other than 503, and reports whether that took
// more than one request. After a timeout the status is 0.
func (l *load) repeat(method, path, token, key string, body any) (status int, reply object, repeated bool) {
	for end := time.Now().Add(2 * waitTimeout); time.Now().Before(end); repeated = true {
		if l.stopped() && l.t.Failed() {
			return 0, nil, false // the test has failed already
		}
		status, reply, err := l.once(method, path, token, key, body)
		switch {
		case err != nil && !l.unreliable:
			l.t.Errorf("%s %s: %v", method, path, err)
			return 0, nil, false
		case err == nil && status != http.StatusServiceUnavailable:
			return status, reply, repeated
		}
		l.mu.Lock()
		if err != nil {
			l.failed++
		} else {
			l.refused++
		}
		l.mu.Unlock()
		l.pause()
	}
	l.t.Errorf("%s %s: timeout", method, path)
	return 0, nil, false
}

// pause waits before a retry, so that clients do not use all of the CPU.
func (l *load) pause() { time.Sleep(l.retryDelay) }

// once sends one request to a random node.
func (l *load) once(method, path, token, key string, body any) (int, object, error) {
	nodes := *l.nodes.Load()
	data, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequest(method, nodes[rand.IntN(len(nodes))]+path, bytes.NewReader(data))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := l.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	if data, err = io.ReadAll(res.Body); err != nil {
		return 0, nil, err
	}
	if res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") == "" {
		return 0, nil, errors.New("503 without Retry-After")
	}
	var reply object
	if len(data) == 0 {
		return res.StatusCode, nil, nil
	}
	return res.StatusCode, reply, json.Unmarshal(data, &reply)
}

// count returns the numbers of acknowledged changes and of 503 replies.
func (l *load) count() (acknowledged, refused int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.comments) + len(l.decisions), l.refused
}

// waitAcknowledged waits until the server has acknowledged more changes.
func (l *load) waitAcknowledged(more int) {
	l.t.Helper()
	before, _ := l.count()
	poll(l.t, fmt.Sprint(more, " more comments and decisions are acknowledged"), func() bool {
		now, _ := l.count()
		return now >= before+more
	})
}

// waitRefused waits until more requests were refused.
func (l *load) waitRefused(more int) {
	l.t.Helper()
	_, before := l.count()
	poll(l.t, fmt.Sprint(more, " more requests are refused"), func() bool {
		_, now := l.count()
		return now >= before+more
	})
}

// openStream opens an event stream. The result reports whether it has ended.
func (l *load) openStream(base string) (ended func() bool) {
	l.t.Helper()
	req, err := http.NewRequest("GET", base+"/v1/events", nil)
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+l.tokens[0])
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		l.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		l.t.Fatalf("events: status %d", res.StatusCode)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			l.t.Errorf("the stream was interrupted: %v", err)
		}
	}()
	return func() bool {
		select {
		case <-gone:
			return true
		default:
			return false
		}
	}
}

// startSlowPost sends the headers of a comment and waits until the server expects its
// body. The function returned sends the body and checks the reply.
func (l *load) startSlowPost(base string) (end func()) {
	l.t.Helper()
	text := fmt.Sprintf("A slow comment, %d.", rand.Int64())
	data, err := json.Marshal(object{"article": object{"id": "article-0"}, "author": object{"name": "Reader"}, "body": text})
	if err != nil {
		l.t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(waitTimeout)); err != nil {
		l.t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /v1/comments HTTP/1.1\r\nHost: winnow.example\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\n"+
		"Idempotency-Key: slow-%d\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", l.keys[0], rand.Int64(), len(data))
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, " 100 ") {
		l.t.Fatalf("the server does not expect a body: %q, %v", line, err)
	}
	if _, err := in.ReadString('\n'); err != nil { // the empty line
		l.t.Fatal(err)
	}
	return func() {
		l.t.Helper()
		if _, err := conn.Write(data); err != nil {
			l.t.Fatal(err)
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			l.t.Fatalf("an open request got no reply: %v", err)
		}
		defer res.Body.Close()
		var reply struct{ ID string }
		if err := json.NewDecoder(res.Body).Decode(&reply); err != nil || res.StatusCode != http.StatusCreated {
			l.t.Fatalf("status %d, %v", res.StatusCode, err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.comments[text] = reply.ID
	}
}
