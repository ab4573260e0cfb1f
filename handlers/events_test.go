package handlers_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/models"
	"winnow/storage"
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

// Two nodes whose clocks are wrong, with nothing but the database in common, and a
// transaction that commits after others: each stream of each node gets each event once.
func TestEventsOfNodesWithWrongClocks(t *testing.T) {
	for _, wrong := range []time.Duration{10 * time.Second, 300 * time.Second} {
		t.Run(wrong.String(), func(t *testing.T) {
			url := storagetest.ReadyPostgresURL(t)
			n := &nodes{testNode: newTestNode(t, storagetest.Open(t, url, storage.Options{}))}
			n.stop()
			var streams []*listener
			for i, base := range []*string{&n.here, &n.there} {
				late := wrong * time.Duration(1-2*i)
				db := storagetest.Open(t, url, storage.Options{Machine: func() time.Time { return time.Now().Add(late) }})
				*base = n.node(db, memory.NewNotifier(), handlers.DefaultRates())
				n.base = *base
				streams = append(streams, n.listen("bob", "/v1/events", ""))
			}
			wants := func(subject string) {
				t.Helper()
				for i, l := range streams {
					if e, name := l.next(); e.Subject != subject || name != "" {
						t.Errorf("stream %d got %q %+v, want %s", i, name, e, subject)
					}
				}
			}
			held, err := storagetest.Raw(t, url).BeginTx(t.Context(), nil)
			n.must(err)
			_, err = held.ExecContext(t.Context(), `INSERT INTO events (kind, site, subject, article, status, at) VALUES ('comment.changed', 'gazette', 'late', '', '', 1)`)
			n.must(err)
			for _, text := range []string{"The tide is late today.", "Nobody saw the ferry.", "Which quay was it?", "Ask the harbour master."} {
				n.base = map[bool]string{true: n.there, false: n.here}[n.base == n.here]
				wants(n.post(text))
			}
			n.must(held.Commit())
			wants("late")
			wants(n.post("The old crane is gone."))
		})
	}
}

// A ban holds on a node that gets no notices, within the time of a poll.
func TestEventsInvalidateWithoutNotices(t *testing.T) {
	onNodes(t, "a ban", inProcess, func(n *nodes) {
		post := func(base string) int {
			return n.on(base, "front end", "POST", "/v1/comments", comment(by(object{"id": "m1", "name": "Mallory"})), nil).status
		}
		if post(n.here) != http.StatusCreated || post(n.there) != http.StatusCreated {
			n.Fatal("she cannot comment before")
		}
		n.on(n.here, "eve", "PUT", "/v1/authors", object{"site": "gazette", "author_id": "m1", "sanction": object{"kind": "ban"}}, nil).must(http.StatusOK)
		eventually(n.T, "the ban", func() bool { return post(n.there) == http.StatusForbidden })
	})
}
