package storage

import (
	"context"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// The search index has a document for each comment with a text: see the migration search.sql.
// Documents are numbered in the order in which comments arrived, but for
// those that were stored after younger ones.

const (
	searchTable     = "search_docs"
	searchBlockBits = 11
	searchBlock     = 1 << searchBlockBits // documents

	// searchSettle is how old comments are when they are indexed: most that arrived
	// before are stored then.
	searchSettle = 2 * time.Second
	// searchCheck is how old they are when what was stored late is looked for: longer
	// than a transaction may take and than clocks of nodes may differ.
	searchCheck = 10 * time.Minute
)

// searchCursor is how far a site is indexed.
type searchCursor struct {
	site          string
	known         bool // the cursor is in the database
	done, checked sqldb.Position
}

// IndexComments adds comments to the search index, or again those that were edited, and
// returns how many; 0 when there are none left. It handles up to limit comments of each site
// and of each kind, with a transaction each, in the order of arrival. terms returns what a
// comment is found by. Several nodes may call it at once: it is a conflict when another was
// quicker.
func (db *DB) IndexComments(ctx context.Context, terms func(models.Comment) []string, limit int) (int, error) {
	if err := db.followEvents(ctx); err != nil {
		return 0, err
	}
	indexed, err := db.indexStale(ctx, terms, limit)
	if err != nil {
		return indexed, err
	}
	cursors, err := db.searchCursors(ctx, db.sql.Now().Add(-searchSettle))
	if err != nil {
		return indexed, err
	}
	for _, c := range cursors {
		n, err := db.indexSite(ctx, c, terms, limit)
		if indexed += n; err != nil {
			return indexed, err
		}
	}
	return indexed, nil
}

// searchCursors returns the sites that have comments to be indexed, or to be checked.
func (db *DB) searchCursors(ctx context.Context, until time.Time) ([]searchCursor, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]searchCursor, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (c searchCursor, err error) {
			var known *string
			err = scan(&c.site, &known, &c.done.At, &c.done.ID, &c.checked.At, &c.checked.ID)
			c.known = known != nil
			return c, err
		}, `SELECT s.slug, x.site, coalesce(x.at, 0), coalesce(x.id, ''), coalesce(x.checked_at, 0), coalesce(x.checked_id, '')
			FROM sites s LEFT JOIN search_cursors x ON x.site = s.slug
			WHERE EXISTS (SELECT 1 FROM comments c WHERE c.site = s.slug AND (c.created_at, c.id) > (coalesce(x.at, 0), coalesce(x.id, '')) AND c.created_at <= $1)
			OR EXISTS (SELECT 1 FROM comments c WHERE c.site = s.slug AND (c.created_at, c.id) > (x.checked_at, x.checked_id) AND c.created_at <= $2)
			ORDER BY s.slug`, micros(until), micros(until.Add(-searchCheck)))
	})
}

// indexSite indexes the next comments of a site, and looks for some that were stored late.
func (db *DB) indexSite(ctx context.Context, c searchCursor, terms func(models.Comment) []string, limit int) (int, error) {
	now := db.sql.Now()
	batch, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]indexedComment, error) {
		return t.readIndexed(`SELECT `+commentColumns+commentTables+` WHERE c.site = $1 AND (c.created_at, c.id) > ($2, $3) AND c.created_at <= $4
			ORDER BY c.created_at, c.id LIMIT $5`, c.site, c.done.At, c.done.ID, micros(now.Add(-searchSettle)), limit)
	})
	if err != nil {
		return 0, err
	}
	docs := make([]searchDoc, len(batch))
	next, settled := c, micros(now.Add(-searchSettle-searchCheck))
	for i, comment := range batch {
		docs[i] = newSearchDoc(comment, terms)
		next.done = sqldb.Position{At: docs[i].at, ID: comment.ID}
		if c.checked == c.done && docs[i].at <= settled {
			next.checked = next.done // old enough now, so that nothing before it is missing
		}
	}
	late, err := db.storedLate(ctx, &next, settled, limit)
	if err != nil || next == c {
		return 0, err
	}
	return len(batch), apply(ctx, db, func(t *tx) error {
		if err := t.moveSearchCursor(c, next); err != nil {
			return err
		}
		if err := t.markStale(c.site, late); err != nil {
			return err
		}
		return t.addSearchDocs(c.site, docs)
	})
}

// storedLate returns comments that are not in the index although the cursor is past them,
// and moves the position up to which that was checked. What was indexed in one go, as at the
// first start, is checked too.
func (db *DB) storedLate(ctx context.Context, c *searchCursor, until int64, limit int) ([]string, error) {
	rows, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]indexRow, error) {
		return sqldb.List(t, readIndexRow, `SELECT c.created_at, c.id, c.body <> '' AND NOT EXISTS (SELECT 1 FROM search_docs d WHERE d.site = c.site AND d.comment_id = c.id)
			FROM comments c WHERE c.site = $1 AND (c.created_at, c.id) > ($2, $3) AND (c.created_at, c.id) <= ($4, $5) AND c.created_at <= $6
			ORDER BY c.created_at, c.id LIMIT $7`, c.site, c.checked.At, c.checked.ID, c.done.At, c.done.ID, until, 4*limit)
	})
	var missing []string
	for _, r := range rows {
		c.checked = r.Position
		if r.missing {
			missing = append(missing, r.ID)
		}
	}
	return missing, err
}

