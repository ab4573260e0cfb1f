package storage

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

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
	return " ORDER BY " + strings.ReplaceAll(o.columns, ", c.", o.direction+", c.") + o.direction
}

// after is the condition of the rows that follow a cursor.
func (o queueOrder) after(c sqldb.Cursor) queueCondition {
	args := []any{c.At, c.ID}
	if o.risk != noRisk {
		args = append([]any{c.Rank}, args...)
	}
	return queueCondition{"(" + o.columns + ") " + o.operator + " (" + marks(len(args)) + ")", args}
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

// queueQuery is what is asked of the queue. Its text is made for each site, or for several,
// because everything that it compares is of the same site.
type queueQuery struct {
	filter    models.QueueFilter
	order     queueOrder
	selective bool  // it matches few comments, which other indexes find than those of the order
	byID      bool  // by their ids
	keys      []key // the comments that it is about; nil: all
	usual     bool  // its text and signal are in many comments
	more      []queueCondition
	cursor    *sqldb.Cursor // what follows it
}

type queueCondition struct {
	text string
	args []any
}

// newQueueQuery checks f, and fills in what it lacks. The cursor is left out.
func newQueueQuery(f *models.QueueFilter) (q queueQuery, err error) {
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
	q = queueQuery{filter: *f, order: o}
	q.selective, q.byID = f.Article != "" || f.Author != "", f.Author != ""
	return q, bad.Err()
}

// claimedBy is the query for what somebody has claimed.
func (q queueQuery) claimedBy(name string, now int64) queueQuery {
	q.selective = true
	return q.and("c.lease_by = ? AND c.lease_by <> '' AND c.lease_until > ?", name, now)
}

// and returns the query with one condition more.
func (q queueQuery) and(text string, args ...any) queueQuery {
	q.more = append(slices.Clone(q.more), queueCondition{text, args})
	return q
}

// in returns the query for some comments alone.
func (q queueQuery) in(keys []key) queueQuery {
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = k.id
	}
	q.selective, q.byID = true, true
	return q.and("c.id IN ("+marks(len(keys))+")", args...)
}

// among returns the query for some comments alone.
func (q queueQuery) among(keys []key) queueQuery {
	q.selective, q.byID, q.keys = true, true, keys
	return q
}

// isEmpty reports whether it is known that nothing matches.
func (q queueQuery) isEmpty() bool { return q.keys != nil && len(q.keys) == 0 }

// from returns what the query selects from, comments c, with the first values of its statement.
func (q queueQuery) from(t *tx) (string, *sqldb.Where) {
	w := new(sqldb.Where)
	if q.keys == nil {
		return " FROM comments c", w
	}
	text, args := t.fromComments(q.keys)
	for _, a := range args {
		w.Arg(a)
	}
	return text, w
}

// marks are the marks of n values.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// after returns the query for the rows that follow a cursor.
func (q queueQuery) after(c sqldb.Cursor) queueQuery {
	q.cursor = &c
	return q
}

