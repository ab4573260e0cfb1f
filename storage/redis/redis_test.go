package redis_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	driver "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"winnow/models"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open sets a long wait unless the address has one, so that a busy machine does
// not look like a Redis that is down.
func open(t testing.TB, url string) *redis.Client {
	t.Helper()
	return openLogged(t, url, slog.New(slog.DiscardHandler))
}

func openLogged(t testing.TB, url string, log *slog.Logger) *redis.Client {
	t.Helper()
	if !strings.Contains(url, "?") {
		url += "?wait=5s"
	}
	c, err := redis.Open(t.Context(), url, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// eventually polls until done; it fails when that takes unreasonably long.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

// raw connects to the server directly.
func raw(t testing.TB, s *storagetest.RedisServer) *driver.Client {
	t.Helper()
	rdb := driver.NewClient(&driver.Options{Addr: s.Addr()})
	t.Cleanup(func() { rdb.Close() })
	return rdb
}

// pass waits until the server's clock, which the limiter uses, has advanced by d.
func pass(t testing.TB, rdb *driver.Client) func(d time.Duration) {
	return func(d time.Duration) {
		t.Helper()
		now := func() time.Time { return rdb.Time(t.Context()).Val() }
		end := now().Add(d)
		eventually(t, "time passing", func() bool { return !now().Before(end) })
	}
}

// used fails the test when an answer did not come from Redis: the suite would
// have tested package memory.
func used(t testing.TB, c *redis.Client) {
	t.Cleanup(func() {
		if n := c.Fallbacks(); n > 0 {
			t.Errorf("%d calls were answered without Redis", n)
		}
	})
}

func TestLimiter(t *testing.T) {
	storagetest.Limiter(t, func(t *testing.T) (storagetest.RateLimiter, func(time.Duration)) {
		s := storagetest.Redis(t)
		c := open(t, s.URL)
		used(t, c)
		return c.Limiter(), pass(t, raw(t, s))
	})
}

func TestLimiterOnCluster(t *testing.T) {
	s, rdb := cluster(t) // shared, because it takes some seconds to start
	storagetest.Limiter(t, func(t *testing.T) (storagetest.RateLimiter, func(time.Duration)) {
		if err := rdb.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		c := open(t, s.URL+"?cluster=true&wait=5s")
		used(t, c)
		return c.Limiter(), pass(t, rdb)
	})
}

// cluster starts a cluster of one server. It refuses a script over several slots,
// as a larger one does.
func cluster(t *testing.T) (*storagetest.RedisServer, *driver.Client) {
	t.Helper()
	s := storagetest.Redis(t, "--cluster-enabled", "yes")
	rdb := raw(t, s)
	if err := rdb.ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the cluster has state ok", func() bool {
		return strings.Contains(rdb.ClusterInfo(t.Context()).Val(), "cluster_state:ok")
	})
	return s, rdb
}

func TestNotifier(t *testing.T) {
	nodes := func(url string) func(t *testing.T) (here, there storagetest.EventNotifier) {
		return func(t *testing.T) (here, there storagetest.EventNotifier) {
			return open(t, url).Notifier(), open(t, url).Notifier()
		}
	}
	t.Run("one server", func(t *testing.T) { storagetest.Notifier(t, nodes(storagetest.Redis(t).URL)) })
	t.Run("cluster", func(t *testing.T) {
		s, _ := cluster(t)
		storagetest.Notifier(t, nodes(s.URL+"?cluster=true&wait=5s"))
	})
}

// TestSentinel finds the server by the name that its sentinel has for it.
func TestSentinel(t *testing.T) {
	master := storagetest.Redis(t)
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	host, port, _ := net.SplitHostPort(master.Addr())
	if err := os.WriteFile(conf, fmt.Appendf(nil, "sentinel monitor news %s %s 1\n", host, port), 0o600); err != nil {
		t.Fatal(err)
	}
	sentinel := storagetest.Redis(t, conf, "--sentinel")
	c := open(t, sentinel.URL+"?master_name=news&wait=5s")
	used(t, c)
	allow(t, c, 4)
	if n := raw(t, master).Exists(t.Context(), "winnow:{gazette}:address:a").Val(); n != 1 {
		t.Error("the count is not on the master")
	}
}

