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

// maxReports is how many reports of a comment a moderator sees, those as illegal first and then
// the newest.
const maxReports = 25

// reportRow is a report with the key of who made it.
type reportRow struct {
	models.Report
	who string
}

// reports returns the reports of a comment. inForce are the decisions on it that nobody has
// undone.
func (t *tx) reports(c models.Comment, inForce []models.Decision) ([]models.Report, error) {
	if c.Flags == 0 {
		return []models.Report{}, nil
	}
	rows, err := t.reportRows(c, "reason = 'illegal'")
	if err == nil && len(rows) < maxReports {
		var others []reportRow
		others, err = t.reportRows(c, "reason <> 'illegal'")
		rows = append(rows, others...)
	}
	if err != nil {
		return nil, err
	}
	rows = rows[:min(maxReports, len(rows))]
	var known []string
	for _, r := range rows {
		if reporterOf(r.who) != models.ReporterHousehold {
			known = append(known, r.who)
		}
	}
	records, err := t.reportRecords(c.Site, known)
	approved := approvedAt(inForce)
	found := make([]models.Report, len(rows))
	for i, r := range rows {
		r.From, r.Answer = reporterOf(r.who), models.AnswerReport(c.Status, r.CreatedAt, approved)
		r.Reader, _ = strings.CutPrefix(r.who, authorPrefix)
		if r.Reader == r.who { // the id on another site is nothing that this one may know
			r.Reader = ""
		}
		if record, ok := records[r.who]; ok {
			r.Record = &record
		}
		found[i] = r.Report
	}
	return found, err
}

// reportRows returns the newest reports of a comment for which a condition holds.
func (t *tx) reportRows(c models.Comment, condition string) ([]reportRow, error) {
	return sqldb.List(t, func(scan sqldb.Scanner) (r reportRow, err error) {
		var at int64
		err = scan(&r.who, &r.Reason, &r.Words, &at)
		r.CreatedAt = fromMicros(at)
		return r, err
	}, `SELECT who, reason, words, created_at FROM flags WHERE `+t.Unindexed("site")+` = $1 AND comment_id = $2 AND `+condition+
		` ORDER BY created_at DESC LIMIT $3`, c.Site, c.ID, maxReports)
}

// reporterOf returns how well a reader is known, by the key of their reports.
func reporterOf(who string) models.Reporter {
	switch kind, _, _ := strings.Cut(who, " "); kind {
	case "author", "reader":
		return models.ReporterVouched
	case "browser":
		return models.ReporterBrowser
	}
	return models.ReporterHousehold
}

// noteIllegal sets since when reports as illegal of pending items wait for an editor.
func (t *tx) noteIllegal(items []models.QueueItem) error {
	var reported []key
	for _, item := range items {
		if c := item.Comment; c.Flags > 0 && c.Status == models.Pending && c.Reason == models.ReasonEscalated {
			reported = append(reported, keyOf(c))
		}
	}
	if len(reported) == 0 {
		return nil
	}
	var w sqldb.Where
	whereKeys(&w, t.Unindexed("f.site"), "f.comment_id", reported)
	w.AddText(`f.reason = 'illegal' AND f.created_at > coalesce((SELECT max(d.created_at) FROM decisions d
		WHERE d.site = f.site AND d.comment_id = f.comment_id AND d.undone_at IS NULL), 0)`)
	since := map[key]time.Time{}
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (of key, err error) {
		var at int64
		err = scan(&of.site, &of.id, &at)
		since[of] = fromMicros(at)
		return of, err
	}, `SELECT f.site, f.comment_id, min(f.created_at) FROM flags f`+w.String()+` GROUP BY f.site, f.comment_id`, w.Args()...)
	for i := range items {
		if at, ok := since[keyOf(items[i].Comment)]; ok {
			items[i].IllegalSince = &at
		}
	}
	return err
}

// ReportOutcome returns what became of the report of a comment that a reader, or somebody of
// their household, has made; KindNotFound when there is none. by is for the reader's site.
func (db *DB) ReportOutcome(ctx context.Context, by models.Caller, id string, r Report) (models.ReportOutcome, error) {
	return read(ctx, db, func(t *tx) (o models.ReportOutcome, err error) {
		k, err := t.reported(by, id)
		if err != nil {
			return o, err
		}
		c := k.comment
		const query = `SELECT created_at FROM flags WHERE `
		at, err := sqldb.List(t, sqldb.ScanOne[int64], query+t.Unindexed("site")+` = $1 AND comment_id = $2 AND who = $3`, c.Site, c.ID, r.reporterKey(c, cmp.Or(by.Site, c.Site)))
		if err == nil && len(at) == 0 && r.Household != "" {
			at, err = sqldb.List(t, sqldb.ScanOne[int64], query+t.Unindexed("site")+` = $1 AND comment_id = $2 AND household = $3`, c.Site, c.ID, r.Household)
		}
		if err == nil && len(at) == 0 {
			err = models.Errorf(models.KindNotFound, "there is no such report")
		}
		if err != nil {
			return o, err
		}
		inForce, err := t.decisionsInForce(keyOf(c))
		o = models.ReportOutcome{CommentID: c.ID, Answer: models.AnswerReport(c.Status, fromMicros(at[0]), approvedAt(inForce))}
		if last := lastDecision(inForce); last != nil && o.Answer != models.ReportWaits && statusOf(last.Action) == c.Status {
			o.DecidedAt = &last.CreatedAt
		}
		return o, err
	})
}

func lastDecision(inForce []models.Decision) *models.Decision {
	if len(inForce) == 0 {
		return nil
	}
	last := slices.MaxFunc(inForce, func(a, b models.Decision) int { return strings.Compare(a.ID, b.ID) })
	return &last
}
