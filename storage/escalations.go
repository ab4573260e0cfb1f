package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Escalate leaves a pending comment to an editor: it stays pending for that
// reason, and moderators cannot claim it any more. The escalation is part of the
// comment's history and can be undone by its id. A live claim of another
// moderator, or a comment that is not pending or escalated already, is a
// conflict.
func (db *DB) Escalate(ctx context.Context, by models.Caller, id, note string) (models.Decision, models.Comment, error) {
	if err := (models.DecisionRequest{Action: models.Approve, Note: note}).Validate(); err != nil {
		return models.Decision{}, models.Comment{}, err
	}
	type result struct {
		escalation models.Decision
		comment    models.Comment
	}
	r, err := update(ctx, db, func(t *tx) (r result, err error) {
		k, err := t.visible(by, id, t.ForUpdate())
		if err == nil && k.comment.Reason == models.ReasonEscalated {
			err = models.Errorf(models.KindConflict, "the comment is escalated already")
		}
		if err == nil && k.comment.Status != models.Pending {
			err = models.Errorf(models.KindConflict, "the comment is %s: only pending comments can be escalated", k.comment.Status)
		}
		if err == nil {
			err = refuseClaimed(t, by, k)
		}
		if err == nil { // who escalates an appeal could answer it, as an editor
			err = t.refuseOwnAppeal(by, k.comment)
		}
		if err != nil {
			return r, err
		}
		r.escalation, r.comment, err = t.escalate(by, k.comment, models.Decision{Moderator: by.Name, Note: sqldb.SanitizeText(note)}, k.comment.Reason)
		return r, err
	})
	return r.escalation, r.comment, err
}

// escalate leaves a comment to an editor. d has the moderator, "" for readers who have reported
// the comment, and the note. An undo gives the comment oldReason.
func (t *tx) escalate(by models.Caller, old models.Comment, d models.Decision, oldReason models.Reason) (models.Decision, models.Comment, error) {
	d.ID, d.CommentID, d.Site, d.Action, d.CreatedAt = NewID(old.Site), old.ID, old.Site, models.Escalate, t.Now
	if err := t.addEscalation(d, oldReason); err != nil {
		return d, old, err
	}
	c, err := t.setStatus(old, models.Pending, models.ReasonEscalated, models.CauseEscalated)
	if err != nil {
		return d, old, err
	}
	return d, c, t.audit(by, c.Site, "comment.escalate", c.ID, auditStateOf(old), auditStateOf(c))
}

func (t *tx) addEscalation(d models.Decision, oldReason models.Reason) error {
	_, err := t.InsertRow("escalations", "",
		"id", d.ID,
		"comment_id", d.CommentID,
		"site", d.Site,
		"moderator", d.Moderator,
		"note", d.Note,
		"old_reason", string(oldReason),
		"created_at", micros(d.CreatedAt),
		"undone_by", "",
	)
	return err
}

// escalationColumns are read by readDecision.
const escalationColumns = `SELECT id, '', comment_id, site, moderator, 'escalate', '', '', note, '', created_at, undone_at, undone_by, '' FROM escalations`

// undoEscalation restores the reason that the comment had. Editors and the one
// who escalated it may do so.
func (t *tx) undoEscalation(by models.Caller, e models.Decision) (models.Decision, models.Comment, error) {
	k, err := t.commentAt(key{e.Site, e.CommentID}, t.ForUpdate())
	if err != nil {
		return e, k.comment, err
	}
	// Read again now that nobody else can undo it.
	if e, err = sqldb.One(t, readDecision, escalationColumns+` WHERE site = $1 AND id = $2`, e.Site, e.ID); err != nil {
		return e, k.comment, err
	}
	old := k.comment
	switch {
	case e.UndoneAt != nil:
		return e, old, models.Errorf(models.KindConflict, "%s has already undone this", e.UndoneBy)
	case old.Reason != models.ReasonEscalated:
		return e, old, models.Errorf(models.KindConflict, "the comment has changed since")
	case e.Moderator != by.Name && !by.IsEditor():
		return e, old, models.Errorf(models.KindForbidden, "editor role required: this comment is escalated")
	}
	now := t.Now
	e.UndoneAt, e.UndoneBy = &now, by.Name
	if _, err := t.Exec(`UPDATE escalations SET undone_at = $1, undone_by = $2 WHERE site = $3 AND id = $4`, micros(now), by.Name, e.Site, e.ID); err != nil {
		return e, old, err
	}
	reason, err := sqldb.One(t, sqldb.ScanOne[models.Reason], `SELECT old_reason FROM escalations WHERE site = $1 AND id = $2`, e.Site, e.ID)
	if err != nil {
		return e, old, err
	}
	c, err := t.setStatus(old, models.Pending, reason, models.CauseUndone)
	if err != nil {
		return e, c, err
	}
	return e, c, t.audit(by, c.Site, "comment.undo", c.ID, auditStateOf(old), auditStateOf(c))
}
