package storage_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

var stores = flag.String("stores", "", "databases made by cmd/fill, separated by commas, to measure each path on")

// storePaths are the calls that readers and moderators wait for.
func storePaths() []storePath {
	ann := models.Caller{Kind: models.ByModerator, Name: "ann"}
	few := models.Caller{Kind: models.ByModerator, Name: "few", Sites: []string{"site-1", "site-2", "site-3"}}
	queue := func(by models.Caller, f models.QueueFilter) func(*testing.B, *storage.DB, int) error {
		return func(b *testing.B, db *storage.DB, _ int) error {
			f.Limit = 8 // a site of the smallest store has that many
			_, err := db.Queue(b.Context(), by, f)
			return err
		}
	}
	return []storePath{
		{"create", func(b *testing.B, db *storage.DB, n int) error {
			p := 0.3
			_, _, _, err := db.CreateComment(b.Context(), storage.NewComment{
				Comment: models.Comment{
					Site: "site-0", Article: models.Article{ID: fmt.Sprint("article-", n%100*10)}, Status: models.Approved,
					Author: models.Author{Name: fmt.Sprint("Reader ", rand.IntN(1e6))}, Body: "a thought of the usual length on the matter of the day",
				},
				Verdict: models.Verdict{Spam: &p, Action: models.Approve, Model: "m1"},
			})
			return err
		}},
		{"page", func(b *testing.B, db *storage.DB, n int) error {
			_, err := db.ArticleComments(b.Context(), "site-0", fmt.Sprint("article-", n%10*10), true, 50, "")
			return err
		}},
		{"counts", func(b *testing.B, db *storage.DB, _ int) error {
			_, err := db.ArticleCounts(b.Context(), "site-0", []string{"article-0", "article-10", "article-20"})
			return err
		}},
		{"queue by risk", queue(ann, models.QueueFilter{})},
		{"queue, oldest", queue(ann, models.QueueFilter{Sort: models.SortOldest})},
		{"queue, newest", queue(ann, models.QueueFilter{Sort: models.SortNewest})},
		{"queue of a site", queue(ann, models.QueueFilter{Site: "site-3"})},
		{"queue of few sites", queue(few, models.QueueFilter{})},
		{"claim", func(b *testing.B, db *storage.DB, n int) error {
			by := models.Caller{Kind: models.ByModerator, Name: fmt.Sprint("m", n%4)}
			_, err := db.Claim(b.Context(), by, models.QueueFilter{Limit: 10}, time.Minute)
			return err
		}},
		{"detail", func(b *testing.B, db *storage.DB, _ int) error {
			page, err := db.Queue(b.Context(), ann, models.QueueFilter{Limit: 1})
			if err == nil {
				_, err = db.Detail(b.Context(), ann, page.Items[0].Comment.ID)
			}
			return err
		}},
		{"stats", func(b *testing.B, db *storage.DB, _ int) error {
			_, err := db.Stats(b.Context(), few, "")
			return err
		}},
	}
}

type storePath struct {
	name string
	do   func(b *testing.B, db *storage.DB, n int) error
}

// What readers and moderators wait for costs the same in a large database.
func BenchmarkStores(b *testing.B) {
	for _, path := range storePaths() {
		for n, url := range strings.FieldsFunc(*stores, func(r rune) bool { return r == ',' }) {
			b.Run(fmt.Sprintf("%s/%d", path.name, n), func(b *testing.B) {
				db := storagetest.Open(b, url, storage.Options{})
				for n := 0; b.Loop(); n++ {
					if err := path.do(b, db, n); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// 64 callers post at once, each waits until its own comment is on disk.
func BenchmarkCreateComment(b *testing.B) {
	for name, kind := range map[string]func(testing.TB) *storage.DB{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db := kind(b)
			operator := models.Caller{Kind: models.ByCommand, Name: "operator"}
			if _, err := db.AddSite(b.Context(), operator, models.Site{Slug: "gazette"}); err != nil {
				b.Fatal(err)
			}
			var n atomic.Int64
			p := 0.3
			verdict := models.Verdict{Spam: &p, Action: models.Approve, Model: "m1", Signals: []models.Signal{{Name: "word:thought", Weight: 1}}}
			b.ReportAllocs()
			b.ResetTimer()
			b.SetParallelism(64 / runtime.GOMAXPROCS(0))
			before := cpu(b)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					status := models.Approved
					if i%5 == 0 {
						status = models.Pending
					}
					if _, _, _, err := db.CreateComment(b.Context(), storage.NewComment{
						Comment: models.Comment{
							Site: "gazette", Article: models.Article{ID: fmt.Sprint("a", i%50)},
							Author: models.Author{Name: fmt.Sprint("reader ", i%1000)}, Body: "a thought of the usual length on the matter of the day", Status: status,
						},
						Verdict: verdict,
					}); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "CPU-us/op")
		})
	}
}

// cpu is the processor time of this process: on a shared machine it varies less
// than any rate.
func cpu(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// 16 moderators decide at once, each one comment after another; or one decides
// in batches of 500.
func BenchmarkDecide(b *testing.B) {
	approve := models.DecisionRequest{Action: models.Approve}
	for name, kind := range map[string]func(testing.TB) *storage.DB{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.Postgres} {
		for _, batch := range []int{1, 500} {
			b.Run(fmt.Sprintf("%s/%d", name, batch), func(b *testing.B) {
				db := kind(b)
				if _, err := db.AddSite(b.Context(), models.Caller{Kind: models.ByCommand}, models.Site{Slug: "gazette"}); err != nil {
					b.Fatal(err)
				}
				ids := make([]string, 2000)
				for i := range ids {
					c, _, _, err := db.CreateComment(b.Context(), storage.NewComment{Comment: models.Comment{
						Site: "gazette", Article: models.Article{ID: fmt.Sprint("a", i%50)}, Author: models.Author{Name: fmt.Sprint("reader ", i)},
						Body: "a thought of the usual length on the matter of the day", Status: models.Pending,
					}})
					if err != nil {
						b.Fatal(err)
					}
					ids[i] = c.ID
				}
				var n, people atomic.Int64
				b.ResetTimer()
				b.SetParallelism(8)
				b.RunParallel(func(pb *testing.PB) {
					by := models.Caller{Kind: models.ByModerator, Name: fmt.Sprint("m", people.Add(1))}
					for pb.Next() {
						i := int(n.Add(1)) * batch % len(ids)
						var err error
						if batch > 1 {
							_, _, _, err = db.DecideBatch(b.Context(), by, ids[i:min(i+batch, len(ids))], approve)
						} else {
							_, _, err = db.Decide(b.Context(), by, ids[i], approve)
						}
						if err != nil {
							b.Error(err)
						}
					}
				})
				b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "decisions/s")
			})
		}
	}
}
