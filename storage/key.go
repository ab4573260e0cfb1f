package storage

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"winnow/storage/sqldb"
)

// What belongs to a site is stored under the site and an id, so that a store can be split
// by site. Ids are unique all the same, and callers name a comment by its id alone: the
// last two bytes of an id are a hash of its site, which says where to look first.

// key names a record of a site.
type key struct{ site, id string }

func (k key) compare(other key) int {
	return cmp.Or(strings.Compare(k.site, other.site), strings.Compare(k.id, other.id))
}

// where is the condition of its row.
func (k key) where() *sqldb.Where {
	w := new(sqldb.Where)
	w.Add("site = ?", k.site)
	w.Add("id = ?", k.id)
	return w
}

// siteTags are the sites that this process has met, by tag. Nothing depends on its being
// complete: a site that is not in it costs a statement more.
type siteTags struct {
	mu    sync.RWMutex
	byTag map[uint16][]string
	sites int
}

func (s *siteTags) add(site string) {
	tag := SiteTag(site)
	s.mu.RLock()
	known := slices.Contains(s.byTag[tag], site)
	s.mu.RUnlock()
	if known {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byTag == nil {
		s.byTag = map[uint16][]string{}
	}
	if !slices.Contains(s.byTag[tag], site) {
		s.byTag[tag] = append(slices.Clone(s.byTag[tag]), site)
		s.sites++
	}
}

// of returns where an id may be: on sites with its tag. Where only one site is known, it is
// that one, though ids of earlier versions end with any bytes.
func (s *siteTags) of(id string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.sites == 1 {
		for _, only := range s.byTag {
			return only
		}
	}
	parsed, err := uuid.Parse(id)
	if err != nil {
		return nil
	}
	return s.byTag[binary.BigEndian.Uint16(parsed[14:])]
}

// locate finds a record of a table by its id alone. find looks for it on one site, and
// returns sql.ErrNoRows when it is not there.
func locate[T any](t *tx, table, id string, find func(key) (T, error)) (found T, err error) {
	for _, site := range t.tags.of(id) {
		if found, err = find(key{site, id}); !errors.Is(err, sql.ErrNoRows) {
			return found, err
		}
	}
	// An id of an earlier version, a site that was added by another node, or no such record.
	all, err := t.searchKeys(table, []string{id})
	if err != nil {
		return found, err
	}
	if len(all) == 0 {
		return found, sql.ErrNoRows
	}
	return find(all[0])
}

// keys are the keys of records with these ids, in the same order. Those that locate finds
// quickly, and those that are not there, have no site.
func (t *tx) keys(table string, ids []string) ([]key, error) {
	all := make([]key, len(ids))
	at := map[string]int{}
	var unknown []string
	for i, id := range ids {
		if all[i].id = id; t.tags.of(id) == nil {
			at[id], unknown = i, append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return all, nil
	}
	found, err := t.searchKeys(table, unknown)
	for _, k := range found {
		all[at[k.id]] = k
	}
	return all, err
}

// likelyKeys are keys with their sites: for one without a site, those where its id may be.
func (t *tx) likelyKeys(keys []key) (likely []key) {
	for _, k := range keys {
		if k.site != "" {
			likely = append(likely, k)
			continue
		}
		for _, site := range t.tags.of(k.id) {
			likely = append(likely, key{site, k.id})
		}
	}
	return likely
}

// searchKeys looks for records on all sites.
func (t *tx) searchKeys(table string, ids []string) ([]key, error) {
	var w sqldb.Where
	w.In("id", ids)
	w.AddText(t.Unindexed("site") + " IN (SELECT slug FROM sites)")
	all, err := sqldb.List(t, readKey, `SELECT site, id FROM `+table+w.String(), w.Args()...)
	for _, k := range all {
		t.tags.add(k.site)
	}
	return all, err
}

func readKey(scan sqldb.Scanner) (k key, err error) {
	err = scan(&k.site, &k.id)
	return k, err
}

// whereKeys adds the condition that a row is one of some records. Ids are unique, so no row
// has the site of one and the id of another.
func whereKeys(w *sqldb.Where, siteColumn, idColumn string, keys []key) {
	sites, ids := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		sites[i], ids[i] = k.site, k.id
	}
	slices.Sort(sites)
	w.In(siteColumn, slices.Compact(sites))
	w.In(idColumn, ids)
}

// amongKeys is the condition of whereKeys as a text that does not depend on how many records
// there are, so that a database prepares it once.
func (t *tx) amongKeys(siteColumn, idColumn string, keys []key) (condition string, args []any) {
	sites := make([]string, len(keys))
	for i, k := range keys {
		sites[i] = k.site
	}
	slices.Sort(sites)
	condition, args = idColumn+t.InJSONList(1), []any{jsonList(idsOf(keys))}
	if sites = slices.Compact(sites); len(sites) == 1 {
		return siteColumn + " = $2 AND " + condition, append(args, sites[0])
	}
	return siteColumn + t.InJSONList(2) + " AND " + condition, append(args, jsonList(sites))
}

// rowsWithKeys selects the rows of a table that belong to some records, as a text that does not
// depend on how many there are. With lock they are locked in the order of the ids, which prevents
// deadlocks between nodes.
func (t *tx) rowsWithKeys(table, siteColumn, idColumn string, keys []key, lock bool) (query string, args []any) {
	keys = slices.Compact(slices.SortedFunc(slices.Values(keys), func(a, b key) int { return strings.Compare(a.id, b.id) }))
	sites := make([]string, len(keys))
	for i, k := range keys {
		sites[i] = k.site
	}
	ids := jsonList(idsOf(keys))
	if onOneSite(keys) {
		return t.ListedRows(table, siteColumn, idColumn, false, lock), []any{ids, sites[0]}
	}
	return t.ListedRows(table, siteColumn, idColumn, true, lock), []any{ids, jsonList(sites)}
}

// ofComments is a query that selects from comments c without conditions, of some of them.
func (t *tx) ofComments(query string, keys []key) (string, []any) {
	if onOneSite(keys) { // the condition is one of all tables, which may be split by site
		var w sqldb.Where
		whereKeys(&w, t.Unindexed("c.site"), "c.id", keys)
		return query + w.String(), w.Args()
	}
	from, args := t.fromComments(keys)
	return strings.Replace(query, " FROM comments c", from, 1), args
}

// fromComments is what a query selects from for some comments c. Each is looked up by its key:
// of several sites of a small store PostgreSQL would rather read all comments for each article.
func (t *tx) fromComments(keys []key) (string, []any) {
	rows, args := t.rowsWithKeys("comments", t.Unindexed("site"), "id", keys, false)
	return " FROM (" + rows + ") AS c", args
}

func onOneSite(keys []key) bool {
	return !slices.ContainsFunc(keys, func(k key) bool { return k.site != keys[0].site })
}

// whereComments is whereKeys for comments c, which SQLite finds by their ids alone.
func (t *tx) whereComments(w *sqldb.Where, keys []key) {
	whereKeys(w, t.Unindexed("c.site"), "c.id", keys)
}

// bySite groups keys by their sites, in the order of those.
func bySite(keys []key) (groups [][]key) {
	sorted := slices.Clone(keys)
	slices.SortStableFunc(sorted, func(a, b key) int { return strings.Compare(a.site, b.site) })
	for len(sorted) > 0 {
		n := slices.IndexFunc(sorted, func(k key) bool { return k.site != sorted[0].site })
		if n < 0 {
			n = len(sorted)
		}
		groups, sorted = append(groups, sorted[:n]), sorted[n:]
	}
	return groups
}

func idsOf(keys []key) []string {
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = k.id
	}
	return ids
}
