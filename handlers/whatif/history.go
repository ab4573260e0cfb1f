package whatif

import (
	"context"
	"time"

	"winnow/handlers/screening"
	"winnow/models"
)

// history is what became of the comments so far under one setting, and what follows for
// the next ones: the records of authors, and the campaigns.
type history struct {
	from      *shared
	positions map[string]int // of comments by id; the same for both settings
	comments  []entry        // by position
	authors   map[string]*author
	campaigns map[string]*campaign
	replaced  map[string]State // by decisions that are undone later: what they changed
	links     links
}

// entry is a comment.
type entry struct {
	at       time.Time
	author   *author
	campaign string  // id
	outcome  Outcome // what the setting made of it
	State            // what it is after the acts of moderators
	text     string  // its beginning; "": too short to earn trust
	inForce  int     // decisions
	approved bool    // at a second look
	skipped  bool    // its text was removed
}

func newHistory(from *shared, positions map[string]int) *history {
	return &history{
		from: from, positions: positions, authors: map[string]*author{}, campaigns: map[string]*campaign{}, replaced: map[string]State{},
		links: newLinks(),
	}
}

// add adds the next comment with the domains it links to and what became of it, and
// pulls its campaign back if that is held.
func (h *history) add(c *prepared, r screening.Result, domains []string) {
	h.links.add(c.Comment, domains)
	s := State{r.Status, r.Reason}
	h.append(c.Comment, c.CreatedAt, s, entry{campaign: r.Campaign.ID, outcome: Outcome{s, r.Verdict.Probability()}, text: c.substance})
	h.storeCampaign(r.Campaign, len(h.comments)-1)
}

// skip adds the next comment, whose text was removed, as it is now.
func (h *history) skip(c models.Comment) {
	h.append(c, c.UpdatedAt, State{Status: c.Status}, entry{skipped: true})
}

func (h *history) append(c models.Comment, at time.Time, s State, e entry) {
	e.at, e.author = c.CreatedAt, h.author(c.Author.Key())
	h.comments = append(h.comments, e)
	position := len(h.comments) - 1
	if c.Author.ID != "" && h.from.before != nil {
		e.author.comments = append(e.author.comments, position)
	}
	h.setState(position, s, at)
}

func (h *history) setState(position int, s State, at time.Time) {
	e := &h.comments[position]
	e.author.count(e.Status, -1)
	e.author.count(s.Status, 1)
	e.State = s
	delete(e.author.rejected, position)
	if s.Status == models.Rejected {
		if e.author.rejected == nil {
			e.author.rejected = map[int]time.Time{}
		}
		e.author.rejected[position] = at
	}
}

// apply applies what a moderator did. A comment from before the window is counted in the
// records of then.
func (h *history) apply(a act) {
	position, known := h.positions[a.comment]
	if !known {
		return
	}
	e := &h.comments[position]
	switch a.kind {
	case decided:
		if a.decision != "" {
			h.replaced[a.decision] = e.State
		}
		h.countDecision(e.campaign, e.Reason, a.action, 1)
		e.inForce++
		h.links.decide(a.comment, a.action)
		h.setState(position, State{Status: statusOf(a.action)}, a.at)
	case undid:
		before := h.replaced[a.decision]
		delete(h.replaced, a.decision)
		h.countDecision(e.campaign, before.Reason, a.action, -1)
		e.inForce--
		h.links.undo(a.comment)
		h.setState(position, before, a.at)
	case lookedAt:
		e.approved = e.approved || a.action == models.Approve
		if e.Status != models.Pending && e.Status != statusOf(a.action) {
			h.setState(position, State{models.Pending, models.ReasonSecondLook}, a.at)
		}
	}
}

// isPublished reports whether a comment of the window is approved at this point.
func (h *history) isPublished(id string) bool {
	position, known := h.positions[id]
	return known && position < len(h.comments) && h.comments[position].Status == models.Approved
}

func statusOf(a models.Action) models.Status {
	if a == models.Approve {
		return models.Approved
	}
	return models.Rejected
}

// author has what the rules ask of an author.
type author struct {
	models.AuthorRecord                   // of the comments of the window
	comments            []int             // of an identified author, in order
	rejected            map[int]time.Time // comments of the window that are rejected, since when
	rejectedBefore      []time.Time       // rejections before the window; of an identified author
	rejectionsKnown     bool
	published           int // before the window, up to models.EstablishedAfter
	publishedKnown      bool
}

// author returns the author with a models.Author.Key.
func (h *history) author(key string) *author {
	a := h.authors[key]
	if a == nil {
		a = new(author)
		h.authors[key] = a
	}
	return a
}

func (a *author) count(status models.Status, n int) {
	switch status {
	case models.Approved:
		a.Approved += n
	case models.Rejected:
		a.Rejected += n
	case models.Pending:
		a.Pending += n
	}
}

// record returns the record of an identified author, and how many comments, at most
// limit, were rejected since a time.
func (h *history) record(ctx context.Context, id string, since time.Time, limit int) (models.AuthorRecord, int, error) {
	a, before := h.author(models.Author{ID: id}.Key()), h.from.before[id]
	if !a.rejectionsKnown && before.Rejected > 0 {
		var err error
		if a.rejectedBefore, err = h.from.rejected(ctx, id, since, limit); err != nil {
			return models.AuthorRecord{}, 0, err
		}
	}
	a.rejectionsKnown = true
	n := 0
	for _, at := range a.rejected {
		if !at.Before(since) {
			n++
		}
	}
	for _, at := range a.rejectedBefore {
		if !at.Before(since) {
			n++
		}
	}
	record := a.AuthorRecord
	record.Approved += before.Approved
	record.Rejected += before.Rejected
	record.Substantial = before.Substantial + h.substantial(a, limit)
	return record, min(n, limit), nil
}

// substantial counts the different approved texts of some words among an author's last
// comments of the window.
func (h *history) substantial(a *author, last int) int {
	different := map[string]bool{}
	for _, position := range a.comments[max(0, len(a.comments)-last):] {
		if e := &h.comments[position]; e.Status == models.Approved && e.text != "" {
			different[e.text] = true
		}
	}
	return len(different)
}

func (h *history) approvedCount(ctx context.Context, key string) (int, error) {
	a := h.author(key)
	if !a.publishedKnown {
		var err error
		if a.published, err = h.from.published(ctx, key, models.EstablishedAfter); err != nil {
			return 0, err
		}
		a.publishedKnown = true
	}
	return a.published + a.Approved, nil
}
