package storage

import (
	"context"
	"iter"
	"strconv"
)

// place is where a stream stands: after the row with this time and id.
type position struct {
	at int64
	id string
}

const streamPage = 500 // rows read at once

func (p position) from(column string) *where {
	w := new(where)
	w.add("("+column+", id) > (?, ?)", p.at, p.id)
	return w
}

func (p position) page(column string) string {
	return " ORDER BY " + column + ", id LIMIT " + strconv.Itoa(streamPage)
}

// stream reads all rows from since on, oldest first, a page at a time, so that
// a slow reader holds no connection and no snapshot.
func stream[T any](ctx context.Context, db *DB, since int64, page func(*tx, position) ([]T, error), at func(T) position) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		after := position{at: since} // no id comes before ""
		for {
			rows, err := read(ctx, db, func(t *tx) ([]T, error) { return page(t, after) })
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
			if len(rows) < streamPage {
				return
			}
			after = at(rows[len(rows)-1])
		}
	}
}
