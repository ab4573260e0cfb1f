package models

import "time"

// ScoreBins is the number of bins of the log odds of a risk: one below -4, one for
// each whole number from there to 4, and one above.
const ScoreBins = 10

// TrafficCounts count comments that one model has scored on one site.
type TrafficCounts struct {
	Comments int64
	Held     int64 // on arrival
	Words    int64 // of some of the comments
	Unknown  int64 // of the words: those that the model does not know
	Scores   [ScoreBins]int64
}

// Add adds the counts of other comments.
func (c *TrafficCounts) Add(more TrafficCounts) {
	c.Comments += more.Comments
	c.Held += more.Held
	c.Words += more.Words
	c.Unknown += more.Unknown
	for i, n := range more.Scores {
		c.Scores[i] += n
	}
}

// TrafficDay has the counts of one day.
type TrafficDay struct {
	Site, Model string
	Day         time.Time // its begin, UTC; zero: the reference, which are the first comments that the model scored on the site
	TrafficCounts
	Decided    int64 // decisions and second looks of the day
	Overturned int64 // those of them that contradict what the machine did
}

// DriftState says how far the traffic of a site is from what it was when the live
// model went live.
type DriftState string

const (
	DriftUnknown  DriftState = "too few comments"
	DriftStable   DriftState = "stable"
	DriftWatch    DriftState = "watch"
	DriftDrifting DriftState = "drifting"
)
