package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/commentfile"
)

func exportAllCommand() *cli.Command {
	return &cli.Command{
		Name: "all", Usage: "a site's articles, comments and labels, as an archive for winnow import comments",
		Description: "JSON Lines: a line that says what the file is, then lines with the type article, comment or label. Comments of every status\n" +
			"are in it, without what came from the addresses of readers and without verdicts and decisions.",
		Flags: []cli.Flag{
			databaseFlag(),
			&cli.StringFlag{Name: "site", Usage: "`SLUG` of the site"},
			&cli.StringFlag{Name: "out", Usage: "`FILE`, compressed when its name ends in .gz (default: standard output)"},
		},
		Action: withDatabase(exportAll),
	}
}

func exportAll(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) (err error) {
	if c.String("site") == "" {
		return usagef(c, "--site is missing")
	}
	site, err := db.Site(ctx, c.String("site"))
	if err != nil {
		return err
	}
	if err := db.Audit(ctx, operator(), models.Audit{Site: site.Slug, Action: "all.export", Subject: "all"}); err != nil {
		return err
	}
	name := c.String("out")
	if name == "" {
		return writeArchive(ctx, c, db, site, c.Root().Writer)
	}
	return writeWhole(name, func(w io.Writer) error { return writeArchive(ctx, c, db, site, w) })
}

// writeWhole writes a file that is there as a whole or not at all.
func writeWhole(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".winnow-export-") // with the rights of its owner alone
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close() // may be closed
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	var out io.Writer = f
	var packed *gzip.Writer
	if strings.HasSuffix(name, ".gz") {
		packed = gzip.NewWriter(f)
		out = packed
	}
	if err := write(out); err != nil {
		return err
	}
	if packed != nil {
		if err := packed.Close(); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func writeArchive(ctx context.Context, c *cli.Command, db *storage.DB, site models.Site, w io.Writer) error {
	out, err := commentfile.NewArchiveWriter(w, site, db.Now())
	if err != nil {
		return err
	}
	bar := progress(c, -1, "exporting "+site.Slug)
	defer func() { _ = bar.Close() }() // display only
	articles, comments, labels := 0, 0, 0
	for a, err := range db.AllArticles(ctx, site.Slug) {
		if err == nil {
			articles++
			err = out.Article(a.WithoutEnded(db.Now()))
		}
		if err != nil {
			return err
		}
	}
	for each, err := range db.Comments(ctx, site.Slug, time.Time{}) {
		if err == nil {
			comments++
			_ = bar.Add(len(each.Body)) // display only
			err = out.Comment(each)
		}
		if err != nil {
			return err
		}
	}
	for l, err := range db.CommentLabels(ctx, site.Slug) {
		if err == nil {
			labels++
			err = out.Label(l.Comment, l.Label)
		}
		if err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(c.Root().ErrWriter, "%d articles, %d comments, %d labels\n", articles, comments, labels)
	return nil
}
