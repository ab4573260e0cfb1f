package storage

import (
	"cmp"
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// CommentEdit is a new text of a comment, with the verdict on it.
type CommentEdit struct {
	Body    string
	Lang    string
	Verdict models.Verdict
	Status  models.Status
	Reason  models.Reason
}

// EditComment gives a comment a new text and verdict, and stores the old text for
// moderators. A comment that moderators have decided or redacted goes back to the queue;
// with others, the new text never becomes more public than the old one was. The
// ham label of a second look ends: the author may have changed what was harmless
// only for the look. The same text again changes nothing.
func (db *DB) EditComment(ctx context.Context, by models.Caller, id string, e CommentEdit) (models.Comment, error) {
	e.Body = sqldb.SanitizeText(e.Body)
	if e.Verdict.Signals == nil {
		e.Verdict.Signals = []models.Signal{}
	}
	signals, err := toJSON(e.Verdict.Signals)
	if err != nil {
		return models.Comment{}, err
	}
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		return t.editComment(by, id, e, signals)
	})
}

func (t *tx) editComment(by models.Caller, id string, e CommentEdit, signals string) (models.Comment, error) {
	k, err := t.visible(by, id, t.ForUpdate())
	if err == nil {
		err = cmp.Or(refuseGone(k.comment), refuseReply(k.comment)) // which the newsroom alone changes
	}
	if err != nil || k.comment.Body == e.Body {
		return k.comment, err
	}
	t.goOnAfter(k.comment.UpdatedAt)
	inForce, err := t.decisionsInForce(keyOf(k.comment))
	if err != nil {
		return k.comment, err
	}
	if err := t.addRevision(k.comment, ""); err != nil {
		return k.comment, err
	}
	c := k.comment
	c.Body, c.Lang, c.Redacted, c.Featured, c.Version, c.UpdatedAt = e.Body, e.Lang, false, false, c.Version+1, t.Now
	switch {
	case k.comment.Status == models.Pending && k.comment.Reason == models.ReasonAppeal: // it waits for another moderator
	case len(inForce) > 0 || k.comment.Redacted:
		c.Status, c.Reason = models.Pending, models.ReasonEdited
	case visibility[e.Status] < visibility[c.Status]:
		c.Status, c.Reason = e.Status, e.Reason
	}
	v := e.Verdict
	if _, err := t.UpdateRows("comments", keyOf(c).where(),
		"body", c.Body,
		"search", searchColumn(c),
		"lang", c.Lang,
		"redacted", c.Redacted,
		"featured", c.Featured,
		"status", string(c.Status),
		"reason", string(c.Reason),
		"version", c.Version,
		"updated_at", micros(t.Now),
		"risk", v.Probability(),
		"spam", v.Spam,
		"abuse", v.Abuse,
		"action", string(v.Action),
		"said", string(v.Reason),
		"model", v.Model,
		"hold_at", v.HoldAt,
		"reject_at", v.RejectAt,
		"signals", signals,
	); err != nil {
		return c, err
	}
	if err := t.markStale(c.Site, []string{id}); err != nil {
		return c, err
	}
	if err := t.endSecondLookLabel(c); err != nil {
		return c, err
	}
	t.recountEdited(k, c, v, inForce)
	if err := t.commentChanged(c, models.CauseEdited); err != nil {
		return c, err
	}
	return c, t.audit(by, c.Site, "comment.edit", id, auditStateOf(k.comment), auditStateOf(c))
}

// endSecondLookLabel ends the ham label of a second look at a comment that was edited. That of
// a decision stays: the old text was decided. An author must not be able to withdraw a label
// that speaks against them either.
func (t *tx) endSecondLookLabel(c models.Comment) error {
	_, err := t.Exec(`UPDATE labels SET replaced_by = $1
		WHERE site = $2 AND comment_id = $3 AND comment_id <> '' AND replaced_by = '' AND label = 'ham' AND source = 'second_look'`,
		replacedByEdit, c.Site, c.ID)
	return err
}

// visibility orders statuses by how much the public sees.
var visibility = map[models.Status]int{models.Rejected: 0, models.Pending: 1, models.Approved: 2}

// recountEdited moves an edited comment in the counters from its old state to its
// new one. inForce are the decisions on it that were not undone.
func (t *tx) recountEdited(k commentRow, c models.Comment, v models.Verdict, inForce []models.Decision) {
	t.counters.countComment(k.comment, -1)
	t.counters.countComment(c, 1)
	t.counters.onStatusChange(k.comment, c)
	t.counters.onDecisionsChange(k, inForce, nil)
	t.counters.addToHistogram(c.CreatedAt, c.Site, kindScore, riskBin(k.verdict.Probability()), -1)
	k.verdict = v
	t.counters.addToHistogram(c.CreatedAt, c.Site, kindScore, riskBin(v.Probability()), 1)
	t.counters.onDecisionsChange(k, nil, inForce)
}

// revisions returns the earlier texts of a comment, oldest first.
func (t *tx) revisions(of key) ([]models.Revision, error) {
	return sqldb.List(t, func(scan sqldb.Scanner) (r models.Revision, err error) {
		var at int64
		err = scan(&r.Version, &r.Body, &at, &r.ReplacedBy)
		r.ReplacedAt = fromMicros(at)
		return r, err
	}, `SELECT version, body, replaced_at, replaced_by FROM revisions WHERE site = $1 AND comment_id = $2 ORDER BY version`, of.site, of.id)
}
