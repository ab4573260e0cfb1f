package classifier

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestStackKeepsScoreOrder(t *testing.T) {
	var rows []outOfFoldRow
	for i := range 12 { // the few positive rows have the lowest scores
		rows = append(rows, outOfFoldRow{scores: []float32{float32(i), float32(2 * i)}, weight: 1, positive: i < 3, fold: uint8(i % 3)})
	}
	s := newStackFit(rows, []float64{0.5, 0.5}, []float64{0.1, 0.1}).fit(-1)
	if low, high := s.logOdds(rows[0].scores), s.logOdds(rows[11].scores); low >= high {
		t.Errorf("log odds %.3f for the lowest scores, %.3f for the highest", low, high)
	}
}

func TestStackFitRecoversCoefficients(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var rows []outOfFoldRow
	for i := range 20000 {
		x, y := float32(rng.NormFloat64()*2), float32(rng.NormFloat64())
		rows = append(rows, outOfFoldRow{scores: []float32{x, y}, weight: 1, positive: rng.Float64() < sigmoid(1.7*float64(x)-0.6), fold: uint8(i % 5)})
	}
	s := newStackFit(rows, []float64{0.5, 0.5}, []float64{3, 3}).fit(3)
	if math.Abs(s.weights[0]-1.7) > 0.1 || s.weights[1] < 0 || s.weights[1] > 0.1 || math.Abs(s.intercept+0.6) > 0.1 {
		t.Errorf("%+v", s)
	}
	var separable []outOfFoldRow
	for _, x := range []float32{-2, -1, 1, 2} {
		separable = append(separable, outOfFoldRow{scores: []float32{x}, weight: 1, positive: x > 0})
	}
	if s := newStackFit(separable, []float64{1}, []float64{0.5}).fit(-1); !(s.weights[0] > 0 && s.weights[0] < 1000) {
		t.Errorf("separable rows: %+v", s)
	}
}

func TestStackCountsWeights(t *testing.T) {
	row := func(x float32, positive bool, weight float32) outOfFoldRow {
		return outOfFoldRow{scores: []float32{x}, weight: weight, positive: positive}
	}
	once := []outOfFoldRow{row(-1, false, 3), row(1, true, 2), row(-1, true, 1), row(1, false, 1)}
	var copies []outOfFoldRow
	for _, r := range once {
		for range int(r.weight) {
			copies = append(copies, row(r.scores[0], r.positive, 1))
		}
	}
	a, b := newStackFit(once, []float64{1}, []float64{0.5}).fit(-1), newStackFit(copies, []float64{1}, []float64{0.5}).fit(-1)
	if math.Abs(a.weights[0]-b.weights[0]) > 1e-9 || math.Abs(a.intercept-b.intercept) > 1e-9 {
		t.Errorf("%+v with weights, %+v with copies", a, b)
	}
}

func TestStackHasNoNegativeWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	var rows []outOfFoldRow
	for range 500 {
		x := rng.NormFloat64()
		y := x + 0.5*rng.NormFloat64() // says the same, with noise
		rows = append(rows, outOfFoldRow{scores: []float32{float32(x), float32(y), float32(-x)}, weight: 1, positive: rng.Float64() < sigmoid(3*x)})
	}
	for _, w := range newStackFit(rows, []float64{0.5, 0.5, 0}, []float64{0.1, 0.1, 0.1}).fit(-1).weights {
		if w < 0 {
			t.Errorf("a weight is %v", w)
		}
	}
}
