package storage

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// hasOverride is the condition of a partial index: articles for which something is
// or was set, and ids that stand for another one.
const hasOverride = `(state <> 'open' OR surge <> '' OR surge_until <> 0 OR closes_at <> 0 OR merged_into <> '')`

const articleColumns = `SELECT site, id, url, title, section, described, named_by, merged_into, published_at, added_at, state, state_until, closes_at, keep_open,
	shared_site, shared_id, surge, surge_until, approved, rejected, pending, active_at FROM articles`

// readArticleEntry returns an article as it is stored: a state or a burst in it
// may have ended.
func readArticleEntry(scan sqldb.Scanner) (e models.ArticleEntry, err error) {
	var published, added, until, closes, burstUntil, active int64
	var burst string
	var shares models.ArticleRef
	err = scan(&e.Site, &e.ID, &e.URL, &e.Title, &e.Section, &e.Described, &e.NamedBy, &e.MergedInto, &published, &added, &e.State, &until, &closes, &e.KeepOpen,
		&shares.Site, &shares.Article, &burst, &burstUntil, &e.Approved, &e.Rejected, &e.Pending, &active)
	if err != nil {
		return e, err
	}
	e.PublishedAt, e.AddedAt, e.ClosesAt = nullTime(published), nullTime(added), nullTime(closes)
	e.Until, e.BurstUntil, e.ActiveAt = nullTime(until), nullTime(burstUntil), nullTime(active)
	if shares.Site != "" {
		e.Shares = &shares
	}
	if burst != "" {
		err = json.Unmarshal([]byte(burst), &e.Burst)
	}
	return e, err
}

// maxScanned is how many articles one search reads.
const maxScanned = 20_000

// Articles returns a page of a site's articles, newest activity first. A search
// in very many articles may return less than a page, and the cursor to continue.
func (db *DB) Articles(ctx context.Context, by models.Caller, f models.ArticleFilter) (found []models.ArticleEntry, next string, err error) {
	const order = "articles"
	if !by.CanSee(f.Site) {
		return nil, "", models.Errorf(models.KindNotFound, "there is no site %q", f.Site)
	}
	from, hasCursor, err := sqldb.ParseCursor(f.Cursor, order)
	if err != nil {
		return nil, "", err
	}
	limit, query := sqldb.PageSize(f.Limit), strings.ToLower(f.Query)
	found = []models.ArticleEntry{}
	purpose := sqldb.Desk
	if query != "" || f.State != "" {
		purpose = sqldb.Searching
	}
	_, err = readFor(ctx, db, purpose, func(t *tx) (struct{}, error) {
		site, err := t.site(f.Site, "")
		if err != nil {
			return struct{}{}, err
		}
		if f.Article != "" {
			if f.Article, err = t.rootArticle(f.Site, f.Article); err != nil {
				return struct{}{}, err
			}
		}
		// What is compared here and not by the database: it has no time at which the
		// site closes an article, and the databases disagree on lower case.
		chosen := func(e models.ArticleEntry) bool {
			return strings.Contains(strings.ToLower(e.Title+"\n"+e.URL+"\n"+e.ID), query) && (f.State == "" || e.State == f.State)
		}
		size := limit + 1
		if query != "" || f.State != "" {
			size = 1000
		}
		w := articleFilter(f, site.Closing, micros(t.Now))
		place := func(e models.ArticleEntry) sqldb.Cursor {
			return sqldb.Cursor{Order: order, At: micros(e.ActiveAt), ID: e.ID}
		}
		for scanned := 0; ; {
			part := w.Clone()
			if hasCursor {
				part.Add("(active_at, id) < (?, ?)", from.At, from.ID)
			}
			rows, err := sqldb.List(t, readArticleEntry, articleColumns+part.String()+" ORDER BY active_at DESC, id DESC LIMIT "+part.Arg(size), part.Args()...)
			if err != nil {
				return struct{}{}, err
			}
			for _, e := range rows {
				if e = e.WithClosing(site.Closing).AsOf(t.Now); !chosen(e) {
					continue
				}
				if len(found) == limit {
					next = place(found[limit-1]).String()
					return struct{}{}, t.completeEntries(f.Site, found)
				}
				found = append(found, e)
			}
			if len(rows) < size {
				return struct{}{}, t.completeEntries(f.Site, found)
			}
			from, hasCursor = place(rows[size-1]), true
			if scanned += size; scanned >= maxScanned {
				next = from.String()
				return struct{}{}, t.completeEntries(f.Site, found)
			}
		}
	})
	return found, next, err
}

func articleFilter(f models.ArticleFilter, closing models.Closing, now int64) *sqldb.Where {
	w := new(sqldb.Where)
	w.Add("site = ?", f.Site)
	if f.Article != "" {
		w.Add("id = ?", f.Article)
	}
	w.AddText("merged_into = ''")
	switch {
	case f.State == "":
	case f.State == models.ArticlePre, f.State == models.ArticleClosed && closing.IsZero():
		w.Add(hasOverride+" AND (state = ? AND (state_until = 0 OR state_until > ?) OR closes_at <> 0 AND closes_at <= ?)", string(f.State), now, now)
	}
	if f.InBurst {
		w.Add(hasOverride+" AND surge_until > ?", now)
	}
	return w
}

