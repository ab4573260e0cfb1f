package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Detail is one comment with everything that a moderator may want to know about
// it.
type Detail struct {
	Comment models.Comment     `json:"comment"`
	Verdict models.Verdict     `json:"verdict"`
	Context models.ItemContext `json:"context"`
	History []models.Decision  `json:"history"` // oldest first, including undone ones and escalations
	// Revisions are its earlier texts, oldest first.
	Revisions []models.Revision `json:"revisions"`
	Thread    []models.Comment  `json:"thread"` // the comments that it answers, itself, its replies
	Claim     *models.Claim     `json:"claim,omitempty"`
	// Campaign is nil when there are no similar comments.
	Campaign *models.Campaign `json:"campaign,omitempty"`
	// IllegalSince is as in models.QueueItem.
	IllegalSince *time.Time `json:"illegal_since,omitempty"`
	// Appeal is that of its author against a rejection; nil when there was none.
	Appeal *models.Appeal `json:"appeal,omitempty"`
	// Reports are those by readers, as illegal first, then the newest; at most 25.
	Reports []models.Report `json:"reports"`
	// Opinion is a second one; nil when none was asked for about this text.
	Opinion *models.Opinion `json:"opinion,omitempty"`
}

const (
	maxParents = 10 // comments of a thread above a comment, nearest first
	maxReplies = 50
)

// Detail returns a comment with its context. It is KindNotFound also when the
// caller may not see its site.
func (db *DB) Detail(ctx context.Context, by models.Caller, id string) (Detail, error) {
	return readFor(ctx, db, sqldb.Desk, func(t *tx) (d Detail, err error) {
		row, err := t.visible(by, id, "")
		if err != nil {
			return d, err
		}
		of := keyOf(row.comment)
		items, err := t.queueItems([]key{of})
		if err != nil {
			return d, err
		}
		item := items[0] // comments are never deleted
		d = Detail{Comment: item.Comment, Verdict: item.Verdict, Context: item.Context, Claim: item.Claim, Campaign: item.Campaign, IllegalSince: item.IllegalSince}
		if d.History, err = t.history(of); err != nil {
			return d, err
		}
		inForce := slices.DeleteFunc(slices.Clone(d.History), func(d models.Decision) bool { return d.UndoneAt != nil })
		if d.Reports, err = t.reports(item.Comment, inForce); err != nil {
			return d, err
		}
		if d.Appeal, err = t.appeal(of, inForce); err != nil {
			return d, err
		}
		if d.Revisions, err = t.revisions(of); err != nil {
			return d, err
		}
		if d.Opinion, err = t.opinion(of, item.Comment.Body); err != nil {
			return d, err
		}
		d.Thread, err = t.thread(item.Comment)
		return d, err
	})
}

// history returns the decisions on a comment and its escalations, oldest first.
func (t *tx) history(of key) ([]models.Decision, error) {
	all, err := sqldb.List(t, readDecision, decisionColumns+` WHERE site = $1 AND comment_id = $2`, of.site, of.id)
	if err != nil {
		return nil, err
	}
	escalations, err := sqldb.List(t, readDecision, escalationColumns+` WHERE site = $1 AND comment_id = $2`, of.site, of.id)
	all = append(all, escalations...)
	slices.SortFunc(all, func(a, b models.Decision) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}

// Outcome returns the result of moderation and the comment. Reason and message
// are those of the last decision that was not undone, if the comment still has
// the status that it gave.
func (db *DB) Outcome(ctx context.Context, by models.Caller, id string) (models.Outcome, models.Comment, error) {
	type result struct {
		outcome models.Outcome
		comment models.Comment
	}
	r, err := read(ctx, db, func(t *tx) (result, error) {
		k, err := t.visible(by, id, "")
		if err != nil {
			return result{}, err
		}
		c := k.comment
		last, err := sqldb.List(t, readDecision, decisionColumns+` WHERE site = $1 AND comment_id = $2 AND undone_at IS NULL ORDER BY id DESC LIMIT 1`, c.Site, c.ID)
		return result{outcomeOf(c, last), c}, err
	})
	return r.outcome, r.comment, err
}

// outcomeOf is the outcome of a comment with these decisions in force.
func outcomeOf(c models.Comment, inForce []models.Decision) models.Outcome {
	o := models.Outcome{ID: c.ID, Status: c.Status, Reason: c.Reason}
	if c.Withdrawn {
		o.Reason = models.ReasonWithdrawn
		return o
	}
	if last := lastOf(inForce); last != nil && statusOf(last.Action) == c.Status {
		o.Reason, o.Message, o.DecidedAt = last.Reason, last.Message, &last.CreatedAt
	}
	return o
}

// lastOf returns the last of decisions; nil when there is none.
func lastOf(decisions []models.Decision) (last *models.Decision) {
	for i := range decisions {
		if last == nil || decisions[i].ID > last.ID {
			last = &decisions[i]
		}
	}
	return last
}

// thread returns the comments that c answers, from the start of the thread on, c
// itself, and its replies, whatever their status.
func (t *tx) thread(c models.Comment) ([]models.Comment, error) {
	thread := []models.Comment{c}
	for above := c; above.ParentID != "" && len(thread) <= maxParents; {
		found, err := t.commentsByID([]key{{above.Site, above.ParentID}})
		if err != nil {
			return nil, err
		}
		parent, ok := found[above.ParentID]
		if !ok || !fromElsewhere(&parent, c.Site) {
			break
		}
		above = parent
		thread = append(thread, above)
	}
	slices.Reverse(thread)
	elsewhere, err := t.answersElsewhere(c.Site)
	if err != nil {
		return nil, err
	}
	var w sqldb.Where
	if elsewhere {
		w.AddText("c.site IN (SELECT slug FROM sites)")
	} else {
		w.Add("c.site = ?", c.Site)
	}
	w.Add("c.parent_id = ? AND c.parent_id <> ''", c.ID)
	replies, err := sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+w.String()+` ORDER BY c.created_at, c.id LIMIT `+w.Arg(maxReplies), w.Args()...)
	for _, reply := range replies {
		if fromElsewhere(&reply, c.Site) {
			thread = append(thread, reply)
		}
	}
	return thread, err
}

// fromElsewhere leaves of a comment on another site, which shares its thread with
// this one, what anybody may read, and reports whether that is anything: a moderator
// of one site knows nothing more of the other.
func fromElsewhere(c *models.Comment, site string) bool {
	if c.Site == site {
		return true
	}
	*c = models.Comment{
		ID: c.ID, Site: c.Site, Article: c.Article, ParentID: c.ParentID, Author: models.Author{Name: c.Author.Name, URL: c.Author.URL},
		Body: c.Body, Status: c.Status, Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	return c.Status == models.Approved
}
