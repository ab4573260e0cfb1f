package storage

import (
	"slices"
	"strconv"

	"winnow/storage/sqldb"
)

// queued is the place of a comment in the queue.
type queued struct {
	sqldb.Cursor
	site string
}

func queuedKeys(waiting []queued) []key {
	keys := make([]key, len(waiting))
	for i, c := range waiting {
		keys[i] = key{c.site, c.ID}
	}
	return keys
}

// sitesPerStatement is how many sites one statement reads, one after the other.
const sitesPerStatement = 25

// queued returns the first comments of the queue of some sites. Each site is read by its own
// index, and the results are merged: no index has several in a common order. Where few
// comments match, one statement finds and sorts them.
//
// A few comments of each site are read at first; then more of those sites alone that may have
// more among the first ones.
func (t *tx) queued(sites []string, q queueQuery, limit int) ([]queued, error) {
	if q.isEmpty() {
		return nil, nil
	}
	var open []queuePart
	for _, part := range q.parts(sites) {
		open = append(open, queuePart{sites: part, query: q})
	}
	each := limit
	if len(open) > 1 {
		each = min(limit, 2+2*limit/len(open))
	}
	var waiting []queued
	for ; len(open) > 0; each = min(limit, 4*each) {
		found, err := t.queuedParts(open, each)
		if err != nil {
			return nil, err
		}
		waiting = append(waiting, found...)
		slices.SortFunc(waiting, func(a, b queued) int { return q.order.compare(a.Cursor, b.Cursor) })
		waiting = waiting[:min(limit, len(waiting))]
		open = slices.DeleteFunc(open, func(p queuePart) bool {
			return p.ended || len(waiting) == limit && q.order.compare(*p.query.cursor, waiting[limit-1].Cursor) >= 0
		})
	}
	return waiting, nil
}

// queuePart is the queue of sites that are read at once.
type queuePart struct {
	sites []string
	query queueQuery // for what was not read yet
	ended bool       // there is no more
}

// queuedParts reads the next comments of each part.
func (t *tx) queuedParts(parts []queuePart, each int) (waiting []queued, err error) {
	for some := range slices.Chunk(parts, sitesPerStatement) {
		texts := make([]string, len(some))
		from, w := some[0].query.from(t)
		for i, p := range some {
			w = w.Beside()
			p.query.addTo(w, t, p.sites)
			texts[i] = `SELECT ` + strconv.Itoa(i) + ` AS n, c.site, c.id, ` + p.query.order.risk + ` AS risk, c.created_at` + from + w.String() + p.query.order.String() + " LIMIT " + w.Arg(each)
		}
		last, read := make([]sqldb.Cursor, len(some)), make([]int, len(some))
		found, err := sqldb.List(t, func(scan sqldb.Scanner) (c queued, err error) {
			var n int
			c.Order = string(some[0].query.filter.Sort)
			if err = scan(&n, &c.site, &c.ID, &c.Rank, &c.At); err == nil {
				last[n] = c.Cursor
				read[n]++
			}
			return c, err
		}, oneAfterTheOther(texts), w.Args()...)
		if err != nil {
			return nil, err
		}
		for i := range some {
			if some[i].ended = read[i] < each; !some[i].ended {
				some[i].query = some[i].query.after(last[i])
			}
		}
		waiting = append(waiting, found...)
	}
	return waiting, nil
}

// parts are the sites that are read at once.
func (q queueQuery) parts(sites []string) [][]string {
	if q.selective && len(sites) > 0 {
		return [][]string{sites}
	}
	return slices.Collect(slices.Chunk(sites, 1))
}
