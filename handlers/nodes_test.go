package handlers_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/handlers/node"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

// nodes are two servers on one database, each with connections of its own as
// two processes have them. They share a notifier, or have none in
// common.
type nodes struct {
	*testNode
	here, there string // where they answer
}

// onNodes runs a test on two nodes, on each database.
func onNodes(t *testing.T, sentence string, notifier func(*testing.T) node.Notifier, test func(*nodes)) {
	for name, newURL := range map[string]func(testing.TB) string{"SQLite": storagetest.SQLiteURL, "PostgreSQL": storagetest.PostgresURL} {
		t.Run(sentence+"/"+name, func(t *testing.T) {
			url := newURL(t)
			n := &nodes{testNode: newTestNode(t, storagetest.Open(t, url, storage.Options{}))}
			n.stop()
			for _, base := range []*string{&n.here, &n.there} {
				*base = n.node(storagetest.Open(t, url, storage.Options{}), notifier(t), handlers.DefaultRates())
			}
			n.base = n.here
			test(n)
		})
	}
}

func (n *nodes) node(db *storage.DB, notifier node.Notifier, rates handlers.Rates) string {
	n.Helper()
	base, _ := start(n.T, handlers.Config{
		DB: db, Limiter: memory.NewLimiter(nil), Notifier: notifier, Campaigns: memory.NewCampaigns(nil), Secret: secret, Rates: rates,
	})
	return base
}

func inProcess(*testing.T) node.Notifier { return memory.NewNotifier() }

// on sends a request of a front end to a node, as a moderator when name is one.
func (n *nodes) on(base, name, method, path string, body any, more headers) reply {
	n.Helper()
	req := n.request(name, method, path, body)
	at, err := req.URL.Parse(base + path)
	n.must(err)
	req.URL, req.Host = at, at.Host
	for key, value := range more {
		req.Header.Set(key, value)
	}
	return n.send(req)
}

func TestRepeatedRequests(t *testing.T) {
	onNodes(t, "many at the same moment", inProcess, repeatedAtOnce)
	onNodes(t, "after a decision and a restart", inProcess, repeatedLater)
	onNodes(t, "past a limit", inProcess, repeatedPastLimit)
}

func repeatedAtOnce(n *nodes) {
	key := headers{"Idempotency-Key": "k1"}
	var replies [12]reply
	var all sync.WaitGroup
	for i := range replies {
		base := n.here
		if i%2 == 1 {
			base = n.there
		}
		all.Go(func() { replies[i] = n.on(base, "front end", "POST", "/v1/comments", comment(nil), key) })
	}
	all.Wait()
	for _, r := range replies {
		r.must(http.StatusCreated)
		if !bytes.Equal(r.body, replies[0].body) || r.header.Get("Location") != replies[0].header.Get("Location") {
			n.Fatalf("two replies to one request:\n%s\n%s", r.body, replies[0].body)
		}
	}
	count := 0
	for _, err := range n.db.Comments(n.Context(), "", time.Time{}) {
		n.must(err)
		count++
	}
	if count != 1 {
		n.Errorf("%d comments were stored", count)
	}
	n.on(n.there, "front end", "POST", "/v1/comments", comment(object{"body": "Another text."}), key).must(http.StatusCreated)
}

func repeatedLater(n *nodes) {
	_, err := n.db.UpdateSite(n.Context(), operator, "gazette", func(s *models.Site) error { s.Mode = models.ModePre; return nil })
	n.must(err)
	key := headers{"Idempotency-Key": "k1"}
	first := n.on(n.here, "front end", "POST", "/v1/comments", comment(nil), key)
	var created posted
	first.into(http.StatusCreated, &created)
	if created.Status != "pending" {
		n.Fatalf("it is %s at first", created.Status)
	}
	n.on(n.there, "bob", "POST", "/v1/comments/"+created.ID+"/decision", object{"action": "reject", "reason": "spam"}, nil).must(http.StatusOK)
	fresh := n.node(n.db, memory.NewNotifier(), handlers.DefaultRates())
	for _, base := range []string{n.here, n.there, fresh} {
		again := n.on(base, "front end", "POST", "/v1/comments", comment(nil), key)
		if again.status != http.StatusCreated || !bytes.Equal(again.body, first.body) {
			n.Errorf("the reply is %d %s\nand at first %s", again.status, again.body, first.body)
		}
	}
}

