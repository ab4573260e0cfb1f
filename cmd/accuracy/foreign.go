package main

import (
	"context"
	"fmt"
	"slices"

	"winnow/classifier"
	"winnow/models"
)

// foreignHam prints how much ham of each set the model of one set flags. Many sets
// are in languages that the model was not trained on.
func (s *suite) foreignHam(ctx context.Context, names []string, base string) error {
	m, err := s.model(ctx, base)
	if err != nil {
		return fmt.Errorf("%s: %w", base, err)
	}
	trainRows, err := s.read(base, "train")
	if err != nil {
		return err
	}
	w := s.newTable("ham of\trows\theld by the model of " + base + "\tmore likely spam than not\trejected\tflagged by the library\t")
	for _, name := range names {
		test, err := s.read(name, "test")
		if err != nil {
			return err
		}
		ham := slices.DeleteFunc(test, func(r models.Label) bool { return r.Label != models.Ham })
		held, probable, rejected, flagged := 0, 0, 0, 0
		for _, r := range ham {
			v := m.Verdict(classifier.FromLabel(r), classifier.Policy{})
			switch {
			case v.Action == models.Reject:
				rejected++
			case v.Action == models.Hold:
				held++
			}
			if *v.Spam >= 0.5 {
				probable++
			}
		}
		for p := range libraryScores(trainRows, ham, models.Spam) {
			if p >= 0.5 {
				flagged++
			}
		}
		n := len(ham)
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t\n", name, n, percent(held, n), percent(probable, n), percent(rejected, n), percent(flagged, n))
	}
	return w.Flush()
}
