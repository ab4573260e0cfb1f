package storagetest

import (
	"fmt"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// report stores a report of a comment by a reader with an id.
func (l *fixture) report(t *testing.T, c models.Comment, who string, reason models.Reason, words string) models.Comment {
	t.Helper()
	return must(l.Flag(l.ctx, gazette, c.ID, storage.Report{Who: who, Household: who + " of " + c.ID, Reason: reason, Words: words}))(t)
}

func (l *fixture) decided(t *testing.T, by models.Caller, c models.Comment, action models.Action) models.Decision {
	t.Helper()
	d := models.DecisionRequest{Action: action}
	if action == models.Reject {
		d.Reason = models.ReasonIllegal
	}
	made, _, err := l.Decide(l.ctx, by, c.ID, d)
	ok(t, err)
	return made
}

func testReportedIllegal(t *testing.T, l *fixture) {
	never := 0
	must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.ReportsToHold = &never; return nil }))(t)
	c := l.post(t, approved)
	l.report(t, c, "author u1", models.ReasonSpam, "")
	c = l.report(t, c, "author u1", models.ReasonIllegal, "He names my child.") // the same reader, with another reason
	equal(t, "status", c.Status, models.Pending)
	equal(t, "reason", c.Reason, models.ReasonEscalated)
	equal(t, "reports", c.Flags, 1)
	l.clock.Advance(time.Hour)
	l.report(t, c, "author u2", models.ReasonIllegal, "")
	item := must(l.Queue(l.ctx, bob, models.QueueFilter{}))(t).Items[0]
	if item.IllegalSince == nil || l.clock.Now().Sub(*item.IllegalSince) < time.Hour {
		t.Fatalf("reported as illegal since %v", item.IllegalSince)
	}
	equal(t, "bob gets", len(must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Minute))(t)), 0)
	_, _, err := l.Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Approve})
	wantKind(t, err, models.KindForbidden)
	history := must(l.Detail(l.ctx, ann, c.ID))(t).History
	if len(history) != 1 || history[0].Action != models.Escalate || history[0].Moderator != "" {
		t.Fatalf("history: %+v", history)
	}

	// Also after an editor has approved it; the clock begins anew.
	l.decided(t, ann, c, models.Approve)
	l.clock.Advance(time.Hour)
	c = l.report(t, c, "client h3", models.ReasonIllegal, "")
	equal(t, "reason after an approval", c.Reason, models.ReasonEscalated)
	d := must(l.Detail(l.ctx, ann, c.ID))(t)
	if d.IllegalSince == nil || l.clock.Now().Sub(*d.IllegalSince) > time.Minute {
		t.Fatalf("reported as illegal since %v", d.IllegalSince)
	}
	equal(t, "label of the approval", must(l.LabelCounts(l.ctx, "gazette"))(t)[models.Ham], 1)

	_, _, err = l.Undo(l.ctx, ann, d.History[1].ID) // the approval
	wantKind(t, err, models.KindConflict)

	// An editor may leave it to the moderators.
	_, comments, err := l.Undo(l.ctx, bob, d.History[len(d.History)-1].ID)
	wantKind(t, err, models.KindForbidden)
	equal(t, "undone by bob", len(comments), 0)
	_, comments, err = l.Undo(l.ctx, ann, d.History[len(d.History)-1].ID)
	ok(t, err)
	equal(t, "for moderators", comments[0].Reason, models.ReasonFlagged)

	// What waits for another reason is an editor's too, and nobody's claim any more.
	waiting := l.post(t)
	must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Hour))(t)
	waiting = l.report(t, waiting, "author u1", models.ReasonIllegal, "")
	equal(t, "what waited", waiting.Reason, models.ReasonEscalated)
	l.decided(t, ann, waiting, models.Reject)
	rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "comment.escalate"})
	ok(t, err)
	equal(t, "audit rows", len(rows), 3)
	equal(t, "actor", rows[0].Actor, "site:gazette")
	Counters(t, l.url)
}

func testReportsAfterApproval(t *testing.T, l *fixture) {
	two := 2
	must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.ReportsToHold = &two; return nil }))(t)
	c := l.post(t, approved)
	n := 0
	for round, wanted := range []int{2, 6, 18} {
		for range wanted - 1 {
			n++
			c = l.report(t, c, fmt.Sprint("author ", n), models.ReasonSpam, "")
			equal(t, fmt.Sprint("round ", round, ", report ", n), c.Status, models.Approved)
		}
		n++
		c = l.report(t, c, fmt.Sprint("author ", n), models.ReasonSpam, "")
		equal(t, fmt.Sprint("round ", round, ", the last"), c.Status, models.Pending)
		equal(t, "reason", c.Reason, models.ReasonFlagged)
		for range 40 { // reports while it waits do not count after the approval
			n++
			l.report(t, c, fmt.Sprint("author ", n), models.ReasonSpam, "")
		}
		l.decided(t, bob, c, models.Approve)
	}
	for i := range 54 {
		c = l.report(t, c, fmt.Sprint("author late ", i), models.ReasonSpam, "")
	}
	equal(t, "after the third approval", c.Status, models.Pending)
	history := must(l.Detail(l.ctx, bob, c.ID))(t).History
	_, _, err := l.Undo(l.ctx, bob, history[len(history)-1].ID) // the approval, which would publish it again
	wantKind(t, err, models.KindConflict)
	Counters(t, l.url)
}

