package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"winnow/models"
)

// Stats are the figures of one site, or of all that the caller sees.
type Stats struct {
	Pending         int              `json:"pending"`
	OldestPendingAt *time.Time       `json:"oldest_pending_at,omitempty"`
	Days            []Day            `json:"days"`       // the last 30, oldest first, UTC
	Moderators      []ModeratorCount `json:"moderators"` // over the same days
	Agreement       Agreement        `json:"agreement"`  // over the same days
}

// Day counts what happened on one day: Approved, Rejected and Held what the
// machine did with the comments that came in, Decisions what people decided.
type Day struct {
	Day       string `json:"day"` // YYYY-MM-DD, UTC
	Comments  int    `json:"comments"`
	Approved  int    `json:"approved"`
	Rejected  int    `json:"rejected"`
	Held      int    `json:"held"`
	Decisions int    `json:"decisions"`
}

// ModeratorCount counts one moderator's decisions that stand.
type ModeratorCount struct {
	Moderator string `json:"moderator"`
	Approved  int    `json:"approved"`
	Rejected  int    `json:"rejected"`
}

// Agreement counts decisions that stand, by what the machine had done (first
// word) and what the moderator did (second).
type Agreement struct {
	ApprovedApproved int `json:"approved_approved"`
	ApprovedRejected int `json:"approved_rejected"`
	HeldApproved     int `json:"held_approved"`
	HeldRejected     int `json:"held_rejected"`
	RejectedApproved int `json:"rejected_approved"`
	RejectedRejected int `json:"rejected_rejected"`
}

const (
	statsDays = 30
	dayMicros = int64(24 * time.Hour / time.Microsecond)
)

// Stats returns the figures of one site, or of all that the caller sees.
func (db *DB) Stats(ctx context.Context, by models.Caller, site string) (Stats, error) {
	return read(ctx, db, func(t *tx) (s Stats, err error) {
		var w where
		if err := w.seen(by, "c.site", site); err != nil {
			return s, err
		}
		if s.Pending, err = t.queueTotal(by, models.QueueFilter{Site: site}, nil); err != nil {
			return s, err
		}
		w.add("c.status = 'pending'")
		oldest, err := list(t, column[int64], `SELECT c.created_at FROM comments c`+w.String()+` ORDER BY c.created_at LIMIT 1`, w.args...)
		if err != nil {
			return s, err
		}
		if len(oldest) > 0 {
			at := fromMicros(oldest[0])
			s.OldestPendingAt = &at
		}
		first := micros(t.now)/dayMicros - statsDays + 1
		s.Days = make([]Day, statsDays)
		for i := range s.Days {
			s.Days[i].Day = fromMicros((first + int64(i)) * dayMicros).Format(time.DateOnly)
		}
		if err := t.arrivals(&s, by, site, first); err != nil {
			return s, err
		}
		return s, t.judgements(&s, by, site, first)
	})
}

// tally is a group of rows and their number.
type tally struct {
	day         int64
	who, action string
	machine     models.Status
	n           int
}

// arrivals counts comments by day and by what the machine did.
func (t *tx) arrivals(s *Stats, by models.Caller, site string, first int64) error {
	var w where
	if err := w.seen(by, "site", site); err != nil {
		return err
	}
	w.add("created_at >= ?", first*dayMicros)
	rows, err := list(t, func(scan scanner) (r tally, err error) { err = scan(&r.day, &r.machine, &r.n); return r, err },
		`SELECT created_at / 86400000000 AS day, machine, count(*) FROM comments`+w.String()+` GROUP BY 1, 2`, w.args...)
	for _, r := range rows {
		if r.day-first >= statsDays {
			continue // a clock runs ahead
		}
		day := &s.Days[r.day-first]
		day.Comments += r.n
		switch r.machine {
		case models.Approved:
			day.Approved += r.n
		case models.Rejected:
			day.Rejected += r.n
		case models.Pending:
			day.Held += r.n
		}
	}
	return err
}

// judgements counts the decisions that stand by day and moderator, and against
// what the machine did.
func (t *tx) judgements(s *Stats, by models.Caller, site string, first int64) error {
	var w where
	if err := w.seen(by, "d.site", site); err != nil {
		return err
	}
	w.add("d.created_at >= ?", first*dayMicros)
	w.add("d.undone_at IS NULL")
	rows, err := list(t, func(scan scanner) (r tally, err error) {
		err = scan(&r.day, &r.who, &r.action, &r.machine, &r.n)
		return r, err
	}, `SELECT d.created_at / 86400000000 AS day, d.moderator, d.action, c.machine, count(*)
		FROM decisions d JOIN comments c ON c.id = d.comment_id`+w.String()+` GROUP BY 1, 2, 3, 4`, w.args...)
	people := map[string]*ModeratorCount{}
	for _, r := range rows {
		if r.day-first >= statsDays {
			continue
		}
		s.Days[r.day-first].Decisions += r.n
		person := people[r.who]
		if person == nil {
			person = &ModeratorCount{Moderator: r.who}
			people[r.who] = person
		}
		approved := r.action == string(models.Approve)
		person.Approved += r.n * isInt(approved)
		person.Rejected += r.n * isInt(!approved)
		*s.Agreement.of(r.machine, approved) += r.n
	}
	s.Moderators = make([]ModeratorCount, 0, len(people))
	for _, p := range people {
		s.Moderators = append(s.Moderators, *p)
	}
	slices.SortFunc(s.Moderators, func(a, b ModeratorCount) int { return strings.Compare(a.Moderator, b.Moderator) })
	return err
}

// of picks the count for a pair of judgements.
func (a *Agreement) of(machine models.Status, approved bool) *int {
	pair := map[models.Status][2]*int{
		models.Approved: {&a.ApprovedRejected, &a.ApprovedApproved},
		models.Pending:  {&a.HeldRejected, &a.HeldApproved},
		models.Rejected: {&a.RejectedRejected, &a.RejectedApproved},
	}[machine]
	return pair[isInt(approved)]
}
