package storage

import (
	"cmp"
	"context"
	"slices"
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
func (db *DB) Flag(ctx context.Context, by models.Caller, id string, report Report) (models.Comment, error) {
	r := &reportRequest{Report: report, by: by, comment: key{id: sqldb.SanitizeText(id)}}
	defer db.changes.signal()
	if err := db.reports.Do(ctx, r); err != nil {
		return models.Comment{}, err
	}
	return r.after, nil
}

// reportRequest is one report that a transaction stores, and the comment after it.
type reportRequest struct {
	Report
	by      models.Caller
	comment key // whose site need not be known
	after   models.Comment
}

// reportTogether stores the reports that readers make at the same time in one transaction.
func (db *DB) reportTogether(engineTx *sqldb.Tx, requests []*reportRequest) ([]error, error) {
	t := db.txOf(engineTx)
	if err := t.flush(); err != nil {
		return nil, err
	}
	return onDifferent(requests, func(r *reportRequest) string { return r.comment.id }, t.report)
}

// report stores reports of different comments.
func (t *tx) report(requests []*reportRequest) ([]error, error) {
	wanted := make([]key, len(requests))
	for i, r := range requests {
		wanted[i] = r.comment
	}
	comments, err := t.lockComments(wanted)
	if err != nil {
		return nil, err
	}
	errs := make([]error, len(requests))
	var rows []flagRow
	for i, r := range requests {
		k, found := comments[r.comment.id]
		if !found || k.comment.Status == models.Rejected {
			errs[i] = models.Errorf(models.KindNotFound, "there is no such comment")
		} else if errs[i] = t.mayReport(r.by, k.comment); errs[i] == nil {
			r.after = k.comment
			rows = append(rows, newFlagRow(r, t.Now))
			continue
		}
		if models.KindOf(errs[i]) != models.KindNotFound {
			return nil, errs[i]
		}
	}
	added, err := t.addFlags(rows)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		k := comments[row.of.after.ID]
		row.of.after, err = t.afterReport(row, k, added[row.of.after.ID])
		if err != nil {
			return nil, err
		}
	}
	return errs, nil
}

// afterReport returns a comment as a report has left it.
func (t *tx) afterReport(row flagRow, k commentRow, added bool) (c models.Comment, err error) {
	c = k.comment
	switch {
	case added:
		c.Flags++
		// The version stays: a report must not make a moderator's decision stale.
		err = t.Write(`UPDATE comments SET flags = $1 WHERE site = $2 AND id = $3`, c.Flags, c.Site, c.ID)
	case row.of.Reason == models.ReasonIllegal:
		var changed int64
		changed, err = t.Exec(`UPDATE flags SET reason = $1, words = $2, created_at = $3 WHERE `+t.Unindexed("site")+` = $4 AND comment_id = $5 AND who = $6 AND reason <> $1`,
			string(row.of.Reason), row.of.Words, micros(t.Now), c.Site, c.ID, row.who)
		if changed == 0 {
			return c, err
		}
	default:
		return c, nil
	}
	switch {
	case err != nil:
	case c.WrittenBy != "": // it waits for nobody
	case row.of.Reason == models.ReasonIllegal && c.Reason != models.ReasonEscalated:
		c, err = t.escalateReported(row.of.by, c)
	case c.Status == models.Approved && k.reportsToHold > 0 && c.Flags >= k.reportsToHold:
		c, err = t.holdReported(row.of.by, c, k.reportsToHold)
	}
	if err != nil {
		return c, err
	}
	return c, t.commentChanged(c, models.CauseReported)
}

// reported returns a comment that a caller may report.
func (t *tx) reported(by models.Caller, id string) (commentRow, error) {
	k, err := t.comment(id, "")
	if err != nil {
		return k, err
	}
	return k, t.mayReport(by, k.comment)
}

// mayReport returns nil when a comment is on the caller's site, or in a thread that their site
// has too.
func (t *tx) mayReport(by models.Caller, c models.Comment) error {
	if by.CanSee(c.Site) {
		return nil
	}
	partner, err := t.partnerSite(articleRef(c))
	if err == nil && (partner == "" || !by.CanSee(partner)) {
		err = models.Errorf(models.KindNotFound, "there is no such comment")
	}
	return err
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

// flagRow is a report as it is stored.
type flagRow struct {
	of     *reportRequest
	who    string
	site   string // the reader's
	at     int64
	weight float64
}

func newFlagRow(r *reportRequest, now time.Time) flagRow {
	r.Words = sqldb.SanitizeText(r.Words)
	site := cmp.Or(r.by.Site, r.after.Site)
	return flagRow{of: r, who: r.reporterKey(r.after, site), site: site, at: micros(now), weight: 1}
}

// flagRows are reports to store. A reader, and a household, counts
// once for a comment.
var flagRows = sqldb.NewInsertIf("flags",
	`{household} = '' OR NOT EXISTS (SELECT 1 FROM flags f WHERE f.site = {site} AND f.comment_id = {comment_id} AND f.household = {household})`,
	"ON CONFLICT DO NOTHING",
	sqldb.Text("site", func(r flagRow) string { return r.of.after.Site }),
	sqldb.Text("comment_id", func(r flagRow) string { return r.of.after.ID }),
	sqldb.Text("who", func(r flagRow) string { return r.who }),
	sqldb.Text("reason", func(r flagRow) string { return string(r.of.Reason) }),
	sqldb.Int("created_at", func(r flagRow) int64 { return r.at }),
	sqldb.Text("reader_site", func(r flagRow) string { return r.site }),
	sqldb.Text("household", func(r flagRow) string { return r.of.Household }),
	sqldb.Float("weight", func(r flagRow) *float64 { return &r.weight }),
	sqldb.Text("words", func(r flagRow) string { return r.of.Words }),
).Returning("comment_id")

// addFlags stores reports of different comments, and returns of which comments they are new.
func (t *tx) addFlags(rows []flagRow) (added map[string]bool, err error) {
	if err := t.weighReports(rows); err != nil {
		return nil, err
	}
	ids, err := sqldb.AddReturning(t, flagRows, sqldb.ScanOne[string], func(r flagRow) string { return r.of.after.ID }, rows)
	added = make(map[string]bool, len(ids))
	for _, id := range ids {
		added[id] = true
	}
	if len(ids) > 0 {
		t.MarkWritten()
	}
	return added, err
}

// reportsCounted is how many of the last reports of a reader make up their record.
const reportsCounted = 50

// weighReports sets what reports of readers count: twice the share of their last reports on the
// site that moderators agreed with, with one more of each kind added (Laplace's rule of
// succession). That is 1 for who has no record, or cannot have one: a household.
func (t *tx) weighReports(rows []flagRow) error {
	readers := map[string][]string{} // by site
	for _, r := range rows {
		if !strings.HasPrefix(r.who, "client ") {
			readers[r.of.after.Site] = append(readers[r.of.after.Site], r.who)
		}
	}
	for site, who := range readers {
		slices.Sort(who)
		records, err := t.reportRecords(site, slices.Compact(who))
		if err != nil {
			return err
		}
		for i := range rows {
			if rows[i].of.after.Site == site {
				r := records[rows[i].who]
				rows[i].weight = 2 * float64(r.TakenDown+1) / float64(r.TakenDown+r.Kept+2)
			}
		}
	}
	return nil
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
