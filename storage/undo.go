package storage

import (
	"context"
	"slices"

	"winnow/models"
)

// Undo takes back a decision, or all of a batch, by its id: status, reason and
// label become what they were. A decision that was undone, or that a newer one
// followed, is a conflict; of a batch, such decisions are passed over unless
// none is left.
func (db *DB) Undo(ctx context.Context, by models.Caller, id string) ([]models.Decision, []models.Comment, error) {
	type result struct {
		decisions []models.Decision
		comments  []models.Comment
	}
	r, err := update(ctx, db, func(t *tx) (r result, err error) {
		found, err := list(t, readDecision, decisionColumns+` WHERE id = $1`, id)
		if err == nil && len(found) == 0 {
			found, err = list(t, readDecision, decisionColumns+` WHERE batch = $1 AND batch <> '' ORDER BY comment_id`, id)
		}
		if err != nil {
			return r, err
		}
		var refused error = models.Errorf(models.KindNotFound, "there is no such decision")
		for _, d := range found {
			if !by.Sees(d.Site) {
				continue
			}
			done, c, err := t.undo(by, d)
			if models.KindOf(err) == models.KindConflict {
				refused = err
				continue
			}
			if err != nil {
				return r, err
			}
			r.decisions, r.comments = append(r.decisions, done), append(r.comments, c)
		}
		if len(r.decisions) == 0 {
			return r, refused
		}
		return r, nil
	})
	return r.decisions, r.comments, err
}

func (t *tx) undo(by models.Caller, d models.Decision) (models.Decision, models.Comment, error) {
	k, err := t.comment(d.CommentID, t.d.lock) // from here on nobody else decides or undoes it
	if err == nil {
		err = refuseGone(k.comment)
	}
	if err != nil {
		return d, k.comment, err
	}
	old := k.comment
	all, err := list(t, readDecision, decisionColumns+` WHERE comment_id = $1 ORDER BY id DESC`, d.CommentID)
	if err != nil {
		return d, old, err
	}
	for _, other := range all {
		switch {
		case other.ID == d.ID && other.UndoneAt != nil:
			return d, old, models.Errorf(models.KindConflict, "%s has undone this already", other.UndoneBy)
		case other.ID > d.ID && other.UndoneAt == nil:
			return d, old, models.Errorf(models.KindConflict, "the comment has changed since: %s", told(other))
		}
	}
	before, err := one(t, func(scan scanner) (s state, err error) { return s, scan(&s.Status, &s.Reason) },
		`SELECT old_status, old_reason FROM decisions WHERE id = $1`, d.ID)
	if err != nil {
		return d, old, err
	}
	now := t.now
	d.UndoneAt, d.UndoneBy = &now, by.Name
	if _, err := t.exec(`UPDATE decisions SET undone_at = $1, undone_by = $2 WHERE id = $3`, micros(now), by.Name, d.ID); err != nil {
		return d, old, err
	}
	if _, err := t.exec(`DELETE FROM second_looks WHERE id = $1 AND decided_at IS NULL`, d.ID); err != nil {
		return d, old, err
	}
	t.sums.judged(d, k.machine, -1)
	stand := slices.DeleteFunc(all, func(d models.Decision) bool { return d.UndoneAt != nil })
	t.sums.weighed(k, stand, slices.DeleteFunc(slices.Clone(stand), func(other models.Decision) bool { return other.ID == d.ID }))
	if err := t.restoreLabel(d); err != nil {
		return d, old, err
	}
	c, err := t.setStatus(old, before.Status, before.Reason)
	if err != nil {
		return d, c, err
	}
	return d, c, t.audit(by, c.Site, "comment.undo", c.ID, stateOf(old), stateOf(c))
}
