package storage

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// The queue is searched for any part of a text, and for signals. The table search_queue has an
// index for that: of each comment that waits, the trigrams of its text and the names of its
// signals. It is kept with the search index (see indexSite), so it is some seconds behind.
// It says which comments may match, together with those that it does not know yet; whether
// they do is asked of the comments. Only what was stored after younger ones waits for the
// check of the search index.

const queueTable = "search_queue"

const (
	// maxCandidates is how many comments are read one by one. Where more may match, the
	// queue is read in its order: so many of it match that a page is soon full.
	maxCandidates   = 2000
	maxGrams        = 5000     // of a text; a longer one may match whatever is looked for
	maxQueryGrams   = 16       // more of a long text find hardly less
	maxIndexedName  = 100      // bytes of the name of a signal
	maxScopes       = 16       // of one statement
	firstIdeograph  = '\u2e80' // of the scripts of which two characters are a word
	shortHashDigits = 36       // base of the numbers
)

var queueDocRows = sqldb.NewInsert(queueTable, "ON CONFLICT DO NOTHING",
	sqldb.Int("doc", func(d searchDoc) int64 { return d.doc }),
	sqldb.Text("site", func(d searchDoc) string { return d.site }),
	sqldb.Text("comment_id", func(d searchDoc) string { return d.comment }),
	sqldb.Terms("terms", func(d searchDoc) string { return queueScope(d.site) }, func(d searchDoc) []string {
		return append(textTerms(d.search), signalTerms(d.signals)...)
	}),
)

// anyText is the term of texts of which not all parts are indexed. It is none of a hash.
const anyText = "any_text"

// queueScope is what stands before the terms of a site.
func queueScope(site string) string { return shortHash(site) }

func shortHash(s string) string {
	h := fnv.New32a()
	h.Write([]byte(s))
	return strconv.FormatUint(uint64(h.Sum32()), shortHashDigits)
}

// grams returns what the parts of a text are found by: hashes of its trigrams, and of pairs
// of characters of East Asian scripts, none twice.
func grams(text string) (all []string) {
	runes := []rune(text)
	for i := range runes {
		switch {
		case i+1 < len(runes) && runes[i] >= firstIdeograph && runes[i+1] >= firstIdeograph:
			all = append(all, shortHash(string(runes[i:i+2])))
		case i+2 < len(runes):
			all = append(all, shortHash(string(runes[i:i+3])))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func textTerms(text string) []string {
	if all := grams(text); len(all) <= maxGrams {
		return all
	}
	return []string{anyText}
}

// signalTerms returns the terms for the signals of a comment, which are a JSON list.
func signalTerms(list string) []string {
	var signals []models.Signal
	if json.Unmarshal([]byte(list), &signals) != nil {
		return nil
	}
	all := make([]string, len(signals))
	for i, s := range signals {
		all[i] = signalTerm(s.Name)
	}
	return all
}

// signalTerm begins with the term for what the name of a signal begins with.
func signalTerm(name string) string {
	name = strings.ToLower(name)
	return "g" + hex.EncodeToString([]byte(name[:min(len(name), maxIndexedName)]))
}

// queueTerms returns what a comment must have to match the text and the signal of a filter;
// nothing when no index can tell.
func queueTerms(f models.QueueFilter) (q sqldb.TermQuery) {
	var parts []sqldb.Term
	all := grams(strings.ToLower(sqldb.SanitizeText(f.Query)))
	for _, gram := range all[:min(len(all), maxQueryGrams)] {
		parts = append(parts, sqldb.Term{Text: gram})
	}
	if len(parts) > 0 {
		q = append(q, [][]sqldb.Term{parts, {{Text: anyText}}})
	}
	if f.Signal != "" {
		q = append(q, [][]sqldb.Term{{{Text: signalTerm(sqldb.SanitizeText(f.Signal)), Prefix: true}}})
	}
	return q
}

// readQueue is readFor for a filter of the queue, with the events that its index has not
// followed.
func readQueue[T any](ctx context.Context, db *DB, f models.QueueFilter, query func(*tx) (T, error)) (T, error) {
	purpose := purposeOf(f)
	if purpose == sqldb.Searching {
		if err := db.numberEvents(ctx, db.numbered.before()); err != nil {
			var zero T
			return zero, err
		}
	}
	return readFor(ctx, db, purpose, query)
}

// narrowed returns the query for those comments alone that may match its text and signal; or
// q itself, when those are too many to be read one by one.
func (t *tx) narrowed(q queueQuery, sites []string) (queueQuery, error) {
	terms := queueTerms(q.filter)
	if len(terms) == 0 || len(sites) == 0 {
		return q, nil
	}
	keys := []key{}
	// What the index does not know first: meanwhile it may learn of it.
	for _, find := range []func([]string, int) ([]key, error){t.notIndexed, t.changedSince, t.staleOf} {
		found, err := find(sites, maxCandidates+1-len(keys))
		if keys = append(keys, found...); err != nil || len(keys) > maxCandidates {
			return q, err
		}
	}
	// One site, then two, four and more at a time: the first ones show whether it is usual.
	for first, n := 0, 1; first < len(sites); first, n = first+n, min(2*n, maxScopes) {
		found, err := t.candidates(sites[first:min(first+n, len(sites))], terms, maxCandidates-len(keys))
		if err != nil || found == nil {
			q.usual = true
			return q, err
		}
		keys = append(keys, found...)
	}
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.id, b.id) })
	return q.among(slices.Compact(keys)), nil
}

