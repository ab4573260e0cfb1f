package redis

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	pipelineWorkers = 2    // pipelines in flight: the next is sent while one is answered
	maxPipeline     = 256  // calls in one pipeline
	maxQueue        = 1024 // calls, or events, that wait for a pipeline
	maxFailures     = 3    // failed pipelines in a row after which Redis counts as down
	// pipelineTimeout is how long Redis may take for a pipeline before that has
	// failed. It is much longer than any call waits: a slow reply must neither
	// cost a connection nor look like an outage.
	pipelineTimeout = 500 * time.Millisecond
)

// call is one command: a script with its keys and arguments, or without a script
// the arguments alone.
type call struct {
	site   string // whose keys it has
	script *redis.Script
	keys   []string
	args   []any
	reply  *redis.Cmd
	done   chan struct{} // closed when reply is set; nil: nobody waits for it
}

func newCall(site string, script *redis.Script, keys []string, args ...any) *call {
	return &call{site: site, script: script, keys: keys, args: args, done: make(chan struct{})}
}

var (
	errDown      = errors.New("server is down")
	errQueueFull = errors.New("too many calls wait for Redis")
	errTimeout   = errors.New("no reply from Redis in time")
)

// do sends a call and waits for the reply, at most as long as maxWait. A call
// that has timed out is still executed, so that Redis counts what this node
// allowed meanwhile.
//
// After a timeout no call waits until a pipeline has succeeded again: a request
// with several calls, and all requests together, wait once for a Redis that does
// not answer.
//
// It takes no context: a client that has disconnected must not look like a failure
// of Redis.
func (c *Client) do(call *call) error {
	if err := c.enqueue(c.calls, call); err != nil {
		return err
	}
	if c.late.Load() {
		return errTimeout
	}
	timeout := time.NewTimer(c.maxWait)
	defer timeout.Stop()
	select {
	case <-call.done:
		return call.reply.Err()
	case <-timeout.C:
	}
	select {
	case <-call.done: // both happened while this goroutine waited for a processor
		return call.reply.Err()
	default:
		c.late.Store(true)
		return errTimeout
	}
}

// enqueue leaves a call to the goroutine that reads the queue.
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

// runPipelines sends the calls of a queue to Redis until ctx ends, all that wait
// in one pipeline. It does not wait for more calls to come.
func (c *Client) runPipelines(ctx context.Context, queue <-chan *call) {
	for {
		var calls []*call
		select {
		case <-ctx.Done():
			return
		case first := <-queue:
			calls = append(calls, first)
		}
		for more := true; more && len(calls) < maxPipeline; {
			select {
			case next := <-queue:
				calls = append(calls, next)
			default:
				more = false
			}
		}
		c.runPipeline(ctx, calls)
	}
}

// runPipeline executes calls, wakes who waits for them, and counts failures.
func (c *Client) runPipeline(ctx context.Context, calls []*call) {
	failed := c.send(ctx, calls)
	switch {
	case failed == nil:
		c.failures.Store(0)
	case ctx.Err() == nil && c.failures.Add(1) >= maxFailures:
		c.markDown(failed)
	}
	for _, call := range calls {
		switch {
		case call.done != nil:
			close(call.done)
		case call.reply.Err() != nil:
			c.fallbacks.Add(1)
		}
	}
	if failed == nil {
		c.late.Store(false) // after the calls are done, or one of them may still set it
	}
}

// send executes calls in one round trip, and in a second one those whose script
// the server did not know. It returns a call that failed, or nil.
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

// markDown makes all calls fail at once until waitForRecovery finds Redis usable.
func (c *Client) markDown(because *call) {
	if c.down.CompareAndSwap(false, true) {
		c.log.Warn("Redis is out of use, limits are counted in process", "error", because.reply.Err())
		c.wentDown <- because.site
	}
}

// waitForRecovery probes Redis while it is down, so that no request has to. It
// uses keys of the site whose call failed, which a cluster routes to the server
// that failed.
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
		c.late.Store(false)
		c.down.Store(false)
	}
}
