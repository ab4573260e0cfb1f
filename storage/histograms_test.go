package storage

import "testing"

func TestSimilarNeedsEvidence(t *testing.T) {
	at := func(arrived, approved, rejected int64) (h RiskHistograms) {
		h.Arrived[18], h.Approved[18], h.Rejected[18] = arrived, approved, rejected
		return h
	}
	for name, test := range map[string]struct {
		h                 RiskHistograms
		risk              float64
		decided, rejected int
	}{
		"most were decided":        {at(50, 2, 38), 0.93, 40, 38},
		"another risk":             {at(50, 2, 38), 0.89, 0, 0},
		"few were decided":         {at(29, 2, 27), 0.93, 0, 0},
		"most were left undecided": {at(100, 2, 38), 0.93, 0, 0},
		"nothing is known":         {RiskHistograms{}, 1, 0, 0},
	} {
		if decided, rejected := test.h.Similar(test.risk); decided != test.decided || rejected != test.rejected {
			t.Errorf("%s: %d of %d", name, rejected, decided)
		}
	}
}

// An undo may leave less than none in an hour that was not counted yet.
func TestMedianOfNothingIsUnknown(t *testing.T) {
	for _, counts := range []histogram{{}, {0, -1}, {-1, 0, -2}} {
		if got := median(counts); got != nil {
			t.Errorf("the median of %v is %v", counts, *got)
		}
	}
	if got := median(histogram{-3, 4}); got == nil || *got != 3 {
		t.Errorf("the median of four waits between one and five minutes is %v", got)
	}
}
