package node

import (
	"context"
	"slices"
	"sync"
	"time"

	"winnow/models"
)

const (
	// maxStreams is how many long requests of one moderator a node answers at a
	// time: event streams, exports and uploads.
	maxStreams = 20
	// streamCheck is how often the sessions of all open streams are looked at, with
	// one query.
	streamCheck = time.Second
)

// streams are the long requests of moderators. Each ends as soon as its session
// does, or the moderator's rights change.
type streams struct {
	find func(ctx context.Context, ids []string) ([]models.OpenSession, error)
	now  func() time.Time

	mu      sync.Mutex
	open    map[*stream]struct{}
	changed chan struct{} // holds one signal to check at once
}

type stream struct {
	by  models.Caller
	end context.CancelFunc
}

// OpenStream begins a long request of a moderator. Its context ends with the
// session; done must be called at the end of the request. Too many at a time are
// KindLimited.
func (n *Node) OpenStream(ctx context.Context, by models.Caller) (_ context.Context, done func(), err error) {
	s := &n.streams
	s.mu.Lock()
	defer s.mu.Unlock()
	own := 0
	for other := range s.open {
		if other.by.Name == by.Name {
			own++
		}
	}
	if own >= maxStreams {
		return nil, nil, models.Errorf(models.KindLimited, "you have %d event streams, exports and uploads open: end one of them", own)
	}
	ctx, cancel := context.WithCancel(ctx)
	opened := &stream{by, cancel}
	s.open[opened] = struct{}{}
	return ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, opened)
		cancel()
	}, nil
}

// runStreams checks the sessions of the open streams until ctx ends.
func (n *Node) runStreams(ctx context.Context) error {
	tick := time.NewTicker(streamCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-n.streams.changed:
		}
		if err := n.streams.check(ctx); err != nil && ctx.Err() == nil {
			n.log.ErrorContext(ctx, "checking the sessions of open streams failed", "error", err)
		}
	}
}

// checkSoon makes runStreams check at once.
func (s *streams) checkSoon() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// check ends the streams whose sessions have ended, or whose moderators have
// other rights than at their beginning.
func (s *streams) check(ctx context.Context) error {
	s.mu.Lock()
	open := make([]*stream, 0, len(s.open))
	var ids []string
	for each := range s.open {
		open, ids = append(open, each), append(ids, each.by.Session)
	}
	s.mu.Unlock()
	if len(open) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	found, err := s.find(ctx, ids)
	if err != nil {
		return err
	}
	sessions := map[string]models.OpenSession{}
	for _, f := range found {
		sessions[f.ID] = f
	}
	for _, each := range open {
		now, ok := sessions[each.by.Session]
		if !ok || !now.Valid(s.now()) || now.Of.Role != each.by.Role || !slices.Equal(now.Of.Sites, each.by.Sites) {
			each.end()
		}
	}
	return nil
}
