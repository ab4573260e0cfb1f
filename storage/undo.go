package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Undo reverts a decision, an escalation, or all decisions of a batch, by its id:
// status, reason and label become what they were. What was undone already, or was
// followed by a newer decision or an edit, is a conflict; such decisions of a
// batch are skipped unless none is left. A large batch takes several
// transactions: when it is interrupted, the next call continues.
func (db *DB) Undo(ctx context.Context, by models.Caller, id string) (decisions []models.Decision, comments []models.Comment, err error) {
	found, err := read(ctx, db, func(t *tx) ([]models.Decision, error) { return t.undoable(by, id) })
	if err != nil {
		return nil, nil, err
	}
	var refused error = models.Errorf(models.KindNotFound, "there is no such decision")
	for part := range slices.Chunk(found, bulkChunk) {
		u, err := db.undoChunk(ctx, by, part)
		if err != nil {
			return decisions, comments, err
		}
		decisions, comments = append(decisions, u.decisions...), append(comments, u.comments...)
		refused = cmp.Or(u.refused, refused)
	}
	if len(decisions) == 0 {
		return nil, nil, refused
	}
	return decisions, comments, nil
}

// undoable returns the decisions that an id refers to, of sites that the caller
// sees, in the order of their comments.
func (t *tx) undoable(by models.Caller, id string) ([]models.Decision, error) {
	for _, look := range []func() ([]models.Decision, error){
		func() ([]models.Decision, error) { return t.oneUndoable("decisions", decisionColumns, id) },
		func() ([]models.Decision, error) {
			all, err := sqldb.List(t, readDecision, decisionColumns+` WHERE batch = $1 AND batch <> '' AND site IN (SELECT slug FROM sites)`, id)
			slices.SortFunc(all, func(a, b models.Decision) int { return cmp.Compare(a.CommentID, b.CommentID) })
			return all, err
		},
		func() ([]models.Decision, error) { return t.oneUndoable("escalations", escalationColumns, id) },
	} {
		found, err := look()
		if err != nil || len(found) > 0 {
			return slices.DeleteFunc(found, func(d models.Decision) bool { return !by.CanSee(d.Site) }), err
		}
	}
	return nil, nil
}

// oneUndoable returns a row of a table by its id; none when it is not there.
func (t *tx) oneUndoable(table, columns, id string) ([]models.Decision, error) {
	d, err := locate(t, table, id, func(of key) (models.Decision, error) {
		return sqldb.One(t, readDecision, columns+` WHERE site = $1 AND id = $2`, of.site, of.id)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return []models.Decision{d}, err
}

// undoResult is the result of one chunk of a batch.
type undoResult struct {
	decisions []models.Decision
	comments  []models.Comment
	refused   error // why the last one was skipped
}

func (db *DB) undoChunk(ctx context.Context, by models.Caller, part []models.Decision) (undoResult, error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), chunkTimeout)
	defer stop()
	return update(ctx, db, func(t *tx) (u undoResult, err error) {
		var approved []key // comments of campaigns
		for _, d := range part {
			undo := t.undo
			if d.Action == models.Escalate {
				undo = t.undoEscalation
			}
			d, c, err := undo(by, d)
			switch models.KindOf(err) {
			case "":
				u.decisions, u.comments = append(u.decisions, d), append(u.comments, c)
				if d.Action == models.Approve && c.Reason == models.ReasonCampaign {
					approved = append(approved, keyOf(c))
				}
			case models.KindConflict, models.KindForbidden:
				u.refused = err
			default:
				return u, err
			}
		}
		return u, t.pullBackUnapproved(approved)
	})
}

func (t *tx) undo(by models.Caller, d models.Decision) (models.Decision, models.Comment, error) {
	of := key{d.Site, d.CommentID}
	k, err := t.commentAt(of, t.ForUpdate()) // from here on nobody else decides or undoes it
	if err == nil {
		err = refuseGone(k.comment)
	}
	if err != nil {
		return d, k.comment, err
	}
	old := k.comment
	all, err := sqldb.List(t, readDecision, decisionColumns+` WHERE site = $1 AND comment_id = $2 ORDER BY id DESC`, of.site, of.id)
	if err != nil {
		return d, old, err
	}
	if err := t.refuseUndo(d, old, all); err != nil {
		return d, old, err
	}
	before, err := sqldb.One(t, func(scan sqldb.Scanner) (s auditState, err error) {
		err = scan(&s.Status, &s.Reason)
		return s, err
	}, `SELECT old_status, old_reason FROM decisions WHERE site = $1 AND id = $2`, d.Site, d.ID)
	if err != nil {
		return d, old, err
	}
	now := t.Now
	d.UndoneAt, d.UndoneBy, d.Label = &now, by.Name, ""
	if _, err := t.Exec(`UPDATE decisions SET undone_at = $1, undone_by = $2 WHERE site = $3 AND id = $4`, micros(now), by.Name, d.Site, d.ID); err != nil {
		return d, old, err
	}
	if _, err := t.Exec(`DELETE FROM second_looks WHERE site = $1 AND id = $2 AND decided_at IS NULL`, d.Site, d.ID); err != nil {
		return d, old, err
	}
	t.counters.onDecision(d, k.initialStatus, -1)
	if err := t.countCampaignDecision(k, before.Reason, d.Action, -1); err != nil {
		return d, old, err
	}
	inForce := slices.DeleteFunc(all, func(d models.Decision) bool { return d.UndoneAt != nil })
	t.counters.onDecisionsChange(k, inForce, slices.DeleteFunc(slices.Clone(inForce), func(other models.Decision) bool { return other.ID == d.ID }))
	if err := t.restoreLabel(d); err != nil {
		return d, old, err
	}
	c, err := t.setStatus(old, before.Status, before.Reason, models.CauseUndone)
	if err != nil {
		return d, c, err
	}
	return d, c, t.audit(by, c.Site, "comment.undo", c.ID, auditStateOf(old), auditStateOf(c))
}

// refuseUndo reports why a decision on a comment cannot be undone, or nil. all are the decisions
// on the comment.
func (t *tx) refuseUndo(d models.Decision, c models.Comment, all []models.Decision) error {
	edited, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM revisions WHERE site = $1 AND comment_id = $2 AND replaced_at > $3 AND replaced_by = '' LIMIT 1`, c.Site, c.ID, micros(d.CreatedAt))
	if err == nil && len(edited) > 0 {
		err = models.Errorf(models.KindConflict, "the comment has been edited since")
	}
	if err != nil {
		return err
	}
	for _, other := range all {
		switch {
		case other.ID == d.ID && other.UndoneAt != nil:
			return models.Errorf(models.KindConflict, "%s has already undone this", other.UndoneBy)
		case other.ID > d.ID && other.UndoneAt == nil:
			return models.Errorf(models.KindConflict, "the comment has changed since: %s", describe(other))
		}
	}
	if d.Action == models.Approve && c.Status == models.Pending && (c.Reason == models.ReasonFlagged || c.Reason == models.ReasonEscalated) {
		// What it was before may be public: an undo must not take it out of the queue.
		return models.Errorf(models.KindConflict, "the comment has changed since: readers reported it")
	}
	return nil
}
