package memory

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"winnow/models"
)

// maxKeys bounds the memory of a Limiter to about 50 MB. With more live keys than
// this it drops some.
const maxKeys = 1 << 20

// minSweep is the number of keys below which expired ones are not looked for.
const minSweep = 1 << 10

// Limiter counts in process. Its methods may be called concurrently.
type Limiter struct {
	now  func() time.Time
	seed maphash.Seed

	mu      sync.Mutex
	tats    map[uint64]int64 // theoretical arrival times, Unix microseconds, by hash
	sweepAt int              // number of keys at which expired ones are dropped
}

// NewLimiter returns a Limiter that reads the time from now, or from time.Now
// when that is nil.
func NewLimiter(now func() time.Time) *Limiter {
	if now == nil {
		now = time.Now
	}
	return &Limiter{now: now, seed: maphash.MakeSeed(), tats: map[uint64]int64{}, sweepAt: minSweep}
}

// hash identifies a limit and for whom it is counted. So keys take the same memory
// whatever their length, and no address or name is stored. The probability that two
// of a million keys collide is 1 in 30 million; the random seed keeps clients from
// causing a collision.
func (l *Limiter) hash(lim models.Limit) uint64 {
	return maphash.Comparable(l.seed, [3]string{lim.Site, lim.Name, lim.Key})
}

// Allow counts one request under each of the limits, or under none of them
// when one refuses. Limits with a Count of 0 do not limit; when no other is
// left, the Allowance has no Policy. The error is always nil.
func (l *Limiter) Allow(_ context.Context, limits ...models.Limit) (models.Allowance, error) {
	limits = ActiveLimits(limits)
	keys, tats := make([]uint64, len(limits)), make([]int64, len(limits))
	for i, lim := range limits {
		keys[i] = l.hash(lim)
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now().UnixMicro()
	for i, k := range keys {
		tats[i] = l.tats[k]
	}
	a := Evaluate(now, limits, tats)
	if !a.Allowed {
		return a, nil
	}
	for i, k := range keys {
		l.tats[k] = tats[i]
	}
	if len(l.tats) >= l.sweepAt {
		l.sweep(now)
	}
	return a, nil
}

// Merge takes over what Redis counted: at now by its clock, in microseconds, each
// limit had the TAT in tats. A later TAT that was counted here stays.
func (l *Limiter) Merge(now int64, limits []models.Limit, tats []int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := l.now().UnixMicro()
	for i, lim := range limits {
		k := l.hash(lim)
		l.tats[k] = max(l.tats[k], own+tats[i]-now)
	}
	if len(l.tats) >= l.sweepAt {
		l.sweep(own)
	}
}

// sweep drops expired keys. It runs when the number of keys has doubled since the
// last time, so that its amortized cost is constant. It builds a new map because a
// map never shrinks.
func (l *Limiter) sweep(now int64) {
	live := make(map[uint64]int64)
	for k, tat := range l.tats {
		if tat > now && len(live) < maxKeys/2 {
			live[k] = tat
		}
	}
	l.tats = live
	l.sweepAt = max(minSweep, 2*len(live))
}
