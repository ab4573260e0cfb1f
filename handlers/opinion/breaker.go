package opinion

import "time"

const (
	breakAfter = 5 // failures in a row
	firstPause = time.Minute
	maxPause   = 15 * time.Minute
)

// breaker leaves a service alone that has failed several times in a row. After the pause one
// question tries whether it answers again.
type breaker struct {
	failures int
	pause    time.Duration
	until    time.Time
}

func (b *breaker) isOpen(now time.Time) bool { return now.Before(b.until) }

// note learns from a request, and reports whether a pause begins.
func (b *breaker) note(failed bool, now time.Time) bool {
	if !failed {
		*b = breaker{}
		return false
	}
	if b.failures++; b.failures < breakAfter {
		return false
	}
	b.pause = min(max(2*b.pause, firstPause), maxPause)
	b.until = now.Add(b.pause)
	return true
}
