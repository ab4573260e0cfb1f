package screening

import (
	"context"
	"sync"
	"time"

	"winnow/models"
)

// burstDetected reports whether there are too many comments on the article of a
// submission, this one included. The limit is the article's own, or else the
// site's. Each node counts the comments that it accepts itself; the first node
// over the limit starts the burst for all.
func (s *Screener) burstDetected(ctx context.Context, sub Submission) bool {
	article := sub.Restrictions.Article
	if !article.BurstUntil.IsZero() {
		return true
	}
	limit := sub.Site.Burst
	if article.Burst != nil {
		limit = *article.Burst
	}
	if limit.Count == 0 {
		return false
	}
	c, now := sub.Comment, s.cfg.Now()
	over, begins := s.cfg.Bursts.count(burstKey{c.Site, c.Article.ID}, limit, now)
	if !begins {
		return over
	}
	// The burst begins even if the client of this comment disconnects.
	ctx = context.WithoutCancel(ctx)
	if err := s.cfg.Source.StartBurst(ctx, c.Site, c.Article.ID, now.Add(limit.Duration()).UTC()); err != nil {
		s.cfg.Log.ErrorContext(ctx, "starting a burst failed", "site", c.Site, "article", c.Article.ID, "error", err)
		s.cfg.Bursts.Reset(c.Site, c.Article.ID) // the next comment tries again
	}
	return over
}

// BurstCounter counts the comments on each article in a sliding window of two
// parts: the full part before counts by the share of it that is still in the
// window. It is safe for concurrent use; the zero value is ready to use.
type BurstCounter struct {
	mu      sync.Mutex
	windows map[burstKey]*window
}

type burstKey struct{ site, article string }

type window struct {
	start             time.Time
	previous, current int
	over              bool
}

// maxWindows limits the memory. When it is reached, all counts start anew.
const maxWindows = 10_000

// count counts one comment. begins is true for the comment that is the first
// over the limit.
func (b *BurstCounter) count(key burstKey, limit models.Burst, now time.Time) (over, begins bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := b.windows[key]
	if w == nil {
		if b.windows == nil || len(b.windows) >= maxWindows {
			b.windows = map[burstKey]*window{}
		}
		w = &window{start: now}
		b.windows[key] = w
	}
	length := limit.Window()
	switch passed := now.Sub(w.start); {
	case passed >= 2*length:
		w.start, w.previous, w.current = now, 0, 0
	case passed >= length:
		w.start, w.previous, w.current = w.start.Add(length), w.current, 0
	}
	share := 1 - float64(now.Sub(w.start))/float64(length)
	over = float64(w.current)+float64(w.previous)*share >= float64(limit.Count) // without this one
	w.current++
	begins = over && !w.over
	w.over = over
	return over, begins
}

// Reset forgets the comments on an article.
func (b *BurstCounter) Reset(site, article string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.windows, burstKey{site, article})
}
