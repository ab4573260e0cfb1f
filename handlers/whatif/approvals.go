package whatif

import "winnow/models"

// approvals counts the approved comments of all authors under one setting, as they
// change with its comments and the decisions of moderators.
type approvals struct {
	count    map[string]int      // by models.Author.Key
	comments map[string]approval // by id
}

type approval struct {
	author   string // models.Author.Key
	approved bool
}

func newApprovals() approvals {
	return approvals{count: map[string]int{}, comments: map[string]approval{}}
}

// set notes a new comment with its status.
func (a approvals) set(c models.Comment, status models.Status) {
	a.comments[c.ID] = approval{author: c.Author.Key()}
	a.change(c.ID, status == models.Approved)
}

// decide notes a decision. Other actions leave a comment as it is.
func (a approvals) decide(d models.Decision) {
	if d.Action == models.Approve || d.Action == models.Reject {
		a.change(d.CommentID, d.Action == models.Approve)
	}
}

func (a approvals) change(id string, approved bool) {
	c, known := a.comments[id]
	if !known || c.approved == approved {
		return
	}
	if c.approved = approved; approved {
		a.count[c.author]++
	} else {
		a.count[c.author]--
	}
	a.comments[id] = c
}
