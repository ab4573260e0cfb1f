package classifier

import (
	"math/rand/v2"
	"testing"

	"winnow/classifier/text/disguise"
	"winnow/models"
)

func TestDisguisedSpamIsFound(t *testing.T) {
	m := train(t, comments(400, models.Ham, models.Spam), TrainOptions{})
	rows := comments(150, models.Ham, models.Spam)
	plain, err := Evaluate(m, rowsOf(rows))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range disguise.Kinds() {
		rng := rand.New(rand.NewPCG(4, 4))
		worn := comments(150, models.Ham, models.Spam)
		for i := range worn {
			if worn[i].Label == models.Spam {
				worn[i].Text = disguise.Apply(kind, rng, worn[i].Text)
			}
		}
		f, err := Evaluate(m, rowsOf(worn))
		if err != nil {
			t.Fatal(err)
		}
		if f.Spam.AUC < plain.Spam.AUC-0.03 {
			t.Errorf("%s: AUC falls from %.3f to %.3f", kind, plain.Spam.AUC, f.Spam.AUC)
		}
	}
}

func TestSpoolGivesEveryRowOnce(t *testing.T) {
	s, err := newSpool()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const rows = 5000 // enough to thin the marks out
	for i := range rows {
		r := row{class: models.Spam, fold: uint8(i % 5), copied: i%2 == 0, source: uint16(i)}
		r.ids[charBlock] = []uint32{uint32(i), uint32(i + 1)}
		if err := s.put(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	inOrder := 0
	last := -1
	err = s.shuffled(rand.New(rand.NewPCG(1, 1)), func(r *row) error {
		i := r.index
		ids := r.ids[charBlock]
		if seen[i] || r.class != models.Spam || int(r.fold) != i%5 || r.copied != (i%2 == 0) || int(r.source) != i ||
			len(r.ids[wordBlock]) != 0 || len(ids) != 2 || int(ids[0]) != i || int(ids[1]) != i+1 {
			t.Fatalf("row %d came back as %+v", i, r)
		}
		seen[i] = true
		if i == last+1 {
			inOrder++
		}
		last = i
		return nil
	})
	if err != nil || len(seen) != rows || inOrder > rows/10 {
		t.Errorf("%d of %d rows, %d in their old order, %v", len(seen), rows, inOrder, err)
	}
}

func TestVocabularyForgetsTheRarest(t *testing.T) {
	v := newVocabulary()
	frequent := func(h uint64) bool { return h <= 1000 }
	for h := uint64(1); h < maxCounted+5000; h++ {
		v.count(h, wordBlock, models.Ham)
		if frequent(h) {
			v.count(h, wordBlock, models.Spam)
			v.count(h, wordBlock, models.Spam)
		}
	}
	if len(v.tokens) > maxCounted {
		t.Fatalf("%d tokens are counted at once", len(v.tokens))
	}
	v.choose(2, 100)
	if len(v.tokens) != 100 {
		t.Fatalf("%d tokens were chosen", len(v.tokens))
	}
	for i, token := range v.tokens {
		if !frequent(token.hash) || token.rows() != 3 || v.number[token.hash] != uint32(i) {
			t.Fatalf("token %d is %+v", i, token)
		}
	}
}

func TestManyTextsAreSampled(t *testing.T) {
	tr := newTrainer(TrainOptions{})
	tr.distinct = 4 * maxRows
	rng := rand.New(rand.NewPCG(2, 2))
	in := 0
	for range 10000 {
		if tr.sampled(rng.Uint64()) {
			in++
		}
	}
	if in < 2300 || in > 2700 {
		t.Errorf("%d of 10000 texts are sampled, a quarter is wanted", in)
	}
}

func TestBaseHoldsWhereLabelsSayNothing(t *testing.T) {
	base := train(t, comments(300, models.Ham, models.Spam), TrainOptions{Origins: []Origin{{Name: "made up", Licence: "CC0 1.0"}}})
	few := comments(6, models.Ham, models.Spam)
	m := train(t, few, TrainOptions{Base: base})
	alone, err := Evaluate(train(t, few, TrainOptions{}), rowsOf(comments(101, models.Ham, models.Spam)))
	if err != nil {
		t.Fatal(err)
	}
	based, err := Evaluate(m, rowsOf(comments(101, models.Ham, models.Spam)))
	if err != nil {
		t.Fatal(err)
	}
	if based.Spam.AUC <= alone.Spam.AUC {
		t.Errorf("AUC %.3f with a base, %.3f without", based.Spam.AUC, alone.Spam.AUC)
	}
	if f := m.Manifest(); f.Base != base.Version() || len(f.Origins) != 1 || f.Rows != 12 {
		t.Errorf("%+v", f)
	}
}

// The labels of this test say nothing of what spam asks for.
func TestBlatantIsKnownAtOnce(t *testing.T) {
	m := train(t, comments(50, models.Ham, models.Spam), TrainOptions{})
	plain := *m.Verdict(Input{Text: "Bitte repariert unsere Brücke, dann ist auf der Straße Ruhe"}, Policy{}).Spam
	asking := *m.Verdict(Input{Text: "Bitte abonniert meinen Kanal, dann ist auf der Straße Ruhe"}, Policy{}).Spam
	if plain > 0.5 || asking < 0.9 {
		t.Errorf("a comment that asks gets %.3f, one that does not %.3f", asking, plain)
	}
}

func TestStackNeverTurnsScoresRound(t *testing.T) {
	var rows []outOfFold
	for i := range 12 { // the few positive rows scored lower than the others
		rows = append(rows, outOfFold{[]float32{float32(i), float32(2 * i)}, i < 3, uint8(i % 3)})
	}
	s := fitStack(rows, -1, 3)
	if low, high := s.at(rows[0].scores), s.at(rows[11].scores); low >= high {
		t.Errorf("log odds %.3f for the lowest scores, %.3f for the highest", low, high)
	}
}
