package models

import "time"

// Surge is how many comments on one article, of those that the filter does not
// reject, are too many to be published unseen: when more than Count come within
// so many minutes, all wait for a moderator for HoldMinutes. With a Count of 0
// there is no such number.
type Surge struct {
	Count       int `json:"count"`
	Minutes     int `json:"minutes"`
	HoldMinutes int `json:"hold_minutes"`
}

// Limits on a surge: the longest time is a week.
const (
	maxSurge        = 100_000
	maxSurgeMinutes = 7 * 24 * 60
)

// Hold is how long a surge lasts.
func (s Surge) Hold() time.Duration { return time.Duration(s.HoldMinutes) * time.Minute }

// Window is the time within which comments are counted.
func (s Surge) Window() time.Duration { return time.Duration(s.Minutes) * time.Minute }

func (s Surge) validate(bad *Invalid) {
	if s.Count < 0 || s.Count > maxSurge {
		bad.Add("surge.count", "must be from 0 to %d", maxSurge)
	}
	for field, minutes := range map[string]int{"surge.minutes": s.Minutes, "surge.hold_minutes": s.HoldMinutes} {
		if minutes < 0 || minutes > maxSurgeMinutes || s.Count > 0 && minutes == 0 {
			bad.Add(field, "must be from 1 to %d", maxSurgeMinutes)
		}
	}
}
