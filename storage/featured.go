package storage

import (
	"context"

	"winnow/models"
)

// FeatureComment marks a published comment as one that the newsroom points out, or takes the
// mark back. A comment loses it when it is taken down, and when its author changes it.
func (db *DB) FeatureComment(ctx context.Context, by models.Caller, id string, featured bool) (models.Comment, error) {
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		k, err := t.visible(by, id, t.ForUpdate())
		old := k.comment
		if err == nil && featured && (old.Status != models.Approved || old.Hidden) {
			err = models.Errorf(models.KindConflict, "only published comments can be featured")
		}
		if err != nil || old.Featured == featured {
			return old, err
		}
		t.goOnAfter(old.UpdatedAt)
		c := old
		c.Featured, c.Version, c.UpdatedAt = featured, old.Version+1, t.Now
		if _, err := t.UpdateRows("comments", keyOf(c).where(), "featured", featured, "version", c.Version, "updated_at", micros(t.Now)); err != nil {
			return c, err
		}
		t.newPublicVersion(old, c)
		if err := t.commentChanged(c, models.CauseFeatured); err != nil {
			return c, err
		}
		type state struct {
			Featured bool `json:"featured"`
		}
		return c, t.audit(by, c.Site, "comment.feature", c.ID, state{old.Featured}, state{featured})
	})
}

// newPublicVersion makes readers read the list anew that has a comment, whose status has not
// changed.
func (t *tx) newPublicVersion(old, c models.Comment) {
	t.counters.countComment(old, -1)
	t.counters.countComment(c, 1)
}
