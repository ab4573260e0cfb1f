package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"winnow/classifier"
	"winnow/classifier/report"
	"winnow/models"
)

// What a site of the loop table does.
const (
	loopOrders   = 3    // in which the comments arrive
	loopComments = 4000 // of the train part, at most
	loopInterval = 400  // comments between two trainings
	loopSample   = 200  // first comments that people look at; nothing else until the first training
	loopAudit    = 0.01 // share of the approved comments that people look at later
	loopSite     = "loop"
)

// loop simulates a new site: the train part of a set arrives in a random order,
// people look at the first comments, then at what the live model holds and at an
// audit share. The starter model is live first, and the base of every training. The
// table shows each trained model on the test part.
func (s *suite) loop(ctx context.Context, names []string) error {
	w := s.newTable("site\torder\tcomments\tlabels\tAUC\tR@1%\tham held\tspam held\t")
	var curves []report.Curve
	for _, name := range names {
		trainRows, err := s.read(name, "train")
		if err != nil {
			return err
		}
		test, err := s.read(name, "test")
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(test, func(r models.Label) bool { return r.Label == models.Spam }) {
			continue
		}
		for order := range loopOrders {
			curve := report.Curve{Name: fmt.Sprintf("%s %d", name, order+1)}
			err := simulate(ctx, trainRows, uint64(order), func(m *classifier.Model, comments, labels int) error {
				f, err := classifier.Evaluate(m, labelSeq(test))
				if err != nil {
					return err
				}
				h := f.Spam
				recall := float64(h.RecallAtFPR["0.01"])
				curve.X, curve.Y = append(curve.X, float64(comments)), append(curve.Y, recall)
				fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.4f\t%.3f\t%s\t%s\t\n", name, order+1, comments, labels, float64(h.AUC), recall,
					percent(h.AtHold.FalsePositive, h.Ham), percent(h.AtHold.TruePositive, h.Positive))
				return nil
			})
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			curves = append(curves, curve)
		}
	}
	if err := w.Flush(); err != nil || s.plot == "" {
		return err
	}
	return report.WriteCurves(s.plot, "A site that learns", "comments that arrived", "recall at 1 % false positives", curves)
}

// simulate calls trained for every model that a site trains.
func simulate(ctx context.Context, rows []models.Label, order uint64, trained func(m *classifier.Model, comments, labels int) error) error {
	base, err := classifier.Starter()
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(order, 9))
	rows = slices.Clone(rows)
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	rows = rows[:min(len(rows), loopComments)]
	live := base
	var labels []models.Label
	for i, r := range rows {
		r.Site, r.Source = loopSite, ""
		if selectFor(&r, live, i, rng) {
			labels = append(labels, r)
		}
		if n := i + 1; n%loopInterval == 0 || n == len(rows) {
			live, _, err = classifier.Train(ctx, labelSeq(labels), classifier.TrainOptions{Base: base})
			if err != nil {
				return err
			}
			if err := trained(live, n, len(labels)); err != nil {
				return err
			}
		}
	}
	return nil
}

// selectFor reports whether people look at the comment that arrived as the i-th,
// and notes why.
func selectFor(r *models.Label, live *classifier.Model, i int, rng *rand.Rand) bool {
	r.SelectedBy, r.SelectionRate = models.SelectedSample, 1
	switch {
	case i < loopInterval:
		return i < loopSample
	case live.Verdict(classifier.FromLabel(*r), classifier.Policy{Site: loopSite}).Action != models.Approve:
		r.SelectedBy = models.SelectedHeld
		return true
	}
	r.SelectionRate = loopAudit
	return rng.Float64() < loopAudit
}
