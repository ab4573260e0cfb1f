package drift

import (
	"math"
	"time"

	"winnow/models"
)

// Measure names one of the figures that are compared.
type Measure string

// The measures.
const (
	Scores    Measure = "scores"
	Unknown   Measure = "unknown"
	Held      Measure = "held"
	Overturns Measure = "overturned"
)

const (
	// MinReference and MinComments are the least comments of the reference and of a day
	// that are compared.
	MinReference = 300
	MinComments  = 100
	minDecisions = 30 // of a day, and of the days before together

	// Of the population stability index these are the usual limits (N. Siddiqi, Credit
	// Risk Scorecards, 2006).
	watchPSI, driftPSI = 0.10, 0.25
	// What the share of unknown words must rise by. It varies by some .02 from one
	// hundred ordinary comments to the next.
	watchUnknown, driftUnknown = 0.07, 0.15
	// What the other two shares must rise by, and by how many standard errors.
	watchHeld, driftHeld           = 0.05, 0.15
	watchOverturned, driftOverturn = 0.10, 0.25
	watchZ, driftZ                 = 3, 4
)

// Day has the figures of one day. Those of which there are too few comments are nil.
type Day struct {
	Day        string   `json:"day"` // YYYY-MM-DD, UTC
	Comments   int64    `json:"comments"`
	PSI        *float64 `json:"psi,omitempty"` // population stability index of the scores
	Unknown    *float64 `json:"unknown,omitempty"`
	Held       *float64 `json:"held,omitempty"`
	Decided    int64    `json:"decided"`
	Overturned *float64 `json:"overturned,omitempty"`
}

// Reference has the figures that days are compared with.
type Reference struct {
	Comments int64    `json:"comments"`
	Unknown  *float64 `json:"unknown,omitempty"`
	Held     *float64 `json:"held,omitempty"`
}

// Site is the drift of one site.
type Site struct {
	Site      string            `json:"site"`
	Model     string            `json:"model"` // the live one
	State     models.DriftState `json:"state"`
	Measure   Measure           `json:"measure,omitempty"` // the one that says so, if it is not stable
	Sentence  string            `json:"sentence"`
	Reference Reference         `json:"reference"`
	Days      []Day             `json:"days"` // oldest first

	from, to float64 // of the measure
}

// Assess judges one site. days has at most one reference, at its begin, and then the
// days in their order. The state is that of the last day with enough comments, if that
// is today or yesterday.
func Assess(site, model string, days []models.TrafficDay, now time.Time) Site {
	s := Site{Site: site, Model: model, State: models.DriftUnknown, Days: []Day{}}
	var ref models.TrafficCounts
	if len(days) > 0 && days[0].Day.IsZero() {
		ref, days = days[0].TrafficCounts, days[1:]
	}
	s.Reference = Reference{Comments: ref.Comments, Unknown: share(ref.Unknown, ref.Words), Held: share(ref.Held, ref.Comments)}
	last := -1
	for i, d := range days {
		s.Days = append(s.Days, figures(d, ref))
		if d.Comments >= MinComments && now.Sub(d.Day) < 48*time.Hour {
			last = i
		}
	}
	if ref.Comments >= MinReference && last >= 0 {
		s.judge(days, last, ref)
	}
	s.Sentence = s.sentence("")
	return s
}

func figures(d models.TrafficDay, ref models.TrafficCounts) Day {
	f := Day{
		Day: d.Day.UTC().Format(time.DateOnly), Comments: d.Comments, Unknown: share(d.Unknown, d.Words),
		Held: share(d.Held, d.Comments), Decided: d.Decided, Overturned: share(d.Overturned, d.Decided),
	}
	if d.Comments >= MinComments && ref.Comments >= MinReference {
		psi := stabilityIndex(ref.Scores, d.Scores)
		f.PSI = &psi
	}
	return f
}

// judge sets the state: the worst that a measure of the day says.
func (s *Site) judge(days []models.TrafficDay, last int, ref models.TrafficCounts) {
	s.State = models.DriftStable
	d := days[last]
	s.rise(Scores, 0, *s.Days[last].PSI, watchPSI, driftPSI, true, true)
	if ref.Words > 0 && d.Words > 0 {
		s.rise(Unknown, ratio(ref.Unknown, ref.Words), ratio(d.Unknown, d.Words), watchUnknown, driftUnknown, true, true)
	}
	z := zScore(ref.Held, ref.Comments, d.Held, d.Comments)
	s.rise(Held, ratio(ref.Held, ref.Comments), ratio(d.Held, d.Comments), watchHeld, driftHeld, z >= watchZ, z >= driftZ)
	var decided, overturned int64
	for _, before := range days[:last] {
		decided, overturned = decided+before.Decided, overturned+before.Overturned
	}
	if decided >= minDecisions && d.Decided >= minDecisions {
		z := zScore(overturned, decided, d.Overturned, d.Decided)
		s.rise(Overturns, ratio(overturned, decided), ratio(d.Overturned, d.Decided), watchOverturned, driftOverturn, z >= watchZ, z >= driftZ)
	}
}

// rise makes the state worse when a measure has risen by a limit and that is no chance.
func (s *Site) rise(m Measure, from, to, watch, drifting float64, unlikely, veryUnlikely bool) {
	state := models.DriftStable
	switch {
	case to-from >= drifting && veryUnlikely:
		state = models.DriftDrifting
	case to-from >= watch && unlikely:
		state = models.DriftWatch
	}
	if Level(state) > Level(s.State) {
		s.State, s.Measure, s.from, s.to = state, m, from, to
	}
}

// Level orders the states: 0 is unknown or stable, 1 watch, 2 drifting.
func Level(state models.DriftState) int {
	switch state {
	case models.DriftWatch:
		return 1
	case models.DriftDrifting:
		return 2
	}
	return 0
}

// stabilityIndex returns the population stability index of two histograms, less what
// chance alone adds to it on average, and at least 0. Each bin counts half a comment
// more than it has, so that none is empty.
func stabilityIndex(ref, day [models.ScoreBins]int64) float64 {
	const more = 0.5
	var n, m float64
	used := -1.0
	for i := range ref {
		n, m = n+float64(ref[i])+more, m+float64(day[i])+more
		if ref[i]+day[i] > 0 {
			used++
		}
	}
	psi := -max(used, 0) * (1/n + 1/m)
	for i := range ref {
		p, q := (float64(ref[i])+more)/n, (float64(day[i])+more)/m
		psi += (q - p) * math.Log(q/p)
	}
	return max(psi, 0)
}

// zScore returns by how many standard errors the share of b of m is greater than that
// of a of n.
func zScore(a, n, b, m int64) float64 {
	if n == 0 || m == 0 {
		return 0
	}
	p := float64(a+b) / float64(n+m)
	deviation := math.Sqrt(p * (1 - p) * (1/float64(n) + 1/float64(m)))
	if deviation == 0 {
		return 0
	}
	return (ratio(b, m) - ratio(a, n)) / deviation
}

func ratio(k, n int64) float64 { return float64(k) / float64(n) }

func share(k, n int64) *float64 {
	if n == 0 {
		return nil
	}
	r := ratio(k, n)
	return &r
}

// Bin returns the bin of a risk, see models.ScoreBins.
func Bin(risk float64) int {
	logOdds := math.Log(risk / (1 - risk)) // infinite for 0 and 1
	return int(min(max(math.Floor(logOdds)+models.ScoreBins/2, 0), models.ScoreBins-1))
}