// candidates returns which comments of some sites have the terms; nil when they are more than
// a number.
func (t *tx) candidates(sites []string, terms sqldb.TermQuery, most int) ([]key, error) {
	scopes := make([]string, len(sites))
	for i, site := range sites {
		scopes[i] = queueScope(site)
	}
	n, err := sqldb.CountDocuments(t, queueTable, scopes, terms, most+1)
	if err != nil || n > most {
		return nil, err
	}
	if n == 0 {
		return []key{}, nil
	}
	return sqldb.FindRows(t, queueTable, "site, comment_id", readKey, scopes, terms, n)
}

// notIndexed returns what waits and arrived after the last comments that were indexed.
func (t *tx) notIndexed(sites []string, limit int) (keys []key, err error) {
	indexed := map[string]sqldb.Position{}
	for some := range slices.Chunk(sites, sitesPerStatement) {
		var w sqldb.Where
		w.In("site", some)
		if _, err := sqldb.List(t, func(scan sqldb.Scanner) (site string, err error) {
			var p sqldb.Position
			err = scan(&site, &p.At, &p.ID)
			indexed[site] = p
			return site, err
		}, `SELECT site, at, id FROM search_cursors`+w.String(), w.Args()...); err != nil {
			return nil, err
		}
		all, texts := new(sqldb.Where), make([]string, len(some))
		for i, site := range some {
			all = all.Beside()
			all.Add("c.site = ? AND c.status = 'pending' AND (c.created_at, c.id) > (?, ?)", site, indexed[site].At, indexed[site].ID)
			texts[i] = `SELECT c.site, c.id FROM comments c` + all.String() + ` ORDER BY c.created_at, c.id LIMIT ` + all.Arg(limit)
		}
		found, err := sqldb.List(t, readKey, oneAfterTheOther(texts), all.Args()...)
		if keys = append(keys, found...); err != nil || len(keys) >= limit {
			return keys, err
		}
	}
	return keys, nil
}

// changedSince returns what came to wait again, or was changed while it did, since the search
// index followed the events.
func (t *tx) changedSince(sites []string, limit int) (keys []key, err error) {
	cursor, _, err := t.searchEvents()
	if err != nil {
		return nil, err
	}
	events, err := sqldb.List(t, readEvent, `SELECT `+eventColumns+` FROM events WHERE seq > $1 AND kind = $2 AND status = 'pending' LIMIT $3`,
		cursor, string(models.CommentChanged), limit)
	for _, e := range events {
		if len(events) == limit || slices.Contains(sites, e.Site) { // as many as the limit are too many
			keys = append(keys, key{e.Site, e.Subject})
		}
	}
	return keys, err
}

// staleOf returns what is to be indexed again.
func (t *tx) staleOf(sites []string, limit int) ([]key, error) {
	var w sqldb.Where
	w.In("site", sites)
	return sqldb.List(t, readKey, `SELECT site, comment_id FROM search_stale`+w.String()+` LIMIT `+w.Arg(limit), w.Args()...)
}

// oneAfterTheOther is the statement that reads several.
func oneAfterTheOther(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	return "SELECT * FROM (" + strings.Join(texts, ") AS part UNION ALL SELECT * FROM (") + ") AS part"
}
