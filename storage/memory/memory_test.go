package memory_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"winnow/models"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock stands still until Pass moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestLimiter(t *testing.T) {
	storagetest.Limiter(t, func(*testing.T) (storagetest.RateLimiter, func(time.Duration)) {
		c := newClock()
		return memory.NewLimiter(c.Now), c.Pass
	})
}

func TestNotifier(t *testing.T) {
	storagetest.Notifier(t, func(*testing.T) (here, there storagetest.EventNotifier) {
		n := memory.NewNotifier()
		return n, n
	})
}

func perAddress(key string) models.Limit {
	return models.Limit{Name: "address", Key: key, Rate: models.Rate{Count: 2, Period: 10 * time.Second}}
}

// With a clock that stands still the results are exact to the microsecond.
func TestExactTimes(t *testing.T) {
	c := newClock()
	l := memory.NewLimiter(c.Now)
	for i, want := range []models.Allowance{
		{Allowed: true, Remaining: 1, Reset: 5 * time.Second},
		{Allowed: true, Remaining: 0, Reset: 10 * time.Second},
		{RetryAfter: 5 * time.Second, Reset: 10 * time.Second},
	} {
		want.Policy = perAddress("a")
		if a, _ := l.Allow(t.Context(), perAddress("a")); a != want {
			t.Fatalf("request %d: %+v, want %+v", i+1, a, want)
		}
	}
	c.Pass(5*time.Second - time.Microsecond)
	if a, _ := l.Allow(t.Context(), perAddress("a")); a.Allowed || a.RetryAfter != time.Microsecond {
		t.Fatalf("a microsecond early: %+v", a)
	}
	c.Pass(time.Microsecond)
	if a, _ := l.Allow(t.Context(), perAddress("a")); !a.Allowed {
		t.Fatalf("in time: %+v", a)
	}
}

func TestClockSetBack(t *testing.T) {
	c := newClock()
	l := memory.NewLimiter(c.Now)
	l.Allow(t.Context(), perAddress("a"))
	c.Pass(-24 * time.Hour)
	if a, _ := l.Allow(t.Context(), perAddress("a")); a.Reset > 10*time.Second {
		t.Fatalf("after the clock was set back a day the limit resets in %v", a.Reset)
	}
}

// However many other keys are counted, a key is dropped only when it has expired.
func TestDropsExpiredKeysOnly(t *testing.T) {
	c := newClock()
	l := memory.NewLimiter(c.Now)
	hour := models.Limit{Name: "login", Key: "admin", Rate: models.Rate{Count: 1, Period: time.Hour}}
	l.Allow(t.Context(), hour)
	for i := range 20_000 {
		c.Pass(time.Millisecond)
		l.Allow(t.Context(), perAddress(fmt.Sprint(i)))
	}
	if n := l.Len(); n > 12_000 {
		t.Errorf("%d keys are stored, about 5,000 have not expired", n)
	}
	if a, _ := l.Allow(t.Context(), hour); a.Allowed {
		t.Error("a key was dropped before it expired")
	}
}

func BenchmarkLimiter(b *testing.B) {
	l := memory.NewLimiter(nil)
	day := models.Rate{Count: 1 << 30, Period: 24 * time.Hour}
	b.RunParallel(func(p *testing.PB) {
		for i := 0; p.Next(); i++ {
			l.Allow(b.Context(),
				models.Limit{Name: "address", Key: fmt.Sprint(i % 10_000), Rate: day},
				models.Limit{Name: "author", Key: fmt.Sprint(i % 1000), Rate: day},
				models.Limit{Name: "site", Rate: day})
		}
	})
}
