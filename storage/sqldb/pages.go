package sqldb

import (
	"context"
	"iter"
	"strconv"
)

const (
	defaultPage = 50
	maxPage     = 500
)

// PageSize is how many rows a page has: the limit that a caller wants, or 50
// without one, and 500 at most.
func PageSize(limit int) int {
	if limit <= 0 {
		return defaultPage
	}
	return min(limit, maxPage)
}

// StreamPage is how many rows a stream reads at once.
const StreamPage = 500

// Position is where a stream has come to: after the row with this time and id.
type Position struct {
	At int64 // microseconds
	ID string
}

// After returns the condition for the rows that follow, when column has their
// time.
func (p Position) After(column string) *Where {
	w := new(Where)
	w.Add("("+column+", id) > (?, ?)", p.At, p.ID)
	return w
}

// PageClause ends the query of a page.
func PageClause(column string) string {
	return " ORDER BY " + column + ", id LIMIT " + strconv.Itoa(StreamPage)
}

// Stream reads all rows from since on, oldest first, a page at a time, so that
// a slow reader keeps no connection and no snapshot open. page reads up to
// StreamPage rows after a position, at returns the position of a row.
func Stream[T any](ctx context.Context, db *DB, since int64, page func(*Tx, Position) ([]T, error), at func(T) Position) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		after := Position{At: since} // no id comes before ""
		for {
			rows, err := Read(ctx, db, Exporting, func(t *Tx) ([]T, error) { return page(t, after) })
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			if len(rows) < StreamPage {
				return
			}
			after = at(rows[len(rows)-1])
		}
	}
}
