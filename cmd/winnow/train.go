package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"winnow/classifier"
)

func trainCommand() *cli.Command {
	return &cli.Command{
		Name: "train", Usage: "learn a model from labelled rows",
		Description: "Prints the figures on a part of the rows that was held out. The same rows and seed give the same file.",
		Flags: append(labelFlags(),
			&cli.StringFlag{Name: "out", Sources: env("out"), Usage: "model `FILE` to write"},
			&cli.StringFlag{Name: "base", Value: "none", Sources: env("base"), Usage: "model `FILE` to set out from, which must not have learned from the same rows; starter is the built-in one, none is nothing"},
			&cli.FloatFlag{Name: "holdout", Value: 0.2, Sources: env("holdout"), Usage: "`SHARE` of the rows to measure with rather than learn from; the model that is written learned from all"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Sources: env("seed"), Usage: "of the random numbers"},
			&cli.BoolFlag{Name: "json", Sources: env("json"), Usage: "print the figures as JSON"},
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
	m, figures, err := classifier.Train(ctx, rows, classifier.TrainOptions{
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
		return fmt.Errorf("write the model: %w", err)
	}
	fmt.Fprintf(c.Root().ErrWriter, "model %s written to %s\n", m.Version(), out)
	return printFigures(c, figures)
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
