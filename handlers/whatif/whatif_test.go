package whatif_test

import (
	"context"
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
