package storage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/classifier/searchterms"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// searchKinds are searches of 16 moderators: over the index, and over what waits.
func searchKinds(b *testing.B) map[string]func(context.Context, *storage.DB, models.Caller) error {
	index := func(f models.SearchFilter, query string) func(context.Context, *storage.DB, models.Caller) error {
		var err error
		if f.AnyOf, err = searchterms.ParseQuery(query); err != nil {
			b.Fatal(err)
		}
		return func(ctx context.Context, db *storage.DB, by models.Caller) error {
			_, err := db.Search(ctx, by, f)
			return err
		}
	}
	queue := func(query string) func(context.Context, *storage.DB, models.Caller) error {
		return func(ctx context.Context, db *storage.DB, by models.Caller) error {
			_, err := db.Queue(ctx, by, models.QueueFilter{Query: query})
			return err
		}
	}
	return map[string]func(context.Context, *storage.DB, models.Caller) error{
		"no search":                func(context.Context, *storage.DB, models.Caller) error { time.Sleep(10 * time.Millisecond); return nil },
		"a usual word":             index(models.SearchFilter{Site: "site-1"}, "harbour"),
		"a usual word, rejected":   index(models.SearchFilter{Site: "site-1", Status: models.Rejected}, "harbour"),
		"an unknown word":          index(models.SearchFilter{Site: "site-1"}, "zeppelin"),
		"a beginning":              index(models.SearchFilter{Site: "site-1"}, "ha*"),
		"all sites":                index(models.SearchFilter{}, "harbour bridge"),
		"an unknown word, waiting": queue("zeppelin"),
		"a usual word, waiting":    queue("harbour"),
	}
}

// BenchmarkReadsBesideSearches measures a page of an article while 16 moderators search.
func BenchmarkReadsBesideSearches(b *testing.B) {
	kinds := searchKinds(b)
	for n, url := range strings.FieldsFunc(*stores, func(r rune) bool { return r == ',' }) {
		for name, search := range kinds {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				db := storagetest.Open(b, url, storage.Options{})
				ctx, stop := context.WithCancel(b.Context())
				var searching sync.WaitGroup
				var mu sync.Mutex
				var searches []time.Duration
				for m := range 16 {
					searching.Go(func() {
						by := models.Caller{Kind: models.ByModerator, Name: fmt.Sprint("m", m)}
						for ctx.Err() == nil {
							began := time.Now()
							err := search(ctx, db, by)
							if err != nil && ctx.Err() == nil {
								b.Error(err)
								return
							}
							mu.Lock()
							searches = append(searches, time.Since(began))
							mu.Unlock()
						}
					})
				}
				var pages []time.Duration
				for n := 0; b.Loop(); n++ {
					began := time.Now()
					if _, err := db.ArticleComments(ctx, "site-0", fmt.Sprint("article-", n%10*10), true, 50, ""); err != nil {
						b.Fatal(err)
					}
					pages = append(pages, time.Since(began))
					time.Sleep(time.Millisecond) // a reader now and then, who takes no processor for himself
				}
				stop()
				searching.Wait()
				report := func(what string, all []time.Duration) {
					slices.Sort(all)
					for _, share := range []int{50, 95} {
						b.ReportMetric(float64(all[(len(all)-1)*share/100].Microseconds()), fmt.Sprintf("%s-p%d-us", what, share))
					}
				}
				report("page", pages)
				report("search", searches)
			})
		}
	}
}
