package storage

import (
	"context"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// searchEventSettle is how old events are when the search index follows them: of two nodes
// that write at the same moment, the one with the smaller id may commit last.
const searchEventSettle = 5 * time.Second

// searchEvents is the setting with the id of the last event that the search index followed.
const searchEvents = "search_events"

const (
	eventPage     = 200 // events in one transaction
	maxEventPages = 10  // in one go
)

// followEvents finds comments whose status is another one than the search index has.
func (db *DB) followEvents(ctx context.Context) error {
	for range maxEventPages {
		if n, err := db.followEventPage(ctx); err != nil || n < eventPage {
			return err
		}
	}
	return nil
}

// followEventPage returns how many events it has followed.
func (db *DB) followEventPage(ctx context.Context) (int, error) {
	type page struct {
		started bool
		cursor  []byte
		events  []models.Event
	}
	p, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) (p page, err error) {
		cursor, err := sqldb.List(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = $1`, searchEvents)
		if err != nil || len(cursor) == 0 {
			return p, err
		}
		p.started, p.cursor = true, cursor[0]
		p.events, err = t.eventsSince(string(p.cursor), eventPage)
		return p, err
	})
	if err != nil {
		return 0, err
	}
	if !p.started {
		// What is indexed from now on has its present status.
		return 0, apply(ctx, db, func(t *tx) error {
			newest, err := sqldb.One(t, sqldb.ScanOne[string], `SELECT coalesce(max(id), '0') FROM events`)
			if err == nil {
				_, err = t.Exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, searchEvents, []byte(newest))
			}
			return err
		})
	}
	settled := db.sql.Now().Add(-searchEventSettle)
	if i := slices.IndexFunc(p.events, func(e models.Event) bool { return e.At.After(settled) }); i >= 0 {
		p.events = p.events[:i]
	}
	if len(p.events) == 0 {
		return 0, nil
	}
	return len(p.events), apply(ctx, db, func(t *tx) error {
		moved, err := t.Exec(`UPDATE settings SET value = $1 WHERE name = $2 AND value = $3`, []byte(p.events[len(p.events)-1].ID), searchEvents, p.cursor)
		if err != nil {
			return err
		}
		if moved == 0 {
			return models.Errorf(models.KindConflict, "another node has followed these events")
		}
		for _, e := range p.events {
			if e.Kind != models.CommentChanged || e.Status == "" {
				continue
			}
			if _, err := t.Exec(`INSERT INTO search_stale (site, comment_id) SELECT d.site, d.comment_id FROM search_docs d
				WHERE d.site = $1 AND d.comment_id = $2 AND CAST(d.terms AS text) NOT LIKE $3 ESCAPE '\' ON CONFLICT (site, comment_id) DO NOTHING`,
				e.Site, e.Subject, "%"+escapeLike("_"+statusTerm(e.Status))+"%"); err != nil {
				return err
			}
		}
		return nil
	})
}
