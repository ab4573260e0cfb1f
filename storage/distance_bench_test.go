package storage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// 64 moderators decide at once, on one site or on eight, while readers report 500
// comments a second, and the database is as far away as in another data centre, or not.
func BenchmarkDecideAtADistance(b *testing.B) {
	for _, roundTrip := range []time.Duration{0, time.Millisecond} {
		for _, sites := range []int{1, 8} {
			b.Run(fmt.Sprintf("round trip %v/sites %d", roundTrip, sites), func(b *testing.B) {
				url := distantPostgres(b, roundTrip)
				inUse(b, url, sites)
				db := storagetest.Open(b, url, storage.Options{})
				ctx, stop := context.WithCancel(b.Context())
				defer stop()
				ids := waitingComments(b, db, sites, max(b.N, 64))
				var work sync.WaitGroup
				work.Go(func() { seal(ctx, db) })
				work.Go(func() { report(b, ctx, db, sites, ids) })
				var next atomic.Int64
				took := make([]time.Duration, b.N)
				b.ResetTimer()
				var moderators sync.WaitGroup
				for m := range 64 {
					moderators.Go(func() {
						by := models.Caller{Kind: models.ByModerator, Name: fmt.Sprint("m", m)}
						for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
							begun := time.Now()
							if _, _, err := db.Decide(ctx, by, ids[i], models.DecisionRequest{Action: models.Approve}); err != nil {
								b.Error(err)
							}
							took[i] = time.Since(begun)
						}
					})
				}
				moderators.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				stop()
				work.Wait()
			})
		}
	}
}

// waitingComments posts pending comments on sites in turn, and returns their ids.
func waitingComments(b *testing.B, db *storage.DB, sites, n int) []string {
	b.Helper()
	ids := make([]string, n)
	var posting sync.WaitGroup
	for p := range 64 {
		posting.Go(func() {
			for i := p; i < n; i += 64 {
				c, _, _, err := db.CreateComment(b.Context(), storage.NewComment{Comment: models.Comment{
					Site: fmt.Sprint("site-", i%sites), Article: models.Article{ID: fmt.Sprint("a", i%50)}, Author: models.Author{Name: fmt.Sprint("reader ", i)},
					Body: "a thought of the usual length on the matter of the day", Status: models.Pending,
				}})
				if err != nil {
					b.Error(err)
				}
				ids[i] = c.ID
			}
		})
	}
	posting.Wait()
	return ids
}

// inUse makes a database one in which decisions and reports are usual: it knows the sizes of its
// tables, as it does by itself within a minute.
func inUse(b *testing.B, url string, sites int) {
	b.Helper()
	db := storagetest.Open(b, url, storage.Options{})
	for s := range sites {
		if _, err := db.AddSite(b.Context(), models.System, models.Site{Slug: fmt.Sprint("site-", s)}); err != nil {
			b.Fatal(err)
		}
	}
	var working sync.WaitGroup
	for i, id := range waitingComments(b, db, sites, 2000) {
		working.Go(func() {
			if _, err := db.Flag(b.Context(), models.Caller{Kind: models.ByOrigin, Site: fmt.Sprint("site-", i%sites)}, id, storage.Report{Who: "client 1", Reason: "spam"}); err != nil {
				b.Error(err)
			}
			if _, _, err := db.Decide(b.Context(), models.Caller{Kind: models.ByModerator, Name: "m"}, id, models.DecisionRequest{Action: models.Approve}); err != nil {
				b.Error(err)
			}
		})
	}
	working.Wait()
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
}

// seal does what a node does beside, until ctx ends.
func seal(ctx context.Context, db *storage.DB) {
	for ctx.Err() == nil {
		_ = db.SealAudit(ctx) // which ctx may end
		time.Sleep(100 * time.Millisecond)
	}
}

// report reports 500 comments a second until ctx ends.
func report(b *testing.B, ctx context.Context, db *storage.DB, sites int, ids []string) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	var reports sync.WaitGroup
	defer reports.Wait()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		reports.Go(func() {
			i := n * 7919 % len(ids)
			by := models.Caller{Kind: models.ByOrigin, Site: fmt.Sprint("site-", i%sites)}
			if _, err := db.Flag(ctx, by, ids[i], storage.Report{Who: fmt.Sprint("client ", n), Reason: "spam"}); err != nil && ctx.Err() == nil {
				b.Error(err)
			}
		})
	}
}

// distantPostgres returns the address of a database whose answers take a round trip
// longer. Nothing else is slower: what is sent in the meantime arrives in the meantime.
func distantPostgres(b *testing.B, roundTrip time.Duration) string {
	b.Helper()
	url := storagetest.ReadyPostgresURL(b)
	if roundTrip == 0 {
		return url
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		b.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var relays sync.WaitGroup
	b.Cleanup(relays.Wait)
	b.Cleanup(func() { _ = listener.Close() })
	relays.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", filepath.Join(config.Host, fmt.Sprint(".s.PGSQL.", config.Port)))
			if err != nil {
				b.Error(err)
				_ = near.Close()
				continue
			}
			relays.Go(func() { relay(near, far, roundTrip/2) })
			relays.Go(func() { relay(far, near, roundTrip/2) })
		}
	})
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", config.User, listener.Addr(), config.Database)
}

// relay copies what arrives, each piece after a delay.
func relay(from, to net.Conn, delay time.Duration) {
	type piece struct {
		data []byte
		due  time.Time
	}
	pieces := make(chan piece, 1024)
	go func() {
		defer close(pieces)
		for {
			data := make([]byte, 32<<10)
			n, err := from.Read(data)
			if n > 0 {
				pieces <- piece{data[:n], time.Now().Add(delay)}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
					_ = to.Close()
				}
				return
			}
		}
	}()
	for p := range pieces {
		time.Sleep(time.Until(p.due))
		if _, err := to.Write(p.data); err != nil {
			break
		}
	}
	_ = to.Close()
	for range pieces { // until the reader has ended
	}
}
