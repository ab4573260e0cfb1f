package storage

import (
	"context"

	"winnow/models"
)

var insertEvents = into("events", "id, kind, site, subject, article, status, at bigint", "")

// event notes what other nodes and open consoles should hear of.
func (t *tx) event(kind models.EventKind, site, subject, article string, status models.Status) error {
	err := t.insert(insertEvents, [][]any{t.eventRow(kind, site, subject, article, status)})
	return err
}

func (t *tx) eventRow(kind models.EventKind, site, subject, article string, status models.Status) []any {
	return []any{newID(), string(kind), site, subject, article, string(status), micros(t.now)}
}

// EventsSince returns up to limit events whose ids come after the given one,
// in the order of their ids. Of two nodes that write at the same moment, the
// one with the smaller id may commit last: whoever must not miss an event asks
// again from an id some seconds old, and passes over what it has seen.
func (db *DB) EventsSince(ctx context.Context, after string, limit int) ([]models.Event, error) {
	return read(ctx, db, func(t *tx) ([]models.Event, error) {
		return list(t, func(scan scanner) (e models.Event, err error) {
			var at int64
			err = scan(&e.ID, &e.Kind, &e.Site, &e.Subject, &e.Article, &e.Status, &at)
			e.At = fromMicros(at)
			return e, err
		}, `SELECT id, kind, site, subject, article, status, at FROM events WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	})
}
