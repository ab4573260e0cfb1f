package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"winnow/models"
	"winnow/storage/sqldb"
)

// order is how the queue is sorted. Its columns follow an index, so that the
// first page costs the same however long the queue is.
type order struct {
	by   string
	past string // operator between a later row and an earlier one
	dir  string
	risk string // what the order needs of it, so that its index covers the query
}

const noRisk = "CAST(0 AS double precision)"

var orders = map[models.Sort]order{
	models.SortRisk:   {"c.risk, c.created_at, c.id", "<", " DESC", "c.risk"},
	models.SortOldest: {"c.created_at, c.id", ">", "", noRisk},
	models.SortNewest: {"c.created_at, c.id", "<", " DESC", noRisk},
	// The index is on this expression.
	models.SortUncertain: {"abs(c.risk - 0.5), c.created_at, c.id", ">", "", "abs(c.risk - 0.5)"},
}

// String is the ORDER BY clause.
func (o order) String() string {
	return " ORDER BY " + strings.ReplaceAll(o.by, ",", o.dir+",") + o.dir
}

// after narrows w to the rows that follow a cursor.
func (o order) after(w *sqldb.Where, c sqldb.Cursor) {
	args := []any{c.At, c.ID}
	if o.risk != noRisk {
		args = append([]any{c.Rank}, args...)
	}
	w.Add("("+o.by+") "+o.past+" ("+strings.TrimSuffix(strings.Repeat("?, ", len(args)), ", ")+")", args...)
}

// compare is the same order in Go.
func (o order) compare(a, b sqldb.Cursor) int {
	n := cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.ID, b.ID))
	if o.risk != noRisk {
		n = cmp.Or(cmp.Compare(a.Rank, b.Rank), n)
	}
	if o.dir != "" {
		return -n
	}
	return n
}

const maxQuery = 200 // characters; SQLite refuses very long patterns

// queueFilter turns f into its order and its conditions, without the sites and
// the cursor.
func queueFilter(f *models.QueueFilter) (order, *sqldb.Where, error) {
	if f.Sort == "" {
		f.Sort = models.SortRisk
	}
	f.Limit = sqldb.PageSize(f.Limit)
	var bad models.Invalid
	o, ok := orders[f.Sort]
	if !ok {
		bad.Add("sort", "must be risk, oldest, newest or uncertain")
	}
	if utf8.RuneCountInString(f.Query) > maxQuery {
		bad.Add("q", "must have at most %d characters", maxQuery)
	}
	if err := bad.Err(); err != nil {
		return o, nil, err
	}
	w := new(sqldb.Where)
	w.Add("c.status = 'pending'")
	if f.Reason != "" {
		w.Add("c.reason = ?", string(f.Reason))
	}
	if f.Article != "" {
		w.Add("c.article = ?", f.Article)
	}
	if f.Section != "" {
		// In this form neither database turns it into a join, which would have to
		// sort: the articles are found once, and an index gives the order.
		w.Add(`((c.site, c.article) IN (SELECT a.site, a.id FROM articles a WHERE a.section = ? AND a.section <> '' AND a.pending > 0)) IS TRUE`, f.Section)
	}
	if f.Lang != "" {
		w.Add("c.lang = ?", f.Lang)
	}
	// Another order must not use the index on the time and then sort what it
	// finds: to skip rows in the index of the order costs less. An expression
	// instead of the column keeps the planner from doing so.
	at := "c.created_at"
	if o.risk != noRisk {
		at += " + 0"
	}
	if !f.Since.IsZero() {
		w.Add(at+" >= ?", micros(f.Since))
	}
	if !f.Until.IsZero() {
		w.Add(at+" < ?", micros(f.Until))
	}
	if f.Author != "" {
		// Not with OR, for which SQLite would read the whole queue.
		w.Add(`c.id IN (SELECT id FROM comments WHERE status = 'pending' AND author_id = ?
			UNION ALL SELECT id FROM comments WHERE status = 'pending' AND author_name = ?)`, f.Author, f.Author)
	}
	if f.Campaign != "" {
		w.Add("c.campaign = ? AND c.campaign <> ''", f.Campaign)
	}
	if f.Query != "" {
		w.Add(`c.search LIKE ? ESCAPE '\'`, "%"+escapeLike(f.Query)+"%")
	}
	if f.Signal != "" {
		name, err := toJSON(strings.ToLower(f.Signal)) // as it is in the column
		if err != nil {
			return o, nil, err
		}
		w.Add(`c.signals LIKE ? ESCAPE '\'`, "%"+escapeLike(`"name":`+strings.TrimSuffix(name, `"`))+"%")
	}
	if f.Grouped {
		earliest := "SELECT m.id FROM comments m" + strings.ReplaceAll(w.String(), "c.", "m.") +
			" AND m.campaign = c.campaign AND m.campaign <> '' ORDER BY m.created_at, m.id LIMIT 1"
		w.AddText("(c.campaign = '' OR c.id = (" + earliest + "))")
	}
	return o, w, nil
}

