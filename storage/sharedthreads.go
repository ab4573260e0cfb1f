package storage

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Comments stay where they were posted. A thread is read from several articles:
// one, those that were merged into it, and those of the article on another site
// that it shares its thread with, when both sites say so. That is why a merge
// costs the same however many comments there are, and why it can be undone.

// rootOf is the id that an article o stands for.
const rootOf = `CASE o.merged_into WHEN '' THEN o.id ELSE o.merged_into END`

// sharing is the condition that two articles a and p share their thread.
const sharing = `p.site = a.shared_site AND p.id = a.shared_id AND p.shared_site = a.site AND p.shared_id = a.id
	AND a.shared_site <> '' AND a.merged_into = '' AND p.merged_into = ''`

// threadRows are the articles of the thread of one article, which is $1 and $2 or,
// with another condition, several of them.
func threadRows(root string) string {
	own := func(id string) string { return strings.NewReplacer("{}", "a."+id).Replace(root) }
	const columns = `.site, %.id, %.version, %.approved - %.hidden AS public `
	of := func(alias string) string { return strings.ReplaceAll(alias+columns, "%", alias) }
	return `(SELECT a.id AS root, ` + of("a") + `FROM articles a WHERE a.site = $1 AND ` + own("id") + `
		UNION ALL SELECT a.merged_into, ` + of("a") + `FROM articles a WHERE a.site = $1 AND ` + own("merged_into") + ` AND a.merged_into <> ''
		UNION ALL SELECT a.id, ` + of("p") + `FROM articles a JOIN articles p ON ` + sharing + ` WHERE a.site = $1 AND ` + own("id") + `
		UNION ALL SELECT a.id, ` + of("m") + `FROM articles a JOIN articles p ON ` + sharing + `
			JOIN articles m ON m.site = p.site AND m.merged_into = p.id AND m.merged_into <> '' WHERE a.site = $1 AND ` + own("id") + `) AS part`
}

var oneThread = threadRows("{} = $2")

// ArticlePage is one page of an article's public comments, a flat list: those that are
// approved and not below one that was taken down. A parent may be on another page.
type ArticlePage struct {
	Article  models.Article
	Version  int64
	Total    int // public comments of the thread
	Comments []models.Comment
	Next     string // cursor of the next page; empty on the last
}

// ArticleVersion returns a number that grows with every change of what the
// public sees of an article; 0 for an article that is not in the database.
func (db *DB) ArticleVersion(ctx context.Context, site, article string) (int64, error) {
	return read(ctx, db, func(t *tx) (int64, error) { return t.threadVersion(models.ArticleRef{Site: site, Article: article}) })
}

func (t *tx) threadVersion(a models.ArticleRef) (int64, error) {
	// The sum of bigints is numeric in PostgreSQL.
	return sqldb.One(t, sqldb.ScanOne[int64], `SELECT CAST(coalesce(sum(version), 0) AS bigint) FROM `+oneThread, a.Site, a.Article)
}

// growVersions makes a change of which articles belong to which threads, after which
// the versions of these threads are greater than before: a cache that has the old
// thread must not take it for the new one.
func (t *tx) growVersions(threads []models.ArticleRef, change func() error) error {
	before := make([]int64, len(threads))
	for i, a := range threads {
		var err error
		if before[i], err = t.threadVersion(a); err != nil {
			return err
		}
	}
	if err := change(); err != nil {
		return err
	}
	for i, a := range threads {
		after, err := t.threadVersion(a)
		if err != nil {
			return err
		}
		if after > before[i] {
			continue
		}
		if _, err := t.Exec(`UPDATE articles SET version = version + $1 WHERE site = $2 AND id = $3`, before[i]-after+1, a.Site, a.Article); err != nil {
			return err
		}
	}
	return nil
}

// threadMember is an article that a thread is read from.
type threadMember struct {
	models.ArticleRef
	version int64
	public  int
}

func (t *tx) threadMembers(site, article string) ([]threadMember, error) {
	return sqldb.List(t, func(scan sqldb.Scanner) (m threadMember, err error) {
		err = scan(&m.Site, &m.Article, &m.version, &m.public)
		return m, err
	}, `SELECT site, id, version, public FROM `+oneThread, site, article)
}

// publicOrder is an order of public comments.
type publicOrder struct{ name, compare, direction string }

