package report

import (
	"context"
	"html/template"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"winnow/classifier"
	"winnow/models"
)

// learningCurve trains models on 50, 100, 200 … rows, up to three quarters of the
// sample, and measures each on the last quarter. It shows whether more labels would
// help. With fewer than 100 rows it returns "".
func (c *collector) learningCurve(ctx context.Context, seed uint64) (template.HTML, error) {
	var trainRows, testRows []models.Label
	for i, l := range c.sample {
		if i%4 == 3 {
			testRows = append(testRows, l)
		} else {
			trainRows = append(trainRows, l)
		}
	}
	if len(c.sample) < 100 {
		return "", nil
	}
	curves := map[models.Class]plotter.XYs{}
	for n := 50; ; n = min(2*n, len(trainRows)) {
		n = min(n, len(trainRows))
		m, _, err := classifier.Train(ctx, labelSeq(trainRows[:n]), classifier.TrainOptions{Seed: seed})
		if models.KindOf(err) == models.KindInvalid {
			err = nil // too few rows of a class
		} else if err == nil {
			err = addAUC(curves, m, testRows, n)
		}
		if err != nil {
			return "", err
		}
		if n == len(trainRows) {
			break
		}
	}
	p := newPlot("Learning curve", "labels (log scale)", "AUC on held-out rows")
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Y.Max = 1
	for class, c := range map[models.Class]color.Color{models.Spam: primary, models.Abuse: secondary} {
		if len(curves[class]) > 0 {
			if err := line(p, string(class), curves[class], c); err != nil {
				return "", err
			}
		}
	}
	return render(p)
}

// addAUC adds the AUC of a model trained on n rows to the curves of its heads.
func addAUC(curves map[models.Class]plotter.XYs, m *classifier.Model, test []models.Label, n int) error {
	f, err := classifier.Evaluate(m, labelSeq(test))
	if err != nil {
		return err
	}
	for class, h := range map[models.Class]*classifier.HeadMetrics{models.Spam: f.Spam, models.Abuse: f.Abuse} {
		if h != nil && !math.IsNaN(float64(h.AUC)) {
			curves[class] = append(curves[class], plotter.XY{X: float64(n), Y: float64(h.AUC)})
		}
	}
	return nil
}

// labelSeq yields labels that are in memory.
func labelSeq(rows []models.Label) func(func(models.Label, error) bool) {
	return func(yield func(models.Label, error) bool) {
		for _, l := range rows {
			if !yield(l, nil) {
				return
			}
		}
	}
}
