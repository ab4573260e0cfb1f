package models

import (
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Status says whether a comment is published. The reason and the verdict say
// why.
type Status string

const (
	Pending  Status = "pending"
	Approved Status = "approved"
	Rejected Status = "rejected"
)

// Reason says why a comment has its status. A moderator gives one for a
// rejection; the server gives one for holding or rejecting.
type Reason string

// Reasons that a moderator may give for a rejection.
const (
	ReasonSpam     Reason = "spam"
	ReasonAbuse    Reason = "abuse"
	ReasonOffTopic Reason = "off_topic"
	ReasonIllegal  Reason = "illegal"
	ReasonOther    Reason = "other"
)

// Reasons that only the server gives; it also uses ReasonSpam and ReasonAbuse.
const (
	ReasonPremoderation Reason = "premoderation" // the site or article holds all comments
	ReasonHoneypot      Reason = "honeypot"      // a field that people do not see was filled in
	ReasonFlagged       Reason = "flagged"       // readers reported it
	ReasonRule          Reason = "rule"          // a rule of the site matched
	ReasonSecondLook    Reason = "second_look"   // a second look did not agree
	ReasonErased        Reason = "erased"        // its author asked for erasure
	ReasonEscalated     Reason = "escalated"     // a moderator left it to an editor
	ReasonEdited        Reason = "edited"        // its author changed it after a decision
	ReasonShadow        Reason = "shadow"        // its author is shadow banned
	ReasonBurst         Reason = "surge"         // it arrived in a burst
)

// IsModeratorReason reports whether a moderator may give r.
func (r Reason) IsModeratorReason() bool {
	switch r {
	case ReasonSpam, ReasonAbuse, ReasonOffTopic, ReasonIllegal, ReasonOther:
		return true
	}
	return false
}

// Client is where a comment came from. The address itself is not stored: Hash is
// a hash of it with a key that changes every seven days, Net its network (IPv4
// /24, IPv6 /48).
type Client struct {
	Hash      string `json:"hash,omitempty"`
	Net       string `json:"net,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
	Referrer  string `json:"referrer,omitempty"`
}

// Comment is what a reader wrote, with its status.
type Comment struct {
	ID        string    `json:"id"`
	Site      string    `json:"site"`
	Article   Article   `json:"article"`
	ParentID  string    `json:"parent_id,omitempty"`
	Author    Author    `json:"author"`
	Body      string    `json:"body"`
	Lang      string    `json:"lang,omitempty"` // ISO 639-1, detected for pending comments; empty: unknown
	Client    Client    `json:"client"`
	Status    Status    `json:"status"`
	Reason    Reason    `json:"reason,omitempty"`
	Flags     int       `json:"flags,omitempty"` // reports by readers
	Version   int64     `json:"version"`         // grows with each change, for optimistic locking
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// ContentRemoved reports whether the content was removed: by asked for erasure, or at the end of
// its retention. The row stays, so that replies keep their parent.
func (c Comment) ContentRemoved() bool { return c.Body == "" }

// Revision is an earlier text of a comment.
type Revision struct {
	Version    int64     `json:"version"` // of the comment when it had this text
	Body       string    `json:"body"`
	ReplacedAt time.Time `json:"replaced_at"`
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

// Clean prepares text for storage and comparison: it replaces invalid UTF-8 and
// NUL by U+FFFD and removes surrounding white space.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	return strings.TrimSpace(s)
}

// Blank reports whether s has no visible character: only white space, controls
// and format characters.
func Blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r)
	}) < 0
}

// Validate checks a new comment, before it has an id or a status. Its text must
// have passed through Clean.
func (c Comment) Validate() error {
	var bad Invalid
	length := func(field, s string, least, most int) {
		switch n := utf8.RuneCountInString(s); {
		case least > 0 && Blank(s):
			bad.Add(field, "must not be empty")
		case n > most:
			bad.Add(field, "must have at most %d characters, has %d", most, n)
		}
	}
	link := func(field, s string) {
		length(field, s, 0, MaxURL)
		if s == "" {
			return
		}
		if u, err := url.Parse(s); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			bad.Add(field, "must be an http or https address")
		}
	}
	length("article.id", c.Article.ID, 1, MaxID)
	link("article.url", c.Article.URL)
	length("article.title", c.Article.Title, 0, MaxTitle)
	length("article.section", c.Article.Section, 0, MaxSection)
	length("parent_id", c.ParentID, 0, MaxID)
	length("author.id", c.Author.ID, 0, MaxID)
	length("author.name", c.Author.Name, 1, MaxName)
	if email := c.Author.Email; email != "" {
		if a, err := mail.ParseAddress(email); err != nil || a.Address != email || len(email) > 254 {
			bad.Add("author.email", "must be an e-mail address")
		}
	}
	link("author.url", c.Author.URL)
	length("body", c.Body, 1, MaxBody)
	return bad.Err()
}
