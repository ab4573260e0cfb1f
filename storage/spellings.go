package storage

import (
	"cmp"
	"slices"
	"strings"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage/sqldb"
)

// Comments and their counters are stored under the name as it was written. Whoever has no
// id has one record, however they write their name: it is the sum of the counters of all
// names that are the same to the eye, which have the same folded form.

const namePrefix = "name:" // of models.Author.Key

// foldedName returns the folded form of the name in an author's key: "" for an id, and for
// a name that shows nothing.
func foldedName(key string) string {
	name, isName := strings.CutPrefix(key, namePrefix)
	if !isName {
		return ""
	}
	return names.Fold(name)
}

// countersOf selects the counters that make up the record of an author. SQLite would read
// all authors of the site by the primary key, which it takes for cheaper than the index on
// folded names.
func (t *tx) countersOf(site, key string) *sqldb.Where {
	w := new(sqldb.Where)
	if folded := foldedName(key); folded != "" {
		w.Add(t.Unindexed("site")+" = ?", site)
		w.Add("folded = ? AND folded <> ''", folded)
	} else {
		w.Add("site = ?", site)
		w.Add("key = ?", key)
	}
	return w
}

// recordColumn is a counter of the author's record that a row of authors belongs to.
func (t *tx) recordColumn(alias, column string) string {
	return strings.NewReplacer("{a}", alias, "{c}", column).Replace(`CASE WHEN {a}.folded = '' THEN {a}.{c} ELSE
		(SELECT CAST(sum(n.{c}) AS bigint) FROM authors n WHERE ` + t.Unindexed("n.site") + ` = {a}.site AND n.folded = {a}.folded AND n.folded <> '') END`)
}

// authorRecord returns the record of an author, and whether there is one.
func (t *tx) authorRecord(site, key string) (r models.AuthorRecord, known bool, err error) {
	w := t.countersOf(site, key)
	_, err = sqldb.One(t, func(scan sqldb.Scanner) (struct{}, error) {
		return struct{}{}, scan(&r.Approved, &r.Rejected, &r.Pending, &known)
	}, `SELECT CAST(coalesce(sum(approved), 0) AS bigint), CAST(coalesce(sum(rejected), 0) AS bigint), CAST(coalesce(sum(pending), 0) AS bigint),
		count(*) > 0 FROM authors`+w.String(), w.Args()...)
	return r, known, err
}

// maxSpellings is how many spellings of a name are looked for.
const maxSpellings = 20

// spellings returns the keys under which the comments of an author are: the given one, and
// at most maxSpellings in all.
func (t *tx) spellings(site, key string) ([]string, error) {
	if foldedName(key) == "" {
		return []string{key}, nil
	}
	w := t.countersOf(site, key)
	keys, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT key FROM authors`+w.String()+
		` ORDER BY site, key LIMIT `+w.Arg(maxSpellings), w.Args()...)
	if !slices.Contains(keys, key) {
		keys = append([]string{key}, keys...)
	}
	return keys[:min(maxSpellings, len(keys))], err
}

// authorComments returns comments that are stored under some keys, the newest or the oldest
// first. Each key is read by its index.
func (t *tx) authorComments(site string, keys []string, before string, newestFirst bool, limit int) ([]models.Comment, error) {
	all := []models.Comment{}
	direction := ""
	if newestFirst {
		direction = " DESC"
	}
	for _, key := range keys {
		var w sqldb.Where
		w.Add("c.site = ?", site)
		w.Add("c.author_key = ?", key)
		if before != "" {
			w.Add("c.id < ?", before)
		}
		found, err := sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+w.String()+` ORDER BY c.id`+direction+` LIMIT `+w.Arg(limit), w.Args()...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b models.Comment) int {
		if newestFirst {
			a, b = b, a
		}
		return cmp.Compare(a.ID, b.ID) // ids sort by time
	})
	return all[:min(limit, len(all))], nil
}

// foldNames notes the folded form of the names that have counters.
func (t *tx) foldNames() error {
	type row struct{ site, key string }
	readRow := func(scan sqldb.Scanner) (r row, err error) { err = scan(&r.site, &r.key); return r, err }
	for after, more := (row{}), true; more; {
		page, err := sqldb.List(t, readRow, `SELECT site, key FROM authors WHERE (site, key) > ($1, $2) ORDER BY site, key LIMIT $3`,
			after.site, after.key, sqldb.StreamPage)
		if err != nil {
			return err
		}
		for _, r := range page {
			after = r
			if folded := foldedName(r.key); folded != "" {
				if _, err := t.Exec(`UPDATE authors SET folded = $1 WHERE site = $2 AND key = $3`, folded, r.site, r.key); err != nil {
					return err
				}
			}
		}
		more = len(page) == sqldb.StreamPage
	}
	return t.foldNotes()
}

// foldNotes gives the notes on names, which are few, their keys.
func (t *tx) foldNotes() error {
	type row struct{ site, key string }
	all, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) { err = scan(&r.site, &r.key); return r, err },
		`SELECT site, key FROM standings WHERE key LIKE 'name:%' ORDER BY site, key`)
	for _, r := range all {
		key := noteKey(models.Reader{Name: strings.TrimPrefix(r.key, namePrefix)})
		if err != nil || key == r.key {
			continue
		}
		if _, err = t.Exec(`INSERT INTO standings (site, key, note, kind, reason, until, set_by, set_at)
			SELECT site, $3, note, kind, reason, until, set_by, set_at FROM standings WHERE site = $1 AND key = $2
			ON CONFLICT (site, key) DO UPDATE SET note = standings.note || ' – ' || excluded.note`, r.site, r.key, key); err == nil {
			_, err = t.Exec(`DELETE FROM standings WHERE site = $1 AND key = $2`, r.site, r.key)
		}
	}
	return err
}
