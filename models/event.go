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
	// Cause is why a comment or an article changed; empty where a kind has one cause.
	Cause EventCause `json:"cause,omitempty"`
}

// EventKind says what an event is about.
type EventKind string

const (
	CommentCreated EventKind = "comment.created"
	CommentChanged EventKind = "comment.changed" // see EventCause
	CommentClaimed EventKind = "comment.claimed" // claimed or released
	CommentOpinion EventKind = "comment.opinion" // a second opinion on it, or why there is none
	ModelPromoted  EventKind = "model.promoted"
	ModelRefused   EventKind = "model.refused"   // a candidate that was to go live by itself may not
	ArticleChanged EventKind = "article.changed" // opened, closed, burst begun or ended
	// ArticleDescribed: title, URL or ids. Unlike ArticleChanged it leaves the counts of a burst.
	ArticleDescribed EventKind = "article.described"
	AuthorChanged    EventKind = "author.changed"   // note or sanction; without a subject, which would name a reader
	HandoverChanged  EventKind = "handover.changed" // written, answered or removed
	Drift            EventKind = "drift"            // the comments of Site have become unlike those that the model knows; the subject is the model
)

// EventCause says why something changed.
type EventCause string

const (
	CauseDecided    EventCause = "decided"
	CauseUndone     EventCause = "undone"
	CauseReported   EventCause = "reported" // by a reader; the status may be what it was
	CauseAppealed   EventCause = "appealed"
	CauseEscalated  EventCause = "escalated"
	CauseEdited     EventCause = "edited" // or words were taken out of it
	CauseWithdrawn  EventCause = "withdrawn"
	CauseErased     EventCause = "erased"
	CauseFeatured   EventCause = "featured" // or not any more
	CauseSecondLook EventCause = "second_look"
	CauseCampaign   EventCause = "campaign" // pulled back with others like it

	CauseBurst EventCause = "burst" // new comments on the article are held for a while
)
