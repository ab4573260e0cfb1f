package storage

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// How long a second look can be claimed.
const (
	secondLookTTL     = 14 * 24 * time.Hour
	trainingSampleTTL = 365 * 24 * time.Hour // a newsroom may need months until its model has learned
)

// sampled tells whether an id belongs to a random share of all ids. Nobody can
// predict the id of a decision.
func sampled(id string, share float64) bool {
	if share <= 0 {
		return false
	}
	sum := sha256.Sum256([]byte(id))
	return float64(binary.BigEndian.Uint64(sum[:])>>11)/(1<<53) < share
}

// secondLookRow is a second look that is not decided yet.
type secondLookRow struct {
	id, comment, site string
	of                models.SecondLookTarget
	action            models.Action
	reason            models.Reason
	by                string
	rate              float64 // probability with which it was chosen; 0: unknown
	sample            bool    // part of the training sample
	selectedBy        string  // of the label that comes of it
	createdAt         int64
	answeredBy        string
	leaseBy           string
}

var secondLookRows = sqldb.NewInsert("second_looks", "",
	sqldb.Text("id", func(l secondLookRow) string { return l.id }),
	sqldb.Text("comment_id", func(l secondLookRow) string { return l.comment }),
	sqldb.Text("site", func(l secondLookRow) string { return l.site }),
	sqldb.Text("of", func(l secondLookRow) string { return string(l.of) }),
	sqldb.Text("first_action", func(l secondLookRow) string { return string(l.action) }),
	sqldb.Text("first_reason", func(l secondLookRow) string { return string(l.reason) }),
	sqldb.Text("first_by", func(l secondLookRow) string { return l.by }),
	sqldb.Float("rate", func(l secondLookRow) *float64 { return &l.rate }),
	sqldb.Bool("sample", func(l secondLookRow) bool { return l.sample }),
	sqldb.Text("selected_by", func(l secondLookRow) string { return l.selectedBy }),
	sqldb.Int("created_at", func(l secondLookRow) int64 { return l.createdAt }),
	sqldb.Constant[secondLookRow]("second_action", "''"),
	sqldb.Constant[secondLookRow]("second_reason", "''"),
	sqldb.Constant[secondLookRow]("second_by", "''"),
	sqldb.Constant[secondLookRow]("note", "''"),
	sqldb.Constant[secondLookRow]("lease_by", "''"),
	sqldb.Constant[secondLookRow]("lease_until", "0"),
)

func (t *tx) newSecondLook(id string, c models.Comment, of models.SecondLookTarget, action models.Action, reason models.Reason, by string, rate float64) secondLookRow {
	return secondLookRow{id: id, comment: c.ID, site: c.Site, of: of, action: action, reason: reason, by: by, rate: min(rate, 1), selectedBy: models.SelectedSample, createdAt: micros(t.Now)}
}

// machineSecondLook has an id of its own: that of the comment would reveal what
// became of it.
func (t *tx) machineSecondLook(c models.Comment, rate float64, inSample bool) secondLookRow {
	action := models.Approve
	if c.Status == models.Rejected {
		action = models.Reject
	}
	if inSample {
		rate = 1
	}
	l := t.newSecondLook(newID(), c, models.TargetMachine, action, c.Reason, "", rate)
	l.sample = inSample
	return l
}

func readSecondLook(scan sqldb.Scanner) (l secondLookRow, err error) {
	err = scan(&l.id, &l.comment, &l.of, &l.action, &l.reason, &l.by, &l.rate, &l.sample, &l.selectedBy, &l.answeredBy, &l.leaseBy)
	return l, err
}

const secondLookColumns = `SELECT l.id, l.comment_id, l.of, l.first_action, l.first_reason, l.first_by, l.rate, l.sample, l.selected_by, l.second_by, l.lease_by FROM second_looks l`

func statusOf(a models.Action) models.Status {
	if a == models.Approve {
		return models.Approved
	}
	return models.Rejected
}

