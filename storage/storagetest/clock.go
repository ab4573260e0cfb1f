package storagetest

import (
	"sync"
	"time"
)

// Clock is a time that tests move. It advances by a microsecond with each call of
// Now, so that no two rows have the same time. Background work of a database reads
// it, too: a plain variable would be a race.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows a time of the year 2031.
func NewClock() *Clock { return ClockAt(time.Date(2031, 5, 4, 12, 0, 0, 0, time.UTC)) }

func ClockAt(now time.Time) *Clock { return &Clock{now: now} }

func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