// completeEntries adds to articles what others have that were merged into them, and
// whether they share their threads.
func (t *tx) completeEntries(site string, entries []models.ArticleEntry) error {
	if len(entries) == 0 {
		return nil
	}
	at := map[string]*models.ArticleEntry{}
	for i := range entries {
		e := &entries[i]
		at[e.ID] = e
		if e.Shares == nil {
			continue
		}
		var err error
		if e.Shared, err = t.sharesThread(models.ArticleRef{Site: site, Article: e.ID}, *e.Shares); err != nil {
			return err
		}
	}
	var w sqldb.Where
	w.Add(t.Unindexed("site")+" = ?", site)
	w.AddText("merged_into <> ''")
	w.In("merged_into", slices.Collect(maps.Keys(at)))
	merged, err := sqldb.List(t, readArticleEntry, articleColumns+w.String()+" ORDER BY merged_into, site, id", w.Args()...)
	for _, m := range merged {
		e := at[m.MergedInto]
		e.Approved, e.Rejected, e.Pending = e.Approved+m.Approved, e.Rejected+m.Rejected, e.Pending+m.Pending
		e.Aliases = append(e.Aliases, m.ID)
	}
	return err
}

// rootArticle returns the id that an id stands for: itself when it is unknown.
func (t *tx) rootArticle(site, id string) (string, error) {
	e, err := t.article(site, id, "")
	if errors.Is(err, sql.ErrNoRows) {
		return id, nil
	}
	return cmp.Or(e.MergedInto, id), err
}

// Article returns an article with its state; one that is not in the database is
// open.
func (db *DB) Article(ctx context.Context, site, id string) (models.ArticleEntry, error) {
	return read(ctx, db, func(t *tx) (models.ArticleEntry, error) {
		e, err := t.article(site, id, "")
		if errors.Is(err, sql.ErrNoRows) {
			return models.ArticleEntry{Article: models.Article{Site: site, ID: id}, State: models.ArticleOpen}, nil
		}
		return e.AsOf(t.Now), err
	})
}

func (t *tx) article(site, id, lock string) (models.ArticleEntry, error) {
	return sqldb.One(t, readArticleEntry, articleColumns+` WHERE site = $1 AND id = $2`+lock, site, id)
}

// ArticleOverrides returns the articles of a site with a state or a burst that is in
// force now or a time at which they close, and the ids that stand for another one, by
// id; nil when there are more than most.
func (db *DB) ArticleOverrides(ctx context.Context, site string, most int) (map[string]models.ArticleEntry, error) {
	return read(ctx, db, func(t *tx) (map[string]models.ArticleEntry, error) {
		set, err := sqldb.List(t, readArticleEntry, articleColumns+` WHERE site = $1 AND `+hasOverride+`
			AND (surge <> '' OR surge_until > $2 OR closes_at <> 0 OR merged_into <> '' OR state <> 'open' AND (state_until = 0 OR state_until > $2)) ORDER BY active_at, id LIMIT $3`, site, micros(t.Now), most+1)
		if err != nil || len(set) > most {
			return nil, err
		}
		byID := make(map[string]models.ArticleEntry, len(set))
		for _, e := range set {
			byID[e.ID] = e
		}
		return byID, nil
	})
}

// lockArticle returns an article, which it adds when it is not there.
func (t *tx) lockArticle(site, id string) (models.ArticleEntry, error) {
	if _, err := t.Exec(`INSERT INTO articles (site, id, url, title, version, approved, added_at) VALUES ($1, $2, '', '', 1, 0, $3)
		ON CONFLICT (site, id) DO NOTHING`, site, id, micros(t.Now)); err != nil {
		return models.ArticleEntry{}, err
	}
	return t.article(site, id, t.ForUpdate())
}

// StartBurst holds all comments of an article until a time. It returns that
// time, or the one that another node has set before.
func (db *DB) StartBurst(ctx context.Context, site, id string, until time.Time) (time.Time, error) {
	return update(ctx, db, func(t *tx) (time.Time, error) {
		old, err := t.lockArticle(site, id)
		if err != nil {
			return until, err
		}
		if old.BurstUntil.After(t.Now) {
			return old.BurstUntil, nil
		}
		if _, err := t.Exec(`UPDATE articles SET surge_until = $1 WHERE site = $2 AND id = $3`, micros(until), site, id); err != nil {
			return until, err
		}
		e := old
		e.BurstUntil = until
		node := models.Caller{Kind: models.ByCommand, Name: "winnow"}
		if err := t.audit(node, site, "article.surge", id, auditArticle(old), auditArticle(e)); err != nil {
			return until, err
		}
		burst := t.newEvent(models.ArticleChanged, site, id, id, "")
		burst.Cause = models.CauseBurst
		return until, eventRows.Add(t, burst)
	})
}
