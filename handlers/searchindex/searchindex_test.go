package searchindex_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"winnow/handlers/searchindex"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestIndexerFillsTheIndexAndStops(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	// Comments are indexed when they are some seconds old.
	url := storagetest.ReadySQLiteURL(t)
	db := storagetest.Open(t, url, storage.Options{Now: func() time.Time { return time.Now().Add(time.Minute) }})
	past := storagetest.Open(t, url, storage.Options{})
	if _, err := db.AddSite(t.Context(), models.Caller{Kind: models.ByCommand}, models.Site{Slug: "gazette"}); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := past.CreateComment(t.Context(), storage.NewComment{Comment: models.Comment{
		Site: "gazette", Article: models.Article{ID: "a"}, Author: models.Author{Name: "Ada"}, Body: "The tide was late.", Status: models.Approved,
	}}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- searchindex.Indexer{DB: db, Log: slog.New(slog.DiscardHandler)}.Run(ctx) }()
	for found := 0; found == 0; time.Sleep(20 * time.Millisecond) {
		page, err := db.Search(t.Context(), models.Caller{Kind: models.ByCommand}, models.SearchFilter{AnyOf: [][]models.SearchTerm{{{Text: "tide"}}}})
		if err != nil {
			t.Fatal(err)
		}
		found = len(page.Items)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, d := range []*storage.DB{db, past} {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}
