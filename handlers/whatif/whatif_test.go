package whatif_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"winnow/handlers/whatif"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func run(t *testing.T, db *storage.DB, req whatif.Request) whatif.Result {
	t.Helper()
	r, err := whatif.New(db).Run(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// post stores a comment of the author u1.
func post(t *testing.T, db *storage.DB, c models.Comment) models.Comment {
	t.Helper()
	c.Site, c.Article.ID, c.Author = "gazette", "a1", models.Author{ID: "u1", Name: "Una"}
	c, _, _, err := db.CreateComment(t.Context(), storage.NewComment{Comment: c, Verdict: models.Verdict{Action: models.Approve}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRecordsFromBeforeTheWindowCount(t *testing.T) {
	db := storagetest.SQLite(t)
	fill(t, db, 0)
	post(t, db, models.Comment{Body: "The first comment was approved.", Status: models.Approved})
	rejected := post(t, db, models.Comment{Body: "Another was not.", Status: models.Pending, Reason: models.ReasonSpam})
	post(t, db, models.Comment{Body: "We walk along the quay in the evening.", Status: models.Approved})
	none, zero := setting(t, db, models.Rules{}), 0.0
	none.Site.Thresholds.Hold = &zero // holds all but those of trusted authors
	first, trust := none, none
	first.Rules = compile(t, models.Rules{Authors: models.AuthorRules{HoldFirst: true}})
	trust.Rules = compile(t, models.Rules{Authors: models.AuthorRules{TrustAfter: 1}})
	if r := run(t, db, whatif.Request{Now: trust, Then: first, Comments: 1}); r.Now.Approved != 1 || r.Then.Held != 1 || r.Transitions[0].Then.Reason != models.ReasonSpam {
		t.Errorf("approved before: %+v", r)
	}
	if r := run(t, db, whatif.Request{Now: trust, Then: first, Comments: 9, Changes: 9}); r.Comments != 3 || r.Then.Held != 3 || r.Now.Held != 3 {
		t.Errorf("from the first comment on: %+v", r)
	}
	_, _, err := db.Decide(t.Context(), models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}, rejected.ID,
		models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
	if err != nil {
		t.Fatal(err)
	}
	if r := run(t, db, whatif.Request{Now: trust, Then: first, Comments: 1}); r.Now.Held != 1 {
		t.Errorf("rejected before: %+v", r)
	}
}

func TestCommentsWithoutATextAreSkipped(t *testing.T) {
	db := storagetest.SQLite(t)
	fill(t, db, 12)
	post(t, db, models.Comment{Body: "We walk along the quay in the evening.", Status: models.Approved})
	if _, err := db.EraseReader(t.Context(), models.Caller{Kind: models.ByCommand, Name: "test"}, models.Reader{Site: "gazette", ID: "u1"}); err != nil {
		t.Fatal(err)
	}
	now := setting(t, db, models.Rules{Authors: models.AuthorRules{HoldFirst: true}})
	if r := run(t, db, whatif.Request{Now: now, Then: now, Comments: 100}); r.Skipped < 1 || r.Comments+r.Skipped != 13 || r.Changed != 0 {
		t.Errorf("%+v", r)
	}
}

// The requests before it are cancelled, which frees the node for the last one.
func TestOneRequestAtATime(t *testing.T) {
	db := storagetest.SQLite(t)
	fill(t, db, 200)
	now := setting(t, db, models.Rules{})
	runner := whatif.New(db)
	results := make(chan error, 4)
	ctx, cancel := context.WithCancel(t.Context())
	for range cap(results) {
		go func() {
			_, err := runner.Run(ctx, whatif.Request{Now: now, Then: now, Comments: 200})
			results <- err
		}()
	}
	cancel()
	for range cap(results) {
		if err := <-results; err != nil && context.Cause(ctx) == nil {
			t.Error(err)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if r, err := runner.Run(ctx, whatif.Request{Now: now, Then: now, Comments: 200}); err != nil || r.Comments != 200 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestCampaignsInTheWindow screens copies of which a moderator found one harmless at a
// second look, and of which the first came more than a day before the floor was reached.
func TestCampaignsInTheWindow(t *testing.T) {
	clock := storagetest.ClockAt(time.Now().Add(-9 * 24 * time.Hour))
	db := storagetest.Open(t, storagetest.ReadySQLiteURL(t), storage.Options{Now: clock.Now})
	fill(t, db, 0)
	var ids []string
	for i, hours := range []int{0, 23, 23, 0, 0, 0} {
		clock.Advance(time.Duration(hours) * time.Hour)
		c := models.Comment{
			Site: "gazette", Article: models.Article{ID: "a1"}, Author: models.Author{Name: string(rune('A' + i))}, Status: models.Approved,
			Body: "We sold our old boat within a single week because the harbour office helped us so kindly.",
		}
		c, _, _, err := db.CreateComment(t.Context(), storage.NewComment{Comment: c, Verdict: models.Verdict{Action: models.Approve}, SecondLook: 1})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
		if i != 2 {
			continue
		}
		bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleAdmin}
		looks, err := db.ClaimSecondLooks(t.Context(), bob, "gazette", 3, time.Minute)
		if err != nil || len(looks) != 3 {
			t.Fatal(looks, err)
		}
		if _, err := db.DecideSecondLook(t.Context(), bob, looks[2].ID, models.DecisionRequest{Action: models.Approve}); err != nil {
			t.Fatal(err)
		}
	}
	none, one, floor := 0, 1.0, 5
	before := setting(t, db, models.Rules{})
	before.Site.CampaignCopies, before.Site.Thresholds = &none, models.Thresholds{Hold: &one, Abuse: &one}
	after := before
	after.Site.CampaignCopies = &floor
	r := run(t, db, whatif.Request{Now: before, Then: after, Comments: 9, Changes: 9})
	var held []string
	for _, c := range r.Changes {
		if c.Then.Reason != models.ReasonCampaign || c.Text == "" || c.Author == "" {
			t.Errorf("%+v", c)
		}
		held = append(held, c.ID)
	}
	if want := []string{ids[1], ids[3], ids[4], ids[5]}; !slices.Equal(held, want) || r.Then.Held != 4 {
		t.Errorf("held %v of %v, want %v: %s", held, ids, want, r.Summary)
	}
}
