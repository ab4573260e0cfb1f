package redis_test

import (
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	driver "github.com/redis/go-redis/v9"

	"winnow/models"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

// mute is the address of a server that accepts connections and never answers.
func mute(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return "redis://" + l.Addr().String()
}

// blackhole is an address whose packets are dropped: the listener's backlog is
// full, so the kernel answers no further connection.
func blackhole(t testing.TB) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for full := false; !full; {
		c, err := net.DialTimeout("tcp", addr, 200*time.Millisecond)
		if full = err != nil; !full {
			t.Cleanup(func() { c.Close() })
		}
	}
	return "redis://" + addr
}

// refused is an address where nobody listens.
func refused(t testing.TB) string {
	t.Helper()
	s := storagetest.Redis(t)
	s.Kill()
	return s.URL
}

// Without Redis a node counts alone, exactly, and stops waiting.
func TestNoRedisAtAll(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"refused": refused, "mute": mute, "blackhole": blackhole} {
		t.Run(name, func(t *testing.T) {
			c := open(t, address(t)+"?wait=5ms")
			for i := range 30 {
				if a := allow(t, c, 20); a.Allowed != (i < 20) {
					t.Fatalf("request %d: %+v", i+1, a)
				}
				assign(t, c, fmt.Sprint(i), "ann")
			}
			if n := c.Fallbacks(); n != 60 {
				t.Errorf("%d calls were counted as fallbacks, want 60", n)
			}
			if err := c.Ping(t.Context()); models.KindOf(err) != models.KindUnavailable {
				t.Errorf("ping: %v", err)
			}
		})
	}
}

// An outage resets no limit: a node continues from the last state that Redis
// returned, which includes the requests to other nodes.
func TestOutageKeepsCounts(t *testing.T) {
	s := storagetest.Redis(t)
	here, there := open(t, s.URL), open(t, s.URL)
	for range 2 {
		allow(t, there, 4)
	}
	allow(t, here, 4)
	s.Kill()
	for i := range 3 {
		if a := allow(t, here, 4); a.Allowed != (i < 1) {
			t.Fatalf("request %d of the outage: %+v", i+1, a)
		}
	}
}

// A slow reply is not an outage: the caller continues without it, Redis still
// counts the call, and later calls use Redis again.
func TestSlowReply(t *testing.T) {
	var log lines
	s := storagetest.Redis(t)
	c := openLogged(t, s.URL+"?wait=5ms", slog.New(slog.NewTextHandler(&log, nil)))
	rdb := raw(t, s)
	eventually(t, "a reply in time", func() bool {
		before := c.Fallbacks()
		allow(t, c, 1_000_000)
		return c.Fallbacks() == before
	})
	counted, fallbacks := scripts(t, rdb), c.Fallbacks()
	s.Pause()
	a := allow(t, c, 1_000_000)
	if !a.Allowed || c.Fallbacks() != fallbacks+1 {
		t.Errorf("while Redis hangs: %+v, %d fallbacks", a, c.Fallbacks()-fallbacks)
	}
	s.Resume()
	eventually(t, "the slow call being counted", func() bool { return scripts(t, rdb) == counted+1 })
	if log.count("out of use") > 0 {
		t.Error("one slow reply counted as an outage")
	}
}

// While Redis does not answer, a node waits for it once, not once for each call.
func TestStalledServerCostsOneWait(t *testing.T) {
	s := storagetest.Redis(t)
	c := open(t, s.URL+"?wait=400ms")
	allow(t, c, 1_000_000)
	s.Pause()
	for i := range 10 {
		begun := time.Now()
		allow(t, c, 1_000_000)
		if waited := time.Since(begun) >= 400*time.Millisecond; waited != (i == 0) {
			t.Errorf("call %d waited: %t", i+1, waited)
		}
		begun = time.Now()
		assign(t, c, fmt.Sprint(i), "ann")
		if took := time.Since(begun); took >= 400*time.Millisecond {
			t.Errorf("the campaign of call %d took %v", i+1, took)
		}
	}
	if n := c.Fallbacks(); n != 20 {
		t.Errorf("%d fallbacks, want 20", n)
	}
	s.Resume()
	eventually(t, "Redis being used again", func() bool {
		before := c.Fallbacks()
		allow(t, c, 1_000_000)
		return c.Fallbacks() == before
	})
}

