package storagetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"winnow/models"
)

// A RateLimiter limits rates.
type RateLimiter interface {
	Allow(ctx context.Context, limits ...models.Limit) (models.Allowance, error)
}

// Limiter is the conformance suite of a RateLimiter. The function open returns a
// new one for each test, and a function that moves its clock. The clock may be a
// real one, so periods are short where time must pass, and hours where it must
// not.
func Limiter(t *testing.T, open func(t *testing.T) (l RateLimiter, pass func(time.Duration))) {
	for name, test := range map[string]func(*testing.T, limiterTest){
		"a burst of Count is allowed, and no more":              testBurst,
		"requests are allowed again at a steady rate":           testSteadyRate,
		"Retry-After is exact":                                  testRetryAfter,
		"a refused request is not counted":                      testAllOrNothing,
		"the limit with the fewest requests left is reported":   testPolicy,
		"keys, names and sites are counted separately":          testIndependence,
		"a count of 0 is no limit":                              testNoLimit,
		"a lower rate applies at once":                          testSmallerRate,
		"extreme rates":                                         testExtremes,
		"concurrent callers never exceed a limit":               testConcurrent,
		"concurrent callers never exceed one of several limits": testConcurrentKeys,
	} {
		t.Run(name, func(t *testing.T) {
			l, pass := open(t)
			test(t, limiterTest{l, pass})
		})
	}
}

type limiterTest struct {
	l    RateLimiter
	pass func(time.Duration)
}

