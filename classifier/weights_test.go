package classifier

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"winnow/classifier/campaign"
	"winnow/models"
)

func TestVouchedHamIsLimited(t *testing.T) {
	labels := comments(40, models.Ham, models.Spam)
	for _, l := range comments(400, models.Ham) {
		l.SelectedBy = models.SelectedVouched
		labels = append(labels, l)
	}
	m := train(t, labels, TrainOptions{}).Manifest()
	if m.Rows != 80+3*40 || len(m.Notes) == 0 {
		t.Errorf("%d rows of 80 labels and 400 vouched comments; notes %q", m.Rows, m.Notes)
	}
}

func TestClusterWeightsAreLimited(t *testing.T) {
	tr := newTrainer(TrainOptions{})
	for i := range 100 { // one cluster of 60, of three labellers, and 40 single texts
		x := labelledText{cluster: uint32(i), weight: 1, labeller: uint16(i%3 + 1), class: classIndex(models.Spam), selected: selectedUnknown}
		if i < 60 {
			x.cluster = 0
		}
		tr.texts, tr.keys = append(tr.texts, x), append(tr.keys, uint64(i))
	}
	tr.weighTexts()
	cluster, first := float32(0), float32(0)
	for i, x := range tr.texts {
		if i < 60 {
			cluster += x.weight
			if x.labeller == 1 {
				first += x.weight
			}
		} else if x.weight != 1 {
			t.Errorf("a single text weighs %v", x.weight)
		}
	}
	if cluster > maxClusterWeight+0.01 || first > maxLabellerWeight+0.01 || first < 1 {
		t.Errorf("the cluster weighs %v, of it the first labeller's texts %v", cluster, first)
	}
}

// TestLabellerWhoApprovesEverything has five moderators, of whom one labels all as ham.
func TestLabellerWhoApprovesEverything(t *testing.T) {
	labels := comments(400, models.Ham, models.Spam)
	rng := rand.New(rand.NewPCG(4, 4))
	for i := range labels {
		who := rng.IntN(5)
		labels[i].LabelledBy = fmt.Sprint("moderator ", who)
		if who == 0 {
			labels[i].Label = models.Ham
		}
	}
	m := train(t, labels, TrainOptions{})
	if notes := strings.Join(m.Manifest().Notes, "\n"); !strings.Contains(notes, `"moderator 0"`) || strings.Contains(notes, `"moderator 1"`) {
		t.Errorf("notes: %q", notes)
	}
	f, err := Evaluate(m, rowsOf(comments(301, models.Ham, models.Spam)))
	if err != nil {
		t.Fatal(err)
	}
	if published := float64(f.Spam.AtHold.FalseNegative) / float64(f.Spam.Positive); published > 0.1 {
		t.Errorf("%.3f of the spam is published", published)
	}
}

func TestNearCopiesShareAFold(t *testing.T) {
	var clusters campaign.Clusters
	s := new(scorer)
	m := smallModel(t)
	found := map[int]map[int]bool{} // by cluster: the originals
	for i, l := range nearCopies(hardComments(100, 5), 10) {
		s.extract(m, FromLabel(l))
		cluster, _ := clusters.Add(&s.scanner.Body, s.tokens)
		if found[cluster] == nil {
			found[cluster] = map[int]bool{}
		}
		found[cluster][i/10] = true
	}
	if len(found) < 195 || len(found) > 215 {
		t.Errorf("%d clusters of 200 originals", len(found))
	}
	for cluster, originals := range found {
		if len(originals) > 2 {
			t.Errorf("cluster %d has copies of %d originals", cluster, len(originals))
		}
	}
}
