package main

import (
	"context"
	"fmt"
	"io"

	"winnow/classifier"
	"winnow/models"
)

// today prints how much of a set of present-day comments the built-in model holds, and
// a model of each site that was trained from it: what the labels of a site do not speak
// of must not be forgotten.
func (s *suite) today(ctx context.Context, file string, sites []string) error {
	rows, err := readLabels(file)
	if err != nil {
		return err
	}
	starter, err := classifier.Starter()
	if err != nil {
		return err
	}
	w := s.newTable("model\tham\theld\trejected\tspam\tpublished\t")
	todayRow(w, "starter", starter, rows)
	for _, site := range sites {
		own, err := s.read(site, "train")
		if err != nil {
			return err
		}
		m, _, err := classifier.Train(ctx, labelSeq(own), classifier.TrainOptions{Seed: 1, Base: starter})
		if err != nil {
			return fmt.Errorf("%s: %w", site, err)
		}
		todayRow(w, site, m, rows)
	}
	return w.Flush()
}

func todayRow(w io.Writer, name string, m *classifier.Model, rows []models.Label) {
	var held, rejected, published share
	for _, r := range rows {
		action := m.Verdict(classifier.FromLabel(r), classifier.Policy{}).Action
		if r.Label == models.Ham {
			held.count(action != models.Approve)
			rejected.count(action == models.Reject)
		} else {
			published.count(action == models.Approve)
		}
	}
	fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%d\t%s\t\n", name, held.of, held, rejected, published.of, published)
}
