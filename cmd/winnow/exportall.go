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

	"github.com/urfave/cli/v3"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/importer"
)

func exportAllCommand() *cli.Command {
	return &cli.Command{
		Name: "all", Usage: "a site with its settings, comments and decisions, as an archive for winnow import comments",
		Description: "JSON Lines: a line that says what the file is, then lines with the type settings, rules, article, comment, label, decision or ban.\n" +
			"Comments of every status are in it, without what came from the addresses of readers and without verdicts. No secret is in it:\n" +
			"no keys and passwords, no secret of reader tokens, and no address of a webhook.",
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
	bar := progress(c, -1, "exporting "+site.Slug)
	defer func() { _ = bar.Close() }() // display only
	n, err := importer.WriteArchive(ctx, db, site, db.Now(), w, func(size int) { _ = bar.Add(size) })
	if err != nil {
		return err
	}
	errOut := c.Root().ErrWriter
	fmt.Fprintf(errOut, "%s, %s, %s, %s, %s\n", counted(n.Articles, "article"), counted(n.Comments, "comment"),
		counted(n.Labels, "label"), counted(n.Decisions, "decision"), counted(n.Bans, "ban"))
	if n.MarksLeft > 0 {
		fmt.Fprintf(errOut, "%d times a ban holds on a browser, on a household, or on what was erased: that is not in the archive\n", n.MarksLeft)
	}
	return nil
}
