package classifier

import (
	"math"
	"testing"

	"winnow/models"
)

func TestEvaluateSeparatesClasses(t *testing.T) {
	m := train(t, comments(400, models.Ham, models.Spam, models.Abuse), TrainOptions{})
	f, err := Evaluate(m, rowsOf(comments(101, models.Ham, models.Spam, models.Abuse)))
	if err != nil {
		t.Fatal(err)
	}
	if f.Rows != 303 || f.Spam.Ham != 101 || f.Abuse.Positive != 101 {
		t.Fatalf("rows were not counted by head: %+v", f)
	}
	for name, h := range map[string]*HeadMetrics{"spam": f.Spam, "abuse": f.Abuse} {
		if h.AUC < 0.97 || h.MCC < 0.8 || h.ECE > 0.08 {
			t.Errorf("%s: AUC %.3f, MCC %.3f, ECE %.3f", name, h.AUC, h.MCC, h.ECE)
		}
	}
	held := m.Manifest().Metrics.Spam
	if math.Abs(float64(held.AUC-f.Spam.AUC)) > 0.03 {
		t.Errorf("held-out AUC %.3f, but %.3f on fresh rows", held.AUC, f.Spam.AUC)
	}
}
