package storage

import (
	"cmp"
	"context"
	"strings"

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
}

// Flag stores a reader's report of a comment. by is for the reader's site, which is that of
// the comment, or the other one that has its thread. An approved comment that no moderator has
// decided goes back to the queue when it has as many reports as its site wants, by different
// readers, whose weights add up to as many: that is in the audit trail, single reports
// are not. Then the label that a second look gave it is not
// in force any more.
// Rejected comments are KindNotFound, as for any reader.
func (db *DB) Flag(ctx context.Context, by models.Caller, id string, r Report) (models.Comment, error) {
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		k, err := t.reported(by, id)
		if err != nil {
			return k.comment, err
		}
		c := k.comment
		if c.Status == models.Rejected {
			return models.Comment{}, models.Errorf(models.KindNotFound, "there is no such comment")
		}
		if added, err := t.addReport(c, cmp.Or(by.Site, c.Site), r); err != nil || !added {
			return c, err
		}
		c.Flags++
		// The version stays: a report must not make a moderator's decision stale.
		if _, err := t.Exec(`UPDATE comments SET flags = $1 WHERE site = $2 AND id = $3`, c.Flags, c.Site, c.ID); err != nil {
			return c, err
		}
		if c.Status == models.Approved && k.reportsToHold > 0 && c.Flags >= k.reportsToHold {
			return t.holdReported(by, c, k.reportsToHold)
		}
		return c, nil
	})
}

// reported returns a comment that a caller may report.
func (t *tx) reported(by models.Caller, id string) (commentRow, error) {
	k, err := t.comment(id, t.ForUpdate())
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

// addReport reports false when the reader, or the household, has reported the comment before.
// site is the reader's.
func (t *tx) addReport(c models.Comment, site string, r Report) (bool, error) {
	if id, vouched := strings.CutPrefix(r.Who, authorPrefix); vouched && site != c.Site {
		_, r.Who = reporterKeys(site, id)
	}
	weight, err := t.reportWeight(c.Site, r.Who)
	if err != nil {
		return false, err
	}
	added, err := t.Exec(`INSERT INTO flags (site, comment_id, who, reason, created_at, reader_site, household, weight) SELECT $1, $2, $3, $4, $5, $6, $7, $8
		WHERE $7 = '' OR NOT EXISTS (SELECT 1 FROM flags f WHERE `+t.Unindexed("f.site")+` = $1 AND f.comment_id = $2 AND f.household = $7) ON CONFLICT DO NOTHING`,
		c.Site, c.ID, r.Who, string(r.Reason), micros(t.Now), site, r.Household, weight)
	return added > 0, err
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
	type report struct {
		status  models.Status
		decided bool
	}
	last, err := sqldb.List(t, func(scan sqldb.Scanner) (r report, err error) {
		err = scan(&r.status, &r.decided)
		return r, err
	}, `SELECT c.status, EXISTS (SELECT 1 FROM decisions d WHERE d.site = f.site AND d.comment_id = f.comment_id AND d.undone_at IS NULL AND d.created_at >= f.created_at)
		FROM flags f JOIN comments c ON `+t.Unindexed("c.site")+` = f.site AND c.id = f.comment_id WHERE f.site = $1 AND f.who = $2 ORDER BY f.comment_id DESC LIMIT $3`,
		site, who, reportsCounted)
	right, wrong := 0, 0
	for _, r := range last {
		switch {
		case r.decided && r.status == models.Rejected:
			right++
		case r.decided && r.status == models.Approved:
			wrong++
		}
	}
	return 2 * float64(right+1) / float64(right+wrong+2), err
}

// holdReported puts a comment back into the queue, unless its reports weigh too little or a
// moderator has decided on it.
func (t *tx) holdReported(by models.Caller, c models.Comment, enough int) (models.Comment, error) {
	weight, err := sqldb.One(t, sqldb.ScanOne[float64], `SELECT coalesce(sum(weight), 0) FROM flags WHERE `+t.Unindexed("site")+` = $1 AND comment_id = $2`, c.Site, c.ID)
	if err != nil || weight < float64(enough) {
		return c, err
	}
	decided, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM decisions WHERE site = $1 AND comment_id = $2 AND undone_at IS NULL LIMIT 1`, c.Site, c.ID)
	if err != nil || len(decided) > 0 {
		return c, err
	}
	if err := t.suspendLabel(keyOf(c), replacedByReports); err != nil { // of a second look
		return c, err
	}
	held, err := t.setStatus(c, models.Pending, models.ReasonFlagged)
	if err != nil {
		return c, err
	}
	return held, t.audit(by, c.Site, "comment.hold_reported", c.ID, auditStateOf(c), auditStateOf(held))
}
