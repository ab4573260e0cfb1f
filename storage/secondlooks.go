package storage

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
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
	l := t.newSecondLook(NewID(c.Site), c, models.TargetMachine, action, c.Reason, "", rate)
	l.sample = inSample
	return l
}

func readSecondLook(scan sqldb.Scanner) (l secondLookRow, err error) {
	err = scan(&l.id, &l.site, &l.createdAt, &l.comment, &l.of, &l.action, &l.reason, &l.by, &l.rate, &l.sample, &l.selectedBy, &l.answeredBy, &l.leaseBy)
	return l, err
}

const secondLookColumns = `SELECT l.id, l.site, l.created_at, l.comment_id, l.of, l.first_action, l.first_reason, l.first_by, l.rate, l.sample, l.selected_by, l.second_by, l.lease_by FROM second_looks l`

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
	visible, all, err := visibleSites(by, site)
	if err != nil {
		return nil, err
	}
	limit = sqldb.PageSize(limit)
	return update(ctx, db, func(t *tx) ([]models.SecondLook, error) {
		now := micros(t.Now)
		sites, err := t.secondLookSites(visible, all)
		if err != nil || len(sites) == 0 {
			return []models.SecondLook{}, err
		}
		held := t.openSecondLooks(by)
		held.In(t.Unindexed("l.site"), sites) // by the index of claims
		held.Add("l.lease_by = ? AND l.lease_by <> '' AND l.lease_until > ?", by.Name, now)
		looks, err := t.findSecondLooks(held, limit)
		if err != nil {
			return nil, err
		}
		var free []secondLookRow
		for _, s := range sites {
			if len(looks) == limit {
				break
			}
			w := t.openSecondLooks(by)
			w.Add("l.site = ? AND l.lease_until <= ?", s, now)
			found, err := t.findSecondLooks(w, limit-len(looks))
			if err != nil {
				return nil, err
			}
			free = append(free, found...)
		}
		slices.SortFunc(free, func(a, b secondLookRow) int {
			return cmp.Or(cmp.Compare(a.createdAt, b.createdAt), cmp.Compare(a.id, b.id))
		})
		looks = append(looks, free[:min(limit-len(looks), len(free))]...)
		return t.leaseSecondLooks(by, looks, t.Now.Add(lease))
	})
}

// secondLookSites returns the sites, or all, on which there is a second look to decide.
func (t *tx) secondLookSites(sites []string, all bool) ([]string, error) {
	var w sqldb.Where
	w.AddText("oldest IS NOT NULL")
	if !all {
		w.In("slug", sites)
	}
	return sqldb.List(t, sqldb.ScanOne[string], `SELECT slug FROM (SELECT slug, (SELECT min(l.created_at) FROM second_looks l
		WHERE l.site = sites.slug AND l.decided_at IS NULL) AS oldest FROM sites) AS each`+w.String()+` ORDER BY slug`, w.Args()...)
}

// findSecondLooks returns second looks, without those that are being decided at this moment.
func (t *tx) findSecondLooks(w *sqldb.Where, limit int) ([]secondLookRow, error) {
	query := secondLookColumns + ` JOIN comments c ON ` + t.Unindexed("c.site") + ` = l.site AND c.id = l.comment_id` + w.String() + " ORDER BY l.created_at, l.id LIMIT " + w.Arg(limit) + t.SkipLocked()
	return sqldb.List(t, readSecondLook, query, w.Args()...)
}

// openSecondLooks is the condition of second looks (l) that the caller may decide,
// with their comments (c).
func (t *tx) openSecondLooks(by models.Caller) *sqldb.Where {
	w := new(sqldb.Where)
	w.Add("l.decided_at IS NULL AND l.created_at > ?", micros(t.Now.Add(-trainingSampleTTL)))
	w.Add("(l.sample OR l.created_at > ?)", micros(t.Now.Add(-secondLookTTL)))
	w.Add("c.status = CASE l.first_action WHEN 'approve' THEN 'approved' ELSE 'rejected' END AND c.body <> '' AND NOT c.redacted AND NOT c.withdrawn")
	w.Add("l.first_by <> ?", by.Name)
	w.Add("NOT EXISTS (SELECT 1 FROM decisions d WHERE d.site = l.site AND d.comment_id = l.comment_id AND d.moderator = ?)", by.Name)
	return w
}

// leaseSecondLooks leases second looks and returns what the caller may see of
// them.
func (t *tx) leaseSecondLooks(by models.Caller, looks []secondLookRow, until time.Time) ([]models.SecondLook, error) {
	var keys, parents []key
	for _, l := range looks {
		keys = append(keys, key{l.site, l.comment})
		if _, err := t.Exec(`UPDATE second_looks SET lease_by = $1, lease_until = $2 WHERE site = $3 AND id = $4`, by.Name, micros(until), l.site, l.id); err != nil {
			return nil, err
		}
	}
	comments, err := t.commentsByID(keys)
	if err != nil {
		return nil, err
	}
	for _, c := range comments {
		if c.ParentID != "" {
			parents = append(parents, key{c.Site, c.ParentID})
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
		if _, err := t.UpdateRows("second_looks", key{l.site, l.id}.where(),
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
		labelled, err := t.hasLabel(keyOf(c))
		if err != nil {
			return o, err
		}
		if !o.Agreed {
			if err := t.suspendLabel(keyOf(c), l.id); err != nil {
				return o, err
			}
			if o.Comment, err = t.setStatus(c, models.Pending, models.ReasonSecondLook, models.CauseSecondLook); err != nil {
				return o, err
			}
		}
		if !labelled {
			if err := t.labelSecondLook(l, c, d, by); err != nil {
				return o, err
			}
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
	find := func(of key) (secondLookRow, error) {
		return sqldb.One(t, readSecondLook, secondLookColumns+` WHERE l.site = $1 AND l.id = $2`, of.site, of.id)
	}
	none := "there is no such second look"
	l, err := locate(t, "second_looks", id, find)
	if err != nil {
		return l, models.Comment{}, notFoundIf(err, "%s", none)
	}
	k, err := t.visibleAt(by, key{l.site, l.comment}, t.ForUpdate())
	if models.KindOf(err) == models.KindNotFound {
		err = models.Errorf(models.KindNotFound, "%s", none)
	}
	if err != nil {
		return l, k.comment, err
	}
	// Read again: somebody may have decided while this waited for the lock.
	if l, err = find(key{l.site, id}); err != nil {
		return l, k.comment, notFoundIf(err, "%s", none)
	}
	switch {
	case l.answeredBy != "":
		err = models.Errorf(models.KindConflict, "%s has already decided this second look", l.answeredBy)
	case l.leaseBy != by.Name:
		err = models.Errorf(models.KindConflict, "this second look is not claimed by you")
	case k.comment.ContentRemoved() || k.comment.Redacted || k.comment.Status != statusOf(l.action):
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