// ClaimSecondLooks leases up to limit second looks of one site, or of all that the
// caller sees, to the caller: first those already theirs, then the oldest that
// nobody has claimed. Left out are comments that the caller has ever decided, and
// those whose status is not that of the first decision any more.
func (db *DB) ClaimSecondLooks(ctx context.Context, by models.Caller, site string, limit int, lease time.Duration) ([]models.SecondLook, error) {
	sites, all, err := visibleSites(by, site)
	if err != nil {
		return nil, err
	}
	limit = sqldb.PageSize(limit)
	return update(ctx, db, func(t *tx) ([]models.SecondLook, error) {
		now := micros(t.Now)
		w := t.openSecondLooks(by)
		free := w.And("l.lease_until <= ?", now)
		parts := []*sqldb.Where{free}
		if !all {
			parts = nil
			for _, s := range sites {
				parts = append(parts, free.And("l.site = ?", s))
			}
		}
		held := w.And("l.lease_by = ? AND l.lease_by <> '' AND l.lease_until > ?", by.Name, now)
		if !all {
			// An expression, so that the index on the claim is used and not the one
			// on the site, see siteColumn.
			held.In("l.site || ''", sites)
		}
		var looks []secondLookRow
		for _, part := range append([]*sqldb.Where{held}, parts...) {
			if len(looks) == limit {
				break
			}
			// Comments that are being decided at this moment are skipped too.
			query := secondLookColumns + ` JOIN comments c ON c.id = l.comment_id` + part.String() +
				" ORDER BY l.created_at, l.id LIMIT " + part.Arg(limit-len(looks)) + t.SkipLocked()
			found, err := sqldb.List(t, readSecondLook, query, part.Args()...)
			if err != nil {
				return nil, err
			}
			looks = append(looks, found...)
		}
		return t.leaseSecondLooks(by, looks, t.Now.Add(lease))
	})
}

// openSecondLooks is the condition of second looks (l) that the caller may decide,
// with their comments (c).
func (t *tx) openSecondLooks(by models.Caller) *sqldb.Where {
	w := new(sqldb.Where)
	w.Add("l.decided_at IS NULL AND l.created_at > ?", micros(t.Now.Add(-trainingSampleTTL)))
	w.Add("(l.sample OR l.created_at > ?)", micros(t.Now.Add(-secondLookTTL)))
	w.Add("c.status = CASE l.first_action WHEN 'approve' THEN 'approved' ELSE 'rejected' END AND c.body <> ''")
	w.Add("l.first_by <> ?", by.Name)
	w.Add("NOT EXISTS (SELECT 1 FROM decisions d WHERE d.comment_id = l.comment_id AND d.moderator = ?)", by.Name)
	return w
}

// leaseSecondLooks leases second looks and returns what the caller may see of
// them.
func (t *tx) leaseSecondLooks(by models.Caller, looks []secondLookRow, until time.Time) ([]models.SecondLook, error) {
	var ids, parents []string
	for _, l := range looks {
		ids = append(ids, l.comment)
		if _, err := t.Exec(`UPDATE second_looks SET lease_by = $1, lease_until = $2 WHERE id = $3`, by.Name, micros(until), l.id); err != nil {
			return nil, err
		}
	}
	comments, err := t.commentsByID(ids)
	if err != nil {
		return nil, err
	}
	for _, c := range comments {
		if c.ParentID != "" {
			parents = append(parents, c.ParentID)
		}
	}
	answered, err := t.commentsByID(parents)
	if err != nil {
		return nil, err
	}
	blind := func(c models.Comment) models.BlindComment {
		return models.BlindComment{Author: c.Author, Body: c.Body, CreatedAt: c.CreatedAt}
	}
	leased := make([]models.SecondLook, len(looks))
	for i, l := range looks {
		c := comments[l.comment]
		leased[i] = models.SecondLook{ID: l.id, Site: c.Site, Article: c.Article, Comment: blind(c), LeaseUntil: until, SecondsLeft: models.SecondsUntil(until, t.Now)}
		if parent, ok := answered[c.ParentID]; ok && fromElsewhere(&parent, c.Site) {
			answered := blind(parent)
			leased[i].Parent = &answered
		}
	}
	return leased, nil
}

// DecideSecondLook stores the decision of a moderator who has claimed a second look.
// When it agrees with the filter, the comment gets a label. When it differs from the
// first decision, the comment goes back to the queue, and its label is suspended
// until somebody decides. A comment whose status is not that
// of the first decision any more is a conflict. d.Version is ignored.
func (db *DB) DecideSecondLook(ctx context.Context, by models.Caller, id string, d models.DecisionRequest) (models.SecondLookResult, error) {
	if err := d.Validate(); err != nil {
		return models.SecondLookResult{}, err
	}
	return update(ctx, db, func(t *tx) (o models.SecondLookResult, err error) {
		l, c, err := t.claimedSecondLook(by, id)
		if err != nil {
			return o, err
		}
		if _, err := t.UpdateRow("second_looks", "id", l.id,
			"second_action", string(d.Action),
			"second_reason", string(d.Reason),
			"second_by", by.Name,
			"note", d.Note,
			"decided_at", micros(t.Now),
			"lease_by", "",
			"lease_until", 0,
		); err != nil {
			return o, err
		}
		o = models.SecondLookResult{
			ID: l.id, Target: l.of, FirstAction: l.action, FirstReason: l.reason, FirstBy: l.by,
			Agreed: d.Action == l.action, Comment: c,
		}
		if l.selectedBy == models.SelectedSample { // others are no measure of the whole
			t.counters.onSecondLook(c.Site, o, t.Now)
		}
		if o.Agreed {
			err = t.labelSecondLook(l, c, d, by)
		} else if err = t.suspendLabel(c.ID, l.id); err == nil {
			o.Comment, err = t.setStatus(c, models.Pending, models.ReasonSecondLook)
		}
		if err != nil {
			return o, err
		}
		return o, t.audit(by, c.Site, "comment.second_look", c.ID, auditStateOf(c), struct {
			auditState
			Action models.Action `json:"action"`
			Why    models.Reason `json:"why,omitempty"`
			Agreed bool          `json:"agreed"`
		}{auditStateOf(o.Comment), d.Action, d.Reason, o.Agreed})
	})
}

