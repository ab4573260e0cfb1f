package storage

import (
	"cmp"
	"context"
	"slices"
	"time"

	"winnow/models"
)

// ArticleChange is what the newsroom says of one article.
type ArticleChange struct {
	ID        string
	Change    func(*models.ArticleEntry) error // edits what is stored, which has no state or burst that has ended
	Aliases   []string                         // more ids of the article
	Canonical string                           // the id that ID is to stand for; empty: it stays as it is
}

// UpdateArticle is UpdateArticles for one article.
func (db *DB) UpdateArticle(ctx context.Context, by models.Caller, site, id string, change func(*models.ArticleEntry) error) (models.ArticleEntry, error) {
	all, _, err := db.UpdateArticles(ctx, by, site, []ArticleChange{{ID: id, Change: change}})
	if err != nil {
		return models.ArticleEntry{}, err
	}
	return all[0], nil
}

// articleResults are the articles after a change, and the ids for which it made a
// difference.
type articleResults struct {
	entries []models.ArticleEntry
	changed []string
}

// UpdateArticles changes articles, all or none, and returns them in the order of the
// changes, with the ids for which that made a difference. They need not have comments.
// What an alias gets is set for the article that it stands for. Each difference is in
// the audit trail.
func (db *DB) UpdateArticles(ctx context.Context, by models.Caller, site string, changes []ArticleChange) (all []models.ArticleEntry, changed []string, err error) {
	if !by.CanSee(site) {
		return nil, nil, models.Errorf(models.KindNotFound, "there is no site %q", site)
	}
	// In the order of the ids, which prevents deadlocks between nodes.
	order := make([]int, len(changes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(changes[a].ID, changes[b].ID) })
	r, err := update(ctx, db, func(t *tx) (articleResults, error) {
		r := articleResults{entries: make([]models.ArticleEntry, len(changes))}
		settings, err := t.site(site, "")
		if err != nil {
			return r, err
		}
		for _, i := range order {
			changed, err := t.changeArticle(by, settings, changes[i])
			if err != nil {
				return r, err
			}
			r.changed = append(r.changed, changed...)
		}
		for i, c := range changes { // now that none is merged any more
			if r.entries[i], err = t.currentArticle(settings, c.ID); err != nil {
				return r, err
			}
		}
		return r, t.completeEntries(site, r.entries)
	})
	return r.entries, r.changed, err
}

// currentArticle returns the article that an id stands for, as it counts now.
func (t *tx) currentArticle(site models.Site, id string) (models.ArticleEntry, error) {
	id, err := t.rootArticle(site.Slug, id)
	if err != nil {
		return models.ArticleEntry{}, err
	}
	e, err := t.article(site.Slug, id, "")
	return e.WithClosing(site.Closing).AsOf(t.Now), err
}

// changeArticle makes one change and returns the ids for which it made a difference.
func (t *tx) changeArticle(by models.Caller, site models.Site, c ArticleChange) (changed []string, err error) {
	id, err := t.rootArticle(site.Slug, c.ID)
	if err != nil {
		return nil, err
	}
	old, err := t.lockArticle(site.Slug, id)
	if err != nil {
		return nil, err
	}
	e := old.WithoutEnded(t.Now)
	e.ClosedBy = old.WithClosing(site.Closing).AsOf(t.Now).ClosedBy
	if err := c.Change(&e); err != nil {
		return nil, err
	}
	if err := e.Validate(); err != nil {
		return nil, err
	}
	differs, err := t.storeArticle(by, old, e)
	if err != nil {
		return nil, err
	}
	if differs {
		changed = append(changed, id)
	}
	if c.Canonical != "" {
		root, err := t.setCanonical(by, site.Slug, id, c.Canonical)
		if err != nil {
			return nil, err
		}
		if root != id {
			changed = append(changed, id, root, c.Canonical)
		}
		id = root
	}
	for _, alias := range c.Aliases {
		differs, err := t.addAlias(by, site.Slug, alias, id)
		if err != nil {
			return nil, err
		}
		if differs {
			changed = append(changed, alias, id)
		}
	}
	return changed, nil
}

// storeArticle stores what was changed of an article, and reports whether anything was.
func (t *tx) storeArticle(by models.Caller, old, e models.ArticleEntry) (differs bool, err error) {
	before, after := auditArticle(old), auditArticle(e)
	same, err := equalJSON(before, after)
	if err != nil || same {
		return false, err
	}
	if err := t.updateArticle(old, e); err != nil {
		return true, err
	}
	if err := t.audit(by, e.Site, "article.update", e.ID, before, after); err != nil {
		return true, err
	}
	return true, t.event(models.ArticleChanged, e.Site, e.ID, e.ID, "")
}

func (t *tx) updateArticle(old, e models.ArticleEntry) (err error) {
	burst := ""
	if e.Burst != nil {
		if burst, err = toJSON(e.Burst); err != nil {
			return err
		}
	}
	var threads []models.ArticleRef // those that change for readers
	if old.URL != e.URL || old.Title != e.Title || old.Described != e.Described {
		threads = []models.ArticleRef{{Site: e.Site, Article: e.ID}}
	}
	var shares models.ArticleRef
	if e.Shares != nil {
		shares = *e.Shares
	}
	if old.Shares == nil != (e.Shares == nil) || old.Shares != nil && *old.Shares != shares {
		threads = affected(old, e)
	}
	err = t.growVersions(threads, func() error {
		_, err := t.UpdateRows("articles", key{e.Site, e.ID}.where(),
			"url", e.URL,
			"title", e.Title,
			"section", e.Section,
			"described", e.Described,
			"published_at", micros(e.PublishedAt),
			"state", string(e.State),
			"state_until", micros(e.Until),
			"closes_at", micros(e.ClosesAt),
			"keep_open", e.KeepOpen,
			"shared_site", shares.Site,
			"shared_id", shares.Article,
			"surge", burst,
			"surge_until", micros(e.BurstUntil),
		)
		return err
	})
	if err != nil || old.Section == e.Section {
		return err
	}
	// The queue is filtered by the section of each article that something waits on.
	_, err = t.Exec(`UPDATE articles SET section = $1 WHERE site = $2 AND merged_into = $3 AND merged_into <> ''`, e.Section, e.Site, e.ID)
	return err
}

func equalJSON(a, b any) (bool, error) {
	x, err := toJSON(a)
	if err != nil {
		return false, err
	}
	y, err := toJSON(b)
	return x == y, err
}

// auditArticle is what the audit trail stores of an article.
func auditArticle(e models.ArticleEntry) map[string]any {
	trail := map[string]any{"state": e.State, "section": e.Section}
	for name, text := range map[string]string{"title": e.Title, "url": e.URL} {
		if text != "" {
			trail[name] = text
		}
	}
	for name, at := range map[string]time.Time{
		"published_at": e.PublishedAt, "until": e.Until, "closes_at": e.ClosesAt, "surge_until": e.BurstUntil,
	} {
		if !at.IsZero() {
			trail[name] = at
		}
	}
	for name, set := range map[string]bool{"described": e.Described, "keep_open": e.KeepOpen} {
		if set {
			trail[name] = true
		}
	}
	if e.Shares != nil {
		trail["shares"] = e.Shares
	}
	if e.Burst != nil {
		trail["surge"] = e.Burst
	}
	return trail
}
