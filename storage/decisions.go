package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Decide gives a comment the status that a moderator wants, stores the decision
// and its label, and ends the lease. A stale version, or a live claim of
// another moderator, is a conflict whose message says who did what.
func (db *DB) Decide(ctx context.Context, by models.Caller, id string, d models.DecisionRequest) (models.Decision, models.Comment, error) {
	if err := d.Validate(); err != nil {
		return models.Decision{}, models.Comment{}, err
	}
	r := &decisionRequest{DecisionRequest: d, by: by, comment: key{id: id}}
	defer db.changes.signal()
	if err := db.decisions.Do(ctx, r); err != nil {
		return models.Decision{}, models.Comment{}, err
	}
	return r.made, r.after, nil
}

// DecideBatch decides several comments in one transaction, as one batch that can
// be undone by its id. What cannot be decided, such as a comment whose version is
// not that of d.Versions any more, is in failed by comment id, and the rest is
// decided. d.Version is for single comments, and ignored. For the comments of a
// filter there is DecideFiltered.
func (db *DB) DecideBatch(ctx context.Context, by models.Caller, ids []string, d models.DecisionRequest) (batch string, done []models.Decision, failed map[string]error, err error) {
	d.Version = 0
	if err := d.Validate(); err != nil {
		return "", nil, nil, err
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	var targets []versionedID
	for _, id := range slices.Compact(ids) {
		targets = append(targets, versionedID{key{id: id}, d.Versions[id]})
	}
	batch = newID()
	done, failed, err = db.decideTargets(ctx, by, batch, targets, d)
	return batch, done, failed, err
}

// versionedID is one comment of a batch, whose site need not be known, with the version
// that the decision is about; 0 is any.
type versionedID struct {
	key
	version int64
}

// decideTargets decides comments in one transaction.
func (db *DB) decideTargets(ctx context.Context, by models.Caller, batch string, targets []versionedID, d models.DecisionRequest) ([]models.Decision, map[string]error, error) {
	type result struct {
		done   []models.Decision
		failed map[string]error
	}
	r, err := update(ctx, db, func(t *tx) (result, error) {
		r := result{[]models.Decision{}, map[string]error{}}
		requests := make([]*decisionRequest, len(targets))
		for i, target := range targets {
			requests[i] = &decisionRequest{DecisionRequest: d, by: by, comment: target.key, batch: batch}
			requests[i].Version = target.version
		}
		errs, err := t.decide(requests)
		for i, err := range errs {
			if err != nil {
				r.failed[targets[i].id] = err
			} else {
				r.done = append(r.done, requests[i].made)
			}
		}
		return r, err
	})
	return r.done, r.failed, err
}

// expandReason completes a decision that names one of the site's own reasons.
func (t *tx) expandReason(site string, d models.DecisionRequest) (models.DecisionRequest, error) {
	if d.Detail == "" {
		return d, nil
	}
	s, err := t.site(site, "")
	if err != nil {
		return d, err
	}
	var bad models.Invalid
	i := slices.IndexFunc(s.Reasons, func(r models.SiteReason) bool { return r.ID == d.Detail })
	switch {
	case i < 0:
		bad.Add("detail", "is not one of the reasons of %s", site)
	case d.Reason != "" && d.Reason != s.Reasons[i].Under:
		bad.Add("detail", "belongs to the reason %s", s.Reasons[i].Under)
	default:
		d.Reason, d.Message = s.Reasons[i].Under, cmp.Or(d.Message, s.Reasons[i].Message)
	}
	return d, bad.Err()
}

// freshFor is how long a decision stands against those that name no version.
const freshFor = 10 * time.Minute

// refuseDecision reports why a moderator may not decide a comment now, or nil.
func (t *tx) refuseDecision(r *decisionRequest, k commentRow, inForce []models.Decision) error {
	if err := cmp.Or(refuseGone(k.comment), refuseReply(k.comment)); err != nil {
		return err
	}
	if k.comment.Reason == models.ReasonEscalated && !r.by.IsEditor() {
		return models.Errorf(models.KindForbidden, "editor role required: this comment is escalated")
	}
	if err := refuseClaimed(t, r.by, k); err != nil {
		return err
	}
	if err := t.refuseOwnAppeal(r.by, k.comment); err != nil {
		return err
	}
	switch {
	case r.Version == k.comment.Version, r.Version == 0 && !r.KeepFresh:
		return nil
	case r.Version == 0 && k.comment.Reason == models.ReasonAppeal: // which is against the last one
		return nil
	case r.Version == 0:
		return t.refuseUnseen(r.by, inForce)
	}
	message := "the comment has changed since"
	last, err := sqldb.List(t, readDecision, decisionColumns+` WHERE site = $1 AND comment_id = $2 ORDER BY id DESC LIMIT 1`, k.comment.Site, k.comment.ID)
	if err != nil {
		return err
	}
	if len(last) > 0 {
		message += ": " + describe(last[0])
	}
	return models.Errorf(models.KindConflict, "%s", message)
}

// refuseUnseen refuses a decision while another moderator's is fresh.
func (t *tx) refuseUnseen(by models.Caller, inForce []models.Decision) error {
	for _, d := range inForce {
		if d.Moderator != by.Name && t.Now.Sub(d.CreatedAt) < freshFor {
			return models.Errorf(models.KindConflict, "%s just now: send the version of the comment to decide anew", describe(d))
		}
	}
	return nil
}

func refuseClaimed(t *tx, by models.Caller, k commentRow) error {
	if claim := k.liveClaim(t); claim != nil && claim.By != by.Name {
		return models.Errorf(models.KindConflict, "%s has claimed this comment until %s", claim.By, claim.LeaseUntil.Format(time.RFC3339))
	}
	return nil
}

// describe says what a decision did, for another moderator.
func describe(d models.Decision) string {
	what := "approved it"
	if d.Action == models.Reject {
		what = "rejected it"
		if d.Reason != "" {
			what += " as " + string(d.Reason)
		}
	}
	if d.Action == models.Escalate {
		what = "escalated it to an editor"
	}
	if d.UndoneAt != nil {
		return fmt.Sprintf("%s %s, and %s undid that", d.Moderator, what, d.UndoneBy)
	}
	return d.Moderator + " " + what
}

// setStatus changes a comment, the counters that depend on it and the article's
// version, ends the lease, and adds an event.
func (t *tx) setStatus(old models.Comment, status models.Status, reason models.Reason, cause models.EventCause) (models.Comment, error) {
	c, err := t.changeStatus(old, status, reason)
	if err != nil {
		return c, err
	}
	return c, t.commentChanged(c, cause)
}

// changeStatus is setStatus without the event.
func (t *tx) changeStatus(old models.Comment, status models.Status, reason models.Reason) (models.Comment, error) {
	c := t.withStatus(old, status, reason)
	return c, statusRows.Change(t, c)
}

// withStatus returns a comment as statusRows will write it, and counts the change.
func (t *tx) withStatus(old models.Comment, status models.Status, reason models.Reason) models.Comment {
	c := old
	c.Status, c.Reason, c.Version, c.UpdatedAt = status, reason, c.Version+1, t.Now
	c.Featured = c.Featured && status == models.Approved
	if status != old.Status {
		t.counters.countComment(old, -1)
		t.counters.countComment(c, 1)
		t.counters.onStatusChange(old, c)
	}
	return c
}

// statusRows are comments with a new status, which nobody has claimed any more.
var statusRows = sqldb.NewUpdate("comments",
	`status = {status}, reason = {reason}, version = {version}, updated_at = {updated_at}, search = {search}, lease_by = '', lease_until = 0,
	featured = CASE WHEN {status} = 'approved' THEN featured ELSE FALSE END, page_word = CASE WHEN {status} = 'pending' THEN page_word ELSE '' END`, "",
	sqldb.Text("site", func(c models.Comment) string { return c.Site }),
	sqldb.Text("id", func(c models.Comment) string { return c.ID }),
	sqldb.Text("status", func(c models.Comment) string { return string(c.Status) }),
	sqldb.Text("reason", func(c models.Comment) string { return string(c.Reason) }),
	sqldb.Int("version", func(c models.Comment) int64 { return c.Version }),
	sqldb.Int("updated_at", func(c models.Comment) int64 { return micros(c.UpdatedAt) }),
	sqldb.Text("search", searchColumn),
)

// decisionsInForce returns the decisions on a comment that were not undone.
func (t *tx) decisionsInForce(of key) ([]models.Decision, error) {
	return sqldb.List(t, readDecision, decisionColumns+` WHERE site = $1 AND comment_id = $2 AND undone_at IS NULL`, of.site, of.id)
}

// The label of a decision has the decision's id.
const decisionColumns = `SELECT id, batch, comment_id, site, moderator, action, reason, detail, note, message, created_at, undone_at, undone_by,
	coalesce((SELECT CASE WHEN l.replaced_by = '' THEN l.label END FROM labels l WHERE l.site = decisions.site AND l.id = decisions.id), '') FROM decisions`

func readDecision(scan sqldb.Scanner) (d models.Decision, err error) {
	var at int64
	var undone *int64
	err = scan(&d.ID, &d.Batch, &d.CommentID, &d.Site, &d.Moderator, &d.Action, &d.Reason, &d.Detail, &d.Note, &d.Message, &at, &undone, &d.UndoneBy, &d.Label)
	d.CreatedAt = fromMicros(at)
	if undone != nil {
		when := fromMicros(*undone)
		d.UndoneAt = &when
	}
	return d, err
}
