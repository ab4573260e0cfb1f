package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"winnow/classifier"
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
	m, metrics, err := classifier.Train(ctx, rows, classifier.TrainOptions{Holdout: holdout, Seed: c.Uint64("seed"), Base: base})
	if err != nil {
		return err
	}
	if err := m.WriteFile(out); err != nil {
		return err
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
