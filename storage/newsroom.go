package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// ReplyAsNewsroom publishes a reply of the newsroom to a comment that readers see. No model
// has scored it, nobody decides it, and it is in no statistics of what readers write. With the
// same idempotencyKey again, within 24 hours, it returns the reply that was made then; "": none.
func (db *DB) ReplyAsNewsroom(ctx context.Context, by models.Caller, parent, body, idempotencyKey string) (models.Comment, error) {
	defer db.changes.signal()
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		k, err := t.visible(by, parent, "")
		if err != nil {
			return k.comment, err
		}
		site, err := t.site(k.comment.Site, "")
		if err != nil {
			return k.comment, err
		}
		db.tags.add(site.Slug)
		request := newInsertRequest(NewComment{
			Comment: models.Comment{
				ID: db.NewID(site.Slug), Site: site.Slug, Article: k.comment.Article.WithoutDescription(), ParentID: k.comment.ID,
				Author: models.Author{Name: site.NewsroomName(), Staff: true}, WrittenBy: by.Name, Body: body, Status: models.Approved,
			},
			Verdict:        models.Verdict{Action: models.Approve},
			IdempotencyKey: idempotencyKey,
		})
		errs, err := t.insertComments([]*insertRequest{request}, nil)
		if err == nil {
			err = errs[0]
		}
		c := request.result.comment
		if err != nil || request.result.replayed {
			return c, err
		}
		return c, t.audit(by, c.Site, "comment.reply", c.ID, nil, map[string]string{"parent": c.ParentID})
	})
}

// ReplyChange is what becomes of a reply of the newsroom. What is nil stays.
type ReplyChange struct {
	Version   int64 // of the reply that the moderator saw; 0: any
	Body      *string
	Withdrawn *bool
}

// ChangeReply changes the text of a reply of the newsroom, withdraws it, or publishes it
// again. The replies below it are hidden and shown with it.
func (db *DB) ChangeReply(ctx context.Context, by models.Caller, id string, change ReplyChange) (models.Comment, error) {
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		k, err := t.visible(by, id, t.ForUpdate())
		if err == nil && k.comment.WrittenBy == "" {
			err = models.Errorf(models.KindNotFound, "there is no such reply of the newsroom")
		}
		if err == nil {
			err = refuseGone(k.comment)
		}
		if err == nil && change.Version != 0 && change.Version != k.comment.Version {
			err = models.Errorf(models.KindConflict, "the reply has changed since")
		}
		c := k.comment
		if err != nil {
			return c, err
		}
		t.goOnAfter(c.UpdatedAt)
		if change.Body != nil && *change.Body != c.Body {
			old := c
			c.Body = sqldb.SanitizeText(*change.Body)
			if err := t.addRevision(old, by.Name); err != nil {
				return old, err
			}
			if c, err = t.replaceText(by, "comment.reply_edit", old, c); err != nil {
				return old, err
			}
		}
		if change.Withdrawn == nil || *change.Withdrawn == (c.Status != models.Approved) {
			return c, nil
		}
		return t.withdraw(by, c, *change.Withdrawn)
	})
}

func (t *tx) withdraw(by models.Caller, old models.Comment, withdrawn bool) (models.Comment, error) {
	status, action, cause := models.Approved, "comment.restore", models.CauseUndone
	if withdrawn {
		status, action, cause = models.Rejected, "comment.withdraw", models.CauseWithdrawn
	}
	c, err := t.setStatus(old, status, "", cause)
	if err != nil {
		return old, err
	}
	return c, t.audit(by, c.Site, action, c.ID, auditStateOf(old), auditStateOf(c))
}

// refuseReply refuses what is for the comments of readers.
func refuseReply(c models.Comment) error {
	if c.WrittenBy != "" {
		return models.Errorf(models.KindConflict, "this is a reply of the newsroom: change or withdraw it")
	}
	return nil
}
