package memory

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"winnow/models"
)

// maxKeys bounds the memory of a Limiter to some 50 MB. Under a flood of more
// keys than this at once it forgets some rather than grow.
const maxKeys = 1 << 20

// minSweep is the number of keys below which looking for expired ones is not
// worth while.
const minSweep = 1 << 10

// Limiter counts in process. Its methods may be called from many goroutines.
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

// hash stands for whom a limit is counted. So a key of any length takes the
// same room, and no address or name is kept. That two of a million keys share
// a hash has a chance of 1 in 30 million, and nobody outside can bring it
// about.
func (l *Limiter) hash(lim models.Limit) uint64 {
	return maphash.Comparable(l.seed, [3]string{lim.Site, lim.Name, lim.Key})
}

// Take counts one request under each of the limits, or under none of them
// when one refuses. Limits with a Count of 0 do not limit; when no other is
// left, the Allowance has no Policy. The error is always nil.
func (l *Limiter) Take(_ context.Context, limits ...models.Limit) (models.Allowance, error) {
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

// Learn takes over what another limiter counted: at now by its clock, in
// microseconds, each limit had the TAT in tats. What was counted here stays
// counted.
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

// sweep drops expired keys. It runs when their number has doubled since the
// last time, so that its cost spread over the keys added is constant. The map
// is made anew because a map never shrinks.
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
