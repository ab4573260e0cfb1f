package models

import "time"

// Owner is how a reader shows that comments on a site are theirs: by an id that the site
// vouches for, by the id in the browser's token, or by both. What is empty shows nothing.
type Owner struct {
	Site    string
	ID      string
	Browser string
}

// Owns reports whether a comment is the owner's. The browser alone does not show it of a
// comment whose author has signed in: somebody else may use the browser now.
func (o Owner) Owns(c Comment) bool {
	switch {
	case c.Site != o.Site || c.WrittenBy != "":
		return false
	case c.Author.ID != "":
		return c.Author.ID == o.ID
	}
	return o.Browser != "" && c.Client.Browser == o.Browser
}

// OwnComment is a comment as its author sees it.
type OwnComment struct {
	Comment  Comment
	Outcome  Outcome // for the reader, see Outcome.ForReader
	EditedAt time.Time
	Appeal   *Appeal // nil: none was made
}

// Appeal is what an author says against the rejection of a comment, once.
type Appeal struct {
	State     AppealState `json:"state"`
	Words     string      `json:"words,omitempty"`
	CreatedAt time.Time   `json:"created_at"`
	DecidedBy string      `json:"decided_by,omitempty"` // the moderator who had rejected the comment
	Message   string      `json:"message,omitempty"`    // to the author, from who answered the appeal
}

// AppealState is what became of an appeal.
type AppealState string

// States of an appeal.
const (
	AppealPossible AppealState = "possible" // none was made, and one may be
	AppealWaiting  AppealState = "waiting"
	AppealUpheld   AppealState = "upheld"   // the rejection stands
	AppealReversed AppealState = "reversed" // the comment was approved
)

// MaxAppealWords is the longest text of an appeal, in characters.
const MaxAppealWords = 1000
