package whatif

import (
	"winnow/handlers/screening"
	"winnow/models"
)

// links has what moderators decided on the comments with links of the window.
type links struct {
	records  screening.HostRecords
	comments map[string]linked // by id, those with links
}

type linked struct {
	author  string // models.Author.Key
	domains []string
	decided models.Action // by the last decision; empty: none
}

func newLinks() links { return links{comments: map[string]linked{}} }

// add notes a new comment.
func (l *links) add(c models.Comment, domains []string) {
	if len(domains) > 0 {
		l.comments[c.ID] = linked{author: c.Author.Key(), domains: domains}
	}
}

// decide notes a decision, which takes the place of an earlier one on the comment.
func (l *links) decide(d models.Decision) {
	c, known := l.comments[d.CommentID]
	if !known || d.Action != models.Approve && d.Action != models.Reject {
		return
	}
	if c.decided != "" {
		l.records.Count(c.domains, c.author, c.decided, -1)
	}
	c.decided = d.Action
	l.records.Count(c.domains, c.author, c.decided, 1)
	l.comments[d.CommentID] = c
}
