package main

import (
	"os"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) { os.Exit(storagetest.Main(m)) }

func TestFilledDatabaseIsConsistent(t *testing.T) {
	for name, newURL := range map[string]func(testing.TB) string{"SQLite": storagetest.SQLiteURL, "PostgreSQL": storagetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			url := newURL(t)
			if err := fill(t.Context(), url, sizes{comments: 3000, sites: 3}); err != nil {
				t.Fatal(err)
			}
			storagetest.Counters(t, url)
			db := storagetest.Open(t, url, storage.Options{})
			ann := models.Caller{Kind: models.ByModerator, Name: "ann"}
			page, err := db.Queue(t.Context(), ann, models.QueueFilter{})
			if err != nil || page.Total == 0 || len(page.Items) != min(page.Total, 50) {
				t.Fatalf("%d items of %d, %v", len(page.Items), page.Total, err)
			}
			written := page.Items[0].Comment
			author, err := db.Author(t.Context(), ann, models.Reader{Site: written.Site, Name: written.Author.Name}, "", 50)
			if err != nil || len(author.Comments) == 0 {
				t.Fatalf("%d comments of %q, %v", len(author.Comments), written.Author.Name, err)
			}
			d, _, err := db.Decide(t.Context(), ann, page.Items[0].Comment.ID, models.DecisionRequest{Action: models.Approve})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Detail(t.Context(), ann, d.CommentID); err != nil {
				t.Fatal(err)
			}
			if stats, err := db.Stats(t.Context(), ann, ""); err != nil || stats.Agreement.HeldRejected == 0 {
				t.Fatalf("%+v, %v", stats, err)
			}
			storagetest.Counters(t, url)
		})
	}
}
