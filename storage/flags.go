package storage

import (
	"cmp"
	"context"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Report is a reader's report of a comment.
type Report struct {
	// Who is the reader, who counts once for a comment: "author " and an id, "browser " and
	// the id in its token, or "client " and the household. The latter two are removed when
	// the retention of addresses of the reader's site says so.
	Who       string
	Household string // its hash, different for each comment; counts once too; empty: unknown
	Reason    models.Reason
	Words     string // the reader's own
}

// Flag stores a reader's report of a comment. by is for the reader's site, which is that of
// the comment, or the other one that has its thread. An approved comment goes back to the queue
// when it has as many reports as its site wants, by different readers, whose weights add up to
// as many. After each approval by a moderator it takes three times as many, of later reports.
// One report as illegal is enough, always, and leaves the comment to an editor. What goes back
// is in the audit trail, single reports are not; the label that a second look gave it is not in
// force any more.
// Rejected comments are KindNotFound, as for any reader.
func (db *DB) Flag(ctx context.Context, by models.Caller, id string, r Report) (models.Comment, error) {
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		k, err := t.reported(by, id, t.ForUpdate())
		if err != nil {
			return k.comment, err
		}
		c := k.comment
		if c.Status == models.Rejected {
			return models.Comment{}, models.Errorf(models.KindNotFound, "there is no such comment")
		}
		added, err := t.addReport(c, cmp.Or(by.Site, c.Site), r)
		if err != nil || added == nothingNew {
			return c, err
		}
		if added == newReport {
			c.Flags++
			// The version stays: a report must not make a moderator's decision stale.
			if _, err := t.Exec(`UPDATE comments SET flags = $1 WHERE site = $2 AND id = $3`, c.Flags, c.Site, c.ID); err != nil {
				return c, err
			}
		}
		switch {
		case c.WrittenBy != "": // it waits for nobody
		case r.Reason == models.ReasonIllegal && c.Reason != models.ReasonEscalated:
			c, err = t.escalateReported(by, c)
		case c.Status == models.Approved && k.reportsToHold > 0 && c.Flags >= k.reportsToHold:
			c, err = t.holdReported(by, c, k.reportsToHold)
		}
		if err != nil {
			return c, err
		}
		return c, t.commentChanged(c, models.CauseReported)
	})
}

// reported returns a comment that a caller may report.
func (t *tx) reported(by models.Caller, id, lock string) (commentRow, error) {
	k, err := t.comment(id, lock)
	if err != nil || by.CanSee(k.comment.Site) {
		return k, err
	}
	partner, err := t.partnerSite(articleRef(k.comment))
	if err == nil && (partner == "" || !by.CanSee(partner)) {
		err = models.Errorf(models.KindNotFound, "there is no such comment")
	}
	return k, err
}

// reporterKeys are how the reports of a reader are stored whom a site vouches for: of the
// site's own comments, and of those of another site. Two sites may have the same id.
func reporterKeys(site, id string) (own, elsewhere string) {
	return authorPrefix + id, "reader " + site + " " + id
}

const authorPrefix = "author "

// reporterKey is the key of who has made a report of a comment; site is the reader's.
func (r Report) reporterKey(c models.Comment, site string) string {
	if id, vouched := strings.CutPrefix(r.Who, authorPrefix); vouched && site != c.Site {
		_, elsewhere := reporterKeys(site, id)
		return elsewhere
	}
	return r.Who
}

// addedReport says what a report has changed.
type addedReport int

const (
	nothingNew addedReport = iota // the reader, or the household, has reported the comment before
	newReport
	nowIllegal // so has the reader, but not as illegal
)

// addReport stores a report. site is the reader's.
func (t *tx) addReport(c models.Comment, site string, r Report) (addedReport, error) {
	r.Who, r.Words = r.reporterKey(c, site), sqldb.SanitizeText(r.Words)
	weight, err := t.reportWeight(c.Site, r.Who)
	if err != nil {
		return nothingNew, err
	}
	added, err := t.Exec(`INSERT INTO flags (site, comment_id, who, reason, created_at, reader_site, household, weight, words) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
		WHERE $7 = '' OR NOT EXISTS (SELECT 1 FROM flags f WHERE `+t.Unindexed("f.site")+` = $1 AND f.comment_id = $2 AND f.household = $7) ON CONFLICT DO NOTHING`,
		c.Site, c.ID, r.Who, string(r.Reason), micros(t.Now), site, r.Household, weight, r.Words)
	switch {
	case err != nil || added > 0:
		return newReport, err
	case r.Reason != models.ReasonIllegal:
		return nothingNew, nil
	}
	changed, err := t.Exec(`UPDATE flags SET reason = $1, words = $2, created_at = $3 WHERE `+t.Unindexed("site")+` = $4 AND comment_id = $5 AND who = $6 AND reason <> $1`,
		string(r.Reason), r.Words, micros(t.Now), c.Site, c.ID, r.Who)
	if err != nil || changed == 0 {
		return nothingNew, err
	}
	return nowIllegal, nil
}

