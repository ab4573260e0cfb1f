package classifier

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func near(a Ratio, b float64) bool { return math.Abs(float64(a)-b) < 1e-9 }

func TestMeasureHeadByHand(t *testing.T) {
	// By falling probability: positive, positive, ham, positive, ham, ham. One of
	// the nine pairs of a positive and a ham is in the wrong order: AUC is 8/9.
	rows := []prediction{{probability: 0.1}, {probability: 0.95, positive: true}, {probability: 0.3}, {probability: 0.6}, {probability: 0.55, positive: true}, {probability: 0.9, positive: true}}
	f := measureHead(rows, 0.5, 0.92, new(interner), new(interner))
	if f.Ham != 3 || f.Positive != 3 || !near(f.AUC, 8.0/9) || !near(f.RecallAtFPR["0.01"], 2.0/3) ||
		!near(f.Precision, 0.75) || !near(f.Recall, 1) || !near(f.FPR, 1.0/3) || !near(f.F1, 6.0/7) || !near(f.MCC, math.Sqrt(0.5)) {
		t.Errorf("%+v", f)
	}
	if c := *f.AtReject; c.TruePositive != 1 || c.FalsePositive != 0 || c.FalseNegative != 2 || c.TrueNegative != 3 {
		t.Errorf("at reject: %+v", c)
	}
	brier := (0.1*0.1 + 0.05*0.05 + 0.3*0.3 + 0.6*0.6 + 0.45*0.45 + 0.1*0.1) / 6
	ece := (0.1 + 0.3 + 0.6 + 0.45 + 0.15) / 6 // 0.9 and 0.95 share a bin
	if !near(f.Brier, brier) || !near(f.ECE, ece) {
		t.Errorf("Brier %v, want %v; ECE %v, want %v", f.Brier, brier, f.ECE, ece)
	}
}

func TestMeasureHeadWithTies(t *testing.T) {
	f := measureHead([]prediction{{probability: 0.5}, {probability: 0.5, positive: true}, {probability: 0.5}, {probability: 0.5, positive: true}}, 0.5, 0, new(interner), new(interner))
	if !near(f.AUC, 0.5) || !near(f.RecallAtFPR["0.01"], 0) || !near(f.MCC, 0) || f.AtReject != nil {
		t.Errorf("%+v", f)
	}
}

func TestMetricsOfOneClassAreValidJSON(t *testing.T) {
	b, err := json.Marshal(measureHead([]prediction{{probability: 0.2}, {probability: 0.7}}, 0.5, 0, new(interner), new(interner)))
	if err != nil || !strings.Contains(string(b), `"auc":null`) || !strings.Contains(string(b), `"fpr":0.5`) {
		t.Errorf("%s %v", b, err)
	}
	var f HeadMetrics
	if err := json.Unmarshal(b, &f); err != nil || !math.IsNaN(float64(f.AUC)) {
		t.Errorf("%v %v", f.AUC, err)
	}
}

func TestBootstrapIntervalContainsAUC(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var rows []prediction
	for i := range 600 {
		rows = append(rows, prediction{probability: sigmoid(rng.NormFloat64() + float64(i%3)), positive: i%3 == 2, cluster: uint32(i)})
	}
	f := measureHead(rows, 0.5, 0, new(interner), new(interner))
	if i := f.Interval["auc"]; !(i[0] < f.AUC && f.AUC < i[1] && i[1]-i[0] < 0.15) {
		t.Errorf("AUC %v in %v", f.AUC, i)
	}
}

func TestInternerIsBounded(t *testing.T) {
	var n interner
	for i := range 1000 {
		n.id(strings.Repeat("x", i))
	}
	if len(n.names) != maxInterned+1 || n.names[n.id("another")] != "others" || n.id("xx") != 2 {
		t.Errorf("%d names, last %q", len(n.names), n.names[len(n.names)-1])
	}
}
