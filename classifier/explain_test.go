package classifier

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"winnow/models"
)

func TestSelectStrongestMatchesStableSort(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		all := make([]contribution, rng.IntN(40))
		for i := range all {
			all[i] = contribution{int32(i), float64(rng.IntN(9) - 4)} // many are equal
		}
		want := slices.SortedStableFunc(slices.Values(all), func(a, b contribution) int {
			return cmp.Compare(math.Abs(b.weight), math.Abs(a.weight))
		})
		got := slices.Clone(all)
		n := min(len(all), rng.IntN(12))
		selectStrongest(got, n)
		if !slices.Equal(got[:n], want[:n]) {
			t.Fatalf("of %v: got %v, want %v", all, got[:n], want[:n])
		}
		byHit := func(a, b contribution) int { return cmp.Compare(a.token, b.token) }
		if slices.SortFunc(got, byHit); !slices.Equal(got, all) {
			t.Fatalf("of %v some are missing: %v", all, got)
		}
	}
}

func TestSignalsSumToTheLogOdds(t *testing.T) {
	m := train(t, comments(300, models.Ham, models.Spam, models.Abuse), TrainOptions{})
	for _, l := range append(comments(50, models.Ham, models.Spam, models.Abuse), models.Label{Text: "?"}, models.Label{Text: ""}) {
		v := m.Verdict(FromLabel(l), Policy{})
		p := *v.Spam
		if v.Reason == models.ReasonAbuse {
			p = *v.Abuse
		}
		sum := 0.0
		for i, s := range v.Signals {
			sum += s.Weight
			if i == 0 {
				continue
			}
			before := v.Signals[i-1]
			if s.Rank() < before.Rank() || s.Rank() == before.Rank() && math.Abs(s.Weight) > math.Abs(before.Weight) {
				t.Fatalf("signals are not ordered: %+v", v.Signals)
			}
		}
		if want := math.Log(p / (1 - p)); math.Abs(sum-want) > 1e-6*max(1, math.Abs(want)) {
			t.Errorf("%q: signals sum to %v, the log odds are %v", l.Text, sum, want)
		}
	}
}

func TestSignalPositionsReferToOriginalText(t *testing.T) {
	m := train(t, comments(300, models.Ham, models.Spam), TrainOptions{})
	original := []rune("Über die Straße: CASINO bonus!")
	v := m.Verdict(Input{Text: string(original)}, Policy{})
	for _, s := range v.Signals {
		if s.Name != "word:casino" {
			continue
		}
		if len(s.Spans) != 1 || string(original[s.Spans[0][0]:s.Spans[0][1]]) != "CASINO" || s.Weight <= 0 {
			t.Errorf("%+v is not the position of the word", s)
		}
		return
	}
	t.Errorf("no signal for the word: %+v", v.Signals)
}

// TestSignalsNameWhatTells: function words and parts of words are in the sums, and
// a word whose parts alone have a weight is named as a whole.
func TestSignalsNameWhatTells(t *testing.T) {
	m := train(t, comments(300, models.Ham, models.Spam), TrainOptions{})
	named := 0
	functionWords := []string{"the", "and", "of", "to", "my", "you", "der", "die", "das"}
	for _, l := range append(comments(200, models.Ham, models.Spam), models.Label{Text: "the and of casinobonuses you und der die das"}) {
		v := m.Verdict(FromLabel(l), Policy{})
		if last := v.Signals[len(v.Signals)-1].Name; last != models.PriorSignal {
			t.Fatalf("the last signal is %s", last)
		}
		for _, s := range v.Signals {
			kind, name, _ := strings.Cut(s.Name, ":")
			switch {
			case kind == "chars", kind == "word" && slices.Contains(functionWords, name):
				t.Errorf("%q: signal %s tells nothing", l.Text, s.Name)
			case s.Name == "word:casinobonuses":
				named++
			}
		}
	}
	if named != 1 {
		t.Errorf("a word with known parts is named %d times", named)
	}
}
