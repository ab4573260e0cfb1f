// Package leasedtask lets one node at a time do what is to be done once for all nodes, and
// lets it read the events of comments in the order of their commits, from where the last node
// has stopped.
package leasedtask

import (
	"context"
	"errors"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage"
)

const (
	page = 500 // events
	// keepCursor is how long a task may read on without storing where it is.
	keepCursor = time.Minute
	// releaseTime is how long a release may take.
	releaseTime = 10 * time.Second
)

// Task is a task of a node. All exported fields are required. It is for one goroutine.
type Task struct {
	DB    *storage.DB
	Name  string
	Node  string        // of this node, unlike that of others
	Lease time.Duration // after which another node goes on when this one has ended without a release
	Renew time.Duration // after which the lease is asked for again; well below Lease
	// Wants reports whether an event that is about a comment is to be noted.
	Wants func(models.Event) bool
	// Note stores what follows from events, and moves the cursor of the task, all together.
	Note func(ctx context.Context, from, to int64, events []models.Event) error

	held time.Time // when the task was last held
	at   cursor
}

// cursor is where a task is in the order of events.
type cursor struct {
	known  bool
	stored int64
	read   int64 // all that nobody wants to know of is not stored at once
	since  time.Time
}

// Hold reports whether this node is the one that works.
func (t *Task) Hold(ctx context.Context) (bool, error) {
	if !t.held.IsZero() && time.Since(t.held) < t.Renew {
		return true, nil
	}
	now := time.Now()
	held, err := t.DB.HoldTask(ctx, t.Name, t.Node, t.Lease)
	if t.held = now; err != nil || !held {
		t.held, t.at = time.Time{}, cursor{}
	}
	return held, err
}

// Release lets another node go on at once, also when ctx has ended.
func (t *Task) Release(ctx context.Context) error {
	if t.held.IsZero() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	return t.DB.ReleaseTask(ctx, t.Name, t.Node)
}

// ReadEvents notes what happened to comments since the last call, as long as this node holds
// the task.
func (t *Task) ReadEvents(ctx context.Context) error {
	if !t.at.known {
		if err := t.begin(ctx); err != nil {
			return err
		}
	}
	for {
		events, err := t.DB.EventsSince(ctx, t.at.read, page)
		if errors.Is(err, storage.ErrEventsMissing) {
			events = nil
			if t.at.read, err = t.DB.NewestEvent(ctx); err == nil {
				err = t.store(ctx, nil)
			}
		}
		if err != nil || len(events) == 0 {
			return err
		}
		wanted := slices.DeleteFunc(slices.Clone(events), func(e models.Event) bool {
			return e.Kind != models.CommentCreated && e.Kind != models.CommentChanged || !t.Wants(e)
		})
		t.at.read = events[len(events)-1].Seq
		if len(wanted) > 0 || len(events) == page || time.Since(t.at.since) > keepCursor {
			if err := t.store(ctx, wanted); err != nil {
				return err
			}
		}
		if len(events) < page {
			return nil
		}
		if held, err := t.Hold(ctx); err != nil || !held {
			return err
		}
	}
}

// begin goes on where a node has stopped, or with what happens from now on.
func (t *Task) begin(ctx context.Context) error {
	at, err := t.DB.TaskCursor(ctx, t.Name)
	if err != nil {
		return err
	}
	t.at = cursor{known: true, stored: at, read: at, since: time.Now()}
	if at > 0 {
		return nil
	}
	if t.at.read, err = t.DB.NewestEvent(ctx); err != nil {
		return err
	}
	return t.store(ctx, nil)
}

func (t *Task) store(ctx context.Context, wanted []models.Event) error {
	err := t.Note(ctx, t.at.stored, t.at.read, wanted)
	if t.at.stored, t.at.since = t.at.read, time.Now(); err != nil {
		t.at = cursor{} // and is read again
	}
	return err
}
