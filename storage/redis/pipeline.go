package redis

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	pipelineWorkers = 2    // flights of calls that may be under way: while one is answered, the next is sent
	maxPipeline     = 256  // calls that travel together at most
	maxQueue        = 1024 // calls, or notices, that may wait for a flight
	maxFailures     = 3    // flights that must fail, one after the other, before nobody waits any more
	// flightTime is how long Redis may take for a flight before that has
	// failed. It is much longer than any request waits: a slow answer must
	// neither cost a connection nor look like an outage.
	pipelineTimeout = 500 * time.Millisecond
)

// call is one command on its way: a script with its keys and arguments, or
// without a script the arguments alone.
type call struct {
	site   string // whose keys it has
	script *redis.Script
	keys   []string
	args   []any
	reply  *redis.Cmd
	done   chan struct{} // closed when the reply is there; nil when nobody waits for it
}

func newCall(site string, script *redis.Script, keys []string, args ...any) *call {
	return &call{site: site, script: script, keys: keys, args: args, done: make(chan struct{})}
}

var (
	errDown      = errors.New("out of use")
	errQueueFull = errors.New("too many calls wait for Redis")
	errTimeout   = errors.New("no answer from Redis in time")
)

type budgetKey struct{}

// Budget returns a context for one request: all that it asks of Redis, one
// after the other, may take no longer than one call without it.
func Budget(ctx context.Context) context.Context {
	return context.WithValue(ctx, budgetKey{}, new(time.Duration)) // what was spent
}

// ask brings a call to Redis and waits for the reply, but not for long. A call
// that is given up still goes its way, so that Redis counts what this node let
// through meanwhile.
//
// It does not watch ctx: a caller that has gone must not look like a failure of
// Redis.
func (c *Client) do(ctx context.Context, call *call) error {
	if err := c.enqueue(c.calls, call); err != nil {
		return err
	}
	wait := c.maxWait
	if spent, ok := ctx.Value(budgetKey{}).(*time.Duration); ok {
		wait -= *spent
		begun := time.Now()
		defer func() { *spent += time.Since(begun) }()
	}
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case <-call.done:
		return call.reply.Err()
	case <-late.C:
	}
	select {
	case <-call.done: // both came while this goroutine waited for a processor
		return call.reply.Err()
	default:
		return errTimeout
	}
}

// post sends a call on its way.
func (c *Client) enqueue(queue chan<- *call, call *call) error {
	if c.down.Load() {
		return errDown
	}
	select {
	case queue <- call:
		return nil
	default:
		return errQueueFull
	}
}

// pilot takes what waits in a queue to Redis, all of it in one pipeline, until
// ctx ends. A call that comes alone flies at once.
func (c *Client) runPipelines(ctx context.Context, queue <-chan *call) {
	for {
		var flight []*call
		select {
		case <-ctx.Done():
			return
		case first := <-queue:
			flight = append(flight, first)
		}
		for waiting := true; waiting && len(flight) < maxPipeline; {
			select {
			case next := <-queue:
				flight = append(flight, next)
			default:
				waiting = false
			}
		}
		c.runPipeline(ctx, flight)
	}
}

// fly takes a flight to Redis and back, and notes whether Redis is well.
func (c *Client) runPipeline(ctx context.Context, flight []*call) {
	failed := c.send(ctx, flight)
	switch {
	case failed == nil:
		c.failures.Store(0)
	case ctx.Err() == nil && c.failures.Add(1) >= maxFailures:
		c.markDown(failed)
	}
	for _, call := range flight {
		switch {
		case call.done != nil:
			close(call.done)
		case call.reply.Err() != nil:
			c.fallbacks.Add(1)
		}
	}
}

// send asks Redis for all calls in one round trip, and in a second one for
// those that hit a server which does not know their script yet. It returns a
// call that failed, or nil.
func (c *Client) send(ctx context.Context, calls []*call) (failed *call) {
	ctx, cancel := context.WithTimeout(ctx, max(pipelineTimeout, c.maxWait))
	defer cancel()
	c.eval(ctx, calls, (*redis.Script).EvalSha)
	var unknown []*call
	for _, call := range calls {
		if redis.HasErrorPrefix(call.reply.Err(), "NOSCRIPT") {
			unknown = append(unknown, call)
		}
	}
	if len(unknown) > 0 {
		c.eval(ctx, unknown, (*redis.Script).Eval)
	}
	for _, call := range calls {
		if call.reply.Err() != nil {
			return call
		}
	}
	return nil
}

type evalFunc func(s *redis.Script, ctx context.Context, to redis.Scripter, keys []string, args ...any) *redis.Cmd

func (c *Client) eval(ctx context.Context, calls []*call, eval evalFunc) {
	// The error of a pipeline is that of its first failed call; each has its own.
	_, _ = c.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, call := range calls {
			if call.script == nil {
				call.reply = p.Do(ctx, call.args...)
			} else {
				call.reply = eval(call.script, ctx, p, call.keys, call.args...)
			}
		}
		return nil
	})
}

// fail notes that Redis is out of use: until the watcher finds it well again,
// nobody waits for it.
func (c *Client) markDown(because *call) {
	if c.down.CompareAndSwap(false, true) {
		c.log.Warn("Redis is out of use, limits are counted in process", "error", because.reply.Err())
		c.wentDown <- because.site
	}
}

// watch tries Redis while it is down, so that no request has to: by the keys of
// the site that failed, which in a cluster lead to the server that failed.
func (c *Client) waitForRecovery(ctx context.Context) {
	for {
		var site string
		select {
		case site = <-c.wentDown:
		case <-ctx.Done():
			return
		}
		for again := true; again; {
			select {
			case <-time.After(probeInterval):
				again = c.send(ctx, []*call{probe(site)}) != nil
			case <-ctx.Done():
				return
			}
		}
		c.log.Info("Redis is in use again")
		c.failures.Store(0)
		c.down.Store(false)
	}
}
