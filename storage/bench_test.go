package storage_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// 64 callers post at once, each waiting for its own comment to be on disk.
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
			b.SetParallelism(64)
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
		})
	}
}
