package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/classifier/gate"
	"winnow/models"
)

func trainCommand() *cli.Command {
	return &cli.Command{
		Name: "train", Usage: "train a model on labelled rows",
		Description: "Prints metrics on a held-out part of the rows. The same rows and seed give the same file.",
		Flags: append(labelFlags(),
			&cli.StringFlag{Name: "out", Usage: "model `FILE` to write"},
			&cli.StringFlag{Name: "base", Value: "none", Usage: "model `FILE` to start from, not trained on the same rows; starter: the built-in model; none: no model"},
			&cli.FloatFlag{Name: "holdout", Value: 0.2, Usage: "`SHARE` of the rows to hold out for the metrics; the written model is trained on all rows"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "seed of the random numbers"},
			&cli.BoolFlag{Name: "json", Usage: "print the metrics as JSON"},
		),
		Action: train,
	}
}

func train(ctx context.Context, c *cli.Command) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	out, holdout := c.String("out"), c.Float("holdout")
	if out == "" {
		return usagef(c, "--out is missing")
	}
	if !(holdout >= 0 && holdout < 1) {
		return usagef(c, "--holdout must be a share from 0 to below 1")
	}
	rows, err := labelRows(c)
	if err != nil {
		return err
	}
	base, err := baseModel(c.String("base"))
	if err != nil {
		return fmt.Errorf("read the base model: %w", err)
	}
	inspector := gate.NewInspector(gate.Limits{})
	m, metrics, err := classifier.Train(ctx, inspected(rows, inspector), classifier.TrainOptions{
		Holdout: holdout, Seed: c.Uint64("seed"), Base: base,
		Conflict: func(conflict classifier.Conflict) {
			fmt.Fprintf(c.Root().ErrWriter, "%d ham, %d spam, %d abuse, taken for %s: %q\n",
				conflict.Votes.Ham, conflict.Votes.Spam, conflict.Votes.Abuse, conflict.Label, conflict.Text)
		},
	})
	if err != nil {
		return err
	}
	if n := m.Manifest().Conflicts; n > 0 {
		fmt.Fprintf(c.Root().ErrWriter, "texts with labels of more than one class: %d\n", n)
	}
	for _, note := range m.Manifest().Notes {
		fmt.Fprintln(c.Root().ErrWriter, note)
	}
	if err := m.WriteFile(out); err != nil {
		return err
	}
	for _, f := range inspector.Findings("") {
		fmt.Fprintf(c.Root().ErrWriter, "warning: %s\n", f.Message)
		for _, row := range f.Rows[:min(len(f.Rows), 3)] {
			fmt.Fprintf(c.Root().ErrWriter, "    %s\n", oneLine(row.Text, 100))
		}
	}
	fmt.Fprintf(c.Root().ErrWriter, "model %s written to %s\n", m.Version(), out)
	return printMetrics(c, metrics)
}

func baseModel(name string) (*classifier.Model, error) {
	switch name {
	case "none":
		return nil, nil
	case "starter":
		return classifier.Starter()
	}
	return classifier.ReadFile(name)
}

// inspected shows each row to an inspector on its way.
func inspected(rows iter.Seq2[models.Label, error], inspector *gate.Inspector) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for l, err := range rows {
			if err == nil {
				inspector.Add(l)
			}
			if !yield(l, err) {
				return
			}
		}
	}
}
