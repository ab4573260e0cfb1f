package storage

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"winnow/models"
)

// Audit adds a row to the trail, for what is not a change of storage's own,
// such as a login. ID, At, Actor and Address are set here.
func (db *DB) Audit(ctx context.Context, by models.Caller, a models.Audit) error {
	return apply(ctx, db, func(t *tx) error { return t.keepAudit(by, a) })
}

// audit adds a row about a change. before and after are small: what changed,
// not the whole.
func (t *tx) audit(by models.Caller, site, action, subject string, before, after any) error {
	a := models.Audit{Site: site, Action: action, Subject: subject}
	for _, side := range []struct {
		from any
		to   *json.RawMessage
	}{{before, &a.Before}, {after, &a.After}} {
		if side.from == nil {
			continue
		}
		text, err := toJSON(side.from)
		if err != nil {
			return err
		}
		*side.to = json.RawMessage(text)
	}
	return t.keepAudit(by, a)
}

func (t *tx) keepAudit(by models.Caller, a models.Audit) error {
	address := ""
	if by.Address.IsValid() {
		address = by.Address.String()
	}
	_, err := t.exec(`INSERT INTO audit (id, at, actor, site, action, subject, address, before, after)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		newID(), micros(t.now), by.String(), a.Site, a.Action, a.Subject, address, string(a.Before), string(a.After))
	return err
}

const auditColumns = `SELECT id, at, actor, site, action, subject, address, before, after FROM audit`

func readAudit(scan scanner) (a models.Audit, err error) {
	var at int64
	var before, after string
	err = scan(&a.ID, &at, &a.Actor, &a.Site, &a.Action, &a.Subject, &a.Address, &before, &after)
	a.At = fromMicros(at)
	if before != "" {
		a.Before = json.RawMessage(before)
	}
	if after != "" {
		a.After = json.RawMessage(after)
	}
	return a, err
}

// AuditTrail streams the rows from since on, oldest first, of one site or, when
// site is "", of everything.
func (db *DB) AuditTrail(ctx context.Context, site string, since time.Time) iter.Seq2[models.Audit, error] {
	return stream(ctx, db, micros(since), func(t *tx, after place) ([]models.Audit, error) {
		w := after.from("at")
		if site != "" {
			w.add("site = ?", site)
		}
		return list(t, readAudit, auditColumns+w.String()+after.page("at"), w.args...)
	}, func(a models.Audit) place { return place{micros(a.At), a.ID} })
}

// AuditPage returns rows of the sites that the caller sees, newest first.
// Empty filters do not narrow.
func (db *DB) AuditPage(ctx context.Context, by models.Caller, site, action, actor string, limit int, cur string) (rows []models.Audit, next string, err error) {
	const order = "audit"
	var w where
	if err := w.seen(by, "site", site); err != nil {
		return nil, "", err
	}
	if action != "" {
		w.add("action = ?", action)
	}
	if actor != "" {
		w.add("actor = ?", actor)
	}
	from, ok, err := parseCursor(cur, order)
	if err != nil {
		return nil, "", err
	}
	if ok {
		w.add("(at, id) < (?, ?)", from.At, from.ID)
	}
	limit = pageSize(limit)
	query := auditColumns + w.String() + " ORDER BY at DESC, id DESC LIMIT " + w.arg(limit+1)
	rows, err = read(ctx, db, func(t *tx) ([]models.Audit, error) {
		return list(t, readAudit, query, w.args...)
	})
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = cursor{Order: order, At: micros(last.At), ID: last.ID}.String()
	}
	return rows, next, nil
}

var keepEvents = into("events", "id, kind, site, subject, article, status, at bigint", "")

// event notes what other nodes and open consoles should hear of.
func (t *tx) event(kind models.EventKind, site, subject, article string, status models.Status) error {
	_, err := t.insert(keepEvents, [][]any{t.eventRow(kind, site, subject, article, status)})
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
