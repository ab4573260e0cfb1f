package whatif

import (
	"context"
	"iter"
	"time"

	"winnow/models"
)

// records are the records of identified authors under one setting, as they change with
// its comments and the decisions of moderators. A nil one keeps none.
type records struct {
	from     *shared
	authors  map[string]*author
	comments map[string]*known // by id
}

type author struct {
	models.AuthorRecord
	texts    []*known             // comments of the window, in order
	rejected map[string]time.Time // comments of the window that are rejected, since when
	before   []time.Time          // rejections before the window
	loaded   bool                 // before
}

// known is a comment of an identified author.
type known struct {
	author *author
	status models.Status
	text   string // its beginning; "": too short to earn trust
}

func newRecords(from *shared) *records {
	return &records{from: from, authors: map[string]*author{}, comments: map[string]*known{}}
}

func (r *records) author(id string) *author {
	a := r.authors[id]
	if a == nil {
		a = &author{AuthorRecord: r.from.before[id], rejected: map[string]time.Time{}}
		r.authors[id] = a
	}
	return a
}

// set notes a new comment with its status.
func (r *records) set(c models.Comment, status models.Status, at time.Time) {
	if r == nil || c.Author.ID == "" {
		return
	}
	k := &known{author: r.author(c.Author.ID), text: models.Substance(c.Body)}
	r.comments[c.ID] = k
	k.author.texts = append(k.author.texts, k)
	k.change(c.ID, status, at)
}

// decide notes a decision. What else becomes of a comment, a note to an editor, changes no
// record.
func (r *records) decide(d models.Decision) {
	k := r.comments[d.CommentID]
	switch {
	case k == nil: // of an author without an id, or from before the window and counted there
	case d.Action == models.Approve:
		k.change(d.CommentID, models.Approved, d.CreatedAt)
	case d.Action == models.Reject:
		k.change(d.CommentID, models.Rejected, d.CreatedAt)
	}
}

func (k *known) change(id string, status models.Status, at time.Time) {
	k.author.add(k.status, -1)
	k.author.add(status, 1)
	k.status = status
	delete(k.author.rejected, id)
	if status == models.Rejected {
		k.author.rejected[id] = at
	}
}

func (a *author) add(status models.Status, n int) {
	switch status {
	case models.Approved:
		a.Approved += n
	case models.Rejected:
		a.Rejected += n
	case models.Pending:
		a.Pending += n
	}
}

// of returns the record of an author, and how many comments, at most limit, were
// rejected since a time.
func (r *records) of(ctx context.Context, id string, since time.Time, limit int) (models.AuthorRecord, int, error) {
	a := r.author(id)
	if !a.loaded && r.from.before[id].Rejected > 0 {
		var err error
		if a.before, err = r.from.rejected(ctx, id, since, limit); err != nil {
			return models.AuthorRecord{}, 0, err
		}
	}
	a.loaded = true
	n := 0
	for _, at := range a.rejected {
		if !at.Before(since) {
			n++
		}
	}
	for _, at := range a.before {
		if !at.Before(since) {
			n++
		}
	}
	record := a.AuthorRecord
	record.Substantial += a.substantial(limit)
	return record, min(n, limit), nil
}

// substantial counts the different approved texts of some words among the last
// comments of the window.
func (a *author) substantial(last int) int {
	different := map[string]bool{}
	for _, k := range a.texts[max(0, len(a.texts)-last):] {
		if k.status == models.Approved && k.text != "" {
			different[k.text] = true
		}
	}
	return len(different)
}

// decisions are read in the order of time beside the comments.
type decisions struct {
	next func() (models.Decision, error, bool)
	stop func()
	head models.Decision
	more bool
	err  error
}

func newDecisions(all iter.Seq2[models.Decision, error]) *decisions {
	d := &decisions{}
	d.next, d.stop = iter.Pull2(all)
	d.head, d.err, d.more = d.next()
	return d
}

// before calls do with those that were made before a time.
func (d *decisions) before(at time.Time, do func(models.Decision)) error {
	for d.more && d.err == nil && d.head.CreatedAt.Before(at) {
		do(d.head)
		d.head, d.err, d.more = d.next()
	}
	return d.err
}
