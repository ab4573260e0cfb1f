package handlers

import (
	"context"
	"runtime"

	"winnow/models"
)

// A password takes a core for tens of milliseconds. So few are hashed at once
// that readers do not notice. Of a newsroom that logs in at the same minute most
// wait, which costs nothing, and the others are refused at once: the console tries
// again by itself.
const (
	strangersWaiting = 32
	knownWaiting     = 128
)

// hashing is the queue of passwords to be hashed. Strangers wait in a line of
// their own, and none of them waits for a core that others have, so that a
// moderator on a known device or network waits for one password of a stranger at
// most, however many there are.
type hashing struct {
	running   chan struct{} // has room for the passwords that are hashed at once
	next      chan struct{} // has room for as many strangers
	known     chan struct{} // has room for all known that wait or are hashed
	strangers chan struct{} // likewise
}

// newHashing makes a queue for half of the cores.
func newHashing() *hashing { return newHashingOn(max(1, runtime.GOMAXPROCS(0)/2)) }

func newHashingOn(cores int) *hashing {
	return &hashing{
		running: make(chan struct{}, cores), next: make(chan struct{}, cores),
		known: make(chan struct{}, knownWaiting), strangers: make(chan struct{}, strangersWaiting),
	}
}

// errHashingBusy is the error of a login that came when too many waited.
var errHashingBusy = models.Errorf(models.KindUnavailable, "too many logins at the moment: try again in a few seconds")

// do calls work when there is a core for it.
func (h *hashing) do(ctx context.Context, known bool, work func()) error {
	line := h.strangers
	if known {
		line = h.known
	}
	select {
	case line <- struct{}{}:
		defer func() { <-line }()
	default:
		return errHashingBusy
	}
	queues := []chan struct{}{h.next, h.running}
	if known {
		queues = queues[1:]
	}
	for _, queue := range queues {
		select {
		case queue <- struct{}{}:
			defer func() { <-queue }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	work()
	return nil
}
