package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/classifier/rules"
	"winnow/handlers/promotion"
	"winnow/handlers/whatif"
	"winnow/models"
	"winnow/storage"
)

func whatIfCommand() *cli.Command {
	flags := []cli.Flag{
		databaseFlag(),
		&cli.StringFlag{Name: "site", Required: true, Usage: "`SLUG` of the site"},
		&cli.IntFlag{Name: "comments", Value: whatif.DefaultComments, Usage: fmt.Sprintf("the last `COUNT` comments, up to %d", whatif.MaxComments)},
		&cli.StringFlag{Name: "rules", Usage: "rules in `FILE` instead of the site's; - for standard input"},
		&cli.StringFlag{Name: "model", Usage: "`MODEL` instead of the live one: a version in the database or a model file"},
		&cli.BoolFlag{Name: "json", Usage: "print JSON, with up to 1000 changes"},
	}
	return &cli.Command{
		Name: "what-if", Usage: "say what other settings would have done with the last comments of a site",
		Description: "Screens the last comments twice, as the site is set and as the flags say, and prints what would change. It changes nothing.",
		Flags:       append(flags, flagsNamed(siteFlags(), "mode", "hold", "reject", "abuse", "campaign-copies", "surge")...),
		Action:      withDatabase(whatIf),
	}
}

// flagsNamed returns some of the flags.
func flagsNamed(flags []cli.Flag, names ...string) (some []cli.Flag) {
	for _, f := range flags {
		for _, name := range names {
			if f.Names()[0] == name {
				some = append(some, f)
			}
		}
	}
	return some
}

func whatIf(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	now, err := currentSetting(ctx, db, c.String("site"))
	if err != nil {
		return err
	}
	then, err := proposedSetting(ctx, c, db, now)
	if err != nil {
		return err
	}
	result, err := whatif.New(db).Run(ctx, whatif.Request{Now: now, Then: then, Comments: c.Int("comments"), Changes: whatif.MaxChanges})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c.Root().Writer, result)
	}
	return printWhatIf(c.Root().Writer, result)
}

func currentSetting(ctx context.Context, db *storage.DB, slug string) (s whatif.Setting, err error) {
	if s.Site, err = db.Site(ctx, slug); err != nil {
		return s, err
	}
	r, err := db.Rules(ctx, slug)
	if err != nil {
		return s, err
	}
	if s.Rules, err = rules.Compile(r); err != nil {
		return s, fmt.Errorf("the rules of %s: %w", slug, err)
	}
	s.Model, err = liveModel(ctx, db, promotion.New(db, time.Now))
	return s, err
}

// proposedSetting applies the given flags to the settings as they are.
func proposedSetting(ctx context.Context, c *cli.Command, db *storage.DB, now whatif.Setting) (whatif.Setting, error) {
	then := now
	if err := changeSetting(c, &then.Site); err != nil {
		return then, err
	}
	if err := then.Site.Validate(); err != nil {
		return then, err
	}
	if name := c.String("rules"); name != "" {
		r, err := readRules(c.Root().Reader, name)
		if err != nil {
			return then, err
		}
		if then.Rules, err = rules.Compile(r); err != nil {
			return then, err
		}
	}
	name := c.String("model")
	if name == "" {
		return then, nil
	}
	var err error
	if _, missing := os.Stat(name); missing == nil {
		then.Model, err = classifier.ReadFile(name)
	} else {
		then.Model, err = promotion.New(db, time.Now).Load(ctx, name)
	}
	return then, err
}

// shownChanges is how many changes are printed for people.
const shownChanges = 10

func printWhatIf(out io.Writer, r whatif.Result) error {
	fmt.Fprintln(out, r.Summary)
	if r.Skipped > 0 {
		fmt.Fprintf(out, "%d more were left out: their text has been removed.\n", r.Skipped)
	}
	if r.Changed == 0 {
		return nil
	}
	fmt.Fprintf(out, "\n%s would change, such as:\n", counted(r.Changed, "comment"))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "  NOW\t\tTHEN\t\tAUTHOR\tTEXT\n")
	for _, ch := range r.Changes[:min(len(r.Changes), shownChanges)] {
		fmt.Fprintf(w, "  %s\t%.2f\t%s\t%.2f\t%s\t%s\n", stateOf(ch.Now), ch.Now.Probability, stateOf(ch.Then), ch.Then.Probability,
			oneLine(ch.Author, 20), oneLine(ch.Text, 80))
	}
	return w.Flush()
}

// stateOf is what becomes of a comment and why.
func stateOf(o whatif.Outcome) string {
	status := map[models.Status]string{models.Approved: "approve", models.Pending: "hold", models.Rejected: "reject"}[o.Status]
	if o.Reason != "" {
		status += " (" + string(o.Reason) + ")"
	}
	return status
}
