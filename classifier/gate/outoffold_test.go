package gate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"winnow/classifier"
	"winnow/models"
)

// TestCandidatesOfTheServersTraining compares candidates that learned from all labels
// of the installation, as a server's training does, with a live model that learned
// from the good ones: on the same labels, each by its cross-validation.
func TestCandidatesOfTheServersTraining(t *testing.T) {
	good := labels(1, 300, ham, spam)
	harmless := "The new swimming pool by the station opens on Sunday morning and everybody is welcome"
	advert := slices.Concat(labels(5, 300, ham), slices.Repeat(copies(1, "casino bonus jackpot winner profit crypto loans", spam), 200))
	live := train(t, good)
	for name, test := range map[string]struct {
		labels []models.Label
		live   *classifier.Model
		want   Code // "": accepted
	}{
		"clean":                               {labels(1, 400, ham, spam), live, ""},
		"clean, against the starter":          {good, starter(t), ""},
		"flipped":                             {flipped(good), live, Flipped},
		"flipped, against the starter":        {flipped(good), starter(t), Flipped},
		"copies of a harmless sentence":       {slices.Concat(good, copies(100, harmless, spam)), live, NearCopies},
		"near-copies of one text as all spam": {advert, live, FewLabels},
		"another language than the traffic's": {indonesian(300), live, Language},
		"three rows":                          {[]models.Label{good[0], good[1], good[3]}, live, FewLabels},
	} {
		t.Run(name, func(t *testing.T) {
			ev := Evidence{Labels: seq(test.labels), Traffic: traffic(slices.Concat(labels(3, 450, ham), labels(4, 50, spam)))}
			r := compare(t, train(t, test.labels), test.live, ev)
			if test.want != "" {
				expectRefused(t, r, test.want)
				return
			}
			expectAccepted(t, r)
			if r.HeldOut != r.Clusters || r.Learned == 0 || !strings.Contains(strings.Join(r.Notes, " "), "scored by cross-validation") {
				t.Errorf("%d of %d clusters: %s", r.HeldOut, r.Clusters, describe(r))
			}
		})
	}
}

// TestScoresOfCrossValidationAreCompared trains on labels whose class is by chance: the
// model knows them by heart, but not in cross-validation.
func TestScoresOfCrossValidationAreCompared(t *testing.T) {
	random := labels(2, 300, ham)
	rng := rand.New(rand.NewPCG(4, 3))
	for i := range random {
		random[i].Text += fmt.Sprintf(" x%dq y%dq", i, i)
		if rng.IntN(2) == 0 {
			random[i].Label = spam
		}
	}
	m := train(t, random)
	expectRefused(t, compare(t, m, starter(t), Evidence{Labels: seq(random)}), NoSkill)
}
