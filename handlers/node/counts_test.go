package node

import (
	"context"
	"net/netip"
	"sync"
	"testing"

	"winnow/models"
)

// countStore counts as storage does.
type countStore struct {
	mu     sync.Mutex
	counts map[models.ArticleRef]int
	reads  int
	err    error
}

func (s *countStore) set(a models.ArticleRef, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[a] = n
}

func (s *countStore) ArticleCounts(_ context.Context, site string, articles []string) (map[string]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	found := map[string]int{}
	for _, id := range articles {
		found[id] = s.counts[models.ArticleRef{Site: site, Article: id}]
	}
	return found, s.err
}

func (s *countStore) ThreadMembers(_ context.Context, a models.ArticleRef) ([]models.ArticleRef, error) {
	return []models.ArticleRef{a, {Site: "tribune", Article: a.Article}}, nil
}

func newCounts() (*counts, *countStore) {
	store := &countStore{counts: map[models.ArticleRef]int{}}
	return &counts{source: store, of: map[netip.Addr]int{}, topics: map[models.ArticleRef]*countTopic{}}, store
}

func TestCountsChangeAfterAnEventAboutTheArticle(t *testing.T) {
	c, store := newCounts()
	quay := models.ArticleRef{Site: "gazette", Article: "quay"}
	store.set(quay, 3)
	w, n, err := c.watch(t.Context(), quay, netip.Addr{})
	if err != nil || n != 3 {
		t.Fatal(n, err)
	}
	defer w.Close()
	_, changed, _ := w.Now()
	store.set(quay, 4)
	for _, e := range []models.Event{
		{Kind: models.CommentCreated, Site: "gazette", Article: "other"},
		{Kind: models.CommentClaimed, Site: "gazette", Article: "quay"},
		{Kind: models.CommentCreated, Site: "herald", Article: "quay"},
	} {
		if c.mark([]models.Event{e}, true) {
			t.Errorf("%+v concerns it", e)
		}
	}
	for _, e := range []models.Event{
		{Kind: models.CommentChanged, Site: "tribune", Article: "quay"}, // shares the thread
		{Kind: models.CommentChanged, Site: "gazette"},
		{Kind: models.CommentCreated, Site: "gazette", Article: "quay"},
	} {
		if !c.mark([]models.Event{e}, true) {
			t.Errorf("%+v does not concern it", e)
		}
		if err := c.refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-changed:
	default:
		t.Error("nobody was told")
	}
	n, changed, _ = w.Now()
	if n != 4 {
		t.Errorf("%d comments", n)
	}
	if !c.mark(nil, false) {
		t.Error("events were missed, and nothing is counted")
	}
	reads := store.reads
	if err := c.refresh(t.Context()); err != nil || store.reads != reads+1 {
		t.Errorf("%d reads, %v", store.reads-reads, err)
	}
	select {
	case <-changed:
		t.Error("told of the same number")
	default:
	}
}

func TestCountsAreReadAgainAfterAFailure(t *testing.T) {
	c, store := newCounts()
	w, _, err := c.watch(t.Context(), models.ArticleRef{Site: "gazette", Article: "quay"}, netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	c.mark(nil, false)
	store.err = context.DeadlineExceeded
	if err := c.refresh(t.Context()); err == nil {
		t.Error("no failure")
	}
	if !c.mark(nil, true) {
		t.Error("it is not tried again")
	}
}

func TestCountStreamsAreBounded(t *testing.T) {
	c, _ := newCounts()
	a := models.ArticleRef{Site: "gazette", Article: "quay"}
	var open []*CountWatch
	for i := range maxCountStreams {
		w, _, err := c.watch(t.Context(), a, netip.AddrFrom4([4]byte{10, 0, byte(i / 100), 1}))
		if err != nil {
			t.Fatal(i, err)
		}
		open = append(open, w)
	}
	if _, _, err := c.watch(t.Context(), a, netip.MustParseAddr("10.9.9.9")); models.KindOf(err) != models.KindUnavailable {
		t.Error("one more:", err)
	}
	open[0].Close()
	if _, _, err := c.watch(t.Context(), a, netip.AddrFrom4([4]byte{10, 0, 1, 1})); models.KindOf(err) != models.KindUnavailable {
		t.Error("one more of an address:", err)
	}
	w, _, err := c.watch(t.Context(), a, netip.AddrFrom4([4]byte{10, 0, 0, 1}))
	if err != nil {
		t.Error("in its place:", err)
	}
	w.Close()
	for _, w := range open[1:] {
		w.Close()
	}
	if c.open != 0 || len(c.of) != 0 || len(c.topics) != 0 {
		t.Errorf("left: %d, %v, %v", c.open, c.of, c.topics)
	}
	c.stop()
	if _, _, err := c.watch(t.Context(), a, netip.Addr{}); models.KindOf(err) != models.KindUnavailable {
		t.Error("after the end:", err)
	}
}
