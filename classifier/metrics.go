package classifier

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
)

// Metrics measure a model on labelled rows. A head is nil when the
// model does not have it, or when there are no rows to measure it on.
type Metrics struct {
	Rows  int          `json:"rows"`
	Spam  *HeadMetrics `json:"spam,omitempty"`  // spam against ham
	Abuse *HeadMetrics `json:"abuse,omitempty"` // abuse against ham
}

// HeadMetrics measure one head, on rows of its class and of ham. Rows
// of the other head's class are not counted: abuse is neither a true nor a false
// positive of the spam head. Precision, Recall, F1, MCC and FPR are measured at
// probability 0.5; AtHold and AtReject at the thresholds.
type HeadMetrics struct {
	Ham         int              `json:"ham"`
	Positive    int              `json:"positive"` // rows of the head's class
	AUC         Ratio            `json:"auc"`
	RecallAtFPR map[string]Ratio `json:"recall_at_fpr"` // best recall with at most this false positive rate
	Precision   Ratio            `json:"precision"`
	Recall      Ratio            `json:"recall"`
	F1          Ratio            `json:"f1"`
	MCC         Ratio            `json:"mcc"` // Matthews correlation coefficient, -1 to 1
	FPR         Ratio            `json:"fpr"`
	ECE         Ratio            `json:"ece"` // expected calibration error over ten bins of equal width
	Brier       Ratio            `json:"brier"`

	AtHold   *Confusion           `json:"at_hold,omitempty"`
	AtReject *Confusion           `json:"at_reject,omitempty"`
	Interval map[string][2]Ratio  `json:"interval,omitempty"` // 95 % intervals of auc, mcc, recall_at_fpr 0.01, see intervalsOf
	Noise    *LabelNoise          `json:"label_noise,omitempty"`
	Bins     []Bin                `json:"reliability,omitempty"`
	ByLang   map[string]Confusion `json:"by_lang,omitempty"`   // at 0.5
	BySource map[string]Confusion `json:"by_source,omitempty"` // at 0.5
}

// Ratio is the value of a metric. It is NaN, and null in JSON, when it is
// undefined for the rows.
type Ratio float64

// MarshalJSON writes null for NaN.
func (r Ratio) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(r)) {
		return []byte("null"), nil
	}
	return json.Marshal(math.Round(float64(r)*1e6) / 1e6)
}

// UnmarshalJSON reads null as NaN.
func (r *Ratio) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*r = Ratio(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(r))
}

func ratio(a, b int) Ratio { return Ratio(float64(a) / float64(b)) } // 0/0 is NaN

// Confusion counts the four outcomes at one threshold.
type Confusion struct {
	Threshold     float64 `json:"threshold"`
	TruePositive  int     `json:"true_positive"`
	FalsePositive int     `json:"false_positive"`
	TrueNegative  int     `json:"true_negative"`
	FalseNegative int     `json:"false_negative"`
}

func (c *Confusion) add(p prediction) { c.addTimes(p, 1) }

func (c *Confusion) addTimes(p prediction, n int) {
	switch flagged := p.probability >= c.Threshold; {
	case flagged && p.positive:
		c.TruePositive += n
	case flagged:
		c.FalsePositive += n
	case p.positive:
		c.FalseNegative += n
	default:
		c.TrueNegative += n
	}
}

func confusion(rows []prediction, threshold float64) Confusion {
	c := Confusion{Threshold: threshold}
	for _, p := range rows {
		c.add(p)
	}
	return c
}

// mcc is the Matthews correlation coefficient (1975); 0 when a row or column of
// the confusion matrix is empty.
func (c Confusion) mcc() float64 {
	tp, fp := float64(c.TruePositive), float64(c.FalsePositive)
	tn, fn := float64(c.TrueNegative), float64(c.FalseNegative)
	d := math.Sqrt(tp+fp) * math.Sqrt(tp+fn) * math.Sqrt(tn+fp) * math.Sqrt(tn+fn)
	if d == 0 {
		return 0
	}
	return (tp*tn - fp*fn) / d
}

// Bin is one bin of a reliability diagram: the mean predicted probability of its
// rows, and the share of them that is positive.
type Bin struct {
	Rows      int   `json:"rows"`
	Predicted Ratio `json:"foretold"`
	Observed  Ratio `json:"observed"`
}

// MostCertain is the highest probability that the held-out rows can speak for: Laplace's rule
// of succession for the rows in the bin of the highest scores, as if each had been found
// right. Without bins it is 1.
func (m *HeadMetrics) MostCertain() float64 {
	if m == nil || len(m.Bins) == 0 {
		return 1
	}
	n := float64(m.Bins[len(m.Bins)-1].Rows)
	return (n + 1) / (n + 2)
}

// prediction is the score of one labelled row by one head.
type prediction struct {
	probability  float64
	positive     bool
	lang, source uint16 // ids of an interner
	cluster      uint32 // near copies have the same number
}

// interner gives ids to the languages or sources of a label set. After
// maxInterned names, all further ones share one id, named "others".
type interner struct {
	ids   map[string]uint16
	names []string
}

const maxInterned = 200

