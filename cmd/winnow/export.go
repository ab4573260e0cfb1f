package main

import (
	"bufio"
	"context"
	"iter"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/models"
	"winnow/storage"
)

func exportCommand() *cli.Command {
	flags := []cli.Flag{
		databaseFlag(),
		&cli.StringFlag{Name: "site", Usage: "`SLUG` of the site to export (default all)"},
		&cli.StringFlag{Name: "since", Usage: "only records created at `TIME` or later: 2026-01-31 or RFC 3339"},
		&cli.StringFlag{Name: "format", Value: "jsonl", Usage: "jsonl or csv"},
	}
	return &cli.Command{
		Name: "export", Usage: "write records to standard output", Action: group,
		Commands: []*cli.Command{
			exportAllCommand(),
			{
				Name: "labels", Usage: "labels, as input for winnow train", Flags: flags,
				Action: export(models.LabelColumns, (*storage.DB).Labels),
			},
			{
				Name: "comments", Usage: "comments with their status", Flags: flags,
				Action: export(models.CommentColumns, (*storage.DB).Comments),
			},
			{
				Name: "audit", Usage: "audit trail: who changed what, when and from where", Flags: flags,
				Action: export(models.AuditColumns, (*storage.DB).AuditTrail),
			},
		},
	}
}

// export returns an action that streams one kind of record.
func export[T any](columns []models.Column[T], rows func(*storage.DB, context.Context, string, time.Time) iter.Seq2[T, error]) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) error {
		if _, err := arguments(c); err != nil {
			return err
		}
		since, err := parseTime(c.String("since"))
		if err != nil {
			return usagef(c, "--since: %v", err)
		}
		out := bufio.NewWriter(c.Root().Writer)
		w, err := models.NewRowWriter(out, c.String("format"), columns)
		if err != nil {
			return usagef(c, "--format must be jsonl or csv")
		}
		db, err := openDatabase(ctx, c)
		if err != nil {
			return err
		}
		defer db.Close()
		if site := c.String("site"); site != "" {
			if _, err := db.Site(ctx, site); err != nil {
				return err
			}
		}
		if err := db.Audit(ctx, operator(), models.Audit{Site: c.String("site"), Action: c.Name + ".export", Subject: c.Name}); err != nil {
			return err
		}
		for row, err := range rows(db, ctx, c.String("site"), since) {
			if err != nil {
				return err
			}
			if err := w.Write(row); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
		return out.Flush()
	}
}

// parseTime parses a day or an RFC 3339 time; "" is the zero time.
func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, s)
}
