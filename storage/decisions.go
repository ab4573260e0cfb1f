package storage

import (
	"cmp"
	"context"
	"errors"
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
	type result struct {
		decision models.Decision
		comment  models.Comment
	}
	r, err := update(ctx, db, func(t *tx) (r result, err error) {
		r.decision, r.comment, err = t.decide(by, id, "", d)
		return r, err
	})
	return r.decision, r.comment, err
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
		targets = append(targets, versionedID{id, d.Versions[id]})
	}
	batch = newID()
	done, failed, err = db.decideTargets(ctx, by, batch, targets, d)
	return batch, done, failed, err
}

// versionedID is one comment of a batch, with the version that the decision is
// about; 0 is any.
type versionedID struct {
	id      string
	version int64
}

// decideTargets decides comments in one transaction. They are in the order of their
// ids, which prevents deadlocks between batches.
func (db *DB) decideTargets(ctx context.Context, by models.Caller, batch string, targets []versionedID, d models.DecisionRequest) ([]models.Decision, map[string]error, error) {
	type result struct {
		done   []models.Decision
		failed map[string]error
	}
	r, err := update(ctx, db, func(t *tx) (result, error) {
		r := result{[]models.Decision{}, map[string]error{}}
		for _, at := range targets {
			d.Version = at.version
			decision, _, err := t.decide(by, at.id, batch, d)
			var known *models.Error
			switch {
			case errors.As(err, &known): // found before anything was written
				r.failed[at.id] = err
			case err != nil:
				return r, err
			default:
				r.done = append(r.done, decision)
			}
		}
		return r, nil
	})
	return r.done, r.failed, err
}

func (t *tx) decide(by models.Caller, id, batch string, d models.DecisionRequest) (models.Decision, models.Comment, error) {
	none := models.Decision{}
	k, err := t.decidable(by, id, d.Version)
	if err != nil {
		return none, k.comment, err
	}
	old := k.comment
	t.goOnAfter(old.UpdatedAt)
	if d, err = t.expandReason(old.Site, d); err != nil {
		return none, old, err
	}
	c := old
	c.Status, c.Reason = models.Approved, ""
	if d.Action == models.Reject {
		c.Status, c.Reason = models.Rejected, d.Reason
	}
	inForce, err := sqldb.List(t, readDecision, decisionColumns+` WHERE comment_id = $1 AND undone_at IS NULL`, id)
	if err != nil {
		return none, c, err
	}
	last := ""
	for _, other := range inForce {
		last = max(last, other.ID)
	}
	decision := models.Decision{
		ID: idAfter(last), Batch: batch, CommentID: id, Site: c.Site, Moderator: by.Name,
		Action: d.Action, Reason: d.Reason, Detail: d.Detail, Note: sqldb.SanitizeText(d.Note), Message: sqldb.SanitizeText(d.Message), Label: d.Label(), CreatedAt: t.Now,
	}
	if _, err := t.InsertRow("decisions", "",
		"id", decision.ID,
		"batch", batch,
		"comment_id", id,
		"site", c.Site,
		"moderator", by.Name,
		"action", string(decision.Action),
		"reason", string(decision.Reason),
		"detail", decision.Detail,
		"note", decision.Note,
		"message", decision.Message,
		"old_status", string(old.Status),
		"old_reason", string(old.Reason),
		"created_at", micros(t.Now),
		"undone_by", "",
	); err != nil {
		return none, c, err
	}
	t.counters.onDecision(decision, k.initialStatus, 1)
	if err := t.countCampaignDecision(k, old.Reason, d.Action, 1); err != nil {
		return none, c, err
	}
	t.counters.onDecisionsChange(k, inForce, append(inForce, decision))
	if err := t.labelDecision(decision, k); err != nil {
		return none, c, err
	}
	if d.Action == models.Approve {
		if err := t.takePageWord(k); err != nil {
			return none, c, err
		}
	}
	c, err = t.setStatus(old, c.Status, c.Reason)
	if err != nil {
		return none, c, err
	}
	if sampled(decision.ID, k.secondLookShare) {
		if err := secondLookRows.Add(t, t.newSecondLook(decision.ID, c, models.TargetDecision, d.Action, d.Reason, by.Name, k.secondLookShare)); err != nil {
			return none, c, err
		}
	}
	return decision, c, t.audit(by, c.Site, "comment."+string(d.Action), id, auditStateOf(old), auditStateOf(c))
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

// decidable returns the comment, locked, if the caller may decide it now.
func (t *tx) decidable(by models.Caller, id string, version int64) (commentRow, error) {
	k, err := t.visible(by, id, t.ForUpdate())
	if err == nil {
		err = refuseGone(k.comment)
	}
	if err != nil {
		return k, err
	}
	if k.comment.Reason == models.ReasonEscalated && !by.IsEditor() {
		return k, models.Errorf(models.KindForbidden, "editor role required: this comment is escalated")
	}
	if err := refuseClaimed(t, by, k); err != nil {
		return k, err
	}
	if version == 0 || version == k.comment.Version {
		return k, nil
	}
	message := "the comment has changed since"
	last, err := sqldb.List(t, readDecision, decisionColumns+` WHERE comment_id = $1 ORDER BY id DESC LIMIT 1`, id)
	if err != nil {
		return k, err
	}
	if len(last) > 0 {
		message += ": " + describe(last[0])
	}
	return k, models.Errorf(models.KindConflict, "%s", message)
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
func (t *tx) setStatus(c models.Comment, status models.Status, reason models.Reason) (models.Comment, error) {
	old := c
	c.Status, c.Reason, c.Version, c.UpdatedAt = status, reason, c.Version+1, t.Now
	if _, err := t.Exec(`UPDATE comments SET status = $1, reason = $2, version = $3, updated_at = $4, search = $5, lease_by = '', lease_until = 0,
		page_word = CASE WHEN $1 = 'pending' THEN page_word ELSE '' END WHERE id = $6`, string(status), string(reason), c.Version, micros(t.Now), searchColumn(c), c.ID); err != nil {
		return c, err
	}
	if status != old.Status {
		t.counters.countComment(old, -1)
		t.counters.countComment(c, 1)
		t.counters.onStatusChange(old, c)
	}
	return c, t.event(models.CommentChanged, c.Site, c.ID, c.Article.ID, status)
}

// The label of a decision has the decision's id.
const decisionColumns = `SELECT id, batch, comment_id, site, moderator, action, reason, detail, note, message, created_at, undone_at, undone_by,
	coalesce((SELECT l.label FROM labels l WHERE l.id = decisions.id AND l.replaced_by = ''), '') FROM decisions`

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
