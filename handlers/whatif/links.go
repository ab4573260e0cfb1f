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
	author    string // models.Author.Key
	domains   []string
	decisions []models.Action // in force; the last one counts
}

func newLinks() links { return links{comments: map[string]linked{}} }

// add notes a new comment.
func (l *links) add(c models.Comment, domains []string) {
	if len(domains) > 0 {
		l.comments[c.ID] = linked{author: c.Author.Key(), domains: domains}
	}
}

// decide notes a decision, which takes the place of an earlier one on the comment.
func (l *links) decide(comment string, action models.Action) {
	if action == models.Approve || action == models.Reject {
		l.change(comment, func(c *linked) { c.decisions = append(c.decisions, action) })
	}
}

// undo takes the last decision on a comment back.
func (l *links) undo(comment string) {
	l.change(comment, func(c *linked) { c.decisions = c.decisions[:max(0, len(c.decisions)-1)] })
}

func (l *links) change(comment string, do func(c *linked)) {
	c, known := l.comments[comment]
	if !known {
		return
	}
	l.count(c, -1)
	do(&c)
	l.count(c, 1)
	l.comments[comment] = c
}

func (l *links) count(c linked, n int) {
	if last := len(c.decisions); last > 0 {
		l.records.Count(c.domains, c.author, c.decisions[last-1], n)
	}
}
