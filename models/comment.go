package models

import "time"

// Status says whether a comment is published. The reason and the verdict say
// why.
type Status string

const (
	Pending  Status = "pending"
	Approved Status = "approved"
	Rejected Status = "rejected"
)

// Client is where a comment came from. The address itself is not stored: Hash is
// a hash of its household with a key that changes every seven days, Net its network
// (see HouseholdOf and NetworkOf). Browser is the id in the browser's token.
type Client struct {
	Hash      string `json:"hash,omitempty"`
	Net       string `json:"net,omitempty"`
	Browser   string `json:"browser,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
	Referrer  string `json:"referrer,omitempty"`
}

// Comment is what a reader wrote, with its status.
type Comment struct {
	ID        string    `json:"id"`
	Site      string    `json:"site"`
	Article   Article   `json:"article"`
	PostedOn  string    `json:"-"` // id of the article that it was posted on, when that was merged into Article
	ParentID  string    `json:"parent_id,omitempty"`
	Author    Author    `json:"author"`
	Body      string    `json:"body"`
	Lang      string    `json:"lang,omitempty"` // ISO 639-1, detected for pending comments; empty: unknown
	Client    Client    `json:"client"`
	Status    Status    `json:"status"`
	Reason    Reason    `json:"reason,omitempty"`
	Flags     int       `json:"flags,omitempty"`      // reports by readers
	WrittenBy string    `json:"written_by,omitempty"` // the moderator who wrote this reply of the newsroom; empty: it is a reader's
	Featured  bool      `json:"featured,omitempty"`   // the newsroom points it out to readers
	Redacted  bool      `json:"redacted,omitempty"`   // a moderator has taken parts out of its text
	Withdrawn bool      `json:"withdrawn,omitempty"`  // its author has taken it back, for good
	Hidden    bool      `json:"hidden,omitempty"`     // below a comment that is not public; only where one comment is read
	Version   int64     `json:"version"`              // grows with each change, for optimistic locking
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// ContentRemoved reports whether the content was removed: by an erasure, or at the end of
// its retention. The row stays, so that replies keep their parent.
func (c Comment) ContentRemoved() bool { return c.Body == "" }

// Revision is an earlier text of a comment.
type Revision struct {
	Version    int64     `json:"version"` // of the comment when it had this text
	Body       string    `json:"body"`
	ReplacedAt time.Time `json:"replaced_at"`
	ReplacedBy string    `json:"replaced_by,omitempty"` // the moderator who replaced it; empty: its author
}

// Longest fields of a comment, in characters.
const (
	MaxBody      = 20_000
	MaxName      = 100
	MaxID        = 200
	MaxURL       = 2_000
	MaxTitle     = 500
	MaxUserAgent = 500
)

// Validate checks a new comment, before it has an id or a status. Its text must
// have passed through Clean.
func (c Comment) Validate() error {
	var bad Invalid
	c.Article.validate(&bad)
	bad.checkLength("parent_id", c.ParentID, 0, MaxID)
	c.Author.validate(&bad)
	bad.Join(CheckBody(c.Body))
	return bad.Err()
}

// CheckBody returns what is wrong with the text of a comment.
func CheckBody(body string) error {
	var bad Invalid
	bad.checkLength("body", body, 1, MaxBody)
	return bad.Err()
}
