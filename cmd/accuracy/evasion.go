package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"winnow/classifier"
	"winnow/classifier/text/disguise"
	"winnow/models"
)

// evasion prints how far the recall at 1 % false positives falls when the spam of
// the test part has each kind of disguise. The ham is not changed.
func (s *suite) evasion(ctx context.Context, names []string) error {
	head := "disguise\t"
	var recall [][]classifier.Ratio // of each set: without a disguise, then with each kind
	for _, name := range names {
		test, err := s.read(name, "test")
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(test, func(r models.Label) bool { return r.Label == models.Spam }) {
			continue
		}
		m, err := s.model(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var column []classifier.Ratio
		for _, kind := range append([]disguise.Kind{""}, disguise.Kinds()...) {
			f, err := classifier.Evaluate(m, labelSeq(disguiseSpam(test, kind)))
			if err != nil {
				return err
			}
			column = append(column, f.Spam.RecallAtFPR["0.01"])
		}
		head += name + "\t"
		recall = append(recall, column)
	}
	w := s.newTable(head)
	for i, kind := range append([]disguise.Kind{"none"}, disguise.Kinds()...) {
		fmt.Fprintf(w, "%s\t", kind)
		for _, column := range recall {
			if i == 0 {
				fmt.Fprintf(w, "%.3f\t", column[0])
			} else {
				fmt.Fprintf(w, "%+.3f\t", column[i]-column[0])
			}
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

func disguiseSpam(rows []models.Label, kind disguise.Kind) []models.Label {
	if kind == "" {
		return rows
	}
	rng := rand.New(rand.NewPCG(1, 2))
	out := slices.Clone(rows)
	for i, r := range out {
		if r.Label == models.Spam {
			out[i].Text = disguise.Apply(kind, rng, r.Text)
		}
	}
	return out
}
