package handlers

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"winnow/models"
)

func TestSearchesOfOneModeratorWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s searches
		begin := func(ctx context.Context, by string) func() {
			done, err := s.begin(ctx, by)
			if err != nil {
				t.Errorf("a search of %s: %v", by, err)
				return func() {}
			}
			return done
		}
		first := begin(t.Context(), "ann")
		second := begin(t.Context(), "ann")
		begin(t.Context(), "bob")()
		third := make(chan func(), 1)
		go func() { third <- begin(t.Context(), "ann") }()
		left, leave := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() {
			_, err := s.begin(left, "ann")
			gone <- err
		}()
		synctest.Wait()
		if len(third) > 0 {
			t.Error("three searches of one moderator run at once")
		}
		leave()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("a search whose caller has left: %v", err)
		}
		first()
		(<-third)()
		second()
		if len(s.byCaller) > 0 {
			t.Errorf("%d callers are still known", len(s.byCaller))
		}
	})
}

func TestTooManySearchesAreRefused(t *testing.T) {
	var s searches
	for range searchesAtOnce + searchesWaiting {
		if _, err := s.enter("ann"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.begin(t.Context(), "ann"); models.KindOf(err) != models.KindLimited {
		t.Errorf("one search more: %v", err)
	}
}