// addTo adds the conditions of comments c on some sites.
func (q queueQuery) addTo(w *sqldb.Where, t *tx, sites []string) {
	f := q.filter
	marks := make([]string, len(sites))
	for i, site := range sites {
		marks[i] = w.Arg(site)
	}
	on := func(column string) string {
		if len(marks) == 1 {
			return column + " = " + marks[0]
		}
		return column + " IN (" + strings.Join(marks, ", ") + ")"
	}
	// SQLite prefers the indexes of the order whenever it can use them, so it must not.
	site, status := "c.site", "c.status"
	switch {
	case q.byID:
		site, status = t.Unindexed(site), t.Unindexed(status)
	case q.selective:
		site = t.Unindexed(site)
	}
	first := on(site) + " AND " + status + " = 'pending'"
	w.AddText(first)
	if f.Reason != "" {
		w.Add("c.reason = ?", string(f.Reason))
	}
	switch {
	case f.Article == "":
	case f.Site == "":
		w.Add("c.article = ?", f.Article)
	default: // with what was merged into it
		w.Add(`c.article IN (SELECT ? UNION ALL SELECT m.id FROM articles m WHERE `+on("m.site")+` AND m.merged_into = ? AND m.merged_into <> '')`, f.Article, f.Article)
	}
	if f.Section != "" {
		// In this form neither database turns it into a join, which would have to
		// sort: the articles are found once, and an index gives the order.
		w.Add(`((c.site, c.article) IN (SELECT a.site, a.id FROM articles a WHERE `+on(t.Unindexed("a.site"))+` AND a.section IN (?, ?, ?, ?, ?) AND a.section <> '' AND a.pending > 0)) IS TRUE`, spellingsOf(f.Section)...)
	}
	if f.Lang != "" {
		w.Add("c.lang = ?", f.Lang)
	}
	q.order.addTimes(w, f)
	q.order.addScores(w, f.Scores)
	if f.Author != "" {
		// Not with OR, for which SQLite would read the whole queue.
		w.Add(`c.id IN (SELECT id FROM comments WHERE `+on(t.Unindexed("site"))+` AND status = 'pending' AND author_id = ?
			UNION ALL SELECT id FROM comments WHERE `+on(t.Unindexed("site"))+` AND status = 'pending' AND author_name IN
				(SELECT ? UNION SELECT substr(key, 6) FROM authors WHERE `+on(t.Unindexed("site"))+` AND folded = ? AND folded <> '' AND pending > 0))`,
			f.Author, f.Author, names.Fold(f.Author))
	}
	if f.Campaign != "" {
		w.Add("c.campaign = ? AND c.campaign <> ''", f.Campaign)
	}
	addTexts(w, f)
	if f.Grouped {
		same := strings.Replace(w.String(), first, on(t.Unindexed("c.site"))+" AND c.status = 'pending'", 1)
		earliest := "SELECT m.id FROM comments m" + strings.ReplaceAll(same, "c.", "m.") +
			" AND m.site = c.site AND m.campaign = c.campaign AND m.campaign <> '' ORDER BY m.created_at, m.id LIMIT 1"
		w.AddText("(c.campaign = '' OR c.id = (" + earliest + "))")
	}
	for _, c := range q.more {
		w.Add(c.text, c.args...)
	}
	if q.cursor != nil {
		next := q.order.after(*q.cursor)
		w.Add(next.text, next.args...)
	}
}

// addScores adds the conditions on the risk. As with times, only its own order may use
// its index.
func (o queueOrder) addScores(w *sqldb.Where, band models.ScoreBand) {
	risk := "c.risk"
	if o.risk != risk {
		risk += " + 0"
	}
	if band.From > 0 {
		w.Add(risk+" >= ?", band.From)
	}
	if band.To > 0 && band.To < 1 {
		w.Add(risk+" < ?", band.To)
	}
}

// spellingsOf returns a section as it was typed and in the usual spellings: the index has
// them as they were written.
func spellingsOf(section string) []any {
	lower := cases.Lower(language.Und).String(section)
	first, size := utf8.DecodeRuneInString(lower)
	return []any{
		section, lower, cases.Upper(language.Und).String(section), cases.Title(language.Und).String(section),
		string(unicode.ToTitle(first)) + lower[size:],
	}
}

// addTexts adds the conditions on texts, which no index of the comments has: see narrowed.
func addTexts(w *sqldb.Where, f models.QueueFilter) {
	if f.Query != "" {
		w.Add(`c.search LIKE ? ESCAPE '\'`, "%"+escapeLike(f.Query)+"%")
	}
	if f.Signal != "" {
		addSignal(w, f.Signal)
	}
}

// addSignal adds the condition that a signal's name begins with a text.
func addSignal(w *sqldb.Where, begin string) {
	name, _ := json.Marshal(strings.ToLower(begin)) // as it is in the column
	w.Add(`c.signals LIKE ? ESCAPE '\'`, "%"+escapeLike(`"name":`+strings.TrimSuffix(string(name), `"`))+"%")
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

// purposeOf returns whose connections find what f matches: a part of a text, or a signal, may
// take a look at the whole queue.
func purposeOf(f models.QueueFilter) sqldb.Purpose {
	if f.Query != "" || f.Signal != "" {
		return sqldb.Searching
	}
	return sqldb.Desk
}
