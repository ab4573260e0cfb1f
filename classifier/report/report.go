// Package report writes the metrics of a model on labelled rows as one
// self-contained HTML page, with plots and the worst mistakes. The page quotes
// texts of the labels; protect it like them. It imports classifier and models,
// and nothing of storage or handlers.
package report

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"iter"
	"math"
	"slices"

	"winnow/classifier"
	"winnow/models"
)

// Options changes what a report contains. The zero value is usable.
type Options struct {
	Title string
	// LearningCurve adds a learning curve, for which several models are trained.
	LearningCurve bool
}

const (
	maxMistakes = 15     // quoted of each head: false positives, and as many false negatives
	maxSignals  = 15     // listed of each head
	maxSample   = 20_000 // rows kept in memory for the learning curve
)

// Write measures m on rows and writes the page. It takes about 20 bytes of memory
// for each row.
func Write(ctx context.Context, w io.Writer, m *classifier.Model, rows iter.Seq2[models.Label, error], opt Options) (classifier.Metrics, error) {
	c := collector{model: m, heads: map[models.Class]*headResult{}}
	metrics, err := classifier.Evaluate(m, c.observe(ctx, rows))
	if err != nil {
		return metrics, err
	}
	manifest := m.Manifest()
	page := page{Title: cmp.Or(opt.Title, "Model "+m.Version()), Version: m.Version(), Manifest: manifest, Rows: metrics.Rows}
	for _, h := range []struct {
		class   models.Class
		metrics *classifier.HeadMetrics
		head    *classifier.Head
	}{{models.Spam, metrics.Spam, manifest.Spam}, {models.Abuse, metrics.Abuse, manifest.Abuse}} {
		if h.metrics == nil {
			continue
		}
		s, err := c.heads[h.class].section(h.class, h.metrics, h.head)
		if err != nil {
			return metrics, fmt.Errorf("draw the %s head: %w", h.class, err)
		}
		page.Sections = append(page.Sections, s)
	}
	if opt.LearningCurve {
		if page.LearningCurve, err = c.learningCurve(ctx, manifest.Seed); err != nil {
			return metrics, fmt.Errorf("draw the learning curve: %w", err)
		}
	}
	return metrics, pageTemplate.Execute(w, page)
}

// page is the data of the template.
type page struct {
	Title         string
	Version       string
	Manifest      classifier.Manifest
	Rows          int
	Sections      []section
	LearningCurve template.HTML
}

// section is the part of the page about one head.
type section struct {
	Class          models.Class
	Metrics        *classifier.HeadMetrics
	Plots          []template.HTML
	WrongSignals   []*wrongSignal
	FalsePositives []mistake
	FalseNegatives []mistake
}

func (h *headResult) section(class models.Class, f *classifier.HeadMetrics, about *classifier.Head) (section, error) {
	slices.SortFunc(h.predictions, func(a, b prediction) int { return cmp.Compare(b.probability, a.probability) })
	s := section{Class: class, Metrics: f, FalsePositives: h.falsePositives, FalseNegatives: h.falseNegatives}
	for _, b := range h.wrongSignals {
		s.WrongSignals = append(s.WrongSignals, b)
	}
	slices.SortFunc(s.WrongSignals, func(a, b *wrongSignal) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Name, b.Name))
	})
	s.WrongSignals = s.WrongSignals[:min(len(s.WrongSignals), maxSignals)]
	for _, draw := range []func() (template.HTML, error){
		func() (template.HTML, error) { return drawROC(h.predictions, f) },
		func() (template.HTML, error) { return drawPrecisionRecall(h.predictions, f) },
		func() (template.HTML, error) { return drawHistogram(h.predictions, about) },
		func() (template.HTML, error) { return drawReliability(f.Bins) },
	} {
		svg, err := draw()
		if err != nil {
			return s, err
		}
		s.Plots = append(s.Plots, svg)
	}
	return s, nil
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent": func(r classifier.Ratio) string {
		if math.IsNaN(float64(r)) {
			return "–"
		}
		return fmt.Sprintf("%.1f %%", 100*r)
	},
	"figure": func(r classifier.Ratio) string {
		if math.IsNaN(float64(r)) {
			return "–"
		}
		return fmt.Sprintf("%.4f", r)
	},
	"signed": func(x float64) string { return fmt.Sprintf("%+.2f", x) },
	"groups": func(f *classifier.HeadMetrics) map[string]map[string]classifier.Confusion {
		groups := map[string]map[string]classifier.Confusion{}
		for name, g := range map[string]map[string]classifier.Confusion{"language": f.ByLang, "source": f.BySource} {
			if len(g) > 1 {
				groups[name] = g
			}
		}
		return groups
	},
	"probability": func(p float64) string { return fmt.Sprintf("%.3f", p) },
}).Parse(pageText))
