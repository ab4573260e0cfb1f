package storage

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// histogram has a count for each bin. Those of scores have bins of equal width
// over the model's risk, from 0 to 1; those of waiting times have bins between
// waitBoundsMinutes, and leave the rest empty.
type histogram [bins]int64

const bins = models.RiskBins

// waitBoundsMinutes are the upper ends of the bins of waiting times. Longer waits
// have a bin of their own.
var waitBoundsMinutes = [...]int{1, 5, 15, 60, 240, 1440}

// histogramKey says what a histogram counts for one day of one site: new
// comments by risk; comments that moderators approved or rejected, by risk and
// with the day of their arrival; or how long comments waited for the first
// decision that was not undone, with the day of that decision.
type histogramKey struct {
	siteDay
	kind string // kindScore, kindWait or an action
}

const (
	kindScore = "scored"
	kindWait  = "waited"
)

func (a histogramKey) compare(b histogramKey) int {
	return cmp.Or(a.siteDay.compare(b.siteDay), cmp.Compare(a.kind, b.kind))
}

type histogramEntry = entry[histogramKey, histogram]

var histogramCounters = func() *sqldb.Insert[histogramEntry] {
	columns := []sqldb.Column[histogramEntry]{
		sqldb.Int("day", func(e histogramEntry) int64 { return e.key.day }),
		sqldb.Text("site", func(e histogramEntry) string { return e.key.site }),
		sqldb.Text("kind", func(e histogramEntry) string { return e.key.kind }),
	}
	var updates []string
	for i := range bins {
		columns = append(columns, sqldb.Int(fmt.Sprintf("n%d", i), func(e histogramEntry) int64 { return e.delta[i] }))
		updates = append(updates, fmt.Sprintf("n%d = histograms.n%d + excluded.n%d", i, i, i))
	}
	return sqldb.NewInsert("histograms", "ON CONFLICT (day, site, kind) DO UPDATE SET "+strings.Join(updates, ", "), columns...)
}()

func (s *counterDeltas) addToHistogram(at time.Time, site, kind string, bin int, change int64) {
	add(&s.histograms, histogramKey{siteDay{dayOf(at), site}, kind}, func(v *histogram) { v[bin] += change })
}

// onDecisionsChange moves a comment within the histograms. before and after are
// the decisions on it that are in force before a change and after it: the last
// one says how moderators see the comment, the first one how long it waited.
func (s *counterDeltas) onDecisionsChange(k commentRow, before, after []models.Decision) {
	weigh := func(decisions []models.Decision, change int64) {
		if len(decisions) == 0 {
			return
		}
		byID := func(a, b models.Decision) int { return strings.Compare(a.ID, b.ID) }
		first, last := slices.MinFunc(decisions, byID), slices.MaxFunc(decisions, byID)
		c := k.comment
		s.addToHistogram(c.CreatedAt, c.Site, string(last.Action), riskBin(k.verdict.Probability()), change)
		bin := waitBin(micros(first.CreatedAt) - micros(c.CreatedAt))
		s.addToHistogram(first.CreatedAt, c.Site, kindWait, bin, change)
		s.inHour(c.Site, first.CreatedAt, func(n *hourCounts) { n.waits[bin] += change })
	}
	weigh(before, -1)
	weigh(after, 1)
}

func riskBin(risk float64) int { return min(max(int(risk*bins), 0), bins-1) }

// waitBin is the bin of a time in microseconds.
func waitBin(wait int64) int {
	for i, minutes := range waitBoundsMinutes {
		if wait < int64(minutes)*time.Minute.Microseconds() {
			return i
		}
	}
	return len(waitBoundsMinutes)
}

// RiskHistograms are histograms of the model's risk: of all comments that arrived, and of
// those with a decision that was not undone.
type RiskHistograms struct {
	Width    float64   `json:"width"` // of a bin; the first begins at 0
	Arrived  histogram `json:"arrived"`
	Approved histogram `json:"approved"`
	Rejected histogram `json:"rejected"`
}

