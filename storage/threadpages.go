package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// ThreadComment is a comment where it stands in its thread.
type ThreadComment struct {
	models.Comment
	RootID string // of the comment that starts the thread
	Depth  int    // 0 to MaxDepth
	// To is the name of the author whom it answers, where its place does not say so: from
	// the depth 2 on. Empty also when that comment is gone.
	To string
	// EditedAt is when its author changed the text last; zero: never.
	EditedAt time.Time
	// Removed is a placeholder: nobody sees the comment any more, but there are public
	// replies below it. It has ids, depth and the time of creation alone.
	Removed bool

	article models.ArticleRef // that it was posted on
	thread  string            // see replyThread
	rank    float64           // in the order of the best
}

// Thread is a comment that answers no other, with the first of the replies below it.
type Thread struct {
	ThreadComment
	Replies   []ThreadComment // in the order of the conversation
	More      int             // how many replies follow, at most MaxMore
	MoreAfter string          // cursor of ThreadReplies for those; empty: none
}

// ThreadPage is a page of an article's threads.
type ThreadPage struct {
	Article  models.Article
	Version  int64
	Total    int             // public comments of the article
	Featured []ThreadComment // only on the first page: the newest that the newsroom points out
	Threads  []Thread
	Next     string // cursor of the next page; empty on the last
}

// ThreadOrder is an order of threads.
type ThreadOrder string

// The best threads are those that the newsroom points out, then those of the authors with
// the best record when they wrote them; the newest first among equals.
const (
	ThreadsNewest ThreadOrder = "newest"
	ThreadsOldest ThreadOrder = "oldest"
	ThreadsBest   ThreadOrder = "best"
)

const (
	firstReplies = 3   // of a thread, on a page of threads
	maxFeatured  = 3   // that stand above all threads
	MaxMore      = 500 // replies that are counted of one thread
)

// IsThreadOrder reports whether there is such an order.
func IsThreadOrder(o ThreadOrder) bool {
	return o == ThreadsNewest || o == ThreadsOldest || o == ThreadsBest
}

// Threads returns a page of the threads of an article that stands for itself; an unknown
// article has none. What it costs depends on how many threads the page has, not on how many
// comments the article has.
func (db *DB) Threads(ctx context.Context, site, article string, order ThreadOrder, limit int, cur string) (ThreadPage, error) {
	from, err := firstThread(order, cur)
	if err != nil {
		return ThreadPage{}, err
	}
	limit = sqldb.PageSize(limit)
	return readPlaced(ctx, db, site, article, func(t *tx, members threadMembers) (ThreadPage, error) {
		page := ThreadPage{Threads: []Thread{}}
		if page.Article, err = t.threadArticle(site, article); err != nil || len(members) == 0 {
			return page, err
		}
		page.Version, page.Total = members.state()
		roots, err := t.roots(members, order, from, limit+1)
		if err != nil {
			return page, err
		}
		if len(roots) > limit {
			roots = roots[:limit]
			page.Next = cursorOf(order, roots[limit-1])
		}
		if cur == "" {
			if page.Featured, err = t.featured(members); err != nil {
				return page, err
			}
		}
		page.Threads, err = t.withReplies(members, roots, page.Featured)
		return page, err
	})
}

// firstThread is the place in an order where a page begins.
func firstThread(order ThreadOrder, cur string) (sqldb.Cursor, error) {
	from, ok, err := sqldb.ParseCursor(cur, "threads "+string(order))
	if err != nil || ok {
		return from, err
	}
	if order == ThreadsOldest {
		return sqldb.Cursor{At: math.MinInt64}, nil
	}
	return sqldb.Cursor{Rank: 2 * featuredRank, At: math.MaxInt64}, nil
}

// featuredRank is what being featured adds to the trust of an author, which is less.
const featuredRank = 100

func cursorOf(order ThreadOrder, c ThreadComment) string {
	at := sqldb.Cursor{Order: "threads " + string(order), At: micros(c.CreatedAt), ID: c.ID}
	if order == ThreadsBest {
		at.Rank = c.rank
	}
	return at.String()
}

// threadMembers are the articles that a thread is read from.
type threadMembers []threadMember

func (m threadMembers) state() (version int64, total int) {
	for _, a := range m {
		version, total = version+a.version, total+a.public
	}
	return version, total
}

// sites are those of the articles. Most threads are on one.
func (m threadMembers) sites() (all []string) {
	for _, a := range m {
		if !slices.Contains(all, a.Site) {
			all = append(all, a.Site)
		}
	}
	return all
}

// readPlaced reads of the threads of an article, when all replies have their places. The
// versions of members are from before: when a comment changes in between, the version is too
// old and caches load again; never too new.
func readPlaced[T any](ctx context.Context, db *DB, site, article string, query func(*tx, threadMembers) (T, error)) (T, error) {
	unplaced := errors.New("replies have no places")
	for attempt := 0; ; attempt++ {
		var members threadMembers
		result, err := read(ctx, db, func(t *tx) (result T, err error) {
			if members, err = t.threadMembers(site, article); err != nil {
				return result, err
			}
			if attempt == 0 {
				if missing, err := t.hasUnplaced(members); err != nil || missing {
					return result, cmp.Or(err, unplaced)
				}
			}
			return query(t, members)
		})
		if !errors.Is(err, unplaced) {
			return result, err
		}
		refs := make([]models.ArticleRef, len(members))
		for i, m := range members {
			refs[i] = m.ArticleRef
		}
		if err := db.placeReplies(ctx, refs); err != nil {
			return result, err
		}
	}
}

