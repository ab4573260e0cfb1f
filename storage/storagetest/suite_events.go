package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// follower reads events by a cursor.
type follower struct {
	db       *storage.DB
	cursor   int64
	subjects []string // of all that it has read
}

// read reads what is new. It may be called on any goroutine.
func (f *follower) read(t testing.TB) (subjects []string) {
	t.Helper()
	for {
		events, err := f.db.EventsSince(t.Context(), f.cursor, 7)
		if err != nil {
			t.Error(err)
			return subjects
		}
		for _, e := range events {
			if e.Seq <= f.cursor {
				t.Errorf("event %d after %d", e.Seq, f.cursor)
			}
			f.cursor = e.Seq
			subjects = append(subjects, e.Subject)
		}
		if len(events) == 0 {
			f.subjects = append(f.subjects, subjects...)
			return subjects
		}
	}
}

// reads checks that a follower reads these events now, and no others.
func (f *follower) reads(t testing.TB, want ...string) {
	t.Helper()
	if got := f.read(t); !slices.Equal(got, want) {
		t.Fatalf("events of %q, want %q", got, want)
	}
}

// heldEvent inserts an event in a transaction that is open until commit is called.
func (l *fixture) heldEvent(t *testing.T, subject string) (commit func()) {
	t.Helper()
	tx, err := Raw(t, l.url).BeginTx(t.Context(), nil)
	ok(t, err)
	_, err = tx.ExecContext(t.Context(), `INSERT INTO events (kind, site, subject, article, status, at) VALUES ('comment.changed', 'gazette', $1, '', '', 1)`, subject)
	ok(t, err)
	return func() { ok(t, tx.Commit()) }
}

var eventTests = map[string]func(*testing.T, *fixture){
	"events are in the order of commits, whatever the clocks of nodes say": func(t *testing.T, l *fixture) {
		nodes := []*storage.DB{l.DB}
		for _, wrong := range []time.Duration{-300 * time.Second, -10 * time.Second, 10 * time.Second, 300 * time.Second} {
			nodes = append(nodes, Open(t, l.url, storage.Options{Now: func() time.Time { return l.clock.Now().Add(wrong) }}))
		}
		var all []follower
		for _, node := range nodes {
			all = append(all, follower{db: node, cursor: must(node.NewestEvent(l.ctx))(t)})
		}
		for n := range 4 * len(nodes) {
			c, _, _, err := nodes[n%len(nodes)].CreateComment(l.ctx, l.new())
			ok(t, err)
			decided := nodes[(n+1+n/len(nodes))%len(nodes)]
			_, _, err = decided.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
			ok(t, err)
			for i := range all {
				all[i].reads(t, c.ID, c.ID)
			}
		}
	},
	"an event that is committed late comes late, and delays no other": func(t *testing.T, l *fixture) {
		if strings.HasPrefix(l.url, "sqlite:") {
			return // one writer at a time: nobody can commit before
		}
		early, late := follower{db: l.DB}, follower{db: Open(t, l.url, storage.Options{Now: l.clock.Now})}
		first, second := l.heldEvent(t, "first"), l.heldEvent(t, "second")
		a := l.post(t).ID
		early.reads(t, a)
		b := l.post(t).ID
		second()
		early.reads(t, "second", b)
		c := l.post(t).ID
		late.reads(t, a, "second", b, c)
		first()
		late.reads(t, "first")
		early.reads(t, c, "first")
		for _, f := range []*follower{&early, &late} {
			f.reads(t)
		}
		equal(t, "newest", must(l.NewestEvent(l.ctx))(t), late.cursor)
	},
	"every cursor gets every event once while several nodes write": func(t *testing.T, l *fixture) {
		const writers, posts = 4, 40
		nodes := []*storage.DB{l.DB, Open(t, l.url, storage.Options{})}
		var writing, reading sync.WaitGroup
		var done atomic.Bool
		ids := make([][]string, writers)
		for w := range writers {
			news := make([]storage.NewComment, posts)
			for i := range news {
				news[i] = l.new()
			}
			writing.Go(func() {
				for i := range news {
					c, _, _, err := nodes[(w+i)%len(nodes)].CreateComment(l.ctx, news[i])
					if err != nil {
						t.Error(err)
						return
					}
					ids[w] = append(ids[w], c.ID)
				}
			})
		}
		followers := []*follower{{db: nodes[0]}, {db: nodes[1]}, {db: nodes[1]}}
		for _, f := range followers {
			reading.Go(func() {
				for last := false; !last; {
					last = done.Load()
					f.read(t)
				}
			})
		}
		writing.Wait()
		done.Store(true)
		reading.Wait()
		want := slices.Sorted(slices.Values(slices.Concat(ids...)))
		for _, f := range followers {
			if !slices.Equal(f.subjects, followers[0].subjects) {
				t.Error("two cursors have another order")
			}
			if got := slices.Sorted(slices.Values(f.subjects)); !slices.Equal(got, want) {
				t.Errorf("%d events were read, %d comments posted", len(got), len(want))
			}
		}
	},
	"a cursor whose event is gone is told so": func(t *testing.T, l *fixture) {
		const posts = 5
		for range posts {
			l.post(t)
		}
		old := must(l.EventsSince(l.ctx, 0, 100))(t)
		equal(t, "events", len(old), posts)
		l.clock.Advance(25 * time.Hour)
		c := l.post(t)
		equal(t, "purged", must(l.Purge(l.ctx))(t), posts)
		f := follower{db: l.DB}
		f.reads(t, c.ID)
		l.clock.Advance(25 * time.Hour)
		equal(t, "purged", must(l.Purge(l.ctx))(t), 0) // the newest stays
		f.reads(t)
		for _, gone := range []int64{old[0].Seq, old[posts-1].Seq, f.cursor + 1} {
			if _, err := l.EventsSince(l.ctx, gone, 10); !errors.Is(err, storage.ErrEventsMissing) {
				t.Errorf("after %d: %v", gone, err)
			}
		}
		f.reads(t)
	},
	"old events are removed in their order, whatever clock their times are of": func(t *testing.T, l *fixture) {
		post := func(db *storage.DB) string {
			c, _, _, err := db.CreateComment(l.ctx, l.new())
			ok(t, err)
			return c.ID
		}
		ahead := Open(t, l.url, storage.Options{Now: func() time.Time { return l.clock.Now().Add(5 * time.Minute) }})
		for range 3 {
			post(l.DB)
		}
		kept := []string{post(ahead), post(l.DB), post(ahead)}
		l.clock.Advance(24*time.Hour + time.Minute)
		equal(t, "purged", must(l.Purge(l.ctx))(t), 3)
		f := follower{db: l.DB}
		f.reads(t, kept...)
	},
	"what this process writes wakes who waits for events": func(t *testing.T, l *fixture) {
		wake := l.Watch(l.ctx)
		l.post(t)
		<-wake
		must(l.Claim(l.ctx, ann, models.QueueFilter{}, time.Minute))(t)
		<-wake
		equal(t, "signals", fmt.Sprint(len(wake)), "0")
	},
}
