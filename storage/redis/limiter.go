package redis

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"winnow/models"
	"winnow/storage/memory"
)

//go:embed gcra.lua
var source string

var script = redis.NewScript(source)

// maxKey is the length, in bytes, above which a key is hashed.
const maxKey = 64

// maxFlight is how many calls travel together at most.
const maxFlight = 256

// Limiter counts in Redis, by the clock of Redis, so that all nodes agree.
//
// A key is named winnow:{SITE}:NAME:KEY. The braces are Redis Cluster's hash
// tag: all keys of one site live on one node, where one script can decide over
// several of them; the sites spread over the cluster.
//
// Calls that come while others are on their way travel together, in one
// pipeline: who calls first flies at once and alone, and when it is back, the
// first of those who came meanwhile leads them all on the next flight.
type Limiter struct {
	client *Client
	local  *memory.Limiter

	mu      sync.Mutex
	flying  bool
	waiting []*call
}

var errDown = errors.New("another call found Redis down")

// call is one Take on its way.
type call struct {
	keys  []string
	args  []any        // interval and depth of each key, microseconds
	turn  chan []*call // the flight to lead, or nil when the answer is there
	reply []int64      // the time, and what each key held
	err   error
}

// Take counts one request under each of the limits, or under none of them
// when one refuses. Limits with a Count of 0 do not limit; when no other is
// left, the Allowance has no Policy. While Redis is down or slow, this node
// counts for itself. All limits must have the same Site.
func (l *Limiter) Take(ctx context.Context, limits ...models.Limit) (models.Allowance, error) {
	limits = memory.Counted(limits)
	if len(limits) == 0 {
		return models.Allowance{Allowed: true}, nil
	}
	if !l.client.down.Load() {
		c := newCall(limits)
		if l.fly(c); c.err == nil {
			return memory.Judge(c.reply[0], limits, c.reply[1:]), nil
		}
	}
	l.client.fallbacks.Add(1)
	return l.local.Take(ctx, limits...)
}

func newCall(limits []models.Limit) *call {
	c := &call{turn: make(chan []*call, 1)}
	for _, lim := range limits {
		site := lim.Site
		if site == "" {
			site = "-" // no slug; an empty hash tag would be none
		}
		key := lim.Key
		if len(key) > maxKey {
			sum := sha256.Sum256([]byte(key))
			key = hex.EncodeToString(sum[:])
		}
		c.keys = append(c.keys, "winnow:{"+site+"}:"+lim.Name+":"+key)
		c.args = append(c.args, memory.Interval(lim.Rate), memory.Depth(lim.Rate))
	}
	return c
}

// fly brings c to Redis and back, together with those who wait with it. It
// does not watch the caller's context: it takes two flights at most under any usual load,
// one when the first of them fails.
func (l *Limiter) fly(c *call) {
	flight := []*call{c}
	l.mu.Lock()
	wait := l.flying
	if l.flying = true; wait {
		l.waiting = append(l.waiting, c)
	}
	l.mu.Unlock()
	if wait {
		if flight = <-c.turn; flight == nil {
			return
		}
	}

	if l.client.down.Load() { // since they began to wait
		for _, c := range flight {
			c.err = errDown
		}
	} else {
		l.send(context.Background(), flight)
	}
	for _, other := range flight {
		if other != c {
			other.turn <- nil
		}
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(len(l.waiting), maxFlight)
	if l.flying = n > 0; l.flying {
		l.waiting[0].turn <- l.waiting[:n:n]
		l.waiting = l.waiting[n:]
	}
}

// send asks Redis for all calls in one round trip, and in a second one for
// those that hit a server which does not know the script yet. It notes when
// Redis fails.
func (l *Limiter) send(ctx context.Context, calls []*call) {
	ctx, cancel := context.WithTimeout(ctx, l.client.patience)
	defer cancel()
	unknown := l.run(ctx, calls, script.EvalSha)
	if len(unknown) > 0 {
		l.run(ctx, unknown, script.Eval)
	}
	for _, c := range calls {
		if c.err != nil {
			l.client.fail(c.err)
		}
	}
}

type eval func(ctx context.Context, to redis.Scripter, keys []string, args ...any) *redis.Cmd

func (l *Limiter) run(ctx context.Context, calls []*call, eval eval) (unknown []*call) {
	replies := make([]*redis.Cmd, len(calls))
	// The error of a pipeline is that of its first failed call; each has its own.
	_, _ = l.client.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, c := range calls {
			replies[i] = eval(ctx, p, c.keys, c.args...)
		}
		return nil
	})
	for i, c := range calls {
		c.reply, c.err = replies[i].Int64Slice()
		if redis.HasErrorPrefix(c.err, "NOSCRIPT") {
			unknown = append(unknown, c)
		} else if c.err == nil && len(c.reply) != len(c.keys)+1 {
			c.err = fmt.Errorf("limiter script: %d numbers for %d keys", len(c.reply), len(c.keys))
		}
	}
	return unknown
}

// probe tells whether Redis decides as it should, by a call of its own.
func (l *Limiter) probe(ctx context.Context) error {
	c := newCall([]models.Limit{{Name: "probe", Rate: models.Rate{Count: 1, Period: time.Millisecond}}})
	l.send(ctx, []*call{c})
	return c.err
}
