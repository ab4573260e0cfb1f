package sqldb

import (
	"testing"
	"time"
)

func TestClockBelievesTheBestReading(t *testing.T) {
	machine := time.Date(2031, 5, 4, 12, 0, 0, 0, time.UTC)
	c := clock{machine: func() time.Time { return machine }}
	server := machine.Add(10 * time.Second)
	pass := func(d time.Duration) { machine, server = machine.Add(d), server.Add(d) }
	// reading sets the clock by an answer that took some time and was read at its end.
	reading := func(took time.Duration) {
		sent := machine
		pass(took)
		c.set(sent, machine, server)
	}
	wants := func(what string, wrong time.Duration) {
		t.Helper()
		if got := c.now().Sub(server); got != wrong {
			t.Errorf("%s: wrong by %s, want %s", what, got, wrong)
		}
	}
	reading(40 * time.Millisecond)
	wants("the first reading", 20*time.Millisecond)
	reading(2 * time.Millisecond)
	wants("a better reading", time.Millisecond)
	pass(time.Second)
	reading(30 * time.Millisecond)
	wants("a worse reading", time.Millisecond)
	pass(time.Minute)
	reading(30 * time.Millisecond)
	wants("a worse reading, long after", 15*time.Millisecond)
	server = server.Add(-5 * time.Second) // it is set, or this machine slept
	reading(200 * time.Millisecond)
	wants("a reading that contradicts", 100*time.Millisecond)
	if fixed := (&clock{fixed: func() time.Time { return server }}).now(); !fixed.Equal(server) {
		t.Errorf("a fixed clock says %s", fixed)
	}
}
