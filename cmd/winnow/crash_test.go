package main

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"winnow/storage/storagetest"
)

var kills = flag.Int("kills", 8, "how often a crash test kills a server")

// aMoment lets some time pass that nobody can foresee, so that the kill after
// it hits the server anywhere.
func aMoment(most time.Duration) { time.Sleep(rand.N(most)) }

func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, storagetest.SQLiteURL(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, storagetest.PostgresURL(t)) })
}

func TestKilledUnderLoad(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		database := "--database=" + url
		server := launch(t, database)
		base := server.base()
		l := prepare(t, database)
		l.mortal = true
		l.start(base)
		for n := range *kills {
			l.acknowledges(1 + rand.IntN(100))
			aMoment(20 * time.Millisecond)
			server.kill()
			if n%4 == 3 { // and once more while it starts
				server = launch(t, database)
				aMoment(300 * time.Millisecond)
				server.kill()
			}
			server = launch(t, database)
			l.ask(server.base())
		}
		l.acknowledges(100)
		l.stop()
		l.shows()
		l.check(url)
		if status := server.terminate(); status != exitDone {
			t.Errorf("exit status %d", status)
		}
		l.check(url)
	})
}
