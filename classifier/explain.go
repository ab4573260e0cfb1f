package classifier

import (
	"math"
	"slices"

	"winnow/classifier/text"
	"winnow/models"
)

// maxSignals is how many tokens a verdict names; what the others say is one
// more signal.
const maxSignals = 12

// share is what one token, or one word with its pieces, adds to the log odds.
type contribution struct {
	feature int32
	weight  float64
}

// signals explains a score, strongest first.
func (r *scorer) explain(h *Head, index int) []models.Signal {
	var factor [blocks]float64
	for b := range blocks {
		factor[b] = r.factor(h, b)
	}
	r.contributions = r.contributions[:0]
	word, start, end := -1, int32(0), int32(0) // the share of the word before, and its place
	for i := range r.features {
		t := &r.features[i]
		w := factor[t.block] * float64(t.weight[index])
		token := &r.tokens[t.token]
		// Pieces of a word are credited to the word they were cut from.
		if token.Kind == text.Chars && word >= 0 && start == token.Start && end == token.End {
			r.contributions[word].weight += w
			continue
		}
		r.contributions = append(r.contributions, contribution{int32(i), w})
		if token.Kind == text.Word || token.Kind == text.Chars {
			word, start, end = len(r.contributions)-1, token.Start, token.End
		}
	}
	shown := min(len(r.contributions), maxSignals)
	selectStrongest(r.contributions, shown)
	out := make([]models.Signal, 0, shown+2)
	places := make([][2]int, shown)
	// All names are cut from one string.
	r.nameBuf = r.nameBuf[:0]
	var ends [maxSignals]int
	for i, s := range r.contributions[:shown] {
		r.nameBuf = r.scanner.AppendName(r.nameBuf, r.tokens[r.features[s.feature].token])
		ends[i] = len(r.nameBuf)
	}
	names, from := string(r.nameBuf), 0
	for i, s := range r.contributions[:shown] {
		t := &r.tokens[r.features[s.feature].token]
		signal := models.Signal{Name: names[from:ends[i]], Weight: s.weight}
		from = ends[i]
		if t.Start >= 0 {
			places[i][0], places[i][1] = r.scanner.Body.Origin(int(t.Start), int(t.End))
			signal.At = places[i : i+1 : i+1]
		}
		out = append(out, signal)
	}
	out = insertRanked(out, models.Signal{Name: "prior", Weight: h.Prior})
	rest := 0.0
	for _, s := range r.contributions[shown:] {
		rest += s.weight
	}
	if len(r.contributions) > shown {
		out = insertRanked(out, models.Signal{Name: "rest", Weight: rest})
	}
	return out
}

// rank puts a signal behind those that are as strong.
func insertRanked(all []models.Signal, s models.Signal) []models.Signal {
	i := len(all)
	for i > 0 && math.Abs(all[i-1].Weight) < math.Abs(s.Weight) {
		i--
	}
	return slices.Insert(all, i, s)
}

// strongest brings the n strongest shares to the front, strongest first and of
// equals the earlier. Few of the rest get that far, so it beats a sort of all.
func selectStrongest(all []contribution, n int) {
	for i, s := range all {
		at := i
		if i >= n {
			if n == 0 || math.Abs(s.weight) <= math.Abs(all[n-1].weight) {
				continue
			}
			at, all[i] = n-1, all[n-1]
		}
		for ; at > 0 && math.Abs(s.weight) > math.Abs(all[at-1].weight); at-- {
			all[at] = all[at-1]
		}
		all[at] = s
	}
}
