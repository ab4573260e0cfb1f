package storage

import (
	"context"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// maxReportsRead bounds the comments whose reports are looked at for the oldest one.
const maxReportsRead = 1000

// UpdateNotices lets tell compare the figures of a site with what its newsroom was told. It
// stores the states that tell returns, and the messages to be sent, together: each is told
// once, by whichever node. tell may be called more than once.
func (db *DB) UpdateNotices(ctx context.Context, site string, tell func(models.NoticeFigures) (map[models.NoticeKind]models.NoticeState, []models.OutgoingMessage)) error {
	figures, err := readFor(ctx, db, sqldb.Desk, func(t *tx) (models.NoticeFigures, error) { return t.noticeFigures(site) })
	if err != nil {
		return err
	}
	if states, _ := tell(figures); len(states) == 0 { // which is most often so
		return nil
	}
	return apply(ctx, db, func(t *tx) error {
		// All nodes wait for each other here, and see what the one before has told.
		if _, err := t.site(site, t.ForUpdate()); err != nil {
			return err
		}
		figures, err := t.noticeFigures(site)
		if err != nil {
			return err
		}
		states, messages := tell(figures)
		for kind, s := range states {
			if _, err := t.InsertRow("notice_states", "ON CONFLICT (site, kind) DO UPDATE SET active = excluded.active, told = excluded.told, told_at = excluded.told_at",
				"site", site, "kind", string(kind), "active", s.Active, "told", s.Told, "told_at", micros(s.ToldAt)); err != nil {
				return err
			}
		}
		return t.enqueueAll(messages)
	})
}

func (t *tx) noticeFigures(site string) (f models.NoticeFigures, err error) {
	f.At = t.Now
	if f.Pending, err = sqldb.One(t, sqldb.ScanOne[int], `SELECT CAST(coalesce(sum(pending), 0) AS bigint) FROM site_counts WHERE site = $1`, site); err != nil {
		return f, err
	}
	if f.OldestReport, err = t.oldestReport(site); err != nil {
		return f, err
	}
	n, err := t.driftNotice(site, "")
	if err != nil {
		return f, err
	}
	f.Drifting = n.drifting
	type row struct {
		kind  models.NoticeKind
		state models.NoticeState
	}
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		var at int64
		err = scan(&r.kind, &r.state.Active, &r.state.Told, &at)
		r.state.ToldAt = nullTime(at)
		return r, err
	}, `SELECT kind, active, told, told_at FROM notice_states WHERE site = $1`, site)
	f.States = make(map[models.NoticeKind]models.NoticeState, len(rows))
	for _, r := range rows {
		f.States[r.kind] = r.state
	}
	return f, err
}

// OldestReport returns when the oldest report was made of the comments that wait; the zero time
// when there is none.
func (db *DB) OldestReport(ctx context.Context, site string) (time.Time, error) {
	return readFor(ctx, db, sqldb.Desk, func(t *tx) (time.Time, error) { return t.oldestReport(site) })
}

func (t *tx) oldestReport(site string) (time.Time, error) {
	oldest, err := sqldb.One(t, sqldb.ScanOne[int64], `SELECT coalesce(min(f.created_at), 0) FROM flags f WHERE f.site = $1 AND f.comment_id IN (SELECT id FROM comments
		WHERE site = $1 AND status = 'pending' AND reason IN ('flagged', 'escalated') ORDER BY created_at, id LIMIT $2)`, site, maxReportsRead)
	return nullTime(oldest), err
}
