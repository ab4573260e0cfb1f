package models

import "time"

// AkismetCheck is what a client of the Akismet protocol was answered.
type AkismetCheck struct {
	Site      string
	ID        string // that the answer names
	Content   string // pseudonym of the text and the address
	Blog      string // host of the page that the comment is for
	Spam      bool   // the answer
	Corrected Class  // what the client said later; empty: nothing
	Recheck   bool   // of a comment that the client has kept; not stored
}

// AkismetFigures count the calls for a blog within one month.
type AkismetFigures struct {
	Blog           string
	Month          time.Time // its first day, in figures by month
	Calls          int64
	Spam, Ham      int64 // answers
	MissedSpam     int64 // answers that were corrected to spam
	FalsePositives int64 // answers that were corrected to ham
}
