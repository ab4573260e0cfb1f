package classifier

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestStackKeepsScoreOrder(t *testing.T) {
	var rows []outOfFoldRow
	for i := range 12 { // the few positive rows have the lowest scores
		rows = append(rows, outOfFoldRow{[]float32{float32(i), float32(2 * i)}, i < 3, uint8(i % 3)})
	}
	s := fitStack(rows, -1, 3)
	if low, high := s.logOdds(rows[0].scores), s.logOdds(rows[11].scores); low >= high {
		t.Errorf("log odds %.3f for the lowest scores, %.3f for the highest", low, high)
	}
}

func TestFitStackRecoversCoefficients(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var rows []outOfFoldRow
	for i := range 20000 {
		x, y := float32(rng.NormFloat64()*2), float32(rng.NormFloat64())
		rows = append(rows, outOfFoldRow{[]float32{x, y}, rng.Float64() < sigmoid(1.7*float64(x)-0.6), uint8(i % 5)})
	}
	if s := fitStack(rows, 3, 3); math.Abs(s.weights[0]-1.7) > 0.1 || math.Abs(s.weights[1]) > 0.1 || math.Abs(s.intercept+0.6) > 0.1 {
		t.Errorf("%+v", s)
	}
	var separable []outOfFoldRow
	for _, x := range []float32{-2, -1, 1, 2} {
		separable = append(separable, outOfFoldRow{[]float32{x}, x > 0, 0})
	}
	if s := fitStack(separable, -1, 3); !(s.weights[0] > 0 && s.weights[0] < 1000) {
		t.Errorf("separable rows: %+v", s)
	}
}
