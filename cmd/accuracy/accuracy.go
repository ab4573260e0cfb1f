package main

import (
	"context"
	"fmt"

	"winnow/classifier"
	"winnow/models"
)

// accuracy prints the metrics of each set's model, and of the library alone.
func (s *suite) accuracy(ctx context.Context, names []string) error {
	w := s.newTable("set\tclass\tham\tpositive\tAUC\tR@0.1%\tR@1%\tMCC\tECE\tham held\tham rejected\tlibrary AUC\tR@1%\tMCC\t")
	for _, name := range names {
		m, err := s.model(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		test, err := s.read(name, "test")
		if err != nil {
			return err
		}
		f, err := classifier.Evaluate(m, labelSeq(test))
		if err != nil {
			return err
		}
		class, h := models.Spam, f.Spam
		if h == nil {
			class, h = models.Abuse, f.Abuse
		}
		trainRows, err := s.read(name, "train")
		if err != nil {
			return err
		}
		n := classifier.EvaluateScores(libraryScores(trainRows, test, class))
		rejected := "–"
		if h.AtReject != nil {
			rejected = percent(h.AtReject.FalsePositive, h.Ham)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.4f\t%.3f\t%.3f\t%.3f\t%.4f\t%s\t%s\t%.3f\t%.3f\t%.3f\t\n", name, class, h.Ham, h.Positive,
			h.AUC, h.RecallAtFPR["0.001"], h.RecallAtFPR["0.01"], h.MCC, h.ECE, percent(h.AtHold.FalsePositive, h.Ham), rejected,
			n.AUC, n.RecallAtFPR["0.01"], n.MCC)
	}
	return w.Flush()
}
