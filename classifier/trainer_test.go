package classifier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"winnow/classifier/text/disguise"
	"winnow/models"
)

func TestDetectsDisguisedSpam(t *testing.T) {
	m := train(t, comments(400, models.Ham, models.Spam), TrainOptions{})
	rows := comments(150, models.Ham, models.Spam)
	plain, err := Evaluate(m, rowsOf(rows))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range disguise.Kinds() {
		rng := rand.New(rand.NewPCG(4, 4))
		disguised := comments(150, models.Ham, models.Spam)
		for i := range disguised {
			if disguised[i].Label == models.Spam {
				disguised[i].Text = disguise.Apply(kind, rng, disguised[i].Text)
			}
		}
		f, err := Evaluate(m, rowsOf(disguised))
		if err != nil {
			t.Fatal(err)
		}
		if f.Spam.AUC < plain.Spam.AUC-0.03 {
			t.Errorf("%s: AUC falls from %.3f to %.3f", kind, plain.Spam.AUC, f.Spam.AUC)
		}
	}
}

func TestTrainIsDeterministic(t *testing.T) {
	labels := comments(150, models.Ham, models.Spam)
	one, two := train(t, labels, TrainOptions{Seed: 5}), train(t, labels, TrainOptions{Seed: 5})
	if !bytes.Equal(bytesOf(t, one), bytesOf(t, two)) || one.Version() != two.Version() {
		t.Error("two trainings on the same labels differ")
	}
	if other := train(t, labels, TrainOptions{Seed: 6}); other.Version() == one.Version() {
		t.Error("another seed gave the same version")
	}
}

func TestTrainNeedsTwoClasses(t *testing.T) {
	for _, class := range []models.Class{models.Ham, models.Spam} {
		_, _, err := Train(context.Background(), rowsOf(comments(50, class)), TrainOptions{})
		if models.KindOf(err) != models.KindInvalid {
			t.Errorf("only %s: %v", class, err)
		}
	}
}

func TestTrainStopsOnError(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Train(ctx, rowsOf(comments(500, models.Ham, models.Spam)), TrainOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	fault := fmt.Errorf("connection reset")
	_, _, err := Train(context.Background(), func(yield func(models.Label, error) bool) { yield(models.Label{}, fault) }, TrainOptions{})
	if !errors.Is(err, fault) {
		t.Errorf("%v", err)
	}
}
