package main

import (
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"winnow/storage/storagetest"
)

var kills = flag.Int("kills", 5, "how often a crash test kills a server")

// randomDelay waits for a random time, so that the following kill hits the server at
// any point.
func randomDelay(most time.Duration) { time.Sleep(rand.N(most)) }

func onBothDatabases(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, storagetest.SQLiteURL(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, storagetest.PostgresURL(t)) })
}

func TestKilledUnderLoad(t *testing.T) {
	test := func(t *testing.T, url string) {
		database := "--database=" + url
		server := launch(t, database)
		base := server.base()
		l := newLoad(t, database)
		l.unreliable = true
		l.start(base)
		told := newEventCursor(t, url)
		for n := range *kills {
			l.waitAcknowledged(1 + rand.IntN(100))
			told.read()
			randomDelay(20 * time.Millisecond)
			server.kill()
			told.read()
			if n%4 == 3 { // and again during its start
				server = launch(t, database)
				randomDelay(300 * time.Millisecond)
				server.kill()
			}
			server = launch(t, database)
			l.useNodes(server.base())
		}
		l.waitAcknowledged(100)
		l.stop()
		l.checkReplies()
		l.checkDatabase(url)
		told.complete()
		if status := server.terminate(); status != exitDone {
			t.Errorf("exit status %d", status)
		}
		l.checkDatabase(url)
	}
	onBothDatabases(t, test)
	t.Run("PostgreSQL, split by site", func(t *testing.T) { test(t, storagetest.PartitionedPostgresURL(t)) })
}

// eventCursor reads events as a node does, beside the servers.
type eventCursor struct {
	t    *testing.T
	db   *sql.DB
	at   int64
	told map[string]int // events by their kind and subject
}

func newEventCursor(t *testing.T, url string) *eventCursor {
	return &eventCursor{t, storagetest.Raw(t, url), 0, map[string]int{}}
}

func (c *eventCursor) read() {
	c.t.Helper()
	storagetest.Each(c.t, c.db, fmt.Sprintf(`SELECT CAST(seq AS text), kind, subject FROM events WHERE seq > %d ORDER BY events.seq`, c.at), func(seq, kind, subject string) {
		var err error
		if c.at, err = strconv.ParseInt(seq, 10, 64); err != nil {
			c.t.Fatal(err)
		}
		c.told[kind+" "+subject]++
	})
}

// complete checks that all events were read, each once.
func (c *eventCursor) complete() {
	c.t.Helper()
	poll(c.t, "all events have numbers", func() bool { return count(c.t, c.db, `SELECT count(*) FROM events WHERE seq IS NULL`) == 0 })
	c.read()
	stored := map[string]int{}
	storagetest.Each(c.t, c.db, `SELECT kind, subject, '' FROM events`, func(kind, subject, _ string) { stored[kind+" "+subject]++ })
	if len(stored) != len(c.told) {
		c.t.Errorf("%d events were told, %d are stored", len(c.told), len(stored))
	}
	for event, n := range stored {
		if c.told[event] != n {
			c.t.Errorf("%s was told %d times, and is stored %d times", event, c.told[event], n)
		}
	}
}

// TestKilledDuringStart kills a server repeatedly before it is ready, on a database
// that is empty at first.
func TestKilledDuringStart(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, url string) {
		database := "--database=" + url
		for range *kills {
			server := launch(t, database)
			randomDelay(300 * time.Millisecond)
			server.kill()
		}
		server := launch(t, database)
		base := server.base()
		l := newLoad(t, database)
		l.start(base)
		l.waitAcknowledged(50)
		l.stop()
		l.checkDatabase(url)
		if people := must(t, "", "moderator", "list", database); !strings.Contains(people, "admin") {
			t.Errorf("the first moderator is missing:\n%s", people)
		}
		if all := must(t, "", "site", "list", database); !strings.Contains(all, "demo") {
			t.Errorf("the first site is missing:\n%s", all)
		}
	})
}

// TestNodeKilledUnderLoad kills two nodes in turns; clients use the one that answers.
func TestNodeKilledUnderLoad(t *testing.T) {
	url := storagetest.PostgresURL(t)
	flags := []string{"--database=" + url, "--redis=" + storagetest.Redis(t).URL}
	nodes := [2]*process{launch(t, flags...), launch(t, flags...)}
	bases := []string{nodes[0].base(), nodes[1].base()}
	l := newLoad(t, flags[0])
	l.unreliable = true
	l.start(bases...)
	for n := range *kills / 2 {
		l.waitAcknowledged(1 + rand.IntN(100))
		randomDelay(20 * time.Millisecond)
		nodes[n%2].kill()
		l.waitAcknowledged(20) // by the other node
		nodes[n%2] = launch(t, flags...)
		bases = slices.Clone(bases)
		bases[n%2] = nodes[n%2].base()
		l.useNodes(bases...)
	}
	l.waitAcknowledged(100)
	l.stop()
	l.checkReplies()
	l.checkDatabase(url)
}

// TestTerminatedUnderLoad terminates servers as a new release does: they finish the
// open requests and exit, also with open event streams.
func TestTerminatedUnderLoad(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, url string) {
		database := "--database=" + url
		server := launch(t, database)
		base := server.base()
		l := newLoad(t, database)
		l.unreliable = true // connections may be refused
		l.start(base)
		for range 2 {
			l.waitAcknowledged(50)
			stream := l.openStream(base)
			slow := l.startSlowPost(base)
			ended := make(chan int, 1)
			go func() { ended <- server.terminate() }()
			poll(t, "the server ends its streams", func() bool { return stream() })
			slow()
			if status := <-ended; status != exitDone {
				t.Errorf("exit status %d", status)
			}
			server = launch(t, database)
			base = server.base()
			l.useNodes(base)
		}
		l.waitAcknowledged(50)
		l.stop()
		l.checkReplies()
		l.checkDatabase(url)
	})
}
