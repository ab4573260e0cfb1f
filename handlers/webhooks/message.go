package webhooks

import (
	"encoding/json"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage"
)

// message is the body of a request.
type message struct {
	Type      models.WebhookType `json:"type"`
	Timestamp time.Time          `json:"timestamp"` // of the event
	Data      data               `json:"data"`
}

// data names what an event is about. It has nothing of a reader but what anybody can read
// when the message is sent.
type data struct {
	Site    string            `json:"site,omitempty"`    // none for models, which all sites have in common
	ID      string            `json:"id,omitempty"`      // of the comment, the article, the ban or the model
	Article string            `json:"article,omitempty"` // id of a comment's article
	Status  models.Status     `json:"status,omitempty"`  // of a comment, after the event
	Cause   models.EventCause `json:"cause,omitempty"`
	Comment *comment          `json:"comment,omitempty"` // as it is now; none when it is not public
}

// comment is a public comment as anybody may read it.
type comment struct {
	ID        string    `json:"id"`
	ParentID  string    `json:"parent_id,omitempty"`
	Author    author    `json:"author"`
	Body      string    `json:"body"`
	Featured  bool      `json:"featured,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

type author struct {
	Name    string `json:"name"`
	URL     string `json:"url,omitempty"`
	Vouched bool   `json:"vouched,omitempty"`
	Staff   bool   `json:"staff,omitempty"`
}

// messageOf makes the message of an event. public has the comments that are public.
func messageOf(e models.Event, public map[string]models.Comment) ([]byte, error) {
	m := message{Type: e.WebhookType(), Timestamp: e.At, Data: data{Site: e.Site, ID: e.Subject, Status: e.Status, Cause: e.Cause}}
	if isComment(e) {
		m.Data.Article = e.Article
		if c, ok := public[e.Subject]; ok {
			m.Data.Comment = &comment{
				ID: c.ID, ParentID: c.ParentID, Body: c.Body, Featured: c.Featured, CreatedAt: c.CreatedAt,
				Author: author{Name: c.Author.Name, URL: c.Author.URL, Vouched: c.Author.ID != "", Staff: c.Author.Staff},
			}
		}
	}
	return json.Marshal(m)
}

func isComment(e models.Event) bool { return strings.HasPrefix(string(e.Kind), "comment.") }

// commentsOf returns the ids of the comments that events are about.
func commentsOf(due []storage.QueuedDelivery) (ids []string) {
	seen := map[string]bool{}
	for _, d := range due {
		if isComment(d.Event) && !seen[d.Subject] {
			seen[d.Subject], ids = true, append(ids, d.Subject)
		}
	}
	return ids
}