func repeatedPastLimit(n *nodes) {
	rates := handlers.DefaultRates()
	rates.Site = models.Rate{Count: 1, Period: time.Hour}
	strict := n.node(n.db, memory.NewNotifier(), rates)
	key := headers{"Idempotency-Key": "k1"}
	first := n.on(strict, "front end", "POST", "/v1/comments", comment(nil), key)
	first.must(http.StatusCreated)
	again := n.on(strict, "front end", "POST", "/v1/comments", comment(nil), key)
	if again.status != http.StatusCreated || !bytes.Equal(again.body, first.body) || again.header.Get("Retry-After") != "" {
		n.Errorf("the reply is %d %v %s", again.status, again.header, again.body)
	}
	for _, other := range []headers{nil, key, {"Idempotency-Key": "k2"}} {
		n.on(strict, "front end", "POST", "/v1/comments", comment(object{"body": "Another text."}), other).must(http.StatusTooManyRequests)
	}
}

// A page read on one node shows what was decided on another: at once with
// notices, and within seconds without any.
func TestPagesOfOtherNodes(t *testing.T) {
	server := storagetest.Redis(t)
	shared := func(t *testing.T) node.Notifier {
		c, err := redis.Open(t.Context(), server.URL+"?wait=5s", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c.Notifier()
	}
	onNodes(t, "with notices", shared, pagesFollow)
	onNodes(t, "without notices", inProcess, pagesFollow)
}

func pagesFollow(n *nodes) {
	read := func(base string) reply {
		return n.on(base, "", "GET", "/v1/comments?site=gazette&article=harbour", nil, nil)
	}
	for _, action := range []string{"approve", "reject", "approve"} {
		cm := n.pending("gazette", "What the tide brought.")
		before := [2]reply{read(n.here), read(n.there)} // both have it in their caches now
		n.on(n.here, "bob", "POST", "/v1/comments/"+cm.ID+"/decision", object{"action": action}, nil).must(http.StatusOK)
		for i, base := range []string{n.here, n.there} {
			public := action == "approve"
			eventually(n.T, "the decision being seen", func() bool { return strings.Contains(string(read(base).body), cm.ID) == public })
			old, fresh := before[i].header.Get("ETag"), read(base).header.Get("ETag")
			if (old != fresh) != public {
				n.Errorf("%s: the ETag was %s and is %s", action, old, fresh)
			}
		}
	}
}

// eventually polls until done; it fails when that takes unreasonably long.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

func TestSanctionsReachOtherNodes(t *testing.T) {
	shared := memory.NewNotifier()
	f := newTestSite(t, func(c *handlers.Config) { c.Notifier = shared })
	here := f.base
	node := func(n node.Notifier) string {
		base, _ := start(t, handlers.Config{
			DB: f.db, Limiter: memory.NewLimiter(f.now), Notifier: n, Campaigns: memory.NewCampaigns(nil), Secret: secret, Now: f.now,
		})
		return base
	}
	notified, unnotified := node(shared), node(memory.NewNotifier())
	post := func(base string) reply {
		f.base = base
		defer func() { f.base = here }()
		return f.send("POST", "/v1/comments", bearer(f.key), comment(by(object{"id": "m1", "name": "Mallory"})))
	}
	for _, base := range []string{notified, unnotified} {
		post(base).must(http.StatusCreated)
	}
	f.as("eve", "PUT", "/v1/authors", object{"site": "gazette", "author_id": "m1", "sanction": object{"kind": "ban"}}).must(http.StatusOK)
	post(here).refused("banned", nil)
	deadline := time.Now().Add(10 * time.Second)
	for post(notified).status != http.StatusForbidden {
		if time.Now().After(deadline) {
			t.Fatal("the other node was not notified")
		}
	}
	eventually(t, "the node without notices reads of the ban", func() bool { return post(unnotified).status == http.StatusForbidden })
	post(unnotified).refused("banned", nil)
}
