package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/urfave/cli/v3"

	"winnow/models"
)

func importCommand() *cli.Command {
	return &cli.Command{
		Name: "import", Usage: "add records from files", Action: group,
		Commands: append([]*cli.Command{{
			Name: "labels", ArgsUsage: "FILE…", Usage: "add labelled texts, for training in the server",
			Description: "Each FILE is .jsonl, .csv, .tsv or .xlsx, - is standard input. Bad rows are reported with their\n" +
				"line and left out, and the status is 1 then. A row counts as known when its id, or without an id its text, author and\n" +
				"label have been imported before, so a file can be imported again.",
			Flags: append([]cli.Flag{
				databaseFlag(),
				&cli.StringFlag{Name: "site", Usage: "`SLUG` of the site of all rows (default: what each row names)"},
			}, formatFlags()...),
			Action: importLabels,
		}}, importFormats()...),
	}
}

func importLabels(ctx context.Context, c *cli.Command) error {
	files := c.Args().Slice()
	if len(files) == 0 {
		return usagef(c, "FILE is missing")
	}
	opt, err := labelOptions(c)
	if err != nil {
		return err
	}
	bad := 0
	opt.Skip = func(err error) {
		fmt.Fprintf(c.Root().ErrWriter, "not imported: %v\n", err)
		bad++
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	site := c.String("site")
	if site != "" {
		if _, err := db.Site(ctx, site); err != nil {
			return err
		}
	}
	for _, name := range files {
		added, known, err := db.ImportLabels(ctx, operator(), onSite(labelFile(c, name, opt), site))
		fmt.Fprintf(c.Root().Writer, "%s: %s added, %d known\n", name, counted(added, "label"), known)
		if err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d bad rows were not imported", bad)
	}
	return nil
}

// onSite gives all rows a site, unless it is "".
func onSite(rows iter.Seq2[models.Label, error], site string) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for l, err := range rows {
			if site != "" {
				l.Site = site
			}
			if !yield(l, err) {
				return
			}
		}
	}
}
