package models

import "time"

// QueueItem is one comment as a moderator meets it.
type QueueItem struct {
	Comment Comment `json:"comment"`
	Verdict Verdict `json:"verdict"`
	Context Context `json:"context"`
	Version int64   `json:"version"` // of the comment, to send back with the decision
	Claim   *Claim  `json:"claim,omitempty"`
	// Campaign is the group of near-copies that the comment belongs to, as far
	// as it is known by now; nil when there are none.
	Campaign *Campaign `json:"campaign,omitempty"`
	// Skipped: whoever asks has passed it over, and is not dealt it for a while.
	Skipped bool `json:"skipped,omitempty"`
}

// Context is what surrounds a comment in the queue.
type Context struct {
	Parent *Comment    `json:"parent,omitempty"`
	Author KnownAuthor `json:"author"`
}

// Sort is an order of the queue.
type Sort string

const (
	SortRisk   Sort = "risk" // most alarming first
	SortOldest Sort = "oldest"
	SortNewest Sort = "newest"
	// SortUncertain has those first whose risk is nearest to a coin toss.
	SortUncertain Sort = "uncertain"
)

// QueueFilter narrows the queue. Empty fields do not narrow.
type QueueFilter struct {
	Site     string
	Sort     Sort // SortRisk when empty
	Section  string
	Reason   Reason
	Signal   string    // a signal's name, or its beginning
	Lang     string    // ISO 639-1
	Since    time.Time // of arrival
	Until    time.Time // not itself
	Query    string    // part of the body or of the author's name, without case
	Article  string
	Author   string // author's id, or name
	Campaign string // a campaign's id
	// Grouped: of each campaign, the earliest comment of those that the other
	// fields let through stands for all.
	Grouped bool
	Cursor  string
	Limit   int
}

// QueuePage is one page of the queue. Total counts the items that the filter
// lets through. A filter that asks for more than a site may let through more
// than are counted: then More is true.
type QueuePage struct {
	Items []QueueItem `json:"items"`
	Next  string      `json:"next,omitempty"`
	Total int         `json:"total"`
	More  bool        `json:"more,omitempty"` // than Total
}

// Claim is a lease: until then nobody else is dealt the comment.
type Claim struct {
	By         string    `json:"by"`
	LeaseUntil time.Time `json:"lease_until"`
}

// Lease is a claim that its holder has renewed.
type Lease struct {
	ID         string    `json:"id"` // of the comment
	LeaseUntil time.Time `json:"lease_until"`
}

// Lost is a comment that a moderator does not hold any more.
type Lost struct {
	ID     string `json:"id"`
	Status Status `json:"status,omitempty"` // empty: there is no such comment
	Claim  *Claim `json:"claim,omitempty"`  // of another
}

// Preview says what a decision on all that a filter lets through would be
// about. Count is that of the comments one batch would decide.
type Preview struct {
	Count    int         `json:"count"`
	More     bool        `json:"more,omitempty"`    // than one batch takes
	Claimed  int         `json:"claimed,omitempty"` // by others: they would be left alone
	Authors  int         `json:"authors"`
	Articles int         `json:"articles"`
	FirstAt  *time.Time  `json:"first_at,omitempty"`
	LastAt   *time.Time  `json:"last_at,omitempty"`
	Sample   []QueueItem `json:"sample"` // the first of them
	// Token stands for exactly these comments in these versions.
	Token string `json:"token"`
}

// MaxBatch is how many comments one batch takes from a filter.
const MaxBatch = 5_000

// Expected is what the one who decides saw in a preview. An empty Token stands
// for any comments, as long as there are so many.
type Expected struct {
	Count int
	Token string
}