// reportsCounted is how many of the last reports of a reader make up their record.
const reportsCounted = 50

// reportWeight returns what a report of a reader counts on a site: twice the share of their last
// reports that moderators agreed with, with one more of each kind added (Laplace's rule of
// succession). That is 1 for who has no record, or cannot have one: a household.
func (t *tx) reportWeight(site, who string) (float64, error) {
	if strings.HasPrefix(who, "client ") {
		return 1, nil
	}
	records, err := t.reportRecords(site, []string{who})
	r := records[who]
	return 2 * float64(r.TakenDown+1) / float64(r.TakenDown+r.Kept+2), err
}

// reportRecords returns what became of the last reports of readers on a site.
func (t *tx) reportRecords(site string, readers []string) (map[string]models.ReportRecord, error) {
	records := make(map[string]models.ReportRecord, len(readers))
	if len(readers) == 0 {
		return records, nil
	}
	w, parts := new(sqldb.Where), make([]string, len(readers))
	for i, who := range readers {
		w = w.Beside()
		w.Add("f.site = ?", site)
		w.Add("f.who = ?", who)
		parts[i] = `SELECT f.who, c.status, EXISTS (SELECT 1 FROM decisions d WHERE d.site = f.site AND d.comment_id = f.comment_id AND d.undone_at IS NULL AND d.created_at >= f.created_at)
			FROM flags f JOIN comments c ON ` + t.Unindexed("c.site") + ` = f.site AND c.id = f.comment_id` + w.String() + ` ORDER BY f.comment_id DESC LIMIT ` + w.Arg(reportsCounted)
	}
	query := parts[0]
	if len(parts) > 1 {
		query = "SELECT * FROM (" + strings.Join(parts, ") AS part UNION ALL SELECT * FROM (") + ") AS part"
	}
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (who string, err error) {
		var status models.Status
		var decided bool
		err = scan(&who, &status, &decided)
		r := records[who]
		r.Reports++
		switch {
		case decided && status == models.Rejected:
			r.TakenDown++
		case decided && status == models.Approved:
			r.Kept++
		}
		records[who] = r
		return who, err
	}, query, w.Args()...)
	return records, err
}

// reportsAfterApproval is how many times as many reports bring a comment back after each
// approval by a moderator.
const reportsAfterApproval = 3

// holdReported puts a comment back into the queue, unless its reports since the last approval
// are too few, or weigh too little.
func (t *tx) holdReported(by models.Caller, c models.Comment, enough int) (models.Comment, error) {
	inForce, err := t.decisionsInForce(keyOf(c))
	if err != nil {
		return c, err
	}
	since := approvedAt(inForce)
	for _, d := range inForce {
		if d.Action == models.Approve && enough <= c.Flags { // more need not be counted
			enough *= reportsAfterApproval
		}
	}
	if c.Flags < enough {
		return c, nil
	}
	type sum struct {
		count  int
		weight float64
	}
	reports, err := sqldb.One(t, func(scan sqldb.Scanner) (s sum, err error) {
		err = scan(&s.count, &s.weight)
		return s, err
	}, `SELECT count(*), coalesce(sum(weight), 0) FROM flags WHERE `+t.Unindexed("site")+` = $1 AND comment_id = $2 AND created_at > $3`, c.Site, c.ID, micros(since))
	if err != nil || reports.count < enough || reports.weight < float64(enough) {
		return c, err
	}
	if err := t.suspendUndecided(c, inForce); err != nil {
		return c, err
	}
	held, err := t.changeStatus(c, models.Pending, models.ReasonFlagged)
	if err != nil {
		return c, err
	}
	return held, t.audit(by, c.Site, "comment.hold_reported", c.ID, auditStateOf(c), auditStateOf(held))
}

// escalateReported leaves a comment to an editor because a reader says that it is illegal.
func (t *tx) escalateReported(by models.Caller, c models.Comment) (models.Comment, error) {
	oldReason := c.Reason
	if c.Status == models.Approved {
		inForce, err := t.decisionsInForce(keyOf(c))
		if err != nil {
			return c, err
		}
		if err := t.suspendUndecided(c, inForce); err != nil {
			return c, err
		}
		oldReason = models.ReasonFlagged // what it waits for when an editor leaves it to the moderators
	}
	_, escalated, err := t.escalate(by, c, models.Decision{}, oldReason)
	return escalated, err
}

// suspendUndecided takes the label that a second look gave a comment out of force. That of a
// moderator's decision stays, until the next one.
func (t *tx) suspendUndecided(c models.Comment, inForce []models.Decision) error {
	if c.Status != models.Approved || len(inForce) > 0 {
		return nil
	}
	return t.suspendLabel(keyOf(c), replacedByReports)
}

// approvedAt returns when a moderator last approved a comment; the zero time: never. inForce
// are the decisions on it that nobody has undone.
func approvedAt(inForce []models.Decision) (at time.Time) {
	for _, d := range inForce {
		if d.Action == models.Approve && d.CreatedAt.After(at) {
			at = d.CreatedAt
		}
	}
	return at
}