func TestNodesShareCounts(t *testing.T) {
	s := storagetest.Redis(t)
	one, two := open(t, s.URL), open(t, s.URL)
	used(t, one)
	used(t, two)
	for i := range 6 {
		node := []*redis.Client{one, two}[i%2]
		if a := allow(t, node, 4); a.Allowed != (i < 4) {
			t.Fatalf("request %d: %+v", i+1, a)
		}
	}
}

// TestKeys checks what an operator may rely on: one hash tag for a site, and keys
// that expire.
func TestKeys(t *testing.T) {
	s := storagetest.Redis(t)
	c, rdb := open(t, s.URL), raw(t, s)
	allow(t, c, 4)
	const key = "winnow:{gazette}:address:a"
	if ttl := rdb.PTTL(t.Context(), key).Val(); ttl <= 0 || ttl > 15*time.Minute {
		t.Errorf("%s expires in %v, want at most 15 minutes", key, ttl)
	}
	rate := models.Rate{Count: 1, Period: time.Hour}
	if _, err := c.Limiter().Allow(t.Context(), models.Limit{Name: "login", Key: strings.Repeat("x", 10_000), Rate: rate}); err != nil {
		t.Fatal(err)
	}
	for _, key := range rdb.Keys(t.Context(), "*").Val() {
		if len(key) > 200 {
			t.Errorf("a key of %d bytes", len(key))
		}
	}
}

func TestUnknownScript(t *testing.T) {
	s := storagetest.Redis(t)
	c, rdb := open(t, s.URL), raw(t, s)
	used(t, c)
	for range 3 {
		if err := rdb.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { allow(t, c, 1000) })
		}
		all.Wait()
	}
	if a := allow(t, c, 1000); a.Remaining != 1000-61 {
		t.Errorf("%d of 1000 left after 61 uses", a.Remaining)
	}
}