func (in *interner) id(s string) uint16 {
	if i, ok := in.ids[s]; ok {
		return i
	}
	if in.ids == nil {
		in.ids = map[string]uint16{}
	}
	if len(in.names) >= maxInterned {
		if s = "others"; len(in.names) > maxInterned {
			return maxInterned
		}
	}
	i := uint16(len(in.names))
	in.ids[s] = i
	in.names = append(in.names, s)
	return i
}

// measureHead returns the metrics of one head. It sorts rows.
func measureHead(rows []prediction, hold, reject float64, langs, sources *interner) *HeadMetrics {
	positive := 0
	for _, p := range rows {
		if p.positive {
			positive++
		}
	}
	sortPredictions(rows)
	half := confusion(rows, 0.5)
	f := &HeadMetrics{
		Ham: len(rows) - positive, Positive: positive,
		Precision: ratio(half.TruePositive, half.TruePositive+half.FalsePositive),
		Recall:    ratio(half.TruePositive, positive),
		F1:        ratio(2*half.TruePositive, 2*half.TruePositive+half.FalsePositive+half.FalseNegative),
		MCC:       Ratio(half.mcc()),
		FPR:       ratio(half.FalsePositive, len(rows)-positive),
	}
	curve := newROCCurve(rows, nil)
	f.AUC = Ratio(curve.auc)
	f.RecallAtFPR = map[string]Ratio{}
	for i, name := range fprNames {
		f.RecallAtFPR[name] = Ratio(curve.recall[i])
	}
	f.Bins, f.ECE, f.Brier = reliability(rows)
	f.AtHold = new(confusion(rows, hold))
	if reject > 0 {
		f.AtReject = new(confusion(rows, reject))
	}
	f.Interval = intervalsOf(rows)
	f.ByLang = confusionBy(rows, langs, func(p prediction) uint16 { return p.lang })
	f.BySource = confusionBy(rows, sources, func(p prediction) uint16 { return p.source })
	return f
}

// sortPredictions sorts rows by falling probability. Ties are ordered by class, so
// that the metrics do not depend on the order of the input.
func sortPredictions(rows []prediction) {
	slices.SortFunc(rows, func(a, b prediction) int {
		if c := cmp.Compare(b.probability, a.probability); c != 0 || a.positive == b.positive {
			return c
		}
		if a.positive {
			return -1
		}
		return 1
	})
}

// confusionBy returns the confusion at 0.5 of each language or source, or nil when
// there is only one.
func confusionBy(rows []prediction, groupNames *interner, groupOf func(prediction) uint16) map[string]Confusion {
	if len(groupNames.names) < 2 {
		return nil
	}
	groups := make([]Confusion, len(groupNames.names))
	for _, p := range rows {
		groups[groupOf(p)].Threshold = 0.5
		groups[groupOf(p)].add(p)
	}
	m := map[string]Confusion{}
	for i, name := range groupNames.names {
		if groups[i].Threshold > 0 {
			if name == "" {
				name = "unknown"
			}
			m[name] = groups[i]
		}
	}
	return m
}

var (
	fprs     = [...]float64{0.001, 0.005, 0.01}
	fprNames = [...]string{"0.001", "0.005", "0.01"}
)

// rocCurve is the area under an ROC curve, and the recall at each of fprs.
type rocCurve struct {
	auc    float64
	recall [len(fprs)]float64
}

// newROCCurve computes the ROC curve of rows sorted by falling probability, each
// counted weight times (once if weight is nil). Rows of equal probability are one
// step, because no threshold separates them. The area is that of the trapezoids.
// Recalls are compared by counts: gonum's stat.ROC returns rounded rates, by
// which 1 of 1,000 ham is more than 0.001.
func newROCCurve(rows []prediction, weight []uint8) rocCurve {
	var tp, fp, area float64
	type point struct{ tp, fp float64 }
	var steps []point
	for i := 0; i < len(rows); {
		var stepTP, stepFP float64
		for p := rows[i].probability; i < len(rows) && rows[i].probability == p; i++ {
			w := 1.0
			if weight != nil {
				w = float64(weight[i])
			}
			if rows[i].positive {
				stepTP += w
			} else {
				stepFP += w
			}
		}
		area += stepFP * (tp + stepTP/2)
		tp, fp = tp+stepTP, fp+stepFP
		steps = append(steps, point{tp, fp})
	}
	c := rocCurve{auc: area / (tp * fp)}
	for i, maxFPR := range fprs {
		for _, s := range steps {
			if s.fp > maxFPR*fp {
				break
			}
			c.recall[i] = s.tp
		}
		c.recall[i] /= tp
	}
	return c
}

// reliability returns ten bins of equal width, their expected calibration
// error (Naeini et al. 2015) and the Brier score.
func reliability(rows []prediction) (bins []Bin, ece, brier Ratio) {
	const n = 10
	var count, positives [n]int
	var sum [n]float64
	for _, p := range rows {
		i := min(int(p.probability*n), n-1)
		count[i]++
		sum[i] += p.probability
		y := 0.0
		if p.positive {
			positives[i]++
			y = 1
		}
		brier += Ratio((p.probability - y) * (p.probability - y))
	}
	bins = make([]Bin, n)
	for i := range bins {
		bins[i] = Bin{count[i], Ratio(sum[i] / float64(count[i])), ratio(positives[i], count[i])}
		ece += Ratio(math.Abs(sum[i] - float64(positives[i])))
	}
	return bins, ece / Ratio(len(rows)), brier / Ratio(len(rows))
}
