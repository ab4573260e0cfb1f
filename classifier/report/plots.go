package report

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	_ "gonum.org/v1/plot/vg/vgsvg" // format "svg" of WriterTo

	"winnow/classifier"
)

var (
	primary   = color.RGBA{0x1d, 0x4e, 0x89, 0xff}
	secondary = color.RGBA{0xc4, 0x4e, 0x22, 0xff}
	muted     = color.RGBA{0xa0, 0xa0, 0xa0, 0xff}
)

func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Add(plotter.NewGrid())
	return p
}

// line adds a line through xy.
func line(p *plot.Plot, name string, xy plotter.XYs, c color.Color) error {
	l, err := plotter.NewLine(xy)
	if err != nil {
		return err
	}
	l.Color, l.Width = c, vg.Points(1.5)
	p.Add(l)
	if name != "" {
		p.Legend.Add(name, l)
	}
	return nil
}

// render draws a plot as an SVG element.
func render(p *plot.Plot) (template.HTML, error) {
	canvas, err := p.WriterTo(11*vg.Centimeter, 8*vg.Centimeter, "svg")
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", err
	}
	svg := b.Bytes()
	if at := bytes.Index(svg, []byte("<svg")); at > 0 {
		svg = svg[at:] // an XML declaration has no place inside HTML
	}
	return template.HTML(svg), nil // drawn here from numbers and fixed texts
}

// eachThreshold calls at with the counts at each threshold, from the highest
// probability down.
func eachThreshold(predictions []prediction, at func(truePositive, falsePositive int)) {
	tp, fp := 0, 0
	for i, x := range predictions {
		if x.positive {
			tp++
		} else {
			fp++
		}
		if i+1 == len(predictions) || predictions[i+1].probability != x.probability {
			at(tp, fp)
		}
	}
}

// drawROC has the false positive rate on a logarithmic axis, because only low
// rates are of use.
func drawROC(predictions []prediction, f *classifier.HeadMetrics) (template.HTML, error) {
	p := newPlot(fmt.Sprintf("ROC, AUC %.4f", f.AUC), "ham flagged (share, log scale)", "recall")
	least := 0.5 / float64(max(f.Ham, 1))
	xy := plotter.XYs{{X: least, Y: 0}}
	eachThreshold(predictions, func(tp, fp int) {
		xy = append(xy, plotter.XY{X: max(float64(fp)/float64(max(f.Ham, 1)), least), Y: float64(tp) / float64(max(f.Positive, 1))})
	})
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = least, 1, 0, 1
	if err := line(p, "", xy, primary); err != nil {
		return "", err
	}
	return render(p)
}

func drawPrecisionRecall(predictions []prediction, f *classifier.HeadMetrics) (template.HTML, error) {
	p := newPlot("Precision and recall", "recall", "precision")
	var xy plotter.XYs
	eachThreshold(predictions, func(tp, fp int) {
		xy = append(xy, plotter.XY{X: float64(tp) / float64(max(f.Positive, 1)), Y: float64(tp) / float64(tp+fp)})
	})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	if err := line(p, "", xy, primary); err != nil {
		return "", err
	}
	return render(p)
}

// drawHistogram shows the distribution of the probabilities of ham and of the
// positive class, and the thresholds.
func drawHistogram(predictions []prediction, h *classifier.Head) (template.HTML, error) {
	const bins = 40
	p := newPlot("Scores", "probability", "rows + 1 (log scale)")
	counts := map[bool]plotter.XYs{}
	for _, positive := range []bool{false, true} {
		xy := make(plotter.XYs, 2*bins)
		for i := range bins {
			xy[2*i].X, xy[2*i+1].X = float64(i)/bins, float64(i+1)/bins
			xy[2*i].Y, xy[2*i+1].Y = 1, 1
		}
		counts[positive] = xy
	}
	most := 1.0
	for _, x := range predictions {
		i := min(int(x.probability*bins), bins-1)
		counts[x.positive][2*i].Y++
		counts[x.positive][2*i+1].Y++
		most = max(most, counts[x.positive][2*i].Y)
	}
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 1, 2*most
	p.Legend.Top = true
	if err := line(p, "ham", counts[false], primary); err != nil {
		return "", err
	}
	if err := line(p, "positive", counts[true], secondary); err != nil {
		return "", err
	}
	for _, at := range []float64{h.Hold, h.Reject} {
		if at > 0 {
			if err := line(p, "", plotter.XYs{{X: at, Y: 1}, {X: at, Y: 2 * most}}, muted); err != nil {
				return "", err
			}
		}
	}
	return render(p)
}

func drawReliability(bins []classifier.Bin) (template.HTML, error) {
	p := newPlot("Reliability", "predicted", "observed")
	var xy plotter.XYs
	for _, b := range bins {
		if b.Rows > 0 && !math.IsNaN(float64(b.Observed)) {
			xy = append(xy, plotter.XY{X: float64(b.Predicted), Y: float64(b.Observed)})
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	if err := line(p, "", plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}}, muted); err != nil {
		return "", err
	}
	if len(xy) > 0 {
		if err := line(p, "", xy, primary); err != nil {
			return "", err
		}
		dots, err := plotter.NewScatter(xy)
		if err != nil {
			return "", err
		}
		dots.Color = primary
		p.Add(dots)
	}
	return render(p)
}
