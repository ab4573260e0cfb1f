package node

import (
	"context"
	"slices"
	"testing"
	"time"

	"winnow/classifier/rules"
	"winnow/models"
	"winnow/storage"
)

// loads counts what a node reads from storage, by the name of the cache.
type loads map[string]int

// counted returns a cache without storage.
func counted[T any](n loads, name string) *cache[T] {
	return newCache(time.Hour, time.Now, func(context.Context, string) (v T, err error) {
		n[name]++
		return v, nil
	})
}

func countedSanctions(n loads) *cache[*storage.Sanctions] {
	return newCache(time.Hour, time.Now, func(context.Context, string) (*storage.Sanctions, error) {
		n["sanctions"]++
		return &storage.Sanctions{}, nil
	})
}

func countedOverrides[T any](n loads, name string) *overrideCache[T] {
	return newOverrideCache(time.Hour, time.Now, func(context.Context, string, int) (map[string]T, error) {
		n[name]++
		return map[string]T{}, nil
	}, nil)
}

// cachedNode is a node whose caches have an entry each, of the gazette.
func cachedNode(t *testing.T) (n *Node, stale func() []string) {
	t.Helper()
	read := loads{}
	n = &Node{modelStale: make(chan struct{}, 1), now: time.Now}
	n.caches = caches{
		sitesByKey: counted[storage.KeyOwner](read, "keys"),
		sites:      counted[models.Site](read, "sites"),
		origins:    counted[map[string][]string](read, "origins"),
		sessions:   counted[models.OpenSession](read, "sessions"),
		rules:      counted[*rules.Set](read, "rules"),
		articles:   countedOverrides[models.ArticleEntry](read, "articles"),
		known:      counted[models.ArticleEntry](read, "known"),
		sanctions:  countedSanctions(read),
		versions:   counted[int64](read, "versions"),
	}
	n.stale = n.invalidations()
	use := func() {
		ctx := t.Context()
		var errs [9]error
		_, errs[0] = n.SiteByKey(ctx, "a key")
		_, errs[1] = n.Site(ctx, "gazette")
		_, errs[2] = n.SitesOfOrigin(ctx, "https://gazette.example")
		_, errs[3] = n.Session(ctx, "s1")
		_, errs[4] = n.Rules(ctx, "gazette")
		_, errs[5] = n.Article(ctx, "gazette", "harbour")
		_, errs[6] = n.Sanction(ctx, "gazette", models.Identity{ID: "m1"})
		_, errs[7] = n.ArticleVersion(ctx, "gazette", "harbour")
		_, errs[8] = n.KnownArticle(ctx, "gazette", "harbour")
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	use()
	clear(read)
	return n, func() []string {
		use()
		var names []string
		for name := range read {
			names = append(names, name)
		}
		if len(n.modelStale) > 0 {
			names = append(names, "model")
		}
		slices.Sort(names)
		return names
	}
}

func TestWhatEventsInvalidate(t *testing.T) {
	event := func(kind models.EventKind, subject, article string) models.Event {
		return models.Event{Kind: kind, Site: "gazette", Subject: subject, Article: article}
	}
	for name, test := range map[string]struct {
		event           models.Event
		here, elsewhere []string
	}{
		"a changed site invalidates the site, all keys and origins":     {event(SiteChanged, "", ""), []string{"keys", "origins", "sites"}, nil},
		"changed rules invalidate the site's rules":                     {event(RulesChanged, "", ""), []string{"rules"}, nil},
		"a changed moderator invalidates all sessions on every node":    {event(ModeratorChanged, "bob", ""), []string{"sessions"}, []string{"sessions"}},
		"an ended session is invalidated on every node":                 {event(SessionEnded, "s1", ""), []string{"sessions"}, []string{"sessions"}},
		"an ended session invalidates no other":                         {event(SessionEnded, "s2", ""), nil, nil},
		"a new comment invalidates the article's version":               {event(models.CommentCreated, "c1", "harbour"), []string{"versions"}, nil},
		"a new comment invalidates no other article's version":          {event(models.CommentCreated, "c1", "tower"), nil, nil},
		"a changed comment invalidates the article's version":           {event(models.CommentChanged, "c1", "harbour"), []string{"versions"}, nil},
		"changed comments without an article invalidate all versions":   {event(models.CommentChanged, "batch", ""), []string{"versions"}, nil},
		"a claimed comment invalidates nothing":                         {event(models.CommentClaimed, "c1", ""), nil, nil},
		"a changed article invalidates its state on every node":         {event(models.ArticleChanged, "harbour", "harbour"), []string{"articles", "known", "versions"}, []string{"articles", "known"}},
		"a described article invalidates what is known of it":           {event(models.ArticleDescribed, "harbour", "harbour"), []string{"articles", "known", "versions"}, []string{"articles", "known"}},
		"a changed author invalidates the sanctions on every node":      {event(models.AuthorChanged, "id:m1", ""), []string{"sanctions"}, []string{"sanctions"}},
		"a promoted model makes every node look for it":                 {event(models.ModelPromoted, "v2", ""), []string{"model"}, []string{"model"}},
		"an event of a kind that this release does not know is ignored": {event("comet.seen", "", ""), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			n, stale := cachedNode(t)
			n.Invalidate(test.event)
			if got := stale(); !slices.Equal(got, test.here) {
				t.Errorf("on the node that made the change: %v, want %v", got, test.here)
			}
			n, stale = cachedNode(t)
			n.receive(test.event)
			if got := stale(); !slices.Equal(got, test.elsewhere) {
				t.Errorf("on other nodes: %v, want %v", got, test.elsewhere)
			}
		})
	}
}
