package classifier

import (
	"testing"

	"winnow/models"
)

func TestBaseModelHelpsWithFewLabels(t *testing.T) {
	base := train(t, comments(300, models.Ham, models.Spam), TrainOptions{Datasets: []Dataset{{Name: "made up", Licence: "CC0 1.0"}}})
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
	if f := m.Manifest(); f.Base != base.Version() || len(f.Datasets) != 1 || f.Rows != 12 {
		t.Errorf("%+v", f)
	}
}

// The labels of this test have no intents.
func TestIntentPriorsApplyWithoutLabels(t *testing.T) {
	m := train(t, comments(50, models.Ham, models.Spam), TrainOptions{})
	plain := *m.Verdict(Input{Text: "Bitte repariert unsere Brücke, dann ist auf der Straße Ruhe"}, Policy{}).Spam
	asking := *m.Verdict(Input{Text: "Bitte abonniert meinen Kanal, dann ist auf der Straße Ruhe"}, Policy{}).Spam
	if plain > 0.5 || asking < 0.9 {
		t.Errorf("with an intent %.3f, without %.3f", asking, plain)
	}
}
