package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

var eventRows = sqldb.NewInsert("events", "",
	sqldb.Text("id", func(e models.Event) string { return e.ID }),
	sqldb.Text("kind", func(e models.Event) string { return string(e.Kind) }),
	sqldb.Text("site", func(e models.Event) string { return e.Site }),
	sqldb.Text("subject", func(e models.Event) string { return e.Subject }),
	sqldb.Text("article", func(e models.Event) string { return e.Article }),
	sqldb.Text("status", func(e models.Event) string { return string(e.Status) }),
	sqldb.Int("at", func(e models.Event) int64 { return micros(e.At) }),
)

// event adds an event for other nodes and open consoles.
func (t *tx) event(kind models.EventKind, site, subject, article string, status models.Status) error {
	return eventRows.Add(t, t.newEvent(kind, site, subject, article, status))
}

func (t *tx) newEvent(kind models.EventKind, site, subject, article string, status models.Status) models.Event {
	return models.Event{ID: newID(), Kind: kind, Site: site, Subject: subject, Article: article, Status: status, At: t.Now}
}

// EventsSince returns up to limit events whose ids come after the given one,
// in the order of their ids. Of two nodes that write at the same moment, the
// one with the smaller id may commit last: a caller that must not miss an event
// starts from an id some seconds old, and skips the events that it has seen.
func (db *DB) EventsSince(ctx context.Context, after string, limit int) ([]models.Event, error) {
	return read(ctx, db, func(t *tx) ([]models.Event, error) { return t.eventsSince(after, limit) })
}

func (t *tx) eventsSince(after string, limit int) ([]models.Event, error) {
	return sqldb.List(t, func(scan sqldb.Scanner) (e models.Event, err error) {
		var at int64
		err = scan(&e.ID, &e.Kind, &e.Site, &e.Subject, &e.Article, &e.Status, &at)
		e.At = fromMicros(at)
		return e, err
	}, `SELECT id, kind, site, subject, article, status, at FROM events WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
}
