package storage

import (
	"errors"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// decisionRequest is one decision that a transaction makes, and what becomes of it.
type decisionRequest struct {
	models.DecisionRequest
	by      models.Caller
	comment key    // whose site need not be known
	batch   string // id; "": none

	made  models.Decision
	after models.Comment
}

var decisionRows = sqldb.NewInsert("decisions", "",
	sqldb.Text("id", func(r decisionRow) string { return r.ID }),
	sqldb.Text("batch", func(r decisionRow) string { return r.Batch }),
	sqldb.Text("comment_id", func(r decisionRow) string { return r.CommentID }),
	sqldb.Text("site", func(r decisionRow) string { return r.Site }),
	sqldb.Text("moderator", func(r decisionRow) string { return r.Moderator }),
	sqldb.Text("action", func(r decisionRow) string { return string(r.Action) }),
	sqldb.Text("reason", func(r decisionRow) string { return string(r.Reason) }),
	sqldb.Text("detail", func(r decisionRow) string { return r.Detail }),
	sqldb.Text("note", func(r decisionRow) string { return r.Note }),
	sqldb.Text("message", func(r decisionRow) string { return r.Message }),
	sqldb.Text("old_status", func(r decisionRow) string { return string(r.oldStatus) }),
	sqldb.Text("old_reason", func(r decisionRow) string { return string(r.oldReason) }),
	sqldb.Int("created_at", func(r decisionRow) int64 { return micros(r.CreatedAt) }),
	sqldb.Constant[decisionRow]("undone_by", "''"),
)

// decisionRow is a decision with what an undo puts back.
type decisionRow struct {
	models.Decision
	oldStatus models.Status
	oldReason models.Reason
}

// decisionWrites are the rows that decisions change and add, written together.
type decisionWrites struct {
	comments  []models.Comment // with their new statuses
	suspended []suspendedLabel
	decisions []decisionRow
	labels    []labelRow
	looks     []secondLookRow
	events    []models.Event
}

func (w decisionWrites) add(t *tx) error {
	if err := statusRows.Change(t, w.comments...); err != nil {
		return err
	}
	if err := suspendedLabels.Change(t, w.suspended...); err != nil {
		return err
	}
	if err := decisionRows.Add(t, w.decisions...); err != nil {
		return err
	}
	if err := labelRows.Add(t, w.labels...); err != nil {
		return err
	}
	if err := secondLookRows.Add(t, w.looks...); err != nil {
		return err
	}
	return eventRows.Add(t, w.events...)
}

// decideTogether makes the decisions of moderators who decide at the same time in one
// transaction. The next decision on a comment sees what the one before has done.
func (db *DB) decideTogether(engineTx *sqldb.Tx, requests []*decisionRequest) ([]error, error) {
	t := db.txOf(engineTx)
	// Posts of the same transaction may have left new articles to be written.
	if err := t.flush(); err != nil {
		return nil, err
	}
	return onDifferent(requests, func(r *decisionRequest) string { return r.comment.id }, t.decide)
}

// onDifferent runs requests in parts in which no two are about the same comment: the next one
// about a comment sees what the one before has done.
func onDifferent[R any](requests []R, comment func(R) string, run func([]R) ([]error, error)) ([]error, error) {
	errs := make([]error, len(requests))
	waiting := make([]int, len(requests))
	for i := range requests {
		waiting[i] = i
	}
	for len(waiting) > 0 {
		var now, later []int
		var part []R
		seen := map[string]bool{}
		for _, i := range waiting {
			if id := comment(requests[i]); seen[id] {
				later = append(later, i)
			} else {
				seen[id] = true
				now, part = append(now, i), append(part, requests[i])
			}
		}
		partErrs, err := run(part)
		if err != nil {
			return nil, err
		}
		for n, i := range now {
			errs[i] = partErrs[n]
		}
		waiting = later
	}
	return errs, nil
}

// decide makes decisions on different comments. It returns what is wrong with
// single ones, found before anything of them was written.
func (t *tx) decide(requests []*decisionRequest) ([]error, error) {
	wanted := make([]key, len(requests))
	for i, r := range requests {
		r.comment.id = sqldb.SanitizeText(r.comment.id)
		wanted[i] = r.comment
	}
	comments, err := t.lockComments(wanted)
	if err != nil {
		return nil, err
	}
	inForce, err := t.decisionsInForceOn(comments)
	if err != nil {
		return nil, err
	}
	errs := make([]error, len(requests))
	var writes decisionWrites
	for i, r := range requests {
		k, found := comments[r.comment.id]
		if !found || !r.by.CanSee(k.comment.Site) {
			errs[i] = models.Errorf(models.KindNotFound, "there is no such comment")
			continue
		}
		err := t.decideOne(r, k, inForce[r.comment.id], &writes)
		var known *models.Error
		if errors.As(err, &known) {
			errs[i], err = err, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return errs, writes.add(t)
}

// lockComments returns those of these comments that exist, by id, locked.
func (t *tx) lockComments(wanted []key) (map[string]commentRow, error) {
	rows := make(map[string]commentRow, len(wanted))
	if err := t.lockKeys(t.likelyKeys(wanted), rows); err != nil {
		return nil, err
	}
	var missing []string
	for _, k := range wanted {
		if _, found := rows[k.id]; !found {
			missing = append(missing, k.id)
		}
	}
	if len(missing) == 0 {
		return rows, nil
	}
	found, err := t.searchKeys("comments", missing)
	if err != nil {
		return nil, err
	}
	return rows, t.lockKeys(found, rows)
}

// lockKeys locks comments, and adds them to rows.
func (t *tx) lockKeys(keys []key, rows map[string]commentRow) error {
	if len(keys) == 0 {
		return nil
	}
	locked, args := t.rowsWithKeys("comments", t.Unindexed("site"), "id", keys, true)
	query := `WITH locked AS MATERIALIZED (` + locked + `) ` + lockedRowColumns
	if onOneSite(keys) {
		query += " WHERE c.site = $2" // of all tables, which may be split by site
	}
	found, err := sqldb.List(t, readCommentRow, query, args...)
	for _, k := range found {
		rows[k.comment.ID] = k
		t.noteAnswers(k.comment.Site, k.answeredElsewhere)
	}
	return err
}

// lockedRowColumns are commentRowColumns of the table locked. PostgreSQL, which knows nothing
// of tables that have just begun to grow, must not begin with the articles.
var lockedRowColumns = strings.Replace(commentRowColumns, "FROM comments c", "FROM locked c", 1)

// decisionsInForceOn returns the decisions on comments that nobody has undone, by comment.
func (t *tx) decisionsInForceOn(comments map[string]commentRow) (map[string][]models.Decision, error) {
	if len(comments) == 0 {
		return nil, nil
	}
	keys := make([]key, 0, len(comments))
	for _, k := range comments {
		keys = append(keys, keyOf(k.comment))
	}
	of, args := t.rowsWithKeys("decisions", "site", "comment_id", keys, false)
	query := strings.Replace(decisionColumns, "FROM decisions", "FROM ("+of+") AS decisions", 1)
	found, err := sqldb.List(t, readDecision, query+` WHERE undone_at IS NULL`, args...)
	by := make(map[string][]models.Decision, len(found))
	for _, d := range found {
		by[d.CommentID] = append(by[d.CommentID], d)
	}
	return by, err
}

// decideOne makes one decision on a comment that is locked.
func (t *tx) decideOne(r *decisionRequest, k commentRow, inForce []models.Decision, writes *decisionWrites) error {
	if err := t.refuseDecision(r, k, inForce); err != nil {
		return err
	}
	old := k.comment
	t.goOnAfter(old.UpdatedAt)
	d, err := t.expandReason(old.Site, r.DecisionRequest)
	if err != nil {
		return err
	}
	status, reason := models.Approved, models.Reason("")
	if d.Action == models.Reject {
		status, reason = models.Rejected, d.Reason
	}
	last := ""
	for _, other := range inForce {
		last = max(last, other.ID)
	}
	made := models.Decision{
		ID: idAfter(last, old.Site), Batch: r.batch, CommentID: old.ID, Site: old.Site, Moderator: r.by.Name,
		Action: d.Action, Reason: d.Reason, Detail: d.Detail, Note: sqldb.SanitizeText(d.Note), Message: sqldb.SanitizeText(d.Message), Label: d.Label(), CreatedAt: t.Now,
	}
	if old.Redacted {
		made.Label = ""
	}
	writes.decisions = append(writes.decisions, decisionRow{made, old.Status, old.Reason})
	t.counters.onDecision(made, k.initialStatus, 1)
	t.counters.onDecisionsChange(k, inForce, append(slices.Clip(inForce), made))
	if err := t.countCampaignDecision(k, old.Reason, d.Action, 1); err != nil {
		return err
	}
	label, err := t.labelOf(made, k)
	if err != nil {
		return err
	}
	if !old.Redacted { // what the author of a redacted text wrote is still true
		writes.suspended = append(writes.suspended, suspendedLabel{keyOf(old), made.ID})
	}
	if label.ID != "" {
		writes.labels = append(writes.labels, label)
	}
	if d.Action == models.Approve {
		if err := t.takePageWord(k); err != nil {
			return err
		}
	}
	c := t.withStatus(old, status, reason)
	writes.comments = append(writes.comments, c)
	writes.events = append(writes.events, t.newCommentChanged(c, models.CauseDecided))
	if !c.Redacted && sampled(made.ID, k.secondLookShare) {
		writes.looks = append(writes.looks, t.newSecondLook(made.ID, c, models.TargetDecision, d.Action, d.Reason, r.by.Name, k.secondLookShare))
	}
	r.made, r.after = made, c
	return t.audit(r.by, c.Site, "comment."+string(d.Action), c.ID, auditStateOf(old), auditStateOf(c))
}
