package storage_test

import (
	"fmt"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// BenchmarkThreads reads pages of an article with 5,000 comments: one conversation of 1,500,
// each answering the one before, and many short ones.
func BenchmarkThreads(b *testing.B) {
	for name, kind := range map[string]func(testing.TB) *storage.DB{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db := kind(b)
			chain := fillThreads(b, db)
			a := models.ArticleRef{Site: "gazette", Article: "a"}
			for _, order := range []storage.ThreadOrder{storage.ThreadsNewest, storage.ThreadsOldest, storage.ThreadsBest} {
				b.Run("first page, "+string(order), func(b *testing.B) {
					for b.Loop() {
						if page, err := db.Threads(b.Context(), a.Site, a.Article, order, 25, ""); err != nil || len(page.Threads) != 25 {
							b.Fatal(len(page.Threads), err)
						}
					}
				})
			}
			b.Run("replies", func(b *testing.B) {
				for n := 0; b.Loop(); n++ {
					next := ""
					if n%2 == 1 { // in the middle of the chain
						page, err := db.Threads(b.Context(), a.Site, a.Article, storage.ThreadsOldest, 1, "")
						if err != nil {
							b.Fatal(err)
						}
						next = page.Threads[0].MoreAfter
					}
					if page, err := db.ThreadReplies(b.Context(), a, chain[0], 50, next); err != nil || len(page.Replies) != 50 {
						b.Fatal(len(page.Replies), err)
					}
				}
			})
			b.Run("permalink", func(b *testing.B) {
				for n := 0; b.Loop(); n++ {
					if _, err := db.CommentThread(b.Context(), a, chain[n%len(chain)]); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("flat page of 100", func(b *testing.B) {
				for b.Loop() {
					if _, err := db.ArticleComments(b.Context(), a.Site, a.Article, true, 100, ""); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// fillThreads returns the ids of the long conversation.
func fillThreads(b *testing.B, db *storage.DB) (chain []string) {
	if _, err := db.AddSite(b.Context(), models.Caller{Kind: models.ByCommand}, models.Site{Slug: "gazette"}); err != nil {
		b.Fatal(err)
	}
	post := func(parent string, n int) string {
		c, _, _, err := db.CreateComment(b.Context(), storage.NewComment{Comment: models.Comment{
			Site: "gazette", Article: models.Article{ID: "a"}, ParentID: parent, Author: models.Author{Name: fmt.Sprint("Reader ", n%97)},
			Body: fmt.Sprintf("a thought of the usual length on the matter of the day, number %d", n), Status: models.Approved,
		}})
		if err != nil {
			b.Fatal(err)
		}
		return c.ID
	}
	last := ""
	for n := range 1500 {
		last = post(last, n)
		chain = append(chain, last)
	}
	var threads []string
	for n := range 500 {
		threads = append(threads, post("", n))
	}
	for n := range 3000 {
		post(threads[n*n%len(threads)], n)
	}
	return chain
}
