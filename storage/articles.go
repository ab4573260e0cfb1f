package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// ArticlePage is one page of an article's public comments, a flat list: those that are
// approved and not below one that was taken down. A parent may be on another page.
type ArticlePage struct {
	Article  models.Article
	Version  int64
	Total    int // public comments of the article
	Comments []models.Comment
	Next     string // cursor of the next page; empty on the last
}

// ArticleVersion returns a number that grows with every change of what the
// public sees of an article; 0 for an article that is not in the database.
func (db *DB) ArticleVersion(ctx context.Context, site, article string) (int64, error) {
	return read(ctx, db, func(t *tx) (int64, error) {
		v, err := sqldb.One(t, sqldb.ScanOne[int64], `SELECT version FROM articles WHERE site = $1 AND id = $2`, site, article)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		return v, err
	})
}

func readArticle(scan sqldb.Scanner) (p ArticlePage, err error) {
	err = scan(&p.Article.Site, &p.Article.ID, &p.Article.URL, &p.Article.Title, &p.Version, &p.Total)
	return p, err
}

// ArticleComments returns a page of the public comments of an article; an
// unknown article has none.
func (db *DB) ArticleComments(ctx context.Context, site, article string, newestFirst bool, limit int, cur string) (ArticlePage, error) {
	order, compare, direction := "oldest", ">", ""
	from := sqldb.Cursor{At: math.MinInt64}
	if newestFirst {
		order, compare, direction = "newest", "<", " DESC"
		from.At = math.MaxInt64
	}
	if c, ok, err := sqldb.ParseCursor(cur, order); err != nil {
		return ArticlePage{}, err
	} else if ok {
		from = c
	}
	limit = sqldb.PageSize(limit)
	return read(ctx, db, func(t *tx) (ArticlePage, error) {
		// The version is read before the comments: when a comment changes in
		// between, the version is too old and caches load again; never too new.
		page, err := sqldb.One(t, readArticle, `SELECT site, id, url, title, version, approved - hidden FROM articles WHERE site = $1 AND id = $2`, site, article)
		if errors.Is(err, sql.ErrNoRows) {
			return ArticlePage{Article: models.Article{Site: site, ID: article}, Comments: []models.Comment{}}, nil
		}
		if err != nil {
			return page, err
		}
		page.Comments, err = sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+`
			WHERE c.site = $1 AND c.article = $2 AND c.status = 'approved' AND (c.created_at, c.id) `+compare+` ($3, $4) AND NOT `+isHidden+`
			ORDER BY c.created_at`+direction+`, c.id`+direction+` LIMIT $5`,
			site, article, from.At, from.ID, limit+1)
		if len(page.Comments) > limit {
			page.Comments = page.Comments[:limit]
			last := page.Comments[limit-1]
			page.Next = sqldb.Cursor{Order: order, At: micros(last.CreatedAt), ID: last.ID}.String()
		}
		return page, err
	})
}

// ArticleCounts returns the number of public comments of each of these
// articles, 0 for unknown ones.
func (db *DB) ArticleCounts(ctx context.Context, site string, articles []string) (map[string]int, error) {
	counts := make(map[string]int, len(articles))
	for _, id := range articles {
		counts[id] = 0
	}
	if len(counts) == 0 {
		return counts, nil
	}
	var w sqldb.Where
	w.Add("site = ?", site)
	w.In("id", slices.Collect(maps.Keys(counts)))
	type count struct {
		id string
		n  int
	}
	found, err := read(ctx, db, func(t *tx) ([]count, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (c count, err error) { err = scan(&c.id, &c.n); return c, err },
			`SELECT id, approved - hidden FROM articles`+w.String(), w.Args()...)
	})
	for _, c := range found {
		counts[c.id] = c.n
	}
	return counts, err
}

// hasOverride is the condition of a partial index: articles for which a state or
// a burst is or was set.
const hasOverride = `(state <> 'open' OR surge <> '' OR surge_until <> 0)`

const articleColumns = `SELECT site, id, url, title, section, state, state_until, surge, surge_until, approved, rejected, pending, active_at FROM articles`

