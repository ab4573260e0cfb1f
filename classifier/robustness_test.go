package classifier

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"winnow/models"
)

// nearCopies returns each label n times, with a word or two changed.
func nearCopies(labels []models.Label, n int) (copies []models.Label) {
	rng := rand.New(rand.NewPCG(11, 11))
	for _, l := range labels {
		for i := range n {
			words := strings.Fields(l.Text)
			words[rng.IntN(len(words))] = filler[rng.IntN(len(filler))]
			words = append(words, "ref", string(rune('a'+i)))
			c := l
			c.Text = strings.Join(words, " ")
			copies = append(copies, c)
		}
	}
	return copies
}

// hardComments are like comments, but the classes overlap more.
func hardComments(n int, seed uint64) (rows []models.Label) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range 2 * n {
		class := []models.Class{models.Ham, models.Spam}[i%2]
		other := []models.Class{models.Spam, models.Ham}[i%2]
		words := make([]string, 14+rng.IntN(12))
		for j := range words {
			from := filler
			switch x := rng.IntN(20); {
			case x < 6:
				from = lexicon[class]
			case x == 6:
				from = lexicon[other]
			}
			words[j] = from[rng.IntN(len(from))] + string(rune('a'+rng.IntN(3)))
		}
		rows = append(rows, models.Label{Text: strings.Join(words, " "), Label: class})
	}
	return rows
}

func TestMetricsOfNearCopiesHoldTheTruth(t *testing.T) {
	fresh := nearCopies(hardComments(1500, 99), 1)
	for _, c := range []struct {
		clusters int
		within   float64
	}{{60, 1}, {300, 0.05}} {
		m := train(t, nearCopies(hardComments(c.clusters, 3), 20), TrainOptions{})
		f, err := Evaluate(m, rowsOf(fresh))
		if err != nil {
			t.Fatal(err)
		}
		printed := m.Manifest().Metrics.Spam
		for name, pair := range map[string][2]Ratio{
			aucInterval:    {printed.AUC, f.Spam.AUC},
			recallInterval: {printed.RecallAtFPR["0.01"], f.Spam.RecallAtFPR["0.01"]},
		} {
			in := printed.Interval[name]
			t.Logf("%d clusters: %s printed %.3f in %.3f, true %.3f", c.clusters, name, float64(pair[0]), in, float64(pair[1]))
			if pair[1] < in[0] || pair[1] > in[1] {
				t.Errorf("%d clusters: the true %s is %v, the interval %v", c.clusters, name, pair[1], in)
			}
			if d := float64(pair[0] - pair[1]); d > c.within || d < -c.within {
				t.Errorf("%d clusters: %s is printed as %v and is %v", c.clusters, name, pair[0], pair[1])
			}
		}
	}
}

func TestPrintedRecallOutlivesFlippedLabels(t *testing.T) {
	labels := comments(800, models.Ham, models.Spam)
	fresh := comments(501, models.Ham, models.Spam)
	flipped := slices.Clone(labels)
	rng := rand.New(rand.NewPCG(8, 8))
	for i := range flipped {
		if rng.IntN(20) == 0 {
			flipped[i].Label = map[models.Class]models.Class{models.Ham: models.Spam, models.Spam: models.Ham}[flipped[i].Label]
		}
	}
	m := train(t, flipped, TrainOptions{})
	f, err := Evaluate(m, rowsOf(fresh))
	if err != nil {
		t.Fatal(err)
	}
	printed, truth := m.Manifest().Metrics.Spam.RecallAtFPR["0.01"], f.Spam.RecallAtFPR["0.01"]
	noise := m.Manifest().Metrics.Spam.Noise
	t.Logf("printed %.3f, true %.3f, noise %+v", float64(printed), float64(truth), noise)
	if noise == nil || noise.Ham > 0.08 || printed < truth-0.12 || printed > truth+0.1 {
		t.Errorf("with 5 %% wrong labels the recall is printed as %v and is %v; noise %+v", printed, truth, noise)
	}
	if clean := train(t, labels, TrainOptions{}).Manifest().Metrics.Spam; clean.Noise != nil && clean.Noise.Ham > 0.02 {
		t.Errorf("labels without errors: noise %+v", clean.Noise)
	}
}