// escapeLike returns a text in lower case, so that LIKE takes it literally.
func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(s))
}

// isNarrowed tells whether f has any condition but a site.
func isNarrowed(f models.QueueFilter) bool {
	f.Site, f.Sort, f.Cursor, f.Limit = "", "", "", 0
	return f != models.QueueFilter{}
}

// Queue returns a page of the pending comments that the caller may see, with the
// live claims of all moderators.
func (db *DB) Queue(ctx context.Context, by models.Caller, f models.QueueFilter) (models.QueuePage, error) {
	o, w, err := queueFilter(&f)
	if err != nil {
		return models.QueuePage{}, err
	}
	from, hasCursor, err := sqldb.ParseCursor(f.Cursor, string(f.Sort))
	if err != nil {
		return models.QueuePage{}, err
	}
	return read(ctx, db, func(t *tx) (page models.QueuePage, err error) {
		all := w.Clone()
		if hasCursor {
			o.after(w, from)
		}
		places, err := t.places(by, f, isSelective(f), o, w, f.Limit+1)
		if err != nil {
			return page, err
		}
		if isNarrowed(f) && !hasCursor && len(places) <= f.Limit {
			page.Total = len(places) // the page is all there is
		} else if page.Total, err = t.queueTotal(by, f, all); err != nil {
			return page, err
		}
		if page.Total > maxCounted && isNarrowed(f) {
			page.Total, page.More = maxCounted, true
		}
		if len(places) > f.Limit {
			places = places[:f.Limit]
			page.Next = places[f.Limit-1].String()
		}
		if page.Items, err = t.queueItems(cursorIDs(places)); err != nil {
			return page, err
		}
		if f.Grouped {
			if err := t.countCopies(page.Items); err != nil {
				return page, err
			}
		}
		return page, t.markSkipped(by, page.Items)
	})
}

