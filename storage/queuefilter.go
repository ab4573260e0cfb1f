package storage

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage/sqldb"
)

// queueOrder is how the queue is sorted. Its columns follow an index, so that the
// first page costs the same however long the queue is.
type queueOrder struct {
	columns   string
	operator  string // between a later row and an earlier one
	direction string
	risk      string // what the order needs of it, so that its index covers the query
}

const noRisk = "CAST(0 AS double precision)"

var queueOrders = map[models.Sort]queueOrder{
	models.SortRisk:   {"c.risk, c.created_at, c.id", "<", " DESC", "c.risk"},
	models.SortOldest: {"c.created_at, c.id", ">", "", noRisk},
	models.SortNewest: {"c.created_at, c.id", "<", " DESC", noRisk},
	// The index is on this expression.
	models.SortUncertain: {"abs(c.risk - 0.5), c.created_at, c.id", ">", "", "abs(c.risk - 0.5)"},
}

// String is the ORDER BY clause.
func (o queueOrder) String() string {
	return " ORDER BY " + strings.ReplaceAll(o.columns, ",", o.direction+",") + o.direction
}

// after narrows w to the rows that follow a cursor.
func (o queueOrder) after(w *sqldb.Where, c sqldb.Cursor) {
	args := []any{c.At, c.ID}
	if o.risk != noRisk {
		args = append([]any{c.Rank}, args...)
	}
	w.Add("("+o.columns+") "+o.operator+" ("+strings.TrimSuffix(strings.Repeat("?, ", len(args)), ", ")+")", args...)
}

// compare is the same order in Go.
func (o queueOrder) compare(a, b sqldb.Cursor) int {
	n := cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.ID, b.ID))
	if o.risk != noRisk {
		n = cmp.Or(cmp.Compare(a.Rank, b.Rank), n)
	}
	if o.direction != "" {
		return -n
	}
	return n
}

const maxQuery = 200 // characters; SQLite refuses very long patterns

// queueFilter checks f, and turns it into its order and its conditions, without
// the sites and the cursor.
func queueFilter(f *models.QueueFilter) (queueOrder, *sqldb.Where, error) {
	if f.Sort == "" {
		f.Sort = models.SortRisk
	}
	f.Limit = sqldb.PageSize(f.Limit)
	var bad models.Invalid
	o, ok := queueOrders[f.Sort]
	if !ok {
		bad.Add("sort", "must be risk, oldest, newest or uncertain")
	}
	if utf8.RuneCountInString(f.Query) > maxQuery {
		bad.Add("q", "must have at most %d characters", maxQuery)
	}
	if err := bad.Err(); err != nil {
		return o, nil, err
	}
	w, err := queueConditions(*f, o)
	return o, w, err
}

func queueConditions(f models.QueueFilter, o queueOrder) (*sqldb.Where, error) {
	w := new(sqldb.Where)
	w.Add("c.status = 'pending'")
	if f.Reason != "" {
		w.Add("c.reason = ?", string(f.Reason))
	}
	switch {
	case f.Article == "":
	case f.Site == "":
		w.Add("c.article = ?", f.Article)
	default: // with what was merged into it
		w.Add(`c.article IN (SELECT ? UNION ALL SELECT m.id FROM articles m WHERE m.site = ? AND m.merged_into = ? AND m.merged_into <> '')`, f.Article, f.Site, f.Article)
	}
	if f.Section != "" {
		// In this form neither database turns it into a join, which would have to
		// sort: the articles are found once, and an index gives the order.
		w.Add(`((c.site, c.article) IN (SELECT a.site, a.id FROM articles a WHERE a.section = ? AND a.section <> '' AND a.pending > 0)) IS TRUE`, f.Section)
	}
	if f.Lang != "" {
		w.Add("c.lang = ?", f.Lang)
	}
	o.addTimes(w, f)
	if f.Author != "" {
		// Not with OR, for which SQLite would read the whole queue.
		w.Add(`c.id IN (SELECT id FROM comments WHERE status = 'pending' AND author_id = ?
			UNION ALL SELECT id FROM comments WHERE status = 'pending' AND author_name IN
				(SELECT ? UNION SELECT substr(key, 6) FROM authors WHERE folded = ? AND folded <> '' AND pending > 0))`, f.Author, f.Author, names.Fold(f.Author))
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
			return nil, err
		}
		w.Add(`c.signals LIKE ? ESCAPE '\'`, "%"+escapeLike(`"name":`+strings.TrimSuffix(name, `"`))+"%")
	}
	if f.Grouped {
		earliest := "SELECT m.id FROM comments m" + strings.ReplaceAll(w.String(), "c.", "m.") +
			" AND m.campaign = c.campaign AND m.campaign <> '' ORDER BY m.created_at, m.id LIMIT 1"
		w.AddText("(c.campaign = '' OR c.id = (" + earliest + "))")
	}
	return w, nil
}

// addTimes adds the conditions on the time of arrival. An order by risk must not
// use the index on the time and then sort what it finds: to skip rows in the
// index of the order costs less. An expression instead of the column keeps the
// planner from doing so.
func (o queueOrder) addTimes(w *sqldb.Where, f models.QueueFilter) {
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
}

// escapeLike returns a text in lower case, so that LIKE takes it literally.
func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(s))
}

// isNarrowed reports whether f has any condition but a site.
func isNarrowed(f models.QueueFilter) bool {
	f.Site, f.Sort, f.Cursor, f.Limit = "", "", "", 0
	return f != models.QueueFilter{}
}

// purposeOf returns whose connections find what f matches: no index finds a part of a
// text, or a signal.
func purposeOf(f models.QueueFilter) sqldb.Purpose {
	if f.Query != "" || f.Signal != "" {
		return sqldb.Searching
	}
	return sqldb.Desk
}

// isSelective reports whether f matches few comments: those of one article or of
// one author.
func isSelective(f models.QueueFilter) bool { return f.Article != "" || f.Author != "" }

// siteColumn is what a site's name is compared with. Selective queries have
// indexes of their own, on the article, the author or the claim. With the plain
// column, SQLite would prefer the index on the site and read all that is pending
// there; the expression prevents that.
func siteColumn(selective bool) string {
	if selective {
		return "c.site || ''"
	}
	return "c.site"
}
