package handlers

import (
	"context"
	"sync"

	"winnow/models"
)

const (
	// searchesAtOnce is how many searches of one moderator, or key, run at once on a node.
	searchesAtOnce = 2
	// searchesWaiting is how many more may wait. They wait and are not refused, because a
	// console searches while somebody types, and the last search is the one that counts;
	// those whose caller has left meanwhile never run.
	searchesWaiting = 32
)

// searches is the budget of those who search. The connections for searching serve who
// comes first, so that without it the searches of one would delay those of the others. The
// zero value is ready to use.
type searches struct {
	mu       sync.Mutex
	byCaller map[string]*callerSearches
}

type callerSearches struct {
	running chan struct{} // has room for those that run
	all     int           // that run or wait
}

// begin waits until the caller may search. done must be called when the search has ended.
func (s *searches) begin(ctx context.Context, by string) (done func(), err error) {
	own, err := s.enter(by)
	if err != nil {
		return nil, err
	}
	select {
	case own.running <- struct{}{}:
	case <-ctx.Done():
		s.leave(by)
		return nil, ctx.Err()
	}
	return func() {
		<-own.running
		s.leave(by)
	}, nil
}

func (s *searches) enter(by string) (*callerSearches, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byCaller == nil {
		s.byCaller = map[string]*callerSearches{}
	}
	own := s.byCaller[by]
	if own == nil {
		own = &callerSearches{running: make(chan struct{}, searchesAtOnce)}
		s.byCaller[by] = own
	}
	if own.all >= searchesAtOnce+searchesWaiting {
		return nil, models.Errorf(models.KindLimited, "%d of your searches are running or waiting: wait until one has ended", own.all)
	}
	own.all++
	return own, nil
}

func (s *searches) leave(by string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own := s.byCaller[by]; own.all == 1 {
		delete(s.byCaller, by)
	} else {
		own.all--
	}
}
