package models

import "time"

// SearchTerm is a word that a comment must have, or the beginning of one.
type SearchTerm struct {
	Text   string
	Prefix bool
}

// SearchFilter selects comments of every status. Empty fields select all.
type SearchFilter struct {
	Site string // "": all that the caller sees
	// AnyOf are alternatives: a comment must have all terms of one of them. They are made by
	// package searchterms.
	AnyOf   [][]SearchTerm
	Status  Status
	From    time.Time // of arrival, inclusive
	To      time.Time // exclusive
	Author  string    // author's id, or name
	Article string
	Reason  Reason // of the present status
	Detail  string // id of the site's own reason, of the last decision that is in force
	Signal  string // what the name of a signal of the verdict begins with
	Network string // of the client, as in Client; nothing older than it is kept is found
	// ReportedReplies selects the replies of the newsroom that readers report.
	ReportedReplies bool
	// Moderator is who made the last decision that is in force.
	Moderator string
	Cursor    string
	Limit     int
}

// SearchPage is one page of what a search has found, newest first. A search that looks at
// very many comments stops before its page is full: it may have no items at all, and still
// a Next, which continues with older comments.
type SearchPage struct {
	Items []QueueItem `json:"items"`
	Next  string      `json:"next,omitempty"`
}
