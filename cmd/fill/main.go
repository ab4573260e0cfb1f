// Command fill writes many comments into an empty database, as if they had arrived
// over two years, for measurements on a large database. It writes in bulk, without
// package storage, and maintains the counters of storage itself.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"

	"winnow/classifier/searchterms"
	"winnow/models"
	"winnow/storage"
)

func main() {
	database := flag.String("database", "", "sqlite:FILE or postgres://…, without comments")
	var size sizes
	flag.IntVar(&size.comments, "comments", 10_000, "number of comments")
	flag.IntVar(&size.sites, "sites", 10, "number of sites")
	flag.IntVar(&size.articles, "articles", 0, "number of articles (default: one for 100 comments)")
	flag.IntVar(&size.authors, "authors", 0, "number of authors (default: one for 20 comments)")
	flag.IntVar(&size.pending, "pending", 0, "approximate number of pending comments (default: one of 100)")
	index := flag.Bool("index", false, "fill the search index too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := fill(ctx, *database, size)
	if err == nil && *index {
		err = fillIndex(ctx, *database, size.comments)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
}

// sizes are the numbers of records.
type sizes struct{ comments, sites, articles, authors, pending int }

const batch = 10_000 // comments written at once

func fill(ctx context.Context, database string, size sizes) error {
	size.articles = max(size.sites, cmp.Or(size.articles, size.comments/100))
	size.authors = max(size.sites, cmp.Or(size.authors, size.comments/20))
	size.authors -= size.authors % size.sites
	size.pending = cmp.Or(size.pending, size.comments/100)
	if err := prepare(ctx, database, size.sites); err != nil {
		return err
	}
	out, err := openSink(ctx, database)
	if err != nil {
		return err
	}
	defer out.close()
	indexes, err := out.dropIndexes(ctx)
	if err != nil {
		return fmt.Errorf("drop indexes: %w", err)
	}
	bar := progressbar.Default(int64(size.comments), "comments")
	comments := newGenerator(size, time.Now())
	for created := 0; created < size.comments; {
		n := min(batch, size.comments-created)
		for _, rows := range comments.next(n) {
			if err := out.write(ctx, rows); err != nil {
				return fmt.Errorf("%s: %w", rows.table, err)
			}
		}
		created += n
		_ = bar.Add(n) // display only
	}
	for _, rows := range comments.counters() {
		if err := out.write(ctx, rows); err != nil {
			return fmt.Errorf("%s: %w", rows.table, err)
		}
	}
	bar = progressbar.Default(int64(len(indexes)), "indexes")
	for _, index := range indexes {
		if err := out.exec(ctx, index); err != nil {
			return fmt.Errorf("%s: %w", index, err)
		}
		_ = bar.Add(1)
	}
	return out.finish(ctx)
}

// fillIndex does what a running node does in the background, without its pauses.
func fillIndex(ctx context.Context, database string, comments int) (err error) {
	db, err := storage.Open(ctx, database, storage.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	bar := progressbar.Default(int64(comments), "search index")
	for n := 1; n > 0; _ = bar.Add(n) {
		if n, err = db.IndexComments(ctx, searchterms.OfComment, 500); err != nil {
			return err
		}
	}
	return nil
}

// prepare migrates the database and adds the sites.
func prepare(ctx context.Context, database string, sites int) (err error) {
	db, err := storage.Open(ctx, database, storage.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	for n := range sites {
		by := models.Caller{Kind: models.ByCommand, Name: "fill"}
		// A server that is measured must not begin with a purge.
		keep := models.Retention{Addresses: models.MaxRetention, Rejected: models.MaxRetention}
		if _, err := db.AddSite(ctx, by, models.Site{Slug: siteName(n), Retention: keep}); err != nil {
			return fmt.Errorf("add a site: %w", err)
		}
		// Retention of 0, forever, can only be set by an update.
		if _, err := db.UpdateSite(ctx, by, siteName(n), func(s *models.Site) error {
			s.Retention = models.Retention{}
			return nil
		}); err != nil {
			return fmt.Errorf("set the retention: %w", err)
		}
	}
	return nil
}

func siteName(n int) string { return fmt.Sprintf("site-%d", n) }