// ArticleComments returns a page of the public comments of an article that stands
// for itself; an unknown article has none.
func (db *DB) ArticleComments(ctx context.Context, site, article string, newestFirst bool, limit int, cur string) (ArticlePage, error) {
	order, from := publicOrder{"oldest", ">", ""}, sqldb.Cursor{At: math.MinInt64}
	if newestFirst {
		order, from.At = publicOrder{"newest", "<", " DESC"}, math.MaxInt64
	}
	if c, ok, err := sqldb.ParseCursor(cur, order.name); err != nil {
		return ArticlePage{}, err
	} else if ok {
		from = c
	}
	limit = sqldb.PageSize(limit)
	return read(ctx, db, func(t *tx) (ArticlePage, error) {
		page := ArticlePage{Article: models.Article{Site: site, ID: article}, Comments: []models.Comment{}}
		a := &page.Article
		// The versions are read before the comments: when a comment changes in
		// between, the version is too old and caches load again; never too new.
		members, err := t.threadMembers(site, article)
		if err != nil || len(members) == 0 {
			return page, err
		}
		_, err = sqldb.One(t, func(scan sqldb.Scanner) (struct{}, error) { return struct{}{}, scan(&a.URL, &a.Title, &a.Described) },
			`SELECT url, title, described FROM articles WHERE site = $1 AND id = $2`, site, article)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return page, err
		}
		for _, m := range members {
			page.Version, page.Total = page.Version+m.version, page.Total+m.public
		}
		page.Comments, err = t.threadComments(members, order, from, limit+1)
		if len(page.Comments) > limit {
			page.Comments = page.Comments[:limit]
			last := page.Comments[limit-1]
			page.Next = sqldb.Cursor{Order: order.name, At: micros(last.CreatedAt), ID: last.ID}.String()
		}
		return page, err
	})
}

// threadComments returns the first public comments of several articles after a
// cursor. Each article is read by its index, because neither database merges them.
func (t *tx) threadComments(members []threadMember, o publicOrder, from sqldb.Cursor, limit int) ([]models.Comment, error) {
	found := []models.Comment{}
	read := 0
	for _, m := range members {
		if m.public == 0 && len(members) > 1 {
			continue
		}
		part, err := sqldb.List(t, readComment, `SELECT `+bareCommentColumns+` FROM comments c
			WHERE c.site = $1 AND c.article = $2 AND c.status = 'approved' AND (c.created_at, c.id) `+o.compare+` ($3, $4) AND NOT `+isHidden+`
			ORDER BY c.created_at`+o.direction+`, c.id`+o.direction+` LIMIT $5`,
			m.Site, m.Article, from.At, from.ID, limit)
		if err != nil {
			return found, err
		}
		found = append(found, part...)
		read++
	}
	if read > 1 {
		slices.SortFunc(found, func(a, b models.Comment) int {
			n := a.CreatedAt.Compare(b.CreatedAt)
			if n == 0 {
				n = strings.Compare(a.ID, b.ID)
			}
			if o.direction != "" {
				return -n
			}
			return n
		})
	}
	return found[:min(limit, len(found))], nil
}

// ArticleCounts returns the number of public comments in the threads of these
// articles, which stand for themselves; 0 for unknown ones.
func (db *DB) ArticleCounts(ctx context.Context, site string, articles []string) (map[string]int, error) {
	counts := make(map[string]int, len(articles))
	args := []any{site}
	var w sqldb.Where
	w.Arg(site)
	for _, id := range articles {
		if _, ok := counts[id]; !ok {
			args = append(args, id)
		}
		counts[id] = 0
	}
	if len(counts) == 0 {
		return counts, nil
	}
	var marks []string
	for _, id := range args[1:] {
		marks = append(marks, w.Arg(id))
	}
	type count struct {
		id string
		n  int
	}
	found, err := read(ctx, db, func(t *tx) ([]count, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (c count, err error) { err = scan(&c.id, &c.n); return c, err },
			`SELECT root, public FROM `+threadRows("{} IN ("+strings.Join(marks, ", ")+")"), w.Args()...)
	})
	for _, c := range found {
		counts[c.id] += c.n
	}
	return counts, err
}

// PartnerSite returns the other site that has the thread of an article too, "" when there
// is none.
func (db *DB) PartnerSite(ctx context.Context, a models.ArticleRef) (string, error) {
	return read(ctx, db, func(t *tx) (string, error) { return t.partnerSite(a) })
}

func (t *tx) partnerSite(a models.ArticleRef) (string, error) {
	site, err := sqldb.One(t, sqldb.ScanOne[string], `SELECT p.site FROM articles a JOIN articles p ON `+sharing+` WHERE a.site = $1 AND a.id = $2`,
		a.Site, a.Article)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return site, err
}

// sharesThread reports whether a comment of one article may answer one of another.
func (t *tx) sharesThread(a, b models.ArticleRef) (bool, error) {
	found, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM articles a JOIN articles p ON `+sharing+`
		WHERE a.site = $1 AND a.id = $2 AND p.site = $3 AND p.id = $4`, a.Site, a.Article, b.Site, b.Article)
	return len(found) > 0, err
}
