package report

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"

	"winnow/classifier"
	"winnow/models"
)

// prediction is the score of one row by one head.
type prediction struct {
	probability float64
	positive    bool
}

// mistake is a row that is on the wrong side of probability 0.5.
type mistake struct {
	Probability float64
	Text        string
	Source      string
	Signals     []models.Signal
}

// wrongSignal sums up what one signal contributed to the mistakes.
type wrongSignal struct {
	Name     string
	Mistakes int     // to which its weight contributed
	Weight   float64 // sum of its absolute weights in them, in log odds
}

// headResult holds what is reported of one head.
type headResult struct {
	predictions    []prediction
	falsePositives []mistake // by falling probability, at most maxMistakes
	falseNegatives []mistake // by rising probability, at most maxMistakes
	wrongSignals   map[string]*wrongSignal
}

// collector scores the rows that are passed to Evaluate, for what Evaluate does not
// return: single predictions and mistakes.
type collector struct {
	model  *classifier.Model
	heads  map[models.Class]*headResult
	sample []models.Label // the first rows, for the learning curve
}

// observe yields rows, and adds each to the collector.
func (c *collector) observe(ctx context.Context, rows iter.Seq2[models.Label, error]) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for l, err := range rows {
			if err == nil {
				c.add(l)
				err = ctx.Err()
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

func (c *collector) add(l models.Label) {
	if len(c.sample) < maxSample {
		c.sample = append(c.sample, l)
	}
	v := c.model.Verdict(classifier.FromLabel(l), classifier.Policy{Site: l.Site})
	for class, p := range map[models.Class]*float64{models.Spam: v.Spam, models.Abuse: v.Abuse} {
		if p == nil || (l.Label != models.Ham && l.Label != class) {
			continue
		}
		h := c.heads[class]
		if h == nil {
			h = &headResult{wrongSignals: map[string]*wrongSignal{}}
			c.heads[class] = h
		}
		h.add(l, *p, v, class)
	}
}

func (h *headResult) add(l models.Label, p float64, v models.Verdict, class models.Class) {
	positive := l.Label == class
	h.predictions = append(h.predictions, prediction{p, positive})
	if (p >= 0.5) == positive {
		return
	}
	m := mistake{Probability: p, Text: excerpt(l.Text), Source: l.Source}
	// The signals explain one head only. Mistakes of the other have none.
	if class == models.Spam && v.Reason != models.ReasonAbuse || v.Spam == nil {
		m.Signals = v.Signals[:min(6, len(v.Signals))]
		for _, s := range v.Signals {
			if (s.Weight > 0) == positive || s.Rank() > 0 {
				continue
			}
			w := h.wrongSignals[s.Name]
			if w == nil {
				w = &wrongSignal{Name: s.Name}
				h.wrongSignals[s.Name] = w
			}
			w.Mistakes++
			w.Weight += math.Abs(s.Weight)
		}
	}
	list, worse := &h.falsePositives, func(a, b mistake) int { return cmp.Compare(b.Probability, a.Probability) }
	if positive {
		list, worse = &h.falseNegatives, func(a, b mistake) int { return cmp.Compare(a.Probability, b.Probability) }
	}
	at, _ := slices.BinarySearchFunc(*list, m, worse)
	if at < maxMistakes {
		*list = slices.Insert(*list, at, m)
		*list = (*list)[:min(len(*list), maxMistakes)]
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