// WaitTimes counts comments by how long they waited for the first decision that was
// not undone: Counts[i] shorter than BoundsMinutes[i], the last one longer than
// all.
type WaitTimes struct {
	BoundsMinutes [len(waitBoundsMinutes)]int       `json:"bounds_minutes"`
	Counts        [len(waitBoundsMinutes) + 1]int64 `json:"counts"`
	// MedianToday is an estimate in minutes, which takes waits as evenly spread
	// within a bin and none as longer than the last bound. Nil without decisions.
	MedianToday *float64 `json:"median_today"`
}

// median estimates the median of waits that are counted by bins. Less than none, which is
// what the undo of a decision that was never counted leaves, is none.
func median(counts histogram) *float64 {
	total := int64(0)
	for i := range counts {
		counts[i] = max(counts[i], 0)
		total += counts[i]
	}
	if total == 0 {
		return nil
	}
	from, below := 0.0, int64(0)
	for i, bound := range waitBoundsMinutes {
		if n := counts[i]; 2*(below+n) >= total {
			share := float64(total-2*below) / float64(2*n)
			from = math.Round(10*(from+share*(float64(bound)-from))) / 10
			break
		}
		from, below = float64(bound), below+counts[i]
	}
	return &from
}

// RiskHistograms returns what the model said of the comments of a site in the last 30
// days, and what moderators decided.
func (db *DB) RiskHistograms(ctx context.Context, site string) (RiskHistograms, error) {
	return read(ctx, db, func(t *tx) (RiskHistograms, error) {
		var s Stats
		err := t.loadHistograms(&s, models.System, site, dayOf(t.Now)-statsDays+1)
		return s.Scores, err
	})
}

// leastSimilar is how many decisions say something of a risk.
const leastSimilar = 30

// Similar returns how many comments with a risk like this one moderators decided, and how
// many of them they rejected: nothing when they decided few, or less than half of those
// that arrived, because the others may be different.
func (h RiskHistograms) Similar(risk float64) (decided, rejected int) {
	bin := riskBin(risk)
	n := h.Approved[bin] + h.Rejected[bin]
	if n < leastSimilar || 2*n < h.Arrived[bin] {
		return 0, 0
	}
	return int(n), int(h.Rejected[bin])
}

// loadHistograms sums up scores and waiting times.
func (t *tx) loadHistograms(s *Stats, by models.Caller, site string, first int64) error {
	last := first + statsDays - 1
	var w sqldb.Where
	w.Add("day BETWEEN ? AND ?", first, last)
	if err := addVisible(&w, by, "site", site); err != nil {
		return err
	}
	var columns strings.Builder
	for i := range bins {
		fmt.Fprintf(&columns, ", CAST(sum(n%d) AS bigint)", i)
	}
	type row struct {
		kind  string
		today int
		n     histogram
	}
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		into := []any{&r.kind, &r.today}
		for i := range r.n {
			into = append(into, &r.n[i])
		}
		err = scan(into...)
		return r, err
	}, `SELECT kind, CASE WHEN day = `+w.Arg(last)+` THEN 1 ELSE 0 END`+columns.String()+` FROM histograms`+w.String()+` GROUP BY 1, 2`, w.Args()...)
	s.Scores.Width, s.Waiting.BoundsMinutes = 1./bins, waitBoundsMinutes
	scores := map[string]*histogram{
		kindScore: &s.Scores.Arrived, string(models.Approve): &s.Scores.Approved, string(models.Reject): &s.Scores.Rejected,
	}
	for _, r := range rows {
		if r.kind == kindWait {
			for i := range s.Waiting.Counts {
				s.Waiting.Counts[i] += r.n[i]
			}
			if r.today == 1 {
				s.Waiting.MedianToday = median(r.n)
			}
			continue
		}
		for i, n := range r.n {
			scores[r.kind][i] += n
		}
	}
	return err
}
