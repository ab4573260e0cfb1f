package storage

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"winnow/models"
	"winnow/storage/sqldb"
)

// searchEvents is the setting with the cursor after the events that the search index followed.
const searchEvents = "search_events"

const (
	eventPage     = 200 // events in one transaction
	maxEventPages = 10  // in one go
)

// followEvents finds comments whose status, reason or decision has changed since they were
// indexed.
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
	if err := db.numberEvents(ctx, 0); err != nil {
		return 0, err
	}
	type page struct {
		started bool
		cursor  int64
		events  []models.Event
	}
	p, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) (p page, err error) {
		if p.cursor, p.started, err = t.searchEvents(); err == nil && p.started {
			p.events, err = t.eventsSince(p.cursor, eventPage)
		}
		return p, err
	})
	if err == nil && !p.started || errors.Is(err, ErrEventsMissing) {
		// What is indexed from now on has its present status.
		return 0, apply(ctx, db, func(t *tx) error {
			newest, err := t.newestEvent()
			if err != nil {
				return err
			}
			if p.started {
				return t.moveSearchEvents(p.cursor, newest)
			}
			_, err = t.Exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, searchEvents, formatCursor(newest))
			return err
		})
	}
	if err != nil || len(p.events) == 0 {
		return 0, err
	}
	return len(p.events), apply(ctx, db, func(t *tx) error {
		if err := t.moveSearchEvents(p.cursor, p.events[len(p.events)-1].Seq); err != nil {
			return err
		}
		for _, e := range p.events {
			if e.Kind != models.CommentChanged || e.Status == "" {
				continue
			}
			if _, err := t.Exec(`INSERT INTO search_stale (site, comment_id) SELECT d.site, d.comment_id FROM search_docs d
				WHERE d.site = $1 AND d.comment_id = $2 ON CONFLICT (site, comment_id) DO NOTHING`, e.Site, e.Subject); err != nil {
				return err
			}
		}
		return nil
	})
}

// searchEvents returns the cursor of the search index, and false when there is none.
func (t *tx) searchEvents() (cursor int64, known bool, err error) {
	stored, err := sqldb.List(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = $1`, searchEvents)
	if err != nil || len(stored) == 0 {
		return 0, false, err
	}
	if cursor, err = strconv.ParseInt(string(stored[0]), 10, 64); err != nil {
		return 0, false, fmt.Errorf("the setting %s: %w", searchEvents, err)
	}
	return cursor, true, nil
}

// moveSearchEvents is a conflict when the cursor is not where it was.
func (t *tx) moveSearchEvents(from, to int64) error {
	moved, err := t.Exec(`UPDATE settings SET value = $1 WHERE name = $2 AND value = $3`, formatCursor(to), searchEvents, formatCursor(from))
	if err == nil && moved == 0 {
		return models.Errorf(models.KindConflict, "another node has followed these events")
	}
	return err
}

func formatCursor(seq int64) []byte { return strconv.AppendInt(nil, seq, 10) }

// migrateEventOrder gives the search index the number of the event whose id was its cursor.
func (t *tx) migrateEventOrder() error {
	stored, err := sqldb.List(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = $1`, searchEvents)
	if err != nil {
		return err
	}
	if len(stored) > 0 {
		seq, err := sqldb.One(t, sqldb.ScanOne[int64], `SELECT count(*) FROM events_by_id WHERE id <= $1`, string(stored[0]))
		if err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE settings SET value = $1 WHERE name = $2`, formatCursor(seq), searchEvents); err != nil {
			return err
		}
	}
	_, err = t.Exec(`DROP TABLE events_by_id`)
	return err
}
