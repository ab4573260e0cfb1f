package models

import "time"

// QueueItem is one comment as a moderator sees it.
type QueueItem struct {
	Comment Comment     `json:"comment"`
	Verdict Verdict     `json:"verdict"`
	Why     string      `json:"why,omitempty"`    // in one sentence; set by package handlers, in the client's language
	Causes  []string    `json:"causes,omitempty"` // names of the signals that Why is about
	Context ItemContext `json:"context"`
	Version int64       `json:"version"` // of the comment, to send back with the decision
	Claim   *Claim      `json:"claim,omitempty"`
	// Campaign is the group of near-copies that the comment belongs to so far;
	// nil: it has no copies.
	Campaign *Campaign `json:"campaign,omitempty"`
	// IllegalSince is when a reader first reported the comment as illegal, since the last
	// decision; only while it waits for an editor.
	IllegalSince *time.Time `json:"illegal_since,omitempty"`
	// PulledBack: the comment was published until its campaign was held.
	PulledBack bool `json:"pulled_back,omitempty"`
	// Skipped: the caller has skipped it, and cannot claim it for a while.
	Skipped bool `json:"skipped,omitempty"`
	// Decision is the last one in force; only of what a search has found. Nil: no moderator
	// has decided.
	Decision *Decision `json:"decision,omitempty"`
}

// ItemContext is what a moderator needs beside the comment itself.
type ItemContext struct {
	Parent *Comment      `json:"parent,omitempty"`
	Author AuthorSummary `json:"author"`
}

// Sort is an order of the queue.
type Sort string

const (
	SortRisk   Sort = "risk" // highest probability of spam or abuse first
	SortOldest Sort = "oldest"
	SortNewest Sort = "newest"
	// SortUncertain: those whose risk is nearest to 0.5 first.
	SortUncertain Sort = "uncertain"
)

// QueueFilter selects items of the queue. Empty fields select all.
type QueueFilter struct {
	Site     string
	Sort     Sort   // SortRisk when empty
	Section  string // in any usual case
	Reason   Reason
	Signal   string    // name of a signal, or a prefix of it
	Lang     string    // ISO 639-1
	Since    time.Time // of arrival, inclusive
	Until    time.Time // exclusive
	Query    string    // part of the body or of the author's name, case-insensitive
	Article  string
	Author   string // author's id, or name
	Campaign string // a campaign's id
	Scores   ScoreBand
	// Text selects the comments of the Campaign with one text, by Campaign.Text. Only
	// batches and their previews know it.
	Text string
	// Grouped returns one comment of each campaign: the earliest that the other
	// fields select.
	Grouped bool
	Cursor  string
	Limit   int
}

// ScoreBand selects comments by the higher one of their probabilities of spam and abuse:
// from From on and below To. The zero value selects all, and so does a To of 1 upwards.
type ScoreBand struct{ From, To float64 }

// RiskBins is how many bins a histogram of risks has, of equal width from 0 to 1.
const RiskBins = 20

// QueueScores is the histogram of the scores of what waits. No count is above Most: where
// it is equal, there may be more.
type QueueScores struct {
	Width  float64       `json:"width"` // of a bin
	Counts [RiskBins]int `json:"counts"`
	Most   int           `json:"most"`
}

// QueuePage is one page of the queue. Total is the number of items that the
// filter selects. A filter by more than the site is counted up to a limit only: More
// says that there are more than Total.
type QueuePage struct {
	Items []QueueItem `json:"items"`
	Next  string      `json:"next,omitempty"`
	Total int         `json:"total"`
	More  bool        `json:"more,omitempty"` // than Total
}

// Claim gives one moderator the comment until LeaseUntil, by the database's clock.
type Claim struct {
	By          string    `json:"by"`
	LeaseUntil  time.Time `json:"lease_until"`
	SecondsLeft int       `json:"seconds_left"` // for clients with another clock
}

// Lease is a claim that was renewed.
type Lease struct {
	ID          string    `json:"id"` // of the comment
	LeaseUntil  time.Time `json:"lease_until"`
	SecondsLeft int       `json:"seconds_left"`
}

// SecondsUntil is how many whole seconds are left until a time; 0 when it is over.
func SecondsUntil(end, now time.Time) int { return max(0, int(end.Sub(now)/time.Second)) }

// LostClaim is a comment whose claim could not be renewed.
type LostClaim struct {
	ID     string `json:"id"`
	Status Status `json:"status,omitempty"` // empty: no such comment
	Claim  *Claim `json:"claim,omitempty"`  // of another moderator
}

// Preview says what a batch of all comments that a filter selects would decide.
// Count is the number of those that fit into one batch.
type Preview struct {
	Count    int         `json:"count"`
	More     bool        `json:"more,omitempty"`    // than one batch takes
	Claimed  int         `json:"claimed,omitempty"` // by others: the batch would leave them out
	Authors  int         `json:"authors"`
	Articles int         `json:"articles"`
	FirstAt  *time.Time  `json:"first_at,omitempty"`
	LastAt   *time.Time  `json:"last_at,omitempty"`
	Sample   []QueueItem `json:"sample"` // the first of the comments
	// Token identifies exactly these comments in these versions.
	Token string `json:"token"`
	// Variants are the texts of a campaign, those of the highest risk first, at most
	// MaxVariants; of a filter by campaign alone.
	Variants []Variant `json:"variants,omitempty"`
	// Texts is how many different texts there are.
	Texts int `json:"texts,omitempty"`
}

// MaxVariants is how many texts of a campaign a preview has.
const MaxVariants = 50

// Variant is one text of a campaign, as folded, with the verdict on the comment of the
// highest risk that has it.
type Variant struct {
	Text      string   `json:"text"`       // as Campaign.Text
	CommentID string   `json:"comment_id"` // of the earliest comment with it
	Body      string   `json:"body"`       // of that comment
	Count     int      `json:"count"`
	Spam      *float64 `json:"spam,omitempty"`
	Abuse     *float64 `json:"abuse,omitempty"`
	Action    Action   `json:"action"`
	Reason    Reason   `json:"reason,omitempty"`
}

// MaxBatch is the most comments that a batch takes from a filter.
const MaxBatch = 5_000

// Expected is the preview that a batch is based on. An empty Token accepts any
// comments, as long as their number is Count.
type Expected struct {
	Count int
	Token string
}