// readArticleEntry returns an article as it is stored: a state or a burst in it
// may have ended.
func readArticleEntry(scan sqldb.Scanner) (e models.ArticleEntry, err error) {
	var until, burstUntil, active int64
	var burst string
	err = scan(&e.Site, &e.ID, &e.URL, &e.Title, &e.Section, &e.State, &until, &burst, &burstUntil, &e.Approved, &e.Rejected, &e.Pending, &active)
	if err != nil {
		return e, err
	}
	e.Until, e.BurstUntil, e.ActiveAt = nullTime(until), nullTime(burstUntil), nullTime(active)
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
	size := limit + 1
	if query != "" {
		size = 1000
	}
	found = []models.ArticleEntry{}
	_, err = read(ctx, db, func(t *tx) (struct{}, error) {
		w := articleFilter(f, micros(t.Now))
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
				// Compared here, because the databases disagree on lower case.
				if !strings.Contains(strings.ToLower(e.Title+"\n"+e.URL+"\n"+e.ID), query) {
					continue
				}
				if len(found) == limit {
					next = place(found[limit-1]).String()
					return struct{}{}, nil
				}
				found = append(found, e.AsOf(t.Now))
			}
			if len(rows) < size {
				return struct{}{}, nil
			}
			from, hasCursor = place(rows[size-1]), true
			if scanned += size; scanned >= maxScanned {
				next = from.String()
				return struct{}{}, nil
			}
		}
	})
	return found, next, err
}

func articleFilter(f models.ArticleFilter, now int64) *sqldb.Where {
	w := new(sqldb.Where)
	w.Add("site = ?", f.Site)
	if f.Article != "" {
		w.Add("id = ?", f.Article)
	}
	switch f.State {
	case "":
	case models.ArticleOpen:
		w.Add("(state = 'open' OR state_until <> 0 AND state_until <= ?)", now)
	default:
		w.Add(hasOverride+" AND state = ? AND (state_until = 0 OR state_until > ?)", string(f.State), now)
	}
	if f.InBurst {
		w.Add(hasOverride+" AND surge_until > ?", now)
	}
	return w
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
// force now, by id; nil when there are more than most.
func (db *DB) ArticleOverrides(ctx context.Context, site string, most int) (map[string]models.ArticleEntry, error) {
	return read(ctx, db, func(t *tx) (map[string]models.ArticleEntry, error) {
		set, err := sqldb.List(t, readArticleEntry, articleColumns+` WHERE site = $1 AND `+hasOverride+`
			AND (surge <> '' OR surge_until > $2 OR state <> 'open' AND (state_until = 0 OR state_until > $2)) LIMIT $3`, site, micros(t.Now), most+1)
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

// UpdateArticle lets change edit section, state, until and burst settings of an
// article, which need not have comments; a zero BurstUntil ends a burst.
func (db *DB) UpdateArticle(ctx context.Context, by models.Caller, site, id string, change func(*models.ArticleEntry) error) (models.ArticleEntry, error) {
	if !by.CanSee(site) {
		return models.ArticleEntry{}, models.Errorf(models.KindNotFound, "there is no site %q", site)
	}
	return update(ctx, db, func(t *tx) (models.ArticleEntry, error) {
		old, err := t.lockArticle(site, id)
		if err != nil {
			return old, err
		}
		e := old.AsOf(t.Now)
		if err := change(&e); err != nil {
			return old, err
		}
		if err := e.Validate(); err != nil {
			return old, err
		}
		burst := ""
		if e.Burst != nil {
			if burst, err = toJSON(e.Burst); err != nil {
				return old, err
			}
		}
		if _, err := t.UpdateRows("articles", articleKey(site, id),
			"section", e.Section,
			"state", string(e.State),
			"state_until", micros(e.Until),
			"surge", burst,
			"surge_until", micros(e.BurstUntil),
		); err != nil {
			return old, err
		}
		if err := t.audit(by, site, "article.update", id, auditArticle(old), auditArticle(e)); err != nil {
			return old, err
		}
		return e, t.event(models.ArticleChanged, site, id, id, "")
	})
}

func articleKey(site, id string) *sqldb.Where {
	w := new(sqldb.Where)
	w.Add("site = ?", site)
	w.Add("id = ?", id)
	return w
}

// lockArticle returns an article, which it adds when it is not there.
func (t *tx) lockArticle(site, id string) (models.ArticleEntry, error) {
	if _, err := t.Exec(`INSERT INTO articles (site, id, url, title, version, approved) VALUES ($1, $2, '', '', 1, 0)
		ON CONFLICT (site, id) DO NOTHING`, site, id); err != nil {
		return models.ArticleEntry{}, err
	}
	return t.article(site, id, t.ForUpdate())
}

// auditArticle is what the audit trail stores of an article.
func auditArticle(e models.ArticleEntry) map[string]any {
	trail := map[string]any{"state": e.State, "section": e.Section}
	if !e.Until.IsZero() {
		trail["until"] = e.Until
	}
	if e.Burst != nil {
		trail["surge"] = e.Burst
	}
	if !e.BurstUntil.IsZero() {
		trail["surge_until"] = e.BurstUntil
	}
	return trail
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
		return until, t.event(models.ArticleChanged, site, id, id, "")
	})
}
