// Package whatif says what other settings of a site would have done with its last
// comments. It runs package screening on them twice, with the settings as they are and
// as they are proposed, so that the result is that of posting the comments again. It
// knows no HTTP: the server and the command line use it.
//
// What becomes of a comment is its status on arrival, or that it was pulled back with
// its campaign later. What moderators decided, or found at a second look, changes the
// records of authors and what is known of campaigns, at its own time, but not what a
// setting made of the comment.
//
// Not repeated is what the database does not hold: comments whose text was removed,
// older titles of articles, campaigns and bursts that began before the first comment;
// nor edits, reports by readers and escalations, which are no part of posting.
// Sanctions and states of articles are those in force now; a comment that a ban or a
// closed article would refuse today is screened without it, because it was accepted.
package whatif

import (
	"context"
	"time"

	"winnow/classifier"
	"winnow/classifier/gate"
	"winnow/classifier/rules"
	"winnow/models"
	"winnow/storage"
)

const (
	// DefaultComments is how many comments are screened when a request says nothing.
	DefaultComments = 1000
	// MaxComments is the most that one request may screen.
	MaxComments = 100_000
	// DefaultChanges and MaxChanges are how many changes a result lists.
	DefaultChanges = 100
	MaxChanges     = 1000

	maxWait = 2 * time.Second  // of a request that waits for another
	timeout = 60 * time.Second // of one request
)

// Setting is all that decides what becomes of a site's comments.
type Setting struct {
	Site  models.Site
	Rules *rules.Set // nil: none
	Model *classifier.Model
}

// Request asks what would have become of the last comments of a site.
type Request struct {
	Now, Then Setting // of the same site
	Comments  int     // at most; from 1 to MaxComments
	Changes   int     // to list at most; from 0 to MaxChanges
}

// Validate checks the numbers of a request.
func (r Request) Validate() error {
	var bad models.Invalid
	if r.Comments < 1 || r.Comments > MaxComments {
		bad.Add("comments", "must be from 1 to %d", MaxComments)
	}
	if r.Changes < 0 || r.Changes > MaxChanges {
		bad.Add("changes", "must be from 0 to %d", MaxChanges)
	}
	return bad.Err()
}

// Result says what would change. "Now" are the settings as they are, "then" the
// proposed ones.
type Result struct {
	Summary  string `json:"summary"`  // one sentence
	Comments int    `json:"comments"` // that were screened
	Skipped  int    `json:"skipped"`  // more comments, whose text was removed
	Now      Counts `json:"now"`
	Then     Counts `json:"then"`
	Changed  int    `json:"changed"` // comments with another status or reason
	// Transitions count the changed comments by what changed, the most first.
	Transitions []Transition `json:"transitions"`
	Changes     []Change     `json:"changes"` // the first ones, oldest first
}

// Counts are comments by their status.
type Counts struct {
	Approved int `json:"approved"`
	Held     int `json:"held"`
	Rejected int `json:"rejected"`
}

func (c *Counts) add(s models.Status) {
	switch s {
	case models.Approved:
		c.Approved++
	case models.Pending:
		c.Held++
	case models.Rejected:
		c.Rejected++
	}
}

// State is what becomes of a comment, and why.
type State struct {
	Status models.Status `json:"status"`
	Reason models.Reason `json:"reason,omitempty"`
}

// Transition is a change with the number of comments that it happens to.
type Transition struct {
	Now      State `json:"now"`
	Then     State `json:"then"`
	Comments int   `json:"comments"`
}

// Outcome is a State with the highest probability of the verdict, 0 to 1.
type Outcome struct {
	State
	Probability float64 `json:"probability"`
}

// Change is a comment that has another status or reason then.
type Change struct {
	ID        string    `json:"id"`
	Text      string    `json:"text"` // its beginning
	Author    string    `json:"author"`
	CreatedAt time.Time `json:"created_at"`
	Now       Outcome   `json:"now"`
	Then      Outcome   `json:"then"`
}

// In returns the result with its sentence in a language, "de" or English.
func (r Result) In(lang string) Result {
	r.Summary = gate.Traffic{
		Comments: r.Comments, HeldNow: r.Now.Held, HeldThen: r.Then.Held, RejectedNow: r.Now.Rejected, RejectedThen: r.Then.Rejected,
	}.Sentence(lang)
	return r
}

// Runner answers requests, one at a time, because each takes all processors.
type Runner struct {
	db   *storage.DB
	busy chan struct{} // has room for the request that runs
}

// New returns a Runner for the comments of a database.
func New(db *storage.DB) *Runner { return &Runner{db: db, busy: make(chan struct{}, 1)} }

// Run answers a request. The error is of models.KindUnavailable when another one runs
// for longer than a short wait. 100,000 comments take some seconds.
func (r *Runner) Run(ctx context.Context, req Request) (Result, error) {
	if err := req.Validate(); err != nil {
		return Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	wait := time.NewTimer(maxWait)
	defer wait.Stop()
	select {
	case r.busy <- struct{}{}:
		defer func() { <-r.busy }()
	case <-wait.C:
		return Result{}, models.Errorf(models.KindUnavailable, "this server answers another what-if: try again later")
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	run, err := newComparison(ctx, r.db, req)
	if err != nil {
		return Result{}, err
	}
	if err := run.screen(ctx); err != nil {
		return Result{}, err
	}
	return run.finish(ctx)
}
