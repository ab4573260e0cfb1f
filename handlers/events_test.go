package handlers_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

// listener is a client of the stream of events.
type listener struct {
	*testing.T
	res   *http.Response
	lines *bufio.Scanner
}

// listen opens the stream, and returns when the server has subscribed.
func (d *testNode) listen(name, path, last string, token ...string) *listener {
	d.Helper()
	req := d.request(name, "GET", path, nil)
	if len(token) > 0 {
		req.Header.Set("Authorization", "Bearer "+token[0])
	}
	req.Header.Set("Last-Event-ID", last)
	res, err := http.DefaultClient.Do(req)
	d.must(err)
	d.Cleanup(func() { res.Body.Close() })
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || kind != "text/event-stream" {
		d.Fatalf("stream: %d %s", res.StatusCode, kind)
	}
	return &listener{d.T, res, bufio.NewScanner(res.Body)}
}

// next waits for an event; name is that of an event with one.
func (l *listener) next() (e models.Event, name string) {
	l.Helper()
	id := ""
	for l.lines.Scan() {
		field, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch field {
		case "id":
			id = value
		case "event":
			name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e); err != nil {
				l.Fatal(err)
			}
			if name == "" && strconv.FormatInt(e.Seq, 10) != id {
				l.Fatalf("event %+v has the id %q", e, id)
			}
			return e, name
		}
	}
	l.Fatal("the stream has ended: ", l.lines.Err())
	return e, name
}

// ended waits for the end of the stream, which must bring no more events.
func (l *listener) ended() {
	l.Helper()
	for l.lines.Scan() {
		if strings.HasPrefix(l.lines.Text(), "data") {
			l.Errorf("one more event: %s", l.lines.Text())
		}
	}
}

func (d *testNode) post(body string) string {
	d.Helper()
	var got struct{ ID string }
	d.as("front end", "POST", "/v1/comments", object{
		"article": object{"id": "harbour"}, "author": object{"name": "Reader"}, "body": body,
	}).into(http.StatusCreated, &got)
	return got.ID
}

func TestEvents(t *testing.T) {
	for sentence, test := range map[string]func(*testNode){
		"a stream has the events of comments, claims and decisions": streamsAll,
		"a stream has only the events of the moderator's sites":     streamsOwnSites,
		"a client that reconnects gets what it missed":              replaysMissed,
		"a client that missed too much gets a reset":                resetsOldClients,
		"events of other nodes arrive without a common notifier":    streamsOtherNodes,
		"all streams end when the server stops":                     streamsEnd,
	} {
		onBoth(t, sentence, test)
	}
}

func streamsAll(d *testNode) {
	l := d.listen("bob", "/v1/events", "")
	id := d.post("A comment on the harbour.")
	if e, _ := l.next(); e.Kind != models.CommentCreated || e.Subject != id || e.Site != "gazette" || e.Article != "harbour" || e.Status == "" {
		d.Errorf("posted: %+v", e)
	}
	c := d.pending("gazette", "what a harbour")
	d.claim("bob", 1)
	d.decide("bob", c.ID, object{"action": "approve"})
	for _, want := range []models.EventKind{models.CommentCreated, models.CommentClaimed, models.CommentChanged} {
		e, _ := l.next()
		if e.Kind != want || e.Subject != c.ID {
			d.Errorf("got %+v, want %s", e, want)
		}
	}
}

func streamsOwnSites(d *testNode) {
	greta, bob := d.listen("greta", "/v1/events", ""), d.listen("bob", "/v1/events?site=herald", "")
	d.pending("gazette", "theirs")
	ours := d.pending("herald", "ours")
	for _, l := range []*listener{greta, bob} {
		if e, _ := l.next(); e.Subject != ours.ID {
			d.Errorf("got %+v", e)
		}
	}
	d.as("greta", "GET", "/v1/events?site=gazette", nil).must(http.StatusNotFound)
}

func replaysMissed(d *testNode) {
	first := d.listen("bob", "/v1/events", "")
	d.pending("gazette", "received")
	last, _ := first.next()
	first.res.Body.Close()
	missed := []string{d.pending("gazette", "missed").ID, d.pending("gazette", "missed too").ID}
	again := d.listen("bob", "/v1/events", strconv.FormatInt(last.Seq, 10))
	for _, want := range append(missed, d.pending("gazette", "live").ID) {
		if e, _ := again.next(); e.Subject != want {
			d.Errorf("got %+v, want %s", e, want)
		}
	}
}

func resetsOldClients(d *testNode) {
	// Of an earlier version, and of a database that is lost.
	for _, last := range []string{"01900000-0000-7000-8000-000000000000", "4711000000"} {
		l := d.listen("bob", "/v1/events", last)
		if _, name := l.next(); name != "reset" {
			d.Errorf("after %s: %q", last, name)
		}
		id := d.pending("gazette", "after the reset").ID
		if e, _ := l.next(); e.Subject != id {
			d.Errorf("after %s: %+v", last, e)
		}
	}
}

func streamsOtherNodes(d *testNode) {
	here, base := d.listen("bob", "/v1/events", ""), d.base
	d.serve(memory.NewNotifier()) // nothing but the database in common
	if d.base == base {
		d.Fatal("there is no second node")
	}
	id := d.post("A comment on the other node.")
	if e, _ := here.next(); e.Subject != id {
		d.Errorf("got %+v", e)
	}
}

func streamsEnd(d *testNode) {
	l := d.listen("bob", "/v1/events", "")
	d.stop()
	l.ended()
	d.as("bob", "GET", "/v1/events", nil).must(http.StatusServiceUnavailable)
}

func TestBadEventRequests(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	req := d.request("bob", "GET", "/v1/events", nil)
	for _, id := range []string{"nonsense", "-1", "0", "99999999999999999999"} {
		req.Header.Set("Last-Event-ID", id)
		d.send(req).names("Last-Event-ID")
	}
	d.as("", "GET", "/v1/events", nil).must(http.StatusUnauthorized)
	d.as("front end", "GET", "/v1/events", nil).must(http.StatusForbidden)
}
