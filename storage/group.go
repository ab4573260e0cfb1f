package storage

import (
	"context"
	"time"

	"winnow/models"
)

// groupTimeout is how long a group waits for a database that does not answer.
// Callers wait as long as their own contexts say.
const groupTimeout = 20 * time.Second

// createWithOthers keeps a comment together with those that wait at the same
// time.
func (db *DB) createWithOthers(made *insertRequest) (commentRow, error) {
	if err := db.creations.add(made); err != nil {
		return commentRow{}, err
	}
	select {
	case o := <-made.done:
		return o.commentRow, db.d.explain(o.err)
	case <-made.ctx.Done():
		return commentRow{}, made.ctx.Err()
	}
}

// createAll keeps what waits, but for those whose callers have gone. Of several
// with the same idempotency key, all but the first find what that one has kept.
func (db *DB) createAll(batch []*insertRequest) {
	var group, repeated []*insertRequest
	keys := map[[2]string]bool{}
	for _, made := range batch {
		key := made.key()
		switch err := made.ctx.Err(); {
		case err != nil:
			made.done <- insertResult{err: err}
		case made.IdempotencyKey != "" && keys[key]:
			repeated = append(repeated, made)
		default:
			keys[key] = true
			group = append(group, made)
		}
	}
	db.createGroup(group)
	for _, made := range repeated {
		db.createGroup([]*insertRequest{made})
	}
}

// createGroup keeps comments in one transaction, or when that fails because of
// one of them, each in its own.
func (db *DB) createGroup(group []*insertRequest) {
	if len(group) == 0 {
		return
	}
	// The context of one caller must not stop the comments of the others.
	ctx, stop := context.WithTimeout(context.Background(), groupTimeout)
	defer stop()
	all, err := submit(ctx, db, func(t *tx) ([]insertResult, error) { return t.create(group) })
	if err != nil && ctx.Err() != nil {
		err = &models.Error{Kind: models.KindUnavailable, Message: "the database does not answer", Cause: err}
	}
	if err != nil && len(group) > 1 && ctx.Err() == nil && db.d.classify(err) != faultUnavailable {
		for _, made := range group {
			db.createGroup([]*insertRequest{made})
		}
		return
	}
	for i, made := range group {
		if err != nil {
			made.done <- insertResult{err: err}
			continue
		}
		made.done <- all[i]
	}
}
