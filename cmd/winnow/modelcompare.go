package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/classifier/gate"
	"winnow/handlers/promotion"
	"winnow/models"
	"winnow/storage"
)

func compareCommand() *cli.Command {
	return &cli.Command{
		Name: "compare", ArgsUsage: "CANDIDATE", Usage: "say what a model would change, and whether its promotion would be refused",
		Description: "CANDIDATE is a version in the database or a model file. Both models are scored on the same rows: the labels and the\n" +
			"last comments in the database, and the rows of --labels. Without the database, only on the latter.",
		Flags: append(labelFlags(), databaseFlag(),
			&cli.StringFlag{Name: "with", Value: "live", Usage: "the model to compare with: live, starter or a `FILE`"},
			&cli.BoolFlag{Name: "held-out", Usage: "the candidate has not learned from the rows of --labels"},
			&cli.BoolFlag{Name: "json", Usage: "print the report as JSON"},
		),
		Action: compareModels,
	}
}

// compareModels opens the database only when it is needed, or named.
func compareModels(ctx context.Context, c *cli.Command) error {
	args, err := arguments(c, "CANDIDATE")
	if err != nil {
		return err
	}
	_, err = os.Stat(args[0])
	isFile := err == nil
	var comparer *promotion.Comparer
	var db *storage.DB
	if !isFile || c.String("with") == "live" || c.IsSet("database") {
		if db, err = openDatabase(ctx, c); err != nil {
			return err
		}
		defer db.Close()
		comparer = promotion.New(db, time.Now)
	}
	var candidate *classifier.Model
	if isFile {
		candidate, err = classifier.ReadFile(args[0])
	} else {
		candidate, err = comparer.Load(ctx, args[0])
	}
	if err != nil {
		return err
	}
	live, err := comparedWith(ctx, c.String("with"), db, comparer)
	if err != nil {
		return err
	}
	report, err := compareWith(ctx, c, comparer, candidate, live)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c.Root().Writer, report)
	}
	return printReport(c.Root().Writer, report)
}

// comparedWith returns the model of --with.
func comparedWith(ctx context.Context, name string, db *storage.DB, comparer *promotion.Comparer) (*classifier.Model, error) {
	switch name {
	case "live":
		return liveModel(ctx, db, comparer)
	case "starter":
		return classifier.Starter()
	}
	return classifier.ReadFile(name)
}

// liveModel returns the model that is live, or would be with the first start.
func liveModel(ctx context.Context, db *storage.DB, comparer *promotion.Comparer) (*classifier.Model, error) {
	info, err := db.LiveModel(ctx)
	if models.KindOf(err) == models.KindNotFound {
		return classifier.Starter()
	}
	if err != nil {
		return nil, err
	}
	return comparer.Load(ctx, info.Version)
}

func compareWith(ctx context.Context, c *cli.Command, comparer *promotion.Comparer, candidate, live *classifier.Model) (gate.Report, error) {
	var ev gate.Evidence
	var limits gate.Limits
	var err error
	if comparer != nil {
		if ev, limits, err = comparer.Evidence(ctx); err != nil {
			return gate.Report{}, err
		}
	}
	if len(c.StringSlice("labels")) > 0 {
		rows, err := labelRows(c)
		switch {
		case err != nil:
			return gate.Report{}, err
		case c.Bool("held-out"):
			ev.HeldOut = rows
		case ev.Labels == nil:
			ev.Labels = rows
		default:
			stored := ev.Labels
			ev.Labels = func(yield func(models.Label, error) bool) {
				for _, part := range []func(func(models.Label, error) bool){rows, stored} {
					for l, err := range part {
						if !yield(l, err) {
							return
						}
					}
				}
			}
		}
	}
	return gate.Compare(ctx, candidate, live, ev, limits)
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printReport prints a report for people.
func printReport(out io.Writer, r gate.Report) error {
	fmt.Fprintf(out, "%s\n", r.Summary)
	if r.Labels > 0 {
		fmt.Fprintf(out, "Compared on %s, near-copies counted once: %d.\n", counted(r.Labels, "label"), r.Clusters)
	}
	if r.Refused {
		fmt.Fprint(out, "\nREFUSED:\n")
		for _, f := range r.Reasons {
			fmt.Fprintf(out, "  %s: %s\n", f.Code, f.Message)
			for _, row := range f.Rows[:min(len(f.Rows), 3)] {
				fmt.Fprintf(out, "      %s\n", oneLine(row.Text, 100))
			}
		}
	} else {
		fmt.Fprint(out, "\nNo objection found.\n")
	}
	if len(r.WeakPoints) > 0 {
		fmt.Fprintf(out, "\nWeak points:\n  %s\n", strings.Join(r.WeakPoints, "\n  "))
	}
	if len(r.Notes) > 0 {
		fmt.Fprintf(out, "\nNotes:\n  %s\n", strings.Join(r.Notes, "\n  "))
	}
	if len(r.Changes) == 0 {
		return nil
	}
	fmt.Fprintf(out, "\n%s\n", cmp.Or(r.ChangeSummary, "The most surprising changes:"))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "  NOW\t\tTHEN\t\tLABEL\tTEXT\n")
	for _, ch := range r.Changes {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\n", ch.Now.Action, probabilities(ch.Now), ch.Then.Action, probabilities(ch.Then), ch.Label, oneLine(ch.Text, 80))
	}
	return w.Flush()
}

// probabilities are those of spam and abuse, as far as the model has them.
func probabilities(o gate.Outcome) string {
	var parts []string
	if o.Spam != nil {
		parts = append(parts, fmt.Sprintf("spam %.2f", *o.Spam))
	}
	if o.Abuse != nil {
		parts = append(parts, fmt.Sprintf("abuse %.2f", *o.Abuse))
	}
	return strings.Join(parts, ", ")
}

// oneLine returns the first n characters of a text without line breaks and control
// characters, which a terminal would obey.
func oneLine(text string, n int) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}

func promoteCommand() *cli.Command {
	return &cli.Command{
		Name: "promote", ArgsUsage: "VERSION", Usage: "make a model live on all nodes",
		Description: "The model is compared with the live one first, as with compare. If that speaks against it, nothing changes and the reasons\n" +
			"are printed; --force with a --note promotes it all the same. The note is in the audit trail.",
		Flags: []cli.Flag{
			databaseFlag(),
			&cli.BoolFlag{Name: "force", Usage: "promote it without a comparison"},
			&cli.StringFlag{Name: "note", Usage: "why it is forced"},
		},
		Action: withDatabase(promoteModel, "VERSION"),
	}
}

func promoteModel(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	note := c.String("note")
	switch {
	case c.Bool("force") && models.Blank(note):
		return usagef(c, "--note is missing: it must say why the model is forced")
	case !c.Bool("force"):
		note = ""
	}
	comparer := promotion.New(db, time.Now)
	candidate, err := comparer.Load(ctx, args[0])
	if err != nil {
		return err
	}
	live, err := liveModel(ctx, db, comparer)
	if err != nil {
		return err
	}
	info, err := comparer.Promote(ctx, operator(), candidate, live, note)
	var refused *promotion.RefusedError
	if errors.As(err, &refused) {
		if err := printReport(c.Root().ErrWriter, refused.Report); err != nil {
			return err
		}
		return errors.New("the model is not promoted; --force --note \"…\" promotes it all the same")
	}
	return printLive(c, info, err)
}
