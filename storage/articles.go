package storage

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"math"
	"slices"

	"winnow/models"
)

// ArticlePage is one page of an article's approved comments, a flat list: a
// parent may be on another page, or not public.
type ArticlePage struct {
	Article  models.Article
	Version  int64
	Total    int // approved comments of the article
	Comments []models.Comment
	Next     string // cursor of the next page; empty on the last
}

// ArticleVersion returns a number that grows with every change of what the
// public sees of an article; 0 when it is unknown.
func (db *DB) ArticleVersion(ctx context.Context, site, article string) (int64, error) {
	return read(ctx, db, func(t *tx) (int64, error) {
		v, err := one(t, scanOne[int64], `SELECT version FROM articles WHERE site = $1 AND id = $2`, site, article)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		return v, err
	})
}

func readArticle(scan scanner) (p ArticlePage, err error) {
	err = scan(&p.Article.Site, &p.Article.ID, &p.Article.URL, &p.Article.Title, &p.Version, &p.Total)
	return p, err
}

// ArticleComments returns a page of the approved comments of an article; an
// unknown article has none.
func (db *DB) ArticleComments(ctx context.Context, site, article string, newestFirst bool, limit int, cur string) (ArticlePage, error) {
	order, compare, direction := "oldest", ">", ""
	from := cursor{At: math.MinInt64}
	if newestFirst {
		order, compare, direction = "newest", "<", " DESC"
		from.At = math.MaxInt64
	}
	if c, ok, err := parseCursor(cur, order); err != nil {
		return ArticlePage{}, err
	} else if ok {
		from = c
	}
	limit = pageSize(limit)
	return read(ctx, db, func(t *tx) (ArticlePage, error) {
		// The version is read before the comments: it may be too old for them,
		// and then they are fetched again, but never too new.
		page, err := one(t, readArticle, `SELECT site, id, url, title, version, approved FROM articles WHERE site = $1 AND id = $2`, site, article)
		if errors.Is(err, sql.ErrNoRows) {
			return ArticlePage{Article: models.Article{Site: site, ID: article}, Comments: []models.Comment{}}, nil
		}
		if err != nil {
			return page, err
		}
		page.Comments, err = list(t, readComment, `SELECT `+commentColumns+commentTables+`
			WHERE c.site = $1 AND c.article = $2 AND c.status = 'approved' AND (c.created_at, c.id) `+compare+` ($3, $4)
			ORDER BY c.created_at`+direction+`, c.id`+direction+` LIMIT $5`,
			site, article, from.At, from.ID, limit+1)
		if len(page.Comments) > limit {
			page.Comments = page.Comments[:limit]
			last := page.Comments[limit-1]
			page.Next = cursor{Order: order, At: micros(last.CreatedAt), ID: last.ID}.String()
		}
		return page, err
	})
}

// ArticleCounts returns the number of approved comments of each article asked
// for, 0 for unknown ones.
func (db *DB) ArticleCounts(ctx context.Context, site string, articles []string) (map[string]int, error) {
	counts := make(map[string]int, len(articles))
	for _, id := range articles {
		counts[id] = 0
	}
	if len(counts) == 0 {
		return counts, nil
	}
	var w where
	w.add("site = ?", site)
	w.in("id", slices.Collect(maps.Keys(counts)))
	type count struct {
		id string
		n  int
	}
	found, err := read(ctx, db, func(t *tx) ([]count, error) {
		return list(t, func(scan scanner) (c count, err error) { err = scan(&c.id, &c.n); return c, err },
			`SELECT id, approved FROM articles`+w.String(), w.args...)
	})
	for _, c := range found {
		counts[c.id] = c.n
	}
	return counts, err
}
