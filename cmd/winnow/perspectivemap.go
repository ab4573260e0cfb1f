package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"winnow/handlers/perspective"
	"winnow/handlers/perspective/equate"
	"winnow/handlers/screening"
	"winnow/storage"
)

func perspectiveMapCommand() *cli.Command {
	return &cli.Command{
		Name: "perspective-map", Usage: "say what thresholds for the Perspective API are here",
		Description: "Reads comments of the house with the scores that the Perspective API gave them, JSON Lines or CSV, and scores them as\n" +
			"comments:analyze does for the site. For each old threshold it prints the one that as many of the comments reach here.\n" +
			"Nothing is stored.",
		Flags: []cli.Flag{
			databaseFlag(),
			&cli.StringFlag{Name: "site", Required: true, Usage: "`SLUG` of the site"},
			&cli.StringFlag{Name: "scores", Required: true, Usage: "comments with scores in `FILE`, .jsonl or .csv; - for JSON Lines on standard input"},
			&cli.StringFlag{Name: "model", Usage: "`MODEL` instead of the live one: a version in the database or a model file"},
			&cli.StringSliceFlag{Name: "at", Usage: "old `THRESHOLD`, repeatable (default: 0.1 to 0.9, and 0.95)"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		},
		Action: withDatabase(perspectiveMap),
	}
}

// attributeMap is the table of one attribute.
type attributeMap struct {
	Attribute   string       `json:"attribute"`
	Comments    int          `json:"comments"`
	Correlation *float64     `json:"rank_correlation"` // Spearman's; null when all scores are equal
	Rows        []equate.Row `json:"rows"`
}

func perspectiveMap(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	at, err := thresholdsAt(c)
	if err != nil {
		return err
	}
	setting, err := currentSetting(ctx, db, c.String("site"))
	if err != nil {
		return err
	}
	if name := c.String("model"); name != "" {
		if setting.Model, err = namedModel(ctx, c, name); err != nil {
			return err
		}
	}
	pairs, err := scorePairs(ctx, c, screening.NewAssessor(setting.Site, setting.Rules, setting.Model))
	if err != nil {
		return err
	}
	all := []attributeMap{}
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		m := attributeMap{Attribute: name, Comments: len(pairs[name]), Rows: equate.Table(pairs[name], at)}
		if r := equate.RankCorrelation(pairs[name]); !math.IsNaN(r) {
			m.Correlation = &r
		}
		all = append(all, m)
	}
	if c.Bool("json") {
		return printJSON(c.Root().Writer, all)
	}
	return printAttributeMaps(c.Root().Writer, all)
}

// thresholdsAt returns the old scores that the table has.
func thresholdsAt(c *cli.Command) ([]float64, error) {
	given := list(c, "at")
	if len(given) == 0 {
		return []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95}, nil
	}
	at := make([]float64, len(given))
	for i, text := range given {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0 && v <= 1) {
			return nil, usagef(c, "--at must be a number from 0 to 1, not %q", text)
		}
		at[i] = v
	}
	slices.Sort(at)
	return at, nil
}

// scorePairs reads the file and scores its comments. Attributes that are not known here are
// left out.
func scorePairs(ctx context.Context, c *cli.Command, by *screening.Assessor) (map[string][]equate.Pair, error) {
	in, done, err := openInput(c, c.String("scores"))
	if err != nil {
		return nil, err
	}
	defer done()
	pairs, rows := map[string][]equate.Pair{}, 0
	for s, err := range equate.Read(in, c.String("scores"), perspective.Known) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		rows++
		for name, p := range perspective.Scores(by, s.Text, slices.Collect(maps.Keys(s.Scores))) {
			pairs[name] = append(pairs[name], equate.Pair{Old: s.Scores[name], New: p})
		}
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("%s has no score of a known attribute in %s", c.String("scores"), counted(rows, "row"))
	}
	return pairs, nil
}

func printAttributeMaps(out io.Writer, all []attributeMap) error {
	for i, m := range all {
		if i > 0 {
			fmt.Fprintln(out)
		}
		order := "all scores are equal"
		if m.Correlation != nil {
			order = fmt.Sprintf("rank correlation %.2f", *m.Correlation)
		}
		fmt.Fprintf(out, "%s, %s, %s\n", m.Attribute, counted(m.Comments, "comment"), order)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(w, "yours\there\t95 %\tabove\tabove in both\t")
		for _, r := range m.Rows {
			fmt.Fprintf(w, "%.2f\t%.2f\t%.2f-%.2f\t%d\t%d (%d %%)\t\n", r.Old, r.New, r.Low, r.High, r.Above, r.Both, 100*r.Both/r.Above)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}