func testReportsShown(t *testing.T, l *fixture) {
	for i := range 3 {
		old := l.post(t, approved)
		l.report(t, old, "author u1", models.ReasonAbuse, "")
		l.decided(t, bob, old, []models.Action{models.Reject, models.Reject, models.Approve}[i])
	}
	c := l.post(t, approved)
	l.report(t, c, "client h1", models.ReasonSpam, "Buys\x00 nothing")
	l.report(t, c, "author u1", models.ReasonIllegal, "He names my child.")
	l.report(t, c, "browser b1", "", "")
	equal(t, "empty", len(must(l.Detail(l.ctx, bob, l.post(t).ID))(t).Reports), 0)
	reports := must(l.Detail(l.ctx, bob, c.ID))(t).Reports
	equal(t, "reports", len(reports), 3)
	illegal, browser, household := reports[0], reports[1], reports[2]
	if illegal.Reason != models.ReasonIllegal || illegal.Words != "He names my child." || illegal.From != models.ReporterVouched || illegal.Reader != "u1" || illegal.Answer != models.ReportWaits {
		t.Fatalf("the first is %+v", illegal)
	}
	equal(t, "record", *illegal.Record, models.ReportRecord{Reports: 4, TakenDown: 2, Kept: 1})
	if browser.From != models.ReporterBrowser || browser.Reader != "" || *browser.Record != (models.ReportRecord{Reports: 1}) {
		t.Fatalf("the second is %+v", browser)
	}
	if household.From != models.ReporterHousehold || household.Record != nil || household.Words != "Buys\uFFFD nothing" {
		t.Fatalf("the third is %+v", household)
	}
	for i := range 30 {
		l.report(t, c, fmt.Sprint("author r", i), models.ReasonSpam, "")
	}
	reports = must(l.Detail(l.ctx, bob, c.ID))(t).Reports
	equal(t, "at most", len(reports), 25)
	equal(t, "illegal first", reports[0].Reader, "u1")
	equal(t, "then the newest", reports[1].Reader, "r29")
	l.decided(t, ann, c, models.Approve)
	equal(t, "answered", must(l.Detail(l.ctx, bob, c.ID))(t).Reports[1].Answer, models.ReportKept)

	_, _, exported, err := l.ExportReader(l.ctx, ann, models.Reader{Site: "gazette", ID: "u1"})
	ok(t, err)
	words := ""
	for r, err := range exported {
		ok(t, err)
		words += r.Words
	}
	equal(t, "exported", words, "He names my child.")
	must(l.EraseReader(l.ctx, operator, models.Reader{Site: "gazette", Name: "Reader"}))(t) // what is said of them goes too
	equal(t, "words left", l.count(t, "SELECT count(*) FROM flags WHERE words <> ''")[0], 0)
}

func testReportOutcome(t *testing.T, l *fixture) {
	c := l.post(t, approved)
	mine := storage.Report{Who: "author u1", Household: "h1"}
	_, err := l.ReportOutcome(l.ctx, gazette, c.ID, mine)
	wantKind(t, err, models.KindNotFound)
	must(l.Flag(l.ctx, gazette, c.ID, mine))(t)
	is := func(what string, r storage.Report, want models.ReportAnswer, decided bool) {
		t.Helper()
		o := must(l.ReportOutcome(l.ctx, gazette, c.ID, r))(t)
		if o.CommentID != c.ID || o.Answer != want || (o.DecidedAt != nil) != decided {
			t.Fatalf("%s: %+v", what, o)
		}
	}
	is("reported", mine, models.ReportWaits, false)
	is("another one of the household", storage.Report{Who: "browser b1", Household: "h1"}, models.ReportWaits, false)
	d := l.decided(t, bob, c, models.Reject)
	is("rejected", mine, models.ReportTakenDown, true)
	_, _, err = l.Undo(l.ctx, bob, d.ID)
	ok(t, err)
	is("undone", mine, models.ReportWaits, false)
	l.decided(t, bob, c, models.Approve)
	is("approved", mine, models.ReportKept, true)
	must(l.Flag(l.ctx, gazette, c.ID, storage.Report{Who: "author u2"}))(t)
	is("reported after that", storage.Report{Who: "author u2"}, models.ReportWaits, false)
	l.report(t, c, "author u3", models.ReasonIllegal, "")
	is("waits again", mine, models.ReportWaits, false)
	_, err = l.ReportOutcome(l.ctx, models.Caller{Kind: models.ByKey, Site: "tribune"}, c.ID, mine)
	wantKind(t, err, models.KindNotFound)
	_, err = l.ReportOutcome(l.ctx, gazette, c.ID, storage.Report{Who: "author u4"})
	wantKind(t, err, models.KindNotFound)
}
