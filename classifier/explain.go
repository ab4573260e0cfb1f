package classifier

import (
	"math"
	"slices"

	"winnow/classifier/text/features"
	"winnow/models"
)

// maxSignals is how many features a verdict names; the others are summed up in
// one more signal, "rest".
const maxSignals = 12

// contribution is what one feature adds to the log odds. A word and the
// character n-grams cut from it are one contribution.
type contribution struct {
	feature int32 // index into scorer.features
	weight  float64
}

// explain returns the signals of a score, strongest first.
func (s *scorer) explain(h *Head, head int) []models.Signal {
	s.contribute(h, head)
	shown := min(len(s.contributions), maxSignals)
	selectStrongest(s.contributions, shown)
	out := make([]models.Signal, 0, shown+2)
	positions := make([][2]int, shown)
	// All names share one string, which saves an allocation for each.
	s.nameBuf = s.nameBuf[:0]
	var ends [maxSignals]int
	for i, c := range s.contributions[:shown] {
		s.nameBuf = s.scanner.AppendName(s.nameBuf, s.tokens[s.features[c.feature].token])
		ends[i] = len(s.nameBuf)
	}
	names, start := string(s.nameBuf), 0
	for i, c := range s.contributions[:shown] {
		t := &s.tokens[s.features[c.feature].token]
		signal := models.Signal{Name: names[start:ends[i]], Weight: c.weight}
		start = ends[i]
		if t.Start >= 0 {
			positions[i][0], positions[i][1] = s.scanner.Body.Origin(int(t.Start), int(t.End))
			signal.Spans = positions[i : i+1 : i+1]
		}
		out = append(out, signal)
	}
	out = insertRanked(out, models.Signal{Name: "prior", Weight: h.Prior})
	rest := 0.0
	for _, c := range s.contributions[shown:] {
		rest += c.weight
	}
	if len(s.contributions) > shown {
		out = insertRanked(out, models.Signal{Name: "rest", Weight: rest})
	}
	return out
}

// contribute fills s.contributions with what the features add to a head's log
// odds, in the order of the text.
func (s *scorer) contribute(h *Head, head int) {
	var factor [blocks]float64
	for b := range blocks {
		factor[b] = s.factor(h, head, b)
	}
	s.contributions = s.contributions[:0]
	word, start, end := -1, int32(0), int32(0) // the last word's contribution and its span
	for i := range s.features {
		f := &s.features[i]
		weight := factor[f.block] * float64(f.weight[head])
		token := &s.tokens[f.token]
		if token.Kind == features.Chars && word >= 0 && start == token.Start && end == token.End {
			s.contributions[word].weight += weight
			continue
		}
		s.contributions = append(s.contributions, contribution{int32(i), weight})
		if token.Kind == features.Word || token.Kind == features.Chars {
			word, start, end = len(s.contributions)-1, token.Start, token.End
		}
	}
}

// insertRanked inserts a signal by falling strength, behind its equals.
func insertRanked(signals []models.Signal, signal models.Signal) []models.Signal {
	i := len(signals)
	for i > 0 && math.Abs(signals[i-1].Weight) < math.Abs(signal.Weight) {
		i--
	}
	return slices.Insert(signals, i, signal)
}

// selectStrongest moves the n strongest contributions to the front, in the
// order of a stable sort by falling strength. An insertion into the first n is
// faster here than a sort of all: few of the rest are ever inserted.
func selectStrongest(contributions []contribution, n int) {
	for i, c := range contributions {
		at := i
		if i >= n {
			if n == 0 || math.Abs(c.weight) <= math.Abs(contributions[n-1].weight) {
				continue
			}
			at, contributions[i] = n-1, contributions[n-1]
		}
		for ; at > 0 && math.Abs(c.weight) > math.Abs(contributions[at-1].weight); at-- {
			contributions[at] = contributions[at-1]
		}
		contributions[at] = c
	}
}
