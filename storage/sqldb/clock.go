package sqldb

import (
	"context"
	"sync/atomic"
	"time"
)

// clock tells the time of a PostgreSQL server, which all nodes have in common, without a
// round trip: it asks from time to time, and in between adds what has passed by this
// machine's clock. That is read monotonically, so it does not matter how that clock is set,
// or that it is set anew. The time told may be wrong by half of a round trip.
//
// A clock with a fixed function tells the time of that.
type clock struct {
	fixed   func() time.Time
	machine func() time.Time
	last    atomic.Pointer[clockReading]
}

// clockReading is what the server's clock showed at a moment of this machine.
type clockReading struct {
	server, machine time.Time
	within          time.Duration // error, at most
}

const (
	clockPeriod = 2 * time.Second // between two readings
	// clockDrift is more than two clocks diverge in a second.
	clockDrift = time.Millisecond
)

func (c *clock) now() time.Time {
	if c.fixed != nil {
		return c.fixed()
	}
	return c.last.Load().at(c.machine())
}

func (r *clockReading) at(machine time.Time) time.Time { return r.server.Add(machine.Sub(r.machine)) }

// set notes what the server's clock showed between two moments. A reading that took longer
// than the one before is ignored, as long as both can be right: when they cannot, a clock was
// set, or this machine has slept.
func (c *clock) set(sent, received, server time.Time) {
	half := received.Sub(sent) / 2
	next := &clockReading{server: server, machine: sent.Add(half), within: half}
	if old := c.last.Load(); old != nil {
		age := next.machine.Sub(old.machine)
		within := old.within + time.Duration(age.Seconds()*float64(clockDrift))
		apart := next.server.Sub(old.at(next.machine)).Abs()
		if half > within && apart <= half+within {
			return
		}
	}
	c.last.Store(next)
}

// ask reads the server's clock.
func (c *clock) ask(ctx context.Context, on Runner) error {
	sent := c.machine()
	t := &Tx{ctx: ctx, on: on, d: postgresDialect}
	micros, err := One(t, ScanOne[int64], `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`)
	if err == nil {
		c.set(sent, c.machine(), time.UnixMicro(micros))
	}
	return err
}

// follow asks once in a while until ctx ends. While the server does not answer, the clock
// goes on by itself.
func (c *clock) follow(ctx context.Context, on Runner) {
	tick := time.NewTicker(clockPeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		limited, cancel := context.WithTimeout(ctx, clockPeriod)
		_ = c.ask(limited, on) // it is asked again
		cancel()
	}
}
