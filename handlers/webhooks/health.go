package webhooks

import (
	"math/rand/v2"
	"time"

	"winnow/storage"
)

const (
	firstRetry = 5 * time.Second
	maxRetry   = 2 * time.Hour   // between two tries of a message
	maxPause   = 5 * time.Minute // between two tries of a receiver that is down
	// maxAsked is how long a receiver can ask to be left alone, with Retry-After.
	maxAsked = time.Hour
	// downAfter is how many failures in a row, of two messages at least, mean that a
	// receiver is down.
	downAfter = 3
)

// backoff is the pause after the nth failure in a row: firstRetry, doubled with each, up to a
// most. Of that, a random half, so that what failed together is not tried together again.
func backoff(n int, most time.Duration) time.Duration {
	pause := most
	if doubled := min(n-1, 30); firstRetry<<doubled < most {
		pause = firstRetry << doubled
	}
	return pause/2 + rand.N(pause/2)
}

// health is what a node knows of a receiver.
type health struct {
	failures int   // since the last success
	first    int64 // the event of the first of them
	several  bool  // they were of several events
	down     bool
	pauses   int
	until    time.Time // when it is tried again
}

// waits reports whether the receiver is to be left alone at a time.
func (h *health) waits(now time.Time) bool { return now.Before(h.until) }

// note learns from the outcomes of a page, and reports whether the receiver was down and is not
// any more. asked is how long the receiver wants to be left alone.
func (h *health) note(outcomes []storage.DeliveryOutcome, asked time.Duration, now time.Time) (recovered bool) {
	delivered := false
	for _, o := range outcomes {
		switch {
		case o.Delivered:
			delivered = true
		case h.failures == 0:
			h.failures, h.first = 1, o.Seq
		default:
			h.failures, h.several = h.failures+1, h.several || o.Seq != h.first
		}
	}
	switch {
	case delivered:
		recovered = h.down
		*h = health{}
	case h.down || h.several && h.failures >= downAfter:
		h.down, h.pauses = true, h.pauses+1
		h.until = now.Add(backoff(h.pauses, maxPause))
	}
	if asked > 0 {
		h.until = now.Add(min(asked, maxAsked))
	}
	return recovered
}
