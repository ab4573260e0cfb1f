package storage

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Audit adds a row to the trail, for what is not a change of storage's own,
// such as an export. ID, At, Actor and Address are set here, Seq and Hash when
// the row is sealed.
func (db *DB) Audit(ctx context.Context, by models.Caller, a models.Audit) error {
	return apply(ctx, db, func(t *tx) error { return t.recordAudit(by, a) })
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
	return t.recordAudit(by, a)
}

// recordAudit collects a row for appendAudit. Addresses are stored of moderators
// and of servers only, never of readers.
func (t *tx) recordAudit(by models.Caller, a models.Audit) error {
	a.ID, a.At, a.Actor, a.Address = newID(), t.Now, sqldb.SanitizeText(by.String()), ""
	if by.Address.IsValid() && (by.Kind == models.ByModerator || by.Kind == models.ByKey) {
		a.Address = by.Address.String()
	}
	a.Site, a.Action, a.Subject = sqldb.SanitizeText(a.Site), sqldb.SanitizeText(a.Action), sqldb.SanitizeText(a.Subject)
	a.Before, a.After = []byte(sqldb.SanitizeText(string(a.Before))), []byte(sqldb.SanitizeText(string(a.After)))
	t.auditRows = append(t.auditRows, a)
	t.MarkWritten()
	return nil
}

const auditColumns = `SELECT coalesce(seq, 0), id, at, actor, site, action, subject, address, before, after, hash FROM audit`

func readAudit(scan sqldb.Scanner) (a models.Audit, err error) {
	var at int64
	var before, after string
	var hash []byte
	err = scan(&a.Seq, &a.ID, &at, &a.Actor, &a.Site, &a.Action, &a.Subject, &a.Address, &before, &after, &hash)
	a.At, a.Hash = fromMicros(at), hex.EncodeToString(hash)
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
	rows := sqldb.Stream(ctx, db.sql, micros(since), func(t *sqldb.Tx, after sqldb.Position) ([]models.Audit, error) {
		w := after.After("at")
		if site != "" {
			w.Add("site = ?", site)
		}
		return sqldb.List(t, readAudit, auditColumns+w.String()+sqldb.PageClause("at"), w.Args()...)
	}, func(a models.Audit) sqldb.Position { return sqldb.Position{At: micros(a.At), ID: a.ID} })
	return func(yield func(models.Audit, error) bool) {
		if err := db.SealAudit(ctx); err != nil && !errors.Is(err, errRowsAfterHead) {
			yield(models.Audit{}, err)
			return
		}
		rows(yield)
	}
}

// AuditPage returns rows of the sites that the caller sees, newest first.
func (db *DB) AuditPage(ctx context.Context, by models.Caller, f models.AuditFilter) (rows []models.Audit, next string, err error) {
	const order = "trail"
	from, hasCursor, err := sqldb.ParseCursor(f.Cursor, order)
	if err != nil {
		return nil, "", err
	}
	w := new(sqldb.Where)
	w.Add("at >= ?", micros(f.Since))
	if !f.Until.IsZero() {
		w.Add("at < ?", micros(f.Until))
	}
	if f.Actor != "" {
		w.Add("actor = ?", f.Actor)
	}
	if f.Subject != "" {
		w.Add("subject = ?", f.Subject)
	}
	if hasCursor {
		w.Add("(at, id) < (?, ?)", from.At, from.ID)
	}
	limit := sqldb.PageSize(f.Limit)
	rows, err = readFor(ctx, db, sqldb.Desk, func(t *tx) ([]models.Audit, error) { return t.queryAudit(by, f, w, limit+1) })
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = sqldb.Cursor{Order: order, At: micros(last.At), ID: last.ID}.String()
	}
	return rows, next, err
}

// queryAudit returns the first rows, newest first. For several sites or actions
// it runs one query each and merges the results: no index has them in a common
// order.
func (t *tx) queryAudit(by models.Caller, f models.AuditFilter, w *sqldb.Where, limit int) ([]models.Audit, error) {
	parts := []*sqldb.Where{w}
	each := func(cond string, values []string) {
		var all []*sqldb.Where
		for _, part := range parts {
			for _, v := range values {
				all = append(all, part.And(cond, v))
			}
		}
		parts = all
	}
	sites, all, err := visibleSites(by, f.Site)
	if err != nil {
		return nil, err
	}
	if !all {
		each("site = ?", sites)
	}
	prefix, several := strings.CutSuffix(f.Action, "*")
	switch {
	case several:
		actions, err := t.actions(prefix)
		if err != nil {
			return nil, err
		}
		each("action = ?", actions)
	case f.Action != "":
		each("action = ?", []string{f.Action})
	}
	rows := []models.Audit{}
	for _, part := range parts {
		query := auditColumns + part.String() + " ORDER BY at DESC, id DESC LIMIT " + part.Arg(limit)
		found, err := sqldb.List(t, readAudit, query, part.Args()...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	slices.SortFunc(rows, func(a, b models.Audit) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return rows[:min(limit, len(rows))], nil
}

// actions returns the actions in the trail that begin with a prefix. The query
// goes from one name to the next in the index, without reading every row.
func (t *tx) actions(prefix string) ([]string, error) {
	names, err := sqldb.List(t, sqldb.ScanOne[string], `WITH RECURSIVE names (name) AS (
		SELECT min(action) FROM audit UNION ALL
		SELECT (SELECT min(action) FROM audit WHERE action > name) FROM names WHERE name IS NOT NULL)
		SELECT name FROM names WHERE name IS NOT NULL`)
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, prefix) }), err
}

// auditState is what the audit trail stores of a comment.
type auditState struct {
	Status  models.Status `json:"status"`
	Reason  models.Reason `json:"reason,omitempty"`
	Version int64         `json:"version"`
}

func auditStateOf(c models.Comment) auditState { return auditState{c.Status, c.Reason, c.Version} }
