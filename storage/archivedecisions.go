package storage

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// ArchivedDecision is a decision or an escalation with what an undo puts back.
type ArchivedDecision struct {
	models.Decision
	OldStatus models.Status
	OldReason models.Reason
	// CommentUpdatedAt is when the comment changed last where the decision comes from. A comment
	// that was changed here since has a history of its own.
	CommentUpdatedAt time.Time
}

// ArchivedDecisions streams the decisions of a site in the order of their times, and then the
// escalations in that of their ids; those that were undone too.
func (db *DB) ArchivedDecisions(ctx context.Context, site string) iter.Seq2[ArchivedDecision, error] {
	decisions := sqldb.Stream(ctx, db.sql, 0, func(t *sqldb.Tx, after sqldb.Position) ([]ArchivedDecision, error) {
		w := after.After("created_at")
		w.Add("site = ?", site)
		return sqldb.List(t, readArchivedDecision, strings.Replace(decisionColumns, " FROM decisions", ", old_status, old_reason FROM decisions", 1)+
			w.String()+sqldb.PageClause("created_at"), w.Args()...)
	}, func(d ArchivedDecision) sqldb.Position { return sqldb.Position{At: micros(d.CreatedAt), ID: d.ID} })
	escalations := sqldb.Stream(ctx, db.sql, 0, func(t *sqldb.Tx, after sqldb.Position) ([]ArchivedDecision, error) {
		return sqldb.List(t, readArchivedDecision, strings.Replace(escalationColumns, " FROM escalations", ", 'pending', old_reason FROM escalations", 1)+
			` WHERE site = $1 AND id > $2 ORDER BY id LIMIT $3`, site, after.ID, sqldb.StreamPage)
	}, func(d ArchivedDecision) sqldb.Position { return sqldb.Position{ID: d.ID} })
	return func(yield func(ArchivedDecision, error) bool) {
		for _, part := range []iter.Seq2[ArchivedDecision, error]{decisions, escalations} {
			for d, err := range part {
				if !yield(d, err) || err != nil {
					return
				}
			}
		}
	}
}

func readArchivedDecision(scan sqldb.Scanner) (d ArchivedDecision, err error) {
	d.Decision, err = readDecision(func(into ...any) error { return scan(append(into, &d.OldStatus, &d.OldReason)...) })
	return d, err
}

// ImportDecisions stores decisions of one site that are not there yet. Their comments stay
// as they are. Left out are those of comments that are not there, or that have been changed
// here since. A dry run stores nothing, and takes comments that are not there as imported.
func (db *DB) ImportDecisions(ctx context.Context, site string, batch []ArchivedDecision, dryRun bool) (added int, err error) {
	if dryRun {
		return readFor(ctx, db, sqldb.Exporting, func(t *tx) (int, error) {
			missing, err := t.missingDecisions(site, batch, true)
			return len(missing), err
		})
	}
	return update(ctx, db, func(t *tx) (int, error) {
		missing, err := t.missingDecisions(site, batch, false)
		if err != nil || len(missing) == 0 {
			return 0, err
		}
		return len(missing), t.addDecisions(missing)
	})
}

// missingDecisions returns those of a batch that can be stored, in the order of their ids.
func (t *tx) missingDecisions(site string, batch []ArchivedDecision, dryRun bool) (missing []ArchivedDecision, err error) {
	var ids, comments []string
	for _, d := range batch {
		ids, comments = append(ids, d.ID), append(comments, d.CommentID)
	}
	known := map[string]bool{}
	for _, table := range []string{"decisions", "escalations"} {
		found, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM `+table+` WHERE site = $2 AND id`+t.InJSONList(1), jsonList(ids), site)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			known[id] = true
		}
	}
	changed := map[string]int64{}
	if _, err := sqldb.List(t, func(scan sqldb.Scanner) (id string, err error) {
		var at int64
		err = scan(&id, &at)
		changed[id] = at
		return id, err
	}, `SELECT id, updated_at FROM comments WHERE id`+t.InJSONList(1)+` AND `+t.Unindexed("site")+` = $2`, jsonList(comments), site); err != nil {
		return nil, err
	}
	for _, d := range batch {
		at, found := changed[d.CommentID]
		if !known[d.ID] && (found && at == micros(d.CommentUpdatedAt) || !found && dryRun) {
			known[d.ID] = true // the next one with its id is not new
			missing = append(missing, d)
		}
	}
	slices.SortFunc(missing, func(a, b ArchivedDecision) int { return cmp.Compare(a.ID, b.ID) })
	return missing, nil
}

// addDecisions stores decisions that are not there, and counts those that were not undone.
func (t *tx) addDecisions(all []ArchivedDecision) error {
	var wanted []key
	for _, d := range all {
		wanted = append(wanted, key{d.Site, d.CommentID})
	}
	comments, err := t.lockComments(wanted)
	if err != nil {
		return err
	}
	before, err := t.decisionsInForceOn(comments)
	if err != nil {
		return err
	}
	after, rows := map[string][]models.Decision{}, []decisionRow{}
	for _, d := range all {
		if d.Action == models.Escalate {
			if err := t.addEscalation(d.Decision, d.OldReason); err != nil {
				return err
			}
			continue
		}
		if rows = append(rows, decisionRow{d.Decision, d.OldStatus, d.OldReason}); d.UndoneAt == nil {
			t.counters.onDecision(d.Decision, comments[d.CommentID].initialStatus, 1)
			after[d.CommentID] = append(after[d.CommentID], d.Decision)
		}
	}
	for comment, added := range after {
		t.counters.onDecisionsChange(comments[comment], before[comment], append(slices.Clip(before[comment]), added...))
	}
	if err := decisionRows.Add(t, rows...); err != nil {
		return err
	}
	for _, d := range all {
		table := "decisions"
		if d.Action == models.Escalate {
			table = "escalations"
		}
		if d.UndoneAt == nil {
			continue
		}
		if err := t.Write(`UPDATE `+table+` SET undone_at = $1, undone_by = $2 WHERE site = $3 AND id = $4`, micros(*d.UndoneAt), d.UndoneBy, d.Site, d.ID); err != nil {
			return err
		}
	}
	return nil
}
