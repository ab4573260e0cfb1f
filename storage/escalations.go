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
		if err != nil {
			return r, err
		}
		old := k.comment
		r.escalation = models.Decision{
			ID: NewID(old.Site), CommentID: id, Site: old.Site, Moderator: by.Name, Action: models.Escalate, Note: sqldb.SanitizeText(note), CreatedAt: t.Now,
		}
		if _, err := t.InsertRow("escalations", "",
			"id", r.escalation.ID,
			"comment_id", id,
			"site", old.Site,
			"moderator", by.Name,
			"note", r.escalation.Note,
			"old_reason", string(old.Reason),
			"created_at", micros(t.Now),
			"undone_by", "",
		); err != nil {
			return r, err
		}
		if r.comment, err = t.setStatus(old, models.Pending, models.ReasonEscalated); err != nil {
			return r, err
		}
		return r, t.audit(by, old.Site, "comment.escalate", id, auditStateOf(old), auditStateOf(r.comment))
	})
	return r.escalation, r.comment, err
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
	c, err := t.setStatus(old, models.Pending, reason)
	if err != nil {
		return e, c, err
	}
	return e, c, t.audit(by, c.Site, "comment.undo", c.ID, auditStateOf(old), auditStateOf(c))
}