// countCopies sets how many comments of each campaign are pending.
func (t *tx) countCopies(items []models.QueueItem) error {
	var groups []string
	for _, item := range items {
		if item.Campaign != nil {
			groups = append(groups, item.Campaign.ID)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	var w sqldb.Where
	w.Add("c.status = 'pending' AND c.campaign <> ''")
	w.In("c.campaign", groups)
	waiting := map[string]int{}
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (id string, err error) {
		var n int
		err = scan(&id, &n)
		waiting[id] = n
		return id, err
	}, `SELECT c.campaign, count(*) FROM comments c`+w.String()+` GROUP BY c.campaign`, w.Args()...)
	for _, item := range items {
		if item.Campaign != nil {
			item.Campaign.Pending = waiting[item.Campaign.ID]
		}
	}
	return err
}

// places returns the first rows of the queue as cursors; selective says that w
// matches few of them. For several sites it runs one query each and merges the
// results: no index has them in a common order.
func (t *tx) places(by models.Caller, f models.QueueFilter, few bool, o order, w *sqldb.Where, limit int) ([]sqldb.Cursor, error) {
	sites, all, err := visibleSites(by, f.Site)
	if err != nil {
		return nil, err
	}
	first := func(w *sqldb.Where) ([]sqldb.Cursor, error) {
		query := `SELECT c.id, ` + o.risk + `, c.created_at FROM comments c` + w.String() + o.String() + " LIMIT " + w.Arg(limit)
		return sqldb.List(t, func(scan sqldb.Scanner) (c sqldb.Cursor, err error) {
			c.Order = string(f.Sort)
			err = scan(&c.ID, &c.Rank, &c.At)
			return c, err
		}, query, w.Args()...)
	}
	if all {
		return first(w.Clone())
	}
	var places []sqldb.Cursor
	for _, site := range sites {
		found, err := first(w.And(siteColumn(few)+" = ?", site))
		if err != nil {
			return nil, err
		}
		places = append(places, found...)
	}
	slices.SortFunc(places, o.compare)
	return places[:min(limit, len(places))], nil
}

// isSelective tells whether f matches few comments: those of one article or of
// one author.
func isSelective(f models.QueueFilter) bool { return f.Article != "" || f.Author != "" }

// siteColumn is what a site's name is compared with. Selective queries have
// indexes of their own, on the article, the author or the claim. With the plain
// column, SQLite would prefer the index on the site and read all that is pending
// there; the expression prevents that.
func siteColumn(few bool) string {
	if few {
		return "c.site || ''"
	}
	return "c.site"
}

func cursorIDs(places []sqldb.Cursor) []string {
	ids := make([]string, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	return ids
}

// maxCounted is how many comments are counted when a filter has more conditions
// than a site: nobody should wait while a long queue is read to its end.
const maxCounted = 1000

// queueTotal counts what the filter matches, up to one more than maxCounted; when
// it has no condition but a site, it returns the counter.
func (t *tx) queueTotal(by models.Caller, f models.QueueFilter, w *sqldb.Where) (int, error) {
	if isNarrowed(f) {
		w := w.Clone()
		if err := addVisible(w, by, siteColumn(isSelective(f)), f.Site); err != nil {
			return 0, err
		}
		query := `SELECT count(*) FROM (SELECT 1 FROM comments c` + w.String() + " LIMIT " + w.Arg(maxCounted+1) + ") AS part"
		return sqldb.One(t, sqldb.ScanOne[int], query, w.Args()...)
	}
	var sites sqldb.Where
	if err := addVisible(&sites, by, "site", f.Site); err != nil {
		return 0, err
	}
	// The sum of bigints is numeric in PostgreSQL.
	return sqldb.One(t, sqldb.ScanOne[int], `SELECT CAST(coalesce(sum(pending), 0) AS bigint) FROM site_counts`+sites.String(), sites.Args()...)
}

// queueItems returns the comments with these ids as a moderator sees them, in the
// order of the ids.
func (t *tx) queueItems(ids []string) ([]models.QueueItem, error) {
	items := []models.QueueItem{}
	if len(ids) == 0 {
		return items, nil
	}
	var w sqldb.Where
	w.In("c.id", ids)
	found, err := sqldb.List(t, readCommentRow, commentRowColumns+w.String(), w.Args()...)
	if err != nil {
		return nil, err
	}
	records, err := t.authorRecords(ids)
	if err != nil {
		return nil, err
	}
	var parents []string
	for _, k := range found {
		if k.comment.ParentID != "" {
			parents = append(parents, k.comment.ParentID)
		}
	}
	answered, err := t.commentsByID(parents)
	if err != nil {
		return nil, err
	}
	for _, k := range found {
		c := k.comment
		item := models.QueueItem{
			Comment: c, Verdict: k.verdict, Version: c.Version, Claim: k.liveClaim(t),
			Context: models.Context{Author: records[c.ID]}, Campaign: k.campaign,
		}
		if parent, ok := answered[c.ParentID]; ok {
			item.Context.Parent = &parent
		}
		if k.burstUntil.After(t.Now) {
			item.Comment.Article.SurgeUntil = k.burstUntil
		}
		items = append(items, item)
	}
	slices.SortFunc(items, func(a, b models.QueueItem) int {
		return slices.Index(ids, a.Comment.ID) - slices.Index(ids, b.Comment.ID)
	})
	return items, nil
}

func (t *tx) commentsByID(ids []string) (map[string]models.Comment, error) {
	found := map[string]models.Comment{}
	if len(ids) == 0 {
		return found, nil
	}
	var w sqldb.Where
	w.In("c.id", ids)
	all, err := sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+w.String(), w.Args()...)
	for _, c := range all {
		found[c.ID] = c
	}
	return found, err
}

// authorRecords returns the counters and sanctions of the authors of these
// comments, by id of the comment.
func (t *tx) authorRecords(ids []string) (map[string]models.KnownAuthor, error) {
	type row struct {
		id     string
		author models.KnownAuthor
	}
	var w sqldb.Where
	w.In("c.id", ids)
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		a := &r.author
		a.Sanction, err = readSanction(func(into ...any) error {
			return scan(append([]any{&r.id, &a.Approved, &a.Rejected, &a.Pending}, into...)...)
		})
		if a.Trust = a.Record.Trust(); !a.Sanction.Holds(t.Now) {
			a.Sanction = nil
		}
		return r, err
	}, `SELECT c.id, o.approved, o.rejected, o.pending, `+sanctionColumns+` FROM comments c JOIN authors o ON o.site = c.site AND o.key = c.author_key
		LEFT JOIN standings s ON s.site = c.site AND s.key = c.author_key`+w.String(), w.Args()...)
	found := map[string]models.KnownAuthor{}
	for _, r := range rows {
		found[r.id] = r.author
	}
	return found, err
}
