package models

import "time"

// Burst says when a burst of comments on one article begins and how long it
// lasts. It begins when more than Count comments that the filter does not reject
// arrive within Minutes; all new ones are then held for HoldMinutes. A Count of 0
// turns it off.
type Burst struct {
	Count       int `json:"count"`
	Minutes     int `json:"minutes"`
	HoldMinutes int `json:"hold_minutes"`
}

// Limits on the fields; the longest time is a week.
const (
	maxBurstCount   = 100_000
	maxBurstMinutes = 7 * 24 * 60
)

// Duration is how long a burst lasts.
func (s Burst) Duration() time.Duration { return time.Duration(s.HoldMinutes) * time.Minute }

// Window is the time within which comments are counted.
func (s Burst) Window() time.Duration { return time.Duration(s.Minutes) * time.Minute }

func (s Burst) validate(bad *Invalid) {
	if s.Count < 0 || s.Count > maxBurstCount {
		bad.Add("surge.count", "must be from 0 to %d", maxBurstCount)
	}
	for field, minutes := range map[string]int{"surge.minutes": s.Minutes, "surge.hold_minutes": s.HoldMinutes} {
		if minutes < 0 || minutes > maxBurstMinutes || s.Count > 0 && minutes == 0 {
			bad.Add(field, "must be from 1 to %d", maxBurstMinutes)
		}
	}
}
