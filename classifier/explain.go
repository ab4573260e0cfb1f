package classifier

import (
	"math"
	"slices"

	"winnow/classifier/text/features"
	"winnow/models"
)

// maxSignals is how many features a verdict names. The others are summed up by
// kind, in signals such as "rest:word".
const maxSignals = 12

// minTelling is the least weight of a feature that is named, in log odds: ten
// percent of the odds. Every text has dozens of weaker ones, such as its number of
// lines.
const minTelling = 0.1

// contribution is what one feature adds to the log odds. A word and the
// character n-grams cut from it are one contribution.
type contribution struct {
	token  int32 // index into scorer.tokens
	weight float64
}

// restNames are the names of the sums, by the kind of their features. Pairs
// count as words.
var restNames = func() (names [features.NumKinds]string) {
	for k := features.Word; k < features.NumKinds; k++ {
		names[k] = models.RestPrefix + k.String()
	}
	return names
}()

// explain returns the signals of a score: the strongest features, then the sums
// of the others, then the prior; the first two by falling strength.
func (s *scorer) explain(h *Head, head int) []models.Signal {
	s.contribute(h, head)
	var rest [features.NumKinds]float64
	telling := s.sumUntelling(&rest)
	shown := min(len(telling), maxSignals)
	selectStrongest(telling, shown)
	for _, c := range telling[shown:] {
		rest[restKind(s.tokens[c.token].Kind)] += c.weight
	}
	out := s.named(telling[:shown], int(features.NumKinds)+1)
	for kind, weight := range rest {
		if weight != 0 {
			out = insertRanked(out, shown, models.Signal{Name: restNames[kind], Weight: weight})
		}
	}
	return append(out, models.Signal{Name: models.PriorSignal, Weight: h.Prior})
}

// named returns the signals of contributions. It has room for more signals.
func (s *scorer) named(contributions []contribution, more int) []models.Signal {
	out := make([]models.Signal, 0, len(contributions)+more)
	positions := make([][2]int, len(contributions))
	// All names share one string, which saves an allocation for each.
	s.nameBuf = s.nameBuf[:0]
	var ends [maxSignals]int
	for i, c := range contributions {
		s.nameBuf = s.scanner.AppendName(s.nameBuf, s.tokens[c.token])
		ends[i] = len(s.nameBuf)
	}
	names, start := string(s.nameBuf), 0
	for i, c := range contributions {
		t := &s.tokens[c.token]
		signal := models.Signal{Name: names[start:ends[i]], Weight: c.weight}
		start = ends[i]
		if t.Start >= 0 {
			positions[i][0], positions[i][1] = s.scanner.Body.Origin(int(t.Start), int(t.End))
			signal.Spans = positions[i : i+1 : i+1]
		}
		out = append(out, signal)
	}
	return out
}

// sumUntelling adds the contributions that say nothing to a person to the sums,
// and returns the others: weak ones, function words, and parts of words or hosts.
func (s *scorer) sumUntelling(rest *[features.NumKinds]float64) []contribution {
	telling := s.contributions[:0]
	for _, c := range s.contributions {
		if t := &s.tokens[c.token]; math.Abs(c.weight) < minTelling || t.Kind == features.Chars || s.scanner.IsFunctionWord(*t) {
			rest[restKind(t.Kind)] += c.weight
		} else {
			telling = append(telling, c)
		}
	}
	return telling
}

func restKind(k features.Kind) features.Kind {
	if k == features.Pair {
		return features.Word
	}
	return k
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
		at := f.token
		if token.Kind == features.Chars {
			at = s.wordOf(f.token)
		}
		s.contributions = append(s.contributions, contribution{at, weight})
		if token.Kind == features.Word || token.Kind == features.Chars {
			word, start, end = len(s.contributions)-1, token.Start, token.End
		}
	}
}

// wordOf returns the word that an n-gram was cut from, which may have no weight of
// its own, or the n-gram when it was not cut from a word. Both are indices into
// tokens.
func (s *scorer) wordOf(chars int32) int32 {
	t := &s.tokens[chars]
	for i := chars - 1; i >= 0 && s.tokens[i].End == t.End; i-- {
		if word := &s.tokens[i]; word.Kind == features.Word && word.Start == t.Start {
			return i
		}
	}
	return chars
}

// insertRanked inserts a signal into those from index first on, by falling
// strength, behind its equals.
func insertRanked(signals []models.Signal, first int, signal models.Signal) []models.Signal {
	i := len(signals)
	for i > first && math.Abs(signals[i-1].Weight) < math.Abs(signal.Weight) {
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
