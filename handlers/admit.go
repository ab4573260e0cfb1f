package handlers

import (
	"context"
	"sync"
	"time"

	"winnow/models"
)

const (
	// standingTTL is how long a node that missed the notice believes that a
	// sanction or the state of an article is as it was.
	standingTTL = 5 * time.Second
	// maxExceptions is how many a site may have of either, to be read together.
	maxExceptions = 2000
)

// exceptions are what a newsroom has set for few of many authors or articles of
// a site. They are read together, so that a comment costs no query; a site with
// very many has each read by itself. What has ended may still be among them.
type exceptions[T any] struct {
	few  *recent[map[string]T] // by site; nil: there are many
	each *recent[T]            // by versionKey
}

func newExceptions[T any](now func() time.Time, few func(ctx context.Context, site string, most int) (map[string]T, error),
	each func(ctx context.Context, site, name string) (T, error),
) *exceptions[T] {
	return &exceptions[T]{
		newRecent(standingTTL, now, func(ctx context.Context, site string) (map[string]T, error) { return few(ctx, site, maxExceptions) }),
		newRecent(standingTTL, now, func(ctx context.Context, key string) (T, error) {
			site, name := splitKey(key)
			return each(ctx, site, name)
		}),
	}
}

// get returns what is set for one; the zero value when nothing is.
func (e *exceptions[T]) get(ctx context.Context, site, name string) (T, error) {
	set, err := e.few.get(ctx, site)
	if err != nil || set != nil {
		return set[name], err
	}
	return e.each.get(ctx, versionKey(site, name))
}

func (e *exceptions[T]) forget(site, name string) {
	e.few.forget(site)
	e.each.forget(versionKey(site, name))
}

// terms are what the newsroom has set for the author and the article of a
// comment, as far as the comment is taken.
type terms struct {
	shadowed bool
	article  models.ArticleEntry
}

// admit refuses a comment of a banned author, or on a closed article.
func (s *Server) admit(ctx context.Context, c models.Comment) (terms, error) {
	now := s.now()
	article, err := s.articles.get(ctx, c.Site, c.Article.ID)
	if err != nil {
		return terms{}, err
	}
	article = article.At(now)
	if article.State == models.ArticleClosed {
		return terms{}, &refusal{models.Errorf(models.KindClosed, "comments on this article are closed"), article.Until}
	}
	said, err := s.sanctions.get(ctx, c.Site, c.Author.Key())
	if err != nil || !said.Holds(now) {
		return terms{article: article}, err
	}
	if said.Kind == models.Ban {
		return terms{}, &refusal{models.Errorf(models.KindBanned, "this author may not comment here"), said.Until}
	}
	return terms{true, article}, nil
}

// refusal is a comment that the newsroom does not want, until some time or, when
// that is zero, for good.
type refusal struct {
	error
	until time.Time
}

func (r *refusal) Unwrap() error { return r.error }

// surging tells whether there are too many comments on an article, this one
// included. Each node counts those that it takes itself; the first to find too
// many tells all.
func (s *Server) surging(ctx context.Context, c models.Comment, site models.Site, article models.ArticleEntry) bool {
	if !article.SurgeUntil.IsZero() {
		return true
	}
	limit := site.Surge
	if article.Surge != nil {
		limit = *article.Surge
	}
	if limit.Count == 0 {
		return false
	}
	key, now := versionKey(c.Site, c.Article.ID), s.now()
	over, first := s.surges.count(key, limit, now)
	if !first {
		return over
	}
	// The comment waits in any case; the surge begins also when its reader leaves.
	ctx = context.WithoutCancel(ctx)
	if _, err := s.db.StartSurge(ctx, c.Site, c.Article.ID, now.Add(limit.Hold()).UTC()); err != nil {
		s.log.ErrorContext(ctx, "starting a burst failed", "site", c.Site, "article", c.Article.ID, "error", err)
		s.surges.forget(key)
		return over
	}
	s.publish(ctx, models.Event{Kind: models.ArticleChanged, Site: c.Site, Subject: c.Article.ID, Article: c.Article.ID, At: now.UTC()})
	return over
}

// heard makes a node see what the newsroom, or another node, has changed.
func (s *Server) heard(e models.Event) {
	switch e.Kind {
	case models.ArticleChanged:
		s.articles.forget(e.Site, e.Article)
		s.surges.forget(versionKey(e.Site, e.Article))
	case models.AuthorChanged:
		s.sanctions.forget(e.Site, e.Subject)
	}
}

// surges counts the comments on each article over a sliding window: those of the
// last whole one count by the part of it that is still within. The zero value is
// ready to use.
type surges struct {
	mu   sync.Mutex
	seen map[string]*window // by versionKey
}

type window struct {
	since       time.Time
	before, now int
	over        bool
}

// maxSurges bounds the memory; past it everything is forgotten at once.
const maxSurges = 10_000

// count counts one comment more. first is true once, when there are too many.
func (u *surges) count(key string, limit models.Surge, now time.Time) (over, first bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	w := u.seen[key]
	if w == nil {
		if u.seen == nil || len(u.seen) >= maxSurges {
			u.seen = map[string]*window{}
		}
		w = &window{since: now}
		u.seen[key] = w
	}
	length := limit.Window()
	switch passed := now.Sub(w.since); {
	case passed >= 2*length:
		w.since, w.before, w.now = now, 0, 0
	case passed >= length:
		w.since, w.before, w.now = w.since.Add(length), w.now, 0
	}
	left := 1 - float64(now.Sub(w.since))/float64(length)
	over = float64(w.now)+float64(w.before)*left >= float64(limit.Count) // before this one
	w.now++
	first = over && !w.over
	w.over = over
	return over, first
}

func (u *surges) forget(key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.seen, key)
}
