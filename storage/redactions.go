package storage

import (
	"cmp"
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Redact takes parts out of the text of a comment that the caller sees, and of those of its
// labels, and stores the text that it had for moderators. A label that the comment has stays,
// and later decisions give it none: what they are about is not what its author wrote.
func (db *DB) Redact(ctx context.Context, by models.Caller, id string, r models.Redaction) (models.Comment, error) {
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		old, err := t.redactable(by, id)
		if err == nil && old.Version != r.Version {
			err = models.Errorf(models.KindConflict, "the comment has changed since")
		}
		if err != nil {
			return old, err
		}
		c := old
		if c.Body, err = r.Apply(old.Body); err != nil {
			return old, err
		}
		c.Body, c.Redacted = sqldb.SanitizeText(c.Body), true
		if err := t.addRevision(old, by.Name); err != nil {
			return old, err
		}
		if err := t.replaceLabelTexts(keyOf(c), func(text string) string {
			if text == old.Body {
				return c.Body
			}
			return sqldb.SanitizeText(r.ApplyElsewhere(old.Body, text))
		}); err != nil {
			return old, err
		}
		return t.replaceText(by, "comment.redact", old, c)
	})
}

// UndoRedaction puts back the text that the last redaction of a comment has changed, also as the
// text of its labels; one of an earlier text stays redacted. version is
// that of the comment after this redaction: any other would put back what somebody else has
// taken out since. It is a conflict too when a decision on the redacted text is in force: that
// would publish what nobody has approved.
func (db *DB) UndoRedaction(ctx context.Context, by models.Caller, id string, version int64) (models.Comment, error) {
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		old, err := t.redactable(by, id)
		if err == nil && !old.Redacted {
			err = models.Errorf(models.KindConflict, "no redaction is in force on this comment")
		}
		if err == nil && old.Version != version {
			err = models.Errorf(models.KindConflict, "the comment has changed since")
		}
		if err != nil {
			return old, err
		}
		texts, err := t.revisions(keyOf(old))
		if err != nil {
			return old, err
		}
		last := texts[len(texts)-1]
		inForce, err := t.decisionsInForce(keyOf(old))
		if err != nil {
			return old, err
		}
		for _, d := range inForce {
			if d.CreatedAt.After(last.ReplacedAt) {
				return old, models.Errorf(models.KindConflict, "%s since: undo that first", describe(d))
			}
		}
		if _, err := t.Exec(`DELETE FROM revisions WHERE site = $1 AND comment_id = $2 AND version = $3`, old.Site, id, last.Version); err != nil {
			return old, err
		}
		c := old
		c.Body, c.Redacted = last.Body, len(texts) > 1 && texts[len(texts)-2].ReplacedBy != ""
		if err := t.replaceLabelTexts(keyOf(c), func(text string) string {
			if text == old.Body {
				return c.Body
			}
			return text
		}); err != nil {
			return old, err
		}
		return t.replaceText(by, "comment.unredact", old, c)
	})
}

// redactable returns a comment, locked, whose text the caller may change.
func (t *tx) redactable(by models.Caller, id string) (models.Comment, error) {
	k, err := t.visible(by, id, t.ForUpdate())
	if err == nil {
		err = refuseGone(k.comment)
	}
	if err == nil {
		err = cmp.Or(refuseReply(k.comment), refuseClaimed(t, by, k))
	}
	t.goOnAfter(k.comment.UpdatedAt)
	return k.comment, err
}

// addRevision stores the text of a comment before it is replaced. replacedBy is the moderator
// who does so; "" is its author.
func (t *tx) addRevision(c models.Comment, replacedBy string) error {
	_, err := t.Exec(`INSERT INTO revisions (site, comment_id, version, body, replaced_at, replaced_by) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.Site, c.ID, c.Version, c.Body, micros(t.Now), replacedBy)
	return err
}

// replaceText stores another text of a comment, whose status and verdict stay.
func (t *tx) replaceText(by models.Caller, action string, old, c models.Comment) (models.Comment, error) {
	c.Version, c.UpdatedAt = old.Version+1, t.Now
	if _, err := t.UpdateRows("comments", keyOf(c).where(),
		"body", c.Body,
		"search", searchColumn(c),
		"redacted", c.Redacted,
		"version", c.Version,
		"updated_at", micros(t.Now),
	); err != nil {
		return c, err
	}
	if err := t.markStale(c.Site, []string{c.ID}); err != nil {
		return c, err
	}
	// It may quote what was taken out.
	if err := t.removeOpinions(c.Site, []string{c.ID}); err != nil {
		return c, err
	}
	t.newPublicVersion(old, c)
	if err := t.commentChanged(c, models.CauseEdited); err != nil {
		return c, err
	}
	type state struct {
		Version  int64 `json:"version"`
		Redacted bool  `json:"redacted"`
	}
	return c, t.audit(by, c.Site, action, c.ID, state{old.Version, old.Redacted}, state{c.Version, c.Redacted})
}