func TestInvalidAddresses(t *testing.T) {
	for _, url := range []string{
		"", "localhost:6379", "http://localhost", "redis://localhost/x", "redis://localhost?nonsense=1",
		"redis://localhost?addr=nonsense", "redis://localhost?wait=long", "redis://localhost?master_name=m&nonsense=1", "redis://u:hunter2@host:port",
	} {
		c, err := redis.Open(t.Context(), url, slog.New(slog.DiscardHandler))
		if err == nil {
			t.Errorf("%q was accepted", url)
			c.Close()
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func allow(t testing.TB, c *redis.Client, count int) models.Allowance {
	t.Helper()
	a, err := c.Limiter().Allow(context.WithoutCancel(t.Context()), models.Limit{
		Site: "gazette", Name: "address", Key: "a", Rate: models.Rate{Count: count, Period: time.Hour},
	})
	if err != nil {
		t.Error(err)
	}
	return a
}

// lines collects a log.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), part)
}

func TestOutage(t *testing.T) {
	for name, outage := range map[string]struct {
		begin, end func(*storagetest.RedisServer)
	}{
		"killed and started again": {(*storagetest.RedisServer).Kill, (*storagetest.RedisServer).Start},
		"hanging for a while":      {(*storagetest.RedisServer).Pause, (*storagetest.RedisServer).Resume},
	} {
		t.Run(name, func(t *testing.T) { testOutage(t, outage.begin, outage.end) })
	}
}

func testOutage(t *testing.T, begin, end func(*storagetest.RedisServer)) {
	var log lines
	s := storagetest.Redis(t)
	c := openLogged(t, s.URL+"?wait=500ms", slog.New(slog.NewTextHandler(&log, nil)))
	other := open(t, s.URL)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	received, err := other.Notifier().Subscribe(ctx)
	if err != nil {
		t.Fatal(err)
	}

	wait := allowUntil(ctx, t, c)
	eventually(t, "a count in Redis", func() bool { return raw(t, s).DBSize(ctx).Val() > 0 })
	if err := c.Ping(ctx); err != nil || c.Fallbacks() > 0 {
		t.Errorf("before: %v, %d fallbacks", err, c.Fallbacks())
	}

	begin(s)
	eventually(t, "falling back", func() bool { return c.Fallbacks() > 100 })
	eventually(t, "the outage being logged", func() bool { return log.count("out of use") > 0 })
	if err := c.Ping(ctx); models.KindOf(err) != models.KindUnavailable {
		t.Errorf("ping while Redis is away: %v", err)
	}
	own, err := c.Notifier().Subscribe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Notifier().Publish(ctx, models.Event{Subject: "while away"}); err != nil || (<-own).Subject != "while away" {
		t.Errorf("this node's own subscribers: %v", err)
	}

	end(s)
	eventually(t, "the recovery", func() bool { return c.Ping(ctx) == nil })
	eventually(t, "an event from the other node", func() bool {
		if err := c.Notifier().Publish(ctx, models.Event{Subject: "back again"}); err != nil {
			t.Error(err)
		}
		select {
		case e := <-received:
			return e.Subject == "back again"
		default:
			return false
		}
	})
	eventually(t, "a count in Redis again", func() bool { return raw(t, s).DBSize(ctx).Val() > 0 })
	cancel()
	wait()
	if down, up := log.count("out of use"), log.count("in use again"); down != 1 || up != 1 {
		t.Errorf("logged down %d times and up %d times, want once each", down, up)
	}
}

// allowUntil uses the limiter from several goroutines until ctx ends. The function
// returned waits for them.
func allowUntil(ctx context.Context, t *testing.T, c *redis.Client) (wait func()) {
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for ctx.Err() == nil {
				allow(t, c, 1_000_000)
				time.Sleep(time.Millisecond)
			}
		})
	}
	return callers.Wait
}

func TestOpenWithoutServer(t *testing.T) {
	s := storagetest.Redis(t)
	s.Kill()
	c := open(t, s.URL)
	for i := range 3 {
		if a := allow(t, c, 2); a.Allowed != (i < 2) {
			t.Fatalf("request %d: %+v", i+1, a)
		}
	}
	s.Start()
	eventually(t, "Redis being used", func() bool { return c.Ping(t.Context()) == nil })
	if a := allow(t, c, 2); !a.Allowed {
		t.Error("Redis has counted a request of the outage")
	}
}

func TestCanceledContext(t *testing.T) {
	s := storagetest.Redis(t)
	c := open(t, s.URL)
	used(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Limiter().Allow(ctx, models.Limit{Name: "address", Rate: models.Rate{Count: 1, Period: time.Hour}}); err != nil {
		t.Error(err)
	}
	if err := c.Notifier().Publish(ctx, models.Event{Subject: "e"}); err != nil {
		t.Error(err)
	}
}

// BenchmarkLimiter counts a request under the three limits of a comment, from 64 goroutines.
func BenchmarkLimiter(b *testing.B) {
	c := open(b, storagetest.Redis(b).URL+"?wait=5ms")
	day := models.Rate{Count: 1 << 30, Period: 24 * time.Hour}
	b.SetParallelism(32)
	b.RunParallel(func(p *testing.PB) {
		for i := 0; p.Next(); i++ {
			_, err := c.Limiter().Allow(b.Context(),
				models.Limit{Site: "gazette", Name: "address", Key: fmt.Sprint(i % 10_000), Rate: day},
				models.Limit{Site: "gazette", Name: "author", Key: fmt.Sprint(i % 1000), Rate: day},
				models.Limit{Site: "gazette", Name: "site", Rate: day})
			if err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(c.Fallbacks()), "fallbacks")
}
