package screening

import (
	"math"
	"sync"
	"time"
)

// A site is under attack when it gets unusually much spam.
const (
	attackWindow = 10 * time.Minute
	// attackFloor is how many comments within attackWindow must be spam on any site.
	attackFloor = 20
	// attackFactor is how many times the usual number of a site they must be.
	attackFactor = 5
	// maxOfSender is how many of them count that come from one household: otherwise one person
	// could ask all readers for a proof of work.
	maxOfSender = 3
	// maxSenders bounds the memory; with as many there is an attack.
	maxSenders = 1000
	// AttackDuration is for how long a site counts as under attack after there was too much spam.
	AttackDuration = time.Hour
	// attackMemory is over how many windows the usual number is averaged: a day.
	attackMemory = int(24 * time.Hour / attackWindow)
)

// AttackDetector counts the spam on each site in a sliding window of two parts, as
// BurstCounter does, and knows how much of it is usual. Each node counts the comments that
// it accepts itself, and tells the others of an attack. It is safe for concurrent use; the
// zero value is ready to use.
type AttackDetector struct {
	mu    sync.Mutex
	sites map[string]*spamCount
}

type spamCount struct {
	start             time.Time
	previous, current int
	senders           map[string]int // by household: those of current
	usual             float64        // of a window
	until             time.Time      // when the last attack is over
}

// Count counts a comment that is spam, from a household or from somewhere unknown (""). begins
// is true when the other nodes should know that an attack has begun, or that it goes on.
func (d *AttackDetector) Count(site, household string, now time.Time) (begins bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.of(site)
	s.advance(now)
	if !s.counts(household) {
		return false
	}
	s.current++
	share := 1 - float64(now.Sub(s.start))/float64(attackWindow)
	if float64(s.current)+float64(s.previous)*share < s.limit() {
		return false
	}
	begins = s.until.Sub(now) < AttackDuration/2
	if begins {
		s.until = now.Add(AttackDuration)
	}
	return begins
}

// counts reports whether one more comment of a household counts.
func (s *spamCount) counts(household string) bool {
	if household == "" || s.senders[household] == 0 && len(s.senders) >= maxSenders {
		return true
	}
	if s.senders == nil {
		s.senders = map[string]int{}
	}
	s.senders[household]++
	return s.senders[household] <= maxOfSender
}

func (s *spamCount) limit() float64 { return max(attackFloor, attackFactor*s.usual) }

// advance ends the windows that are over. What an attack adds to the usual number is bounded,
// so that one that lasts for hours does not become usual.
func (s *spamCount) advance(now time.Time) {
	passed := int(now.Sub(s.start) / attackWindow)
	if s.start.IsZero() || passed < 0 {
		*s = spamCount{start: now, usual: s.usual, until: s.until}
		return
	}
	if passed == 0 {
		return
	}
	s.usual += (min(float64(s.current), s.limit()) - s.usual) / float64(attackMemory)
	s.usual *= math.Pow(1-1/float64(attackMemory), float64(passed-1)) // windows without spam
	s.senders = nil
	if s.previous, s.current = s.current, 0; passed > 1 {
		s.previous = 0
	}
	s.start = s.start.Add(time.Duration(passed) * attackWindow)
}

// Begin notes that another node has seen an attack.
func (d *AttackDetector) Begin(site string, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.of(site)
	if until := at.Add(AttackDuration); until.After(s.until) {
		s.until = until
	}
}

// UnderAttack reports whether a site counts as under attack.
func (d *AttackDetector) UnderAttack(site string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.sites[site]
	return s != nil && now.Before(s.until)
}

// of returns the counts of a site. There are no more than sites, which have a slug each.
func (d *AttackDetector) of(site string) *spamCount {
	s := d.sites[site]
	if s == nil {
		if d.sites == nil {
			d.sites = map[string]*spamCount{}
		}
		s = &spamCount{}
		d.sites[site] = s
	}
	return s
}