// scripts is how many scripts the server has run.
func scripts(t *testing.T, rdb *driver.Client) int {
	t.Helper()
	return serverInfo(t, rdb, "commandstats", `cmdstat_evalsha:calls=(\d+)`)
}

// serverInfo reads a number from the server's INFO.
func serverInfo(t *testing.T, rdb *driver.Client, section, pattern string) int {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(rdb.Info(t.Context(), section).Val())
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// All limits of a request are one command, and the commands of many requests one
// packet.
func TestRoundTrips(t *testing.T) {
	s := storagetest.Redis(t)
	c, rdb := open(t, s.URL), raw(t, s)
	used(t, c)
	day := models.Rate{Count: 1_000_000, Period: 24 * time.Hour}
	three := []models.Limit{
		{Site: "gazette", Name: "address", Key: "a", Rate: day}, {Site: "gazette", Name: "author", Key: "u", Rate: day}, {Site: "gazette", Name: "site", Rate: day},
	}
	allow := func() {
		if _, err := c.Limiter().Allow(t.Context(), three...); err != nil {
			t.Error(err)
		}
	}
	allow()
	before := scripts(t, rdb)
	allow()
	if n := scripts(t, rdb) - before; n != 1 {
		t.Errorf("a request with three limits ran %d scripts", n)
	}

	const callers, each = 64, 50
	before, packets := scripts(t, rdb), serverInfo(t, rdb, "stats", `total_reads_processed:(\d+)`)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range each {
				allow()
			}
		})
	}
	all.Wait()
	packets = serverInfo(t, rdb, "stats", `total_reads_processed:(\d+)`) - packets
	if n := scripts(t, rdb) - before; n != callers*each || packets > callers*each/2 {
		t.Errorf("%d requests ran %d scripts in %d packets", callers*each, n, packets)
	}
	t.Logf("%d requests in %d packets", callers*each, packets)
}

// BenchmarkOutage measures how long a comment, with its limits and its campaign,
// waits for Redis during an outage: at most, and in the median.
func BenchmarkOutage(b *testing.B) {
	for _, outage := range []struct {
		name  string
		begin func(*redis.Client, *storagetest.RedisServer)
	}{
		{"well", func(*redis.Client, *storagetest.RedisServer) {}},
		{"killed", func(_ *redis.Client, s *storagetest.RedisServer) { s.Kill() }},
		{"hanging", func(_ *redis.Client, s *storagetest.RedisServer) { s.Pause() }},
	} {
		b.Run(outage.name, func(b *testing.B) {
			s := storagetest.Redis(b)
			c := open(b, s.URL+"?wait=5ms")
			outage.begin(c, s)
			benchComment(b, c)
		})
	}
	for name, address := range map[string]func(testing.TB) string{"refused": refused, "mute": mute, "blackhole": blackhole} {
		b.Run(name, func(b *testing.B) { benchComment(b, open(b, address(b)+"?wait=5ms")) })
	}
}

func benchComment(b *testing.B, c *redis.Client) {
	day := models.Rate{Count: 1 << 30, Period: 24 * time.Hour}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		begun := time.Now()
		ctx := b.Context()
		if _, err := c.Limiter().Allow(ctx, models.Limit{Site: "gazette", Name: "site", Rate: day}); err != nil {
			b.Error(err)
		}
		var s models.Sketch
		for k := range s {
			s[k] = uint64(i%5000)<<8 + uint64(k)
		}
		if _, err := c.Campaigns().Assign(ctx, models.CampaignQuery{Site: "gazette", Sketch: s, HasSketch: true, ID: strings.Repeat("c", 36), Author: "ann", Article: "a"}); err != nil {
			b.Error(err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)-1].Microseconds()), "worst-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "median-µs")
}