func (t *tx) hasUnplaced(members threadMembers) (bool, error) {
	for _, m := range members {
		found, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM comments
			WHERE site = $1 AND article = $2 AND parent_id <> '' AND thread = '' LIMIT 1`, m.Site, m.Article)
		if err != nil || len(found) > 0 {
			return len(found) > 0, err
		}
	}
	return false, nil
}

// threadArticle is what readers are told of an article.
func (t *tx) threadArticle(site, id string) (models.Article, error) {
	a := models.Article{Site: site, ID: id}
	_, err := sqldb.One(t, func(scan sqldb.Scanner) (struct{}, error) { return struct{}{}, scan(&a.URL, &a.Title, &a.Described) },
		`SELECT url, title, described FROM articles WHERE site = $1 AND id = $2`, site, id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return a, err
}

// inThread is the condition that comments of a thread c are in its indexes.
const inThread = `(c.status = 'approved' OR c.reason IN ('erased', 'withdrawn'))`

// threadColumns are what a page of threads has of a comment.
var threadColumns = bareCommentColumns + `, c.thread, c.trust`

func readThreadComment(scan sqldb.Scanner) (c ThreadComment, err error) {
	into, done := commentInto(&c.Comment)
	err = scan(append(into, &c.thread, &c.rank)...)
	done()
	c.article = articleRef(c.Comment)
	if c.Featured {
		c.rank += featuredRank
	}
	c.RootID, c.Depth = rootOfThread(c.Comment, c.thread), depthOf(c.thread)
	if c.Status != models.Approved { // whoever reads on has nothing that could leak
		c.Removed = true
		c.Comment = models.Comment{ID: c.ID, Site: c.Site, ParentID: c.ParentID, CreatedAt: c.CreatedAt}
	}
	return c, err
}

// publicBelow is the condition that there are public comments below c, where sites is the
// condition of the column {}.site. path is where c stands: its thread, or the id of a root.
func publicBelow(path, sites string) string {
	return `EXISTS (SELECT 1 FROM comments d WHERE ` + of("d", sites) + ` AND d.thread > ` + path + ` AND d.thread < ` + path + ` || 'g' AND d.thread <> ''
			AND (d.status = 'approved' OR d.reason IN ('erased', 'withdrawn')) AND d.status = 'approved'
			AND NOT EXISTS (SELECT 1 FROM hidden_replies h WHERE h.site = d.site AND h.comment_id = d.id))`
}

// answered is the condition that there are public replies to c.
func answered(sites string) string {
	return `EXISTS (SELECT 1 FROM comments d WHERE ` + of("d", sites) + ` AND d.parent_id = c.id AND d.parent_id <> ''
			AND d.status = 'approved' AND NOT EXISTS (SELECT 1 FROM hidden_replies h WHERE h.site = d.site AND h.comment_id = d.id))`
}

// siteCondition is the condition that {}.site is one of the sites of a thread.
func siteCondition(w *sqldb.Where, sites []string) string {
	if len(sites) == 1 {
		return "{}.site = " + w.Arg(sites[0])
	}
	marks := make([]string, len(sites))
	for i, s := range sites {
		marks[i] = w.Arg(s)
	}
	return "{}.site IN (" + strings.Join(marks, ", ") + ")"
}

// roots returns the first comments after a place in an order that start threads. Each
// article is read by its index, because neither database merges them.
func (t *tx) roots(members threadMembers, order ThreadOrder, from sqldb.Cursor, limit int) ([]ThreadComment, error) {
	var all []ThreadComment
	for _, m := range members {
		var w sqldb.Where
		w.Add("c.site = ? AND c.article = ?", m.Site, m.Article)
		w.AddText("c.parent_id = '' AND " + inThread)
		var sorted string
		switch order {
		case ThreadsBest:
			featured, trust := from.Rank >= featuredRank, int64(from.Rank)
			if featured {
				trust -= featuredRank
			}
			w.Add("(c.featured, c.trust, c.created_at, c.id) < (?, ?, ?, ?)", featured, trust, from.At, from.ID)
			sorted = "c.featured DESC, c.trust DESC, c.created_at DESC, c.id DESC"
		case ThreadsNewest:
			w.Add("(c.created_at, c.id) < (?, ?)", from.At, from.ID)
			sorted = "c.created_at DESC, c.id DESC"
		default:
			w.Add("(c.created_at, c.id) > (?, ?)", from.At, from.ID)
			sorted = "c.created_at, c.id"
		}
		w.AddText("(c.status = 'approved' OR " + publicBelow("c.id", siteCondition(&w, members.sites())) + ")")
		part, err := sqldb.List(t, readThreadComment, `SELECT `+threadColumns+` FROM comments c`+w.String()+` ORDER BY `+sorted+` LIMIT `+w.Arg(limit), w.Args()...)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	if len(members) > 1 {
		slices.SortFunc(all, func(a, b ThreadComment) int { return compareRoots(order, a, b) })
	}
	return all[:min(limit, len(all))], nil
}

func compareRoots(order ThreadOrder, a, b ThreadComment) int {
	n := cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
	switch order {
	case ThreadsBest:
		return -cmp.Or(cmp.Compare(a.rank, b.rank), n)
	case ThreadsNewest:
		return -n
	}
	return n
}

// featured returns the newest comments that the newsroom points out.
func (t *tx) featured(members threadMembers) ([]ThreadComment, error) {
	var all []ThreadComment
	for _, m := range members {
		part, err := sqldb.List(t, readThreadComment, `SELECT `+threadColumns+` FROM comments c
			WHERE c.site = $1 AND c.article = $2 AND c.featured AND c.status = 'approved' AND NOT `+isHidden+`
			ORDER BY c.created_at DESC, c.id DESC LIMIT $3`, m.Site, m.Article, maxFeatured)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	slices.SortFunc(all, func(a, b ThreadComment) int { return compareRoots(ThreadsNewest, a, b) })
	return all[:min(maxFeatured, len(all))], nil
}
