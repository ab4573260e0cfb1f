package storagetest

import (
	"fmt"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// still opens the database with a clock that stands still.
func (l *fixture) still(t *testing.T) *storage.DB {
	t.Helper()
	at := l.clock.at()
	return Open(t, l.url, storage.Options{Now: func() time.Time { return at }})
}

// at returns the time without moving the clock.
func (c *Clock) at() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// undoOrDecide undoes a decision while another moderator decides again: the second
// gets a conflict, and label, counters and status are consistent.
func undoOrDecide(t *testing.T, l *fixture, two [2]*storage.DB) {
	t.Helper()
	for range 8 {
		c := l.post(t, onArticle("undo"))
		d, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		var errs [2]error
		together(2, func(i int) {
			if i == 0 {
				_, _, errs[i] = two[i].Undo(l.ctx, ann, d.ID)
			} else {
				_, _, errs[i] = two[i].Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam, Version: 2})
			}
		})
		decided := 0
		for _, err := range errs {
			if err == nil {
				decided++
			} else {
				wantKind(t, err, models.KindConflict)
			}
		}
		now := must(l.Comment(l.ctx, c.ID))(t)
		equal(t, "decided", decided, 1)
		if label := l.label(t, c.ID); (now.Status == models.Rejected) != (label == models.Spam) {
			t.Fatalf("it is %s with the label %q", now.Status, label)
		}
	}
	equal(t, "public", must(l.ArticleCounts(l.ctx, "gazette", []string{"undo"}))(t)["undo"], 0)
}

// rotateAtOnce replaces a site's key concurrently: exactly one key is valid.
func rotateAtOnce(t *testing.T, l *fixture, two [2]*storage.DB) {
	t.Helper()
	var keys [6]string
	together(len(keys), func(i int) {
		var err error
		if keys[i], err = two[i%2].RotateSiteKey(l.ctx, ann, "gazette", models.MainKey, time.Time{}); err != nil {
			t.Error(err)
		}
	})
	valid := 0
	for _, key := range keys {
		if _, err := l.SiteByKey(l.ctx, key); err == nil {
			valid++
		}
	}
	equal(t, "keys that count", valid, 1)
}

// promoteAtOnce promotes models concurrently: one is live, and a rollback makes
// another one live.
func promoteAtOnce(t *testing.T, l *fixture, two [2]*storage.DB) {
	t.Helper()
	for i := range 4 {
		ok(t, l.AddModel(l.ctx, ann, models.ModelInfo{Version: fmt.Sprint("m", i)}, []byte{byte(i)}))
	}
	together(4, func(i int) {
		if _, err := two[i%2].PromoteModel(l.ctx, ann, fmt.Sprint("m", i)); err != nil {
			t.Error(err)
		}
	})
	live := 0
	for _, m := range must(l.Models(l.ctx))(t) {
		live += map[bool]int{true: 1}[m.Live]
	}
	equal(t, "live models", live, 1)
	before := must(l.LiveModel(l.ctx))(t).Version
	after := must(l.RollbackModel(l.ctx, ann))(t).Version
	if before == after {
		t.Fatalf("%s was rolled back to itself", before)
	}
}

// flagAtOnce reports a comment while a moderator rejects it: no report puts it
// back into the queue.
func flagAtOnce(t *testing.T, l *fixture, two [2]*storage.DB) {
	t.Helper()
	c := l.post(t, approved, onArticle("flagged"))
	together(6, func(i int) {
		var err error
		if i == 0 {
			_, _, err = two[0].Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Reject})
		} else {
			_, err = two[i%2].Flag(l.ctx, gazette, c.ID, storage.Report{Who: fmt.Sprint("r", i), Reason: "rude"})
		}
		if kind := models.KindOf(err); kind != "" && kind != models.KindNotFound {
			t.Errorf("%d: %v", i, err)
		}
	})
	equal(t, "status", must(l.Comment(l.ctx, c.ID))(t).Status, models.Rejected)
	equal(t, "public", must(l.ArticleCounts(l.ctx, "gazette", []string{"flagged"}))(t)["flagged"], 0)
}

// reportAtOnce reports comments while others do: each reader and each household counts once,
// and what one of them may not report is refused to them alone.
func reportAtOnce(t *testing.T, l *fixture, two [2]*storage.DB) {
	t.Helper()
	c, read, illegal, rejected := l.post(t, approved), l.post(t, approved), l.post(t, approved), l.post(t)
	_, _, err := l.Decide(l.ctx, ann, rejected.ID, models.DecisionRequest{Action: models.Reject})
	ok(t, err)
	reports := []struct {
		comment, who, household string
		reason                  models.Reason
		site                    models.Caller
		want                    models.Kind
	}{
		{c.ID, "client h1", "h1", "rude", gazette, ""},
		{c.ID, "browser b1", "h1", "rude", gazette, ""},
		{c.ID, "author u1", "", "rude", gazette, ""},
		{c.ID, "author u1", "", "spam", gazette, ""},
		{read.ID, "author u1", "", "rude", gazette, ""},
		{read.ID, "author u2", "", "rude", models.Caller{Kind: models.ByOrigin, Site: "tribune"}, models.KindNotFound},
		{illegal.ID, "author u1", "", models.ReasonIllegal, gazette, ""},
		{illegal.ID, "author u2", "", "rude", gazette, ""},
		{rejected.ID, "author u1", "", "rude", gazette, models.KindNotFound},
		{"no such comment", "author u1", "", "rude", gazette, models.KindNotFound},
	}
	together(len(reports), func(i int) {
		r := reports[i]
		_, err := two[i%2].Flag(l.ctx, r.site, r.comment, storage.Report{Who: r.who, Household: r.household, Reason: r.reason})
		if kind := models.KindOf(err); kind != r.want {
			t.Errorf("report %d: %v", i, err)
		}
	})
	equal(t, "of a household and a reader", must(l.Comment(l.ctx, c.ID))(t).Flags, 2)
	equal(t, "of a reader of the site", must(l.Comment(l.ctx, read.ID))(t).Flags, 1)
	now := must(l.Comment(l.ctx, illegal.ID))(t)
	equal(t, "illegal", [3]string{string(now.Status), string(now.Reason), fmt.Sprint(now.Flags)}, [3]string{"pending", string(models.ReasonEscalated), "2"})
}

// claimAtOnce claims the same comments on two nodes.
func claimAtOnce(t *testing.T, l *fixture, two [2]*storage.DB) {
	t.Helper()
	for range 5 {
		l.post(t, onArticle("claimed"))
	}
	var got [2][]models.QueueItem
	together(2, func(i int) {
		var err error
		got[i], err = two[i].Claim(l.ctx, [2]models.Caller{ann, bob}[i], models.QueueFilter{Article: "claimed", Limit: 5}, time.Hour)
		if err != nil {
			t.Error(err)
		}
	})
	holder := map[string]int{}
	for i, items := range got {
		for _, item := range items {
			if other, claimed := holder[item.Comment.ID]; claimed {
				t.Errorf("%s was claimed by %d and %d", item.Comment.ID, other, i)
			}
			holder[item.Comment.ID] = i
		}
	}
	equal(t, "claimed", len(holder), 5)
}