// claimedSecondLook returns a second look that the caller may decide, and its
// comment, locked.
func (t *tx) claimedSecondLook(by models.Caller, id string) (secondLookRow, models.Comment, error) {
	const query = secondLookColumns + ` WHERE l.id = $1`
	none := "there is no such second look"
	l, err := sqldb.One(t, readSecondLook, query, id)
	if err != nil {
		return l, models.Comment{}, notFoundIf(err, "%s", none)
	}
	k, err := t.visible(by, l.comment, t.ForUpdate())
	if models.KindOf(err) == models.KindNotFound {
		err = models.Errorf(models.KindNotFound, "%s", none)
	}
	if err != nil {
		return l, k.comment, err
	}
	// Read again: somebody may have decided while this waited for the lock.
	if l, err = sqldb.One(t, readSecondLook, query, id); err != nil {
		return l, k.comment, notFoundIf(err, "%s", none)
	}
	switch {
	case l.answeredBy != "":
		err = models.Errorf(models.KindConflict, "%s has already decided this second look", l.answeredBy)
	case l.leaseBy != by.Name:
		err = models.Errorf(models.KindConflict, "this second look is not claimed by you")
	case k.comment.ContentRemoved() || k.comment.Status != statusOf(l.action):
		err = models.Errorf(models.KindConflict, "the comment has changed since")
	}
	return l, k.comment, err
}

// SecondLookAgreement count second looks of 30 days, by the first decision (first word of
// the name) and the second one (second word).
type SecondLookAgreement struct {
	ApprovedApproved int `json:"approved_approved"`
	ApprovedRejected int `json:"approved_rejected"`
	RejectedApproved int `json:"rejected_approved"`
	RejectedRejected int `json:"rejected_rejected"`
	// Kappa is Cohen's: 1 when both always agree, 0 when no more than by
	// chance; nil when it is undefined. J. Cohen, A Coefficient of Agreement for
	// Nominal Scales, 1960.
	Kappa *float64 `json:"kappa,omitempty"`
}

// SecondLookStats are the agreements with decisions of moderators and of the model.
type SecondLookStats struct {
	Decision SecondLookAgreement `json:"decision"`
	Machine  SecondLookAgreement `json:"machine"`
}

// SecondLookStats returns the results of the second looks of the last 30 days, of one
// site or of all that the caller sees.
func (db *DB) SecondLookStats(ctx context.Context, by models.Caller, site string) (SecondLookStats, error) {
	return readFor(ctx, db, sqldb.Desk, func(t *tx) (SecondLookStats, error) { return t.loadSecondLookStats(by, site) })
}

func (t *tx) loadSecondLookStats(by models.Caller, site string) (s SecondLookStats, err error) {
	var w sqldb.Where
	first := dayOf(t.Now) - statsDays + 1
	w.Add("day BETWEEN ? AND ?", first, first+statsDays-1)
	if err := addVisible(&w, by, "site", site); err != nil {
		return s, err
	}
	type row struct {
		of models.SecondLookTarget
		n  SecondLookAgreement
	}
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		err = scan(&r.of, &r.n.ApprovedApproved, &r.n.ApprovedRejected, &r.n.RejectedApproved, &r.n.RejectedRejected)
		return r, err
	}, `SELECT of, CAST(sum(approved_approved) AS bigint), CAST(sum(approved_rejected) AS bigint),
		CAST(sum(rejected_approved) AS bigint), CAST(sum(rejected_rejected) AS bigint) FROM agreements`+w.String()+` GROUP BY of`, w.Args()...)
	for _, r := range rows {
		r.n.Kappa = r.n.kappa()
		if r.of == models.TargetMachine {
			s.Machine = r.n
		} else {
			s.Decision = r.n
		}
	}
	return s, err
}

func (a SecondLookAgreement) kappa() *float64 {
	aa, ar, ra, rr := float64(a.ApprovedApproved), float64(a.ApprovedRejected), float64(a.RejectedApproved), float64(a.RejectedRejected)
	n := aa + ar + ra + rr
	chance := ((aa+ar)*(aa+ra) + (ra+rr)*(ar+rr)) / (n * n)
	if !(chance < 1) { // always the same, or nothing at all
		return nil
	}
	k := ((aa+rr)/n - chance) / (1 - chance)
	return &k
}
