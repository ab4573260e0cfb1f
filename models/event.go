package models

import "time"

// Event is a notice to open consoles and other nodes that something changed.
type Event struct {
	Seq     int64     `json:"id,string,omitempty"` // in the order of events, see storage.DB.EventsSince; 0: not stored
	Kind    EventKind `json:"kind"`
	Site    string    `json:"site,omitempty"`
	Subject string    `json:"subject"` // id of what changed
	Article string    `json:"article,omitempty"`
	Status  Status    `json:"status,omitempty"` // a comment's new status
	At      time.Time `json:"at"`
}

// EventKind says what an event is about.
type EventKind string

const (
	CommentCreated EventKind = "comment.created"
	CommentChanged EventKind = "comment.changed" // decided, undone, flagged
	CommentClaimed EventKind = "comment.claimed" // claimed or released
	ModelPromoted  EventKind = "model.promoted"
	ArticleChanged EventKind = "article.changed" // opened, closed, burst begun or ended
	// ArticleDescribed: title, URL or ids. Unlike ArticleChanged it leaves the counts of a burst.
	ArticleDescribed EventKind = "article.described"
	AuthorChanged    EventKind = "author.changed"   // note or sanction; without a subject, which would name a reader
	HandoverChanged  EventKind = "handover.changed" // written, answered or removed
	Drift            EventKind = "drift"            // the comments of Site have become unlike those that the model knows; the subject is the model
)
