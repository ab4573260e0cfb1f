package main

import (
	"context"
	"fmt"
	"slices"

	"winnow/classifier"
	"winnow/models"
)

// columns prints what each column of the stack is good for: its weight, and the
// AUC and recall at 1 % false positives of the models that are trained without it.
func (s *suite) columns(ctx context.Context, names, ablation []string) error {
	w := s.newTable("set\tleft out\tweight\tAUC\tR@1%\tMCC\tECE\t")
	for _, name := range names {
		if !slices.Contains(ablation, name) {
			continue
		}
		m, err := s.model(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		trainRows, err := s.read(name, "train")
		if err != nil {
			return err
		}
		test, err := s.read(name, "test")
		if err != nil {
			return err
		}
		row := func(m *classifier.Model, leftOut, weight string) error {
			f, err := classifier.Evaluate(m, labelSeq(test))
			if err != nil {
				return err
			}
			h := f.Spam
			if h == nil {
				h = f.Abuse
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%.4f\t%.3f\t%.3f\t%.4f\t\n", name, leftOut, weight, h.AUC, h.RecallAtFPR["0.01"], h.MCC, h.ECE)
			return nil
		}
		if err := row(m, "–", "–"); err != nil {
			return err
		}
		for _, c := range stackOf(m) {
			without, err := trainWithout(ctx, trainRows, c.Name)
			if err != nil {
				return err
			}
			if err := row(without, c.Name, fmt.Sprintf("%.3f", c.Weight)); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

func stackOf(m *classifier.Model) []classifier.Column {
	if h := m.Manifest().Spam; h != nil {
		return h.Columns
	}
	return m.Manifest().Abuse.Columns
}

func trainWithout(ctx context.Context, rows []models.Label, columns ...string) (*classifier.Model, error) {
	m, _, err := classifier.Train(ctx, labelSeq(rows), classifier.TrainOptions{Seed: 1, WithoutColumns: columns})
	return m, err
}