// indexRow is a comment, and whether it is missing in the index.
type indexRow struct {
	sqldb.Position
	missing bool
}

func readIndexRow(scan sqldb.Scanner) (r indexRow, err error) {
	err = scan(&r.At, &r.ID, &r.missing)
	return r, err
}

// moveSearchCursor is a conflict when the cursor is not where it was.
func (t *tx) moveSearchCursor(from, to searchCursor) error {
	if !from.known {
		if _, err := t.InsertRow("search_cursors", "ON CONFLICT (site) DO NOTHING",
			"site", from.site, "at", 0, "id", "", "checked_at", 0, "checked_id", ""); err != nil {
			return err
		}
	}
	moved, err := t.Exec(`UPDATE search_cursors SET at = $1, id = $2, checked_at = $3, checked_id = $4
		WHERE site = $5 AND at = $6 AND id = $7 AND checked_at = $8 AND checked_id = $9`, to.done.At, to.done.ID, to.checked.At, to.checked.ID,
		from.site, from.done.At, from.done.ID, from.checked.At, from.checked.ID)
	if err == nil && moved == 0 {
		return models.Errorf(models.KindConflict, "another node has indexed these comments")
	}
	return err
}

// markStale says that the terms of comments have changed, or were never indexed.
func (t *tx) markStale(site string, comments []string) error {
	for _, id := range comments {
		if _, err := t.Exec(`INSERT INTO search_stale (site, comment_id) VALUES ($1, $2) ON CONFLICT (site, comment_id) DO NOTHING`, site, id); err != nil {
			return err
		}
	}
	return nil
}

// addSearchDocs adds comments of a site to the index, each behind those before it.
// A comment that has changed since it was read is left for the next time: an erasure waits
// for the lock of its comment, so that it finds what it has to remove.
func (t *tx) addSearchDocs(site string, docs []searchDoc) error {
	docs, changed, err := t.lockUnchanged(site, docs)
	if err != nil {
		return err
	}
	if err := t.markStale(site, changed); err != nil {
		return err
	}
	docs = slices.DeleteFunc(docs, func(d searchDoc) bool { return d.terms == nil })
	if len(docs) == 0 {
		return nil
	}
	if err := t.numberSearchDocs(site, docs); err != nil {
		return err
	}
	return t.insertSearchDocs(docs)
}

// insertSearchDocs adds documents that have their numbers.
func (t *tx) insertSearchDocs(docs []searchDoc) error {
	if err := searchDocRows.Add(t, docs...); err != nil {
		return err
	}
	waiting := slices.DeleteFunc(slices.Clone(docs), func(d searchDoc) bool { return d.search == "" })
	if len(waiting) == 0 {
		return nil
	}
	return queueDocRows.Add(t, waiting...)
}

// lockUnchanged locks comments, and returns those that are in the version that was read, with
// what the queue searches, and the ids of the others.
func (t *tx) lockUnchanged(site string, docs []searchDoc) (same []searchDoc, changed []string, err error) {
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.comment
	}
	now := map[string]searchDoc{}
	_, err = sqldb.List(t, func(scan sqldb.Scanner) (d searchDoc, err error) {
		err = scan(&d.comment, &d.version, &d.search, &d.signals)
		now[d.comment] = d
		return d, err
	}, `SELECT id, version, search, signals FROM comments WHERE id`+t.InJSONList(1)+` AND `+t.Unindexed("site")+` = $2 ORDER BY id`+t.ForUpdate(), jsonList(ids), site)
	for _, d := range docs {
		if found := now[d.comment]; found.version == d.version {
			d.search, d.signals = found.search, found.signals
			same = append(same, d)
		} else if found.version != 0 {
			changed = append(changed, d.comment)
		}
	}
	return same, changed, err
}

