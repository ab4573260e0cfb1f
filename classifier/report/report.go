// Package report writes what a model is worth on labelled rows as one HTML page
// that needs nothing else: figures, plots and the worst mistakes. The page
// quotes the texts that were judged wrongly; keep it where labels are kept.
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

// Options changes what a report holds. The zero value is usable.
type Options struct {
	Title string
	// Learning draws what models learn from a growing share of the rows, which
	// trains several of them.
	Learning bool
}

const (
	worstRows   = 15     // mistakes quoted of each kind
	worstTokens = 15     // signals named
	maxLearning = 20_000 // rows kept in memory for the learning curve
)

// Write measures m on rows and writes the page. Memory grows with the number
// of rows by some 20 bytes each.
func Write(ctx context.Context, w io.Writer, m *classifier.Model, rows iter.Seq2[models.Label, error], opt Options) (classifier.Figures, error) {
	c := collector{model: m, heads: map[models.Class]*head{}}
	figures, err := classifier.Evaluate(m, c.watch(ctx, rows))
	if err != nil {
		return figures, err
	}
	manifest := m.Manifest()
	page := page{Title: cmp.Or(opt.Title, "Model "+m.Version()), Version: m.Version(), Manifest: manifest, Rows: figures.Rows}
	for _, h := range []struct {
		class   models.Class
		figures *classifier.HeadFigures
		about   *classifier.Head
	}{{models.Spam, figures.Spam, manifest.Spam}, {models.Abuse, figures.Abuse, manifest.Abuse}} {
		if h.figures == nil {
			continue
		}
		s, err := c.heads[h.class].section(h.class, h.figures, h.about)
		if err != nil {
			return figures, fmt.Errorf("draw the %s head: %w", h.class, err)
		}
		page.Sections = append(page.Sections, s)
	}
	if opt.Learning {
		if page.Learning, err = c.learning(ctx, manifest.Seed); err != nil {
			return figures, fmt.Errorf("draw the learning curve: %w", err)
		}
	}
	return figures, pageTemplate.Execute(w, page)
}

// point is one scored row.
type point struct {
	p        float64
	positive bool
}

// mistake is a row that was judged wrongly at probability 0.5.
type mistake struct {
	P       float64
	Text    string
	Source  string
	Signals []models.Signal
}

// blame is what one signal had to do with the mistakes.
type blame struct {
	Name   string
	Rows   int     // mistakes that it pushed the wrong way
	Weight float64 // sum of its wrong pushes, in log odds
}

// head gathers what one head said.
type head struct {
	points []point
	alarms []mistake // ham that was flagged, worst first
	misses []mistake // what should have been, worst first
	blame  map[string]*blame
}

// collector looks at the rows on their way to Evaluate.
type collector struct {
	model *classifier.Model
	heads map[models.Class]*head
	kept  []models.Label // the first rows, for the learning curve
}

func (c *collector) watch(ctx context.Context, rows iter.Seq2[models.Label, error]) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for l, err := range rows {
			if err == nil {
				c.see(l)
				err = ctx.Err()
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

func (c *collector) see(l models.Label) {
	if len(c.kept) < maxLearning {
		c.kept = append(c.kept, l)
	}
	v := c.model.Verdict(classifier.FromLabel(l), classifier.Policy{Site: l.Site})
	for class, p := range map[models.Class]*float64{models.Spam: v.Spam, models.Abuse: v.Abuse} {
		if p == nil || (l.Label != models.Ham && l.Label != class) {
			continue
		}
		h := c.heads[class]
		if h == nil {
			h = &head{blame: map[string]*blame{}}
			c.heads[class] = h
		}
		h.see(l, *p, v, class)
	}
}

func (h *head) see(l models.Label, p float64, v models.Verdict, class models.Class) {
	positive := l.Label == class
	h.points = append(h.points, point{p, positive})
	if (p >= 0.5) == positive {
		return
	}
	m := mistake{P: p, Text: excerpt(l.Text), Source: l.Source}
	// The signals explain one head; the other's mistakes are quoted without.
	if class == models.Spam && v.Reason != models.ReasonAbuse || v.Spam == nil {
		m.Signals = v.Signals[:min(6, len(v.Signals))]
		for _, s := range v.Signals {
			if (s.Weight > 0) == positive || s.Name == "prior" || s.Name == "rest" {
				continue
			}
			b := h.blame[s.Name]
			if b == nil {
				b = &blame{Name: s.Name}
				h.blame[s.Name] = b
			}
			b.Rows++
			b.Weight += math.Abs(s.Weight)
		}
	}
	list, worse := &h.alarms, func(a, b mistake) int { return cmp.Compare(b.P, a.P) }
	if positive {
		list, worse = &h.misses, func(a, b mistake) int { return cmp.Compare(a.P, b.P) }
	}
	at, _ := slices.BinarySearchFunc(*list, m, worse)
	if at < worstRows {
		*list = slices.Insert(*list, at, m)
		*list = (*list)[:min(len(*list), worstRows)]
	}
}

const maxExcerpt = 240 // characters

func excerpt(s string) string {
	r := []rune(s)
	if len(r) <= maxExcerpt {
		return s
	}
	return string(r[:maxExcerpt]) + "…"
}

// page and section are what the template shows.
type page struct {
	Title    string
	Version  string
	Manifest classifier.Manifest
	Rows     int
	Sections []section
	Learning template.HTML
}

type section struct {
	Class   models.Class
	Figures *classifier.HeadFigures
	Plots   []template.HTML
	Blame   []*blame
	Alarms  []mistake
	Misses  []mistake
}

func (h *head) section(class models.Class, f *classifier.HeadFigures, about *classifier.Head) (section, error) {
	slices.SortFunc(h.points, func(a, b point) int { return cmp.Compare(b.p, a.p) })
	s := section{Class: class, Figures: f, Alarms: h.alarms, Misses: h.misses}
	for _, b := range h.blame {
		s.Blame = append(s.Blame, b)
	}
	slices.SortFunc(s.Blame, func(a, b *blame) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Name, b.Name))
	})
	s.Blame = s.Blame[:min(len(s.Blame), worstTokens)]
	for _, draw := range []func() (template.HTML, error){
		func() (template.HTML, error) { return drawROC(h.points, f) },
		func() (template.HTML, error) { return drawPrecisionRecall(h.points, f) },
		func() (template.HTML, error) { return drawHistogram(h.points, about) },
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
	"groups": func(f *classifier.HeadFigures) map[string]map[string]classifier.Confusion {
		groups := map[string]map[string]classifier.Confusion{}
		for name, g := range map[string]map[string]classifier.Confusion{"language": f.ByLang, "source": f.BySource} {
			if len(g) > 1 {
				groups[name] = g
			}
		}
		return groups
	},
	"chance": func(p float64) string { return fmt.Sprintf("%.3f", p) },
}).Parse(pageText))
