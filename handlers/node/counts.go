package node

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"winnow/models"
)

const (
	// maxCountStreams is how many readers a node tells of new comments at a time; the others
	// ask for the count now and then.
	maxCountStreams = 2000
	// maxCountStreamsOf is how many of these have the same address: pages that one household
	// has open, or a whole office.
	maxCountStreamsOf = 100
	// countPause is how often the count of one article is read at most.
	countPause = time.Second
)

// countSource is the part of storage that counts are read from.
type countSource interface {
	ArticleCounts(ctx context.Context, site string, articles []string) (map[string]int, error)
	ThreadMembers(ctx context.Context, a models.ArticleRef) ([]models.ArticleRef, error)
}

// counts tells readers how many public comments an article has, whenever that changes. An
// article is counted once for all who watch it, and only after an event about it.
type counts struct {
	source countSource

	mu      sync.Mutex
	stopped bool
	open    int
	of      map[netip.Addr]int
	topics  map[models.ArticleRef]*countTopic
}

// countTopic is an article that somebody watches.
type countTopic struct {
	watchers int
	members  []models.ArticleRef // whose events are about its thread
	total    int
	stale    bool
	changed  chan struct{} // closed when the total is another one, or the node has stopped
}

// CountWatch watches the number of public comments of one article. It is for one goroutine.
type CountWatch struct {
	counts  *counts
	article models.ArticleRef
	address netip.Addr
	topic   *countTopic
}

// WatchCount begins to watch an article for a reader, and returns how many public comments
// it has. It fails with KindUnavailable when too many watch already. Close must be called.
func (n *Node) WatchCount(ctx context.Context, a models.ArticleRef, address netip.Addr) (*CountWatch, int, error) {
	return n.counts.watch(ctx, a, address)
}

func (c *counts) watch(ctx context.Context, a models.ArticleRef, address netip.Addr) (*CountWatch, int, error) {
	w := &CountWatch{counts: c, article: a, address: address}
	if err := w.open(); err != nil {
		return nil, 0, err
	}
	// What is counted now may be older than an event that is read meanwhile, which has marked
	// the topic: it will be counted again.
	members, err := c.source.ThreadMembers(ctx, a)
	total := 0
	if err == nil {
		total, err = c.count(ctx, a)
	}
	if err != nil {
		w.Close()
		return nil, 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.topic.members == nil {
		w.topic.members, w.topic.total = append(members, a), total
	}
	return w, w.topic.total, nil
}

func (c *counts) count(ctx context.Context, a models.ArticleRef) (int, error) {
	found, err := c.source.ArticleCounts(ctx, a.Site, []string{a.Article})
	return found[a.Article], err
}

func (w *CountWatch) open() error {
	c := w.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.stopped:
		return models.Errorf(models.KindUnavailable, "the server is stopping")
	case c.open >= maxCountStreams:
		return models.Errorf(models.KindUnavailable, "too many readers are told of new comments already: ask for the count now and then")
	case c.of[w.address] >= maxCountStreamsOf:
		return models.Errorf(models.KindUnavailable, "too many pages of this address are told of new comments already")
	}
	c.open++
	c.of[w.address]++
	w.topic = c.topics[w.article]
	if w.topic == nil {
		w.topic = &countTopic{changed: make(chan struct{})}
		c.topics[w.article] = w.topic
	}
	w.topic.watchers++
	return nil
}

// Close ends the watch.
func (w *CountWatch) Close() {
	c := w.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	if c.of[w.address]--; c.of[w.address] == 0 {
		delete(c.of, w.address)
	}
	if w.topic.watchers--; w.topic.watchers == 0 {
		delete(c.topics, w.article)
	}
}

// Now returns the number, and a channel that is closed when it is another one. It fails when
// the node stops.
func (w *CountWatch) Now() (int, <-chan struct{}, error) {
	w.counts.mu.Lock()
	defer w.counts.mu.Unlock()
	if w.counts.stopped {
		return 0, nil, models.Errorf(models.KindUnavailable, "the server is stopping")
	}
	return w.topic.total, w.topic.changed, nil
}

// runCounts follows the events of all nodes until ctx ends.
func (n *Node) runCounts(ctx context.Context) error {
	c := &n.counts
	defer c.stop()
	reader := n.hub.ReadNew()
	for {
		changed, err := n.hub.Changed()
		if err != nil {
			return nil // it stops with ctx
		}
		events, complete, err := reader.Next(ctx)
		if err != nil {
			complete = false // nobody knows what has happened
		}
		if c.mark(events, complete) {
			if err := c.refresh(ctx); err != nil && ctx.Err() == nil {
				n.log.ErrorContext(ctx, "counting comments for open pages failed", "error", err)
			}
			select { // events that come meanwhile are read together
			case <-ctx.Done():
				return nil
			case <-time.After(countPause):
			}
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
	}
}

// mark notes which articles have to be counted, and reports whether there are any.
func (c *counts) mark(events []models.Event, complete bool) (stale bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, topic := range c.topics {
		topic.stale = topic.stale || !complete || slices.ContainsFunc(events, topic.concerns)
		stale = stale || topic.stale
	}
	return stale
}

// concerns reports whether an event may change the number of comments, or of what articles
// the thread consists. One without an article may be about many.
func (t *countTopic) concerns(e models.Event) bool {
	switch e.Kind {
	case models.CommentCreated, models.CommentChanged, models.ArticleChanged, models.ArticleDescribed:
	default:
		return false
	}
	return t.members == nil || slices.ContainsFunc(t.members, func(m models.ArticleRef) bool {
		return m.Site == e.Site && (e.Article == "" || m.Article == e.Article)
	})
}

// refresh counts what was marked, and tells those who watch it.
func (c *counts) refresh(ctx context.Context) error {
	c.mu.Lock()
	var stale []models.ArticleRef
	for a, topic := range c.topics {
		if topic.stale {
			topic.stale = false
			stale = append(stale, a)
		}
	}
	c.mu.Unlock()
	for i, a := range stale {
		total, err := c.count(ctx, a)
		var members []models.ArticleRef
		if err == nil {
			members, err = c.source.ThreadMembers(ctx, a)
		}
		if err != nil {
			c.again(stale[i:])
			return err
		}
		c.set(a, total, append(members, a))
	}
	return nil
}

func (c *counts) again(articles []models.ArticleRef) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range articles {
		if topic := c.topics[a]; topic != nil {
			topic.stale = true
		}
	}
}

func (c *counts) set(a models.ArticleRef, total int, members []models.ArticleRef) {
	c.mu.Lock()
	defer c.mu.Unlock()
	topic := c.topics[a]
	if topic == nil {
		return
	}
	topic.members = members
	if topic.total != total {
		topic.total = total
		close(topic.changed)
		topic.changed = make(chan struct{})
	}
}

// stop ends all watches.
func (c *counts) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	for _, topic := range c.topics {
		close(topic.changed)
		topic.changed = make(chan struct{})
	}
}