// numberSearchDocs gives documents their numbers, in the newest block of the site or new
// ones. The numbers of blocks are those of all sites, so one node at a time takes them.
func (t *tx) numberSearchDocs(site string, docs []searchDoc) error {
	if _, err := t.Exec(`INSERT INTO settings (name, value) VALUES ('search_blocks', $1) ON CONFLICT (name) DO NOTHING`, []byte{}); err != nil {
		return err
	}
	if _, err := sqldb.One(t, sqldb.ScanOne[string], `SELECT name FROM settings WHERE name = 'search_blocks'`+t.ForUpdate()); err != nil {
		return err
	}
	type row struct{ number, docs, first, last int64 }
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (b row, err error) {
		err = scan(&b.number, &b.docs, &b.first, &b.last)
		return b, err
	}, `SELECT block, docs, first_at, last_at FROM search_blocks WHERE site = $1 ORDER BY block DESC LIMIT 1`, site)
	if err != nil {
		return err
	}
	block := row{docs: searchBlock}
	if len(rows) == 1 {
		block = rows[0]
	}
	store := func() error {
		_, err := t.InsertRow("search_blocks", `ON CONFLICT (site, block) DO UPDATE SET docs = excluded.docs, first_at = excluded.first_at, last_at = excluded.last_at`,
			"site", site, "block", block.number, "docs", block.docs, "first_at", block.first, "last_at", block.last)
		return err
	}
	for i := range docs {
		d := &docs[i]
		if block.docs == searchBlock {
			if i > 0 {
				if err := store(); err != nil {
					return err
				}
			}
			newest, err := sqldb.One(t, sqldb.ScanOne[int64], `SELECT coalesce(max(block), 0) FROM search_blocks`)
			if err != nil {
				return err
			}
			block = row{number: newest + 1, first: d.at, last: d.at}
		}
		d.doc = block.number<<searchBlockBits + block.docs
		block.docs++
		block.first, block.last = min(block.first, d.at), max(block.last, d.at)
	}
	return store()
}

// indexStale indexes comments again whose terms have changed, in their old places, the
// youngest first.
func (db *DB) indexStale(ctx context.Context, terms func(models.Comment) []string, limit int) (int, error) {
	stale, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]indexedComment, error) {
		return t.readIndexed(`SELECT `+commentColumns+commentTables+` WHERE (`+t.Unindexed("c.site")+`, c.id) IN
			(SELECT site, comment_id FROM search_stale ORDER BY comment_id DESC LIMIT $1) ORDER BY c.site, c.created_at, c.id`, limit)
	})
	if err != nil {
		return 0, err
	}
	indexed := 0
	for len(stale) > 0 {
		site := stale[0].Site
		n := slices.IndexFunc(stale, func(c indexedComment) bool { return c.Site != site })
		if n < 0 {
			n = len(stale)
		}
		docs := make([]searchDoc, n)
		for i, c := range stale[:n] {
			docs[i] = newSearchDoc(c, terms)
		}
		if err := apply(ctx, db, func(t *tx) error { return t.replaceSearchDocs(site, slices.Clone(docs)) }); err != nil {
			return indexed, err
		}
		stale, indexed = stale[n:], indexed+n
	}
	return indexed, nil
}

func (t *tx) replaceSearchDocs(site string, docs []searchDoc) error {
	docs, _, err := t.lockUnchanged(site, docs)
	if err != nil || len(docs) == 0 {
		return err
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.comment
	}
	numbers := map[string]int64{}
	if _, err := sqldb.List(t, func(scan sqldb.Scanner) (id string, err error) {
		var doc int64
		err = scan(&id, &doc)
		numbers[id] = doc
		return id, err
	}, `SELECT comment_id, doc FROM search_docs WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, jsonList(ids), site); err != nil {
		return err
	}
	if err := t.unindex(site, ids); err != nil {
		return err
	}
	docs = slices.DeleteFunc(docs, func(d searchDoc) bool { return d.terms == nil })
	var fresh, again []searchDoc
	for _, d := range docs {
		if d.doc = numbers[d.comment]; d.doc == 0 {
			fresh = append(fresh, d)
		} else {
			again = append(again, d)
		}
	}
	if len(fresh) > 0 {
		if err := t.numberSearchDocs(site, fresh); err != nil {
			return err
		}
	}
	return t.insertSearchDocs(append(again, fresh...))
}

// unindex removes comments of a site from the index.
func (t *tx) unindex(site string, comments []string) error {
	if _, err := t.Exec(`DELETE FROM search_queue WHERE doc IN (SELECT doc FROM search_docs WHERE comment_id`+t.InJSONList(1)+` AND site = $2) AND site = $2`, jsonList(comments), site); err != nil {
		return err
	}
	for _, table := range []string{"search_docs", "search_stale"} {
		if _, err := t.Exec(`DELETE FROM `+table+` WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, jsonList(comments), site); err != nil {
			return err
		}
	}
	return nil
}

// SearchLag returns how long the oldest comment that is not in the search index has waited.
func (db *DB) SearchLag(ctx context.Context) (time.Duration, error) {
	lag, err := readFor(ctx, db, sqldb.Desk, func(t *tx) (int64, error) {
		return sqldb.One(t, sqldb.ScanOne[int64], `SELECT coalesce(max($1 - (SELECT c.created_at FROM comments c
			WHERE c.site = s.slug AND (c.created_at, c.id) > (coalesce(x.at, 0), coalesce(x.id, '')) ORDER BY c.created_at, c.id LIMIT 1)), 0)
			FROM sites s LEFT JOIN search_cursors x ON x.site = s.slug`, micros(t.Now))
	})
	return max(0, time.Duration(lag)*time.Microsecond), err
}