func (x limiterTest) allow(t *testing.T, limits ...models.Limit) models.Allowance {
	t.Helper()
	a, err := x.l.Allow(t.Context(), limits...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func limit(name, key string, count int, period time.Duration) models.Limit {
	return models.Limit{Site: "gazette", Name: name, Key: key, Rate: models.Rate{Count: count, Period: period}}
}

func testBurst(t *testing.T, x limiterTest) {
	address := limit("address", "a", 5, time.Hour)
	for i := range 5 {
		a := x.allow(t, address)
		if !a.Allowed || a.Remaining != 4-i || a.Policy != address || a.RetryAfter != 0 {
			t.Fatalf("request %d: %+v", i+1, a)
		}
		// A little of the first expires while the others come.
		if full := time.Duration(i+1) * 12 * time.Minute; a.Reset > full || a.Reset < full-time.Minute {
			t.Fatalf("request %d: reset in %v, want %v", i+1, a.Reset, full)
		}
	}
	if a := x.allow(t, address); a.Allowed || a.Remaining != 0 || a.Policy != address {
		t.Fatalf("request 6: %+v", a)
	}
}

func testSteadyRate(t *testing.T, x limiterTest) {
	address := limit("address", "a", 4, 200*time.Millisecond)
	for range 4 {
		x.allow(t, address)
	}
	for range 3 {
		a := x.allow(t, address)
		for !a.Allowed {
			x.pass(a.RetryAfter)
			a = x.allow(t, address)
		}
	}
	x.pass(200 * time.Millisecond)
	if a := x.allow(t, address); !a.Allowed || a.Remaining != 3 {
		t.Fatalf("after a whole period: %+v", a)
	}
}

func testRetryAfter(t *testing.T, x limiterTest) {
	address := limit("address", "a", 2, 100*time.Millisecond)
	a := x.allow(t, address)
	for a.Allowed {
		a = x.allow(t, address)
	}
	if a.RetryAfter <= 0 || a.RetryAfter > 50*time.Millisecond || a.Reset != a.RetryAfter+50*time.Millisecond {
		t.Fatalf("refused: %+v", a)
	}
	x.pass(a.RetryAfter)
	if b := x.allow(t, address); !b.Allowed {
		t.Fatalf("after waiting %v: %+v", a.RetryAfter, b)
	}
}

func testAllOrNothing(t *testing.T, x limiterTest) {
	address, author, site := limit("address", "a", 9, time.Hour), limit("author", "b", 1, time.Hour), limit("site", "", 9, time.Hour)
	if a := x.allow(t, address, author, site); !a.Allowed || a.Policy != author || a.Remaining != 0 {
		t.Fatalf("first: %+v", a)
	}
	for range 20 {
		if a := x.allow(t, address, author, site); a.Allowed || a.Policy != author || a.RetryAfter <= 0 {
			t.Fatalf("refused by the author's limit: %+v", a)
		}
	}
	if a := x.allow(t, address); !a.Allowed || a.Remaining != 7 {
		t.Fatalf("the address after one allowed and twenty refused: %+v", a)
	}
	if a := x.allow(t, site); !a.Allowed || a.Remaining != 7 {
		t.Fatalf("the site after one allowed and twenty refused: %+v", a)
	}
}

func testPolicy(t *testing.T, x limiterTest) {
	wide, narrow := limit("site", "", 100, time.Hour), limit("address", "a", 2, time.Hour)
	short, long := limit("short", "", 1, time.Minute), limit("long", "", 1, time.Hour)
	if a := x.allow(t, wide, narrow); a.Policy != narrow || a.Remaining != 1 {
		t.Fatalf("allowed: %+v", a)
	}
	x.allow(t, short, long)
	if a := x.allow(t, short, long); a.Allowed || a.Policy != long || a.RetryAfter <= time.Minute {
		t.Fatalf("refused by two, want the longer wait: %+v", a)
	}
}

func testIndependence(t *testing.T, x limiterTest) {
	base := limit("address", "a", 1, time.Hour)
	x.allow(t, base)
	key, name, site := base, base, base
	key.Key, name.Name, site.Site = "b", "author", "herald"
	shifted := limit("addressa", "", 1, time.Hour) // the same when name and key are concatenated
	for _, other := range []models.Limit{key, name, site, shifted} {
		if a := x.allow(t, other); !a.Allowed {
			t.Errorf("%+v was counted with %+v", other, base)
		}
	}
	if a := x.allow(t, base); a.Allowed {
		t.Errorf("second use: %+v", a)
	}
	long := strings.Repeat("x", 10_000)
	for _, end := range []string{"a", "b"} {
		if a := x.allow(t, limit("name", long+end, 1, time.Hour)); !a.Allowed {
			t.Errorf("a long key ending in %s: %+v", end, a)
		}
		if a := x.allow(t, limit("name", long+end, 1, time.Hour)); a.Allowed {
			t.Errorf("a long key ending in %s, second use: %+v", end, a)
		}
	}
}

func testNoLimit(t *testing.T, x limiterTest) {
	free, one := limit("site", "", 0, time.Hour), limit("address", "a", 1, time.Hour)
	for range 50 {
		if a := x.allow(t, free); !a.Allowed || a.Policy.Name != "" {
			t.Fatalf("count 0: %+v", a)
		}
	}
	if a := x.allow(t); !a.Allowed {
		t.Fatalf("no limit at all: %+v", a)
	}
	if a := x.allow(t, free, one); !a.Allowed || a.Policy != one {
		t.Fatalf("beside another limit: %+v", a)
	}
	if a := x.allow(t, free, one); a.Allowed || a.Policy != one {
		t.Fatalf("beside another limit, used up: %+v", a)
	}
}

func testSmallerRate(t *testing.T, x limiterTest) {
	for range 10 {
		x.allow(t, limit("address", "a", 10, 24*time.Hour))
	}
	a := x.allow(t, limit("address", "a", 10, time.Minute))
	if a.Allowed || a.RetryAfter > 6*time.Second || a.Reset > time.Minute {
		t.Fatalf("used up under the old rate, a day: %+v", a)
	}
}

func testExtremes(t *testing.T, x limiterTest) {
	for _, l := range []models.Limit{
		limit("uneven", "", 7, time.Second*3600),
		limit("faster than a microsecond", "", 5_000_000, time.Second),
		limit("slow", "", 1, 10*365*24*time.Hour),
		limit("no period", "", 3, 0),
		limit("unusual {key}", "a}b{c\x00\r\n\xff ü", 2, time.Hour),
	} {
		if a := x.allow(t, l); !a.Allowed || a.Remaining != l.Rate.Count-1 {
			t.Errorf("%q: %+v", l.Name, a)
		}
	}
	for i := range 8 {
		if a := x.allow(t, limit("uneven", "again", 7, time.Hour)); a.Allowed != (i < 7) {
			t.Errorf("request %d of 7: %+v", i+1, a)
		}
	}
}

func testConcurrent(t *testing.T, x limiterTest) {
	const callers, each, allowed = 32, 20, 100
	var passed atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range each {
				a, err := x.l.Allow(t.Context(), limit("address", "a", allowed, 24*time.Hour))
				if err != nil {
					t.Error(err)
				}
				if a.Allowed {
					passed.Add(1)
				}
			}
		})
	}
	all.Wait()
	if n := passed.Load(); n != allowed {
		t.Errorf("%d of %d were allowed, want %d", n, callers*each, allowed)
	}
}

func testConcurrentKeys(t *testing.T, x limiterTest) {
	const addresses, each, siteAllows = 16, 20, 50
	var passed atomic.Int64
	var all sync.WaitGroup
	for i := range addresses {
		all.Go(func() {
			for range each {
				a, err := x.l.Allow(t.Context(),
					limit("address", fmt.Sprint(i), 10, 24*time.Hour), limit("site", "", siteAllows, 24*time.Hour))
				if err != nil {
					t.Error(err)
				}
				if a.Allowed {
					passed.Add(1)
				}
			}
		})
	}
	all.Wait()
	if n := passed.Load(); n != siteAllows {
		t.Errorf("%d were allowed, want the limit of the site, %d", n, siteAllows)
	}
	left := 0 // refused requests must not have counted for the addresses
	for i := range addresses {
		for x.allow(t, limit("address", fmt.Sprint(i), 10, 24*time.Hour)).Allowed {
			left++
		}
	}
	if left != addresses*10-siteAllows {
		t.Errorf("the addresses have %d left, want %d", left, addresses*10-siteAllows)
	}
}
