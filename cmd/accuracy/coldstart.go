package main

import (
	"context"
	"fmt"
	"slices"

	"winnow/classifier"
	"winnow/models"
)

// coldStart trains a base model on every set but one. It measures models trained
// on 0 to 200 labels of that one, without and with the base.
func (s *suite) coldStart(ctx context.Context, names []string, cold string, overlap []string) error {
	own, err := s.read(cold, "train")
	if err != nil {
		return err
	}
	test, err := s.read(cold, "test")
	if err != nil {
		return err
	}
	var others []models.Label
	for _, name := range names {
		if name == cold || slices.Contains(overlap, name) {
			continue
		}
		rows, err := s.read(name, "train")
		if err != nil {
			return err
		}
		others = append(others, rows...)
	}
	base, err := train(ctx, others)
	if err != nil {
		return err
	}
	w := s.newTable("labels of " + cold + "\tAUC\tR@1%\tMCC\twith the base: AUC\tR@1%\tMCC\t")
	for _, n := range []int{0, 25, 50, 100, 200} {
		some := own[:min(n, len(own))]
		alone, err := coldStartCells(ctx, some, test, nil)
		if err != nil {
			return err
		}
		with, err := coldStartCells(ctx, some, test, base)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t\n", n, alone, with)
	}
	return w.Flush()
}

// coldStartCells returns the metrics of a model trained on rows with a base, as
// three table cells.
func coldStartCells(ctx context.Context, rows, test []models.Label, base *classifier.Model) (string, error) {
	m := base
	if len(rows) > 0 {
		var err error
		m, _, err = classifier.Train(ctx, labelSeq(rows), classifier.TrainOptions{Seed: 1, Base: base})
		if err != nil {
			return "", err
		}
	}
	if m == nil {
		return "–\t–\t–", nil
	}
	f, err := classifier.Evaluate(m, labelSeq(test))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%.4f\t%.3f\t%.3f", f.Spam.AUC, f.Spam.RecallAtFPR["0.01"], f.Spam.MCC), nil
}
