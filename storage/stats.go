package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Stats are the statistics of one site, or of all that the caller sees.
type Stats struct {
	Pending         int        `json:"pending"`
	OldestPendingAt *time.Time `json:"oldest_pending_at,omitempty"`
	Days            []Day      `json:"days"`  // the last 30, oldest first, UTC
	Hours           []Hour     `json:"hours"` // the last 24, oldest first, UTC
	// PublishedToday counts the comments that became public today (UTC): those that the
	// filter published, and the others that moderators approved.
	PublishedToday int              `json:"published_today"`
	Moderators     []ModeratorCount `json:"moderators"` // over the same days
	Agreement      ModelAgreement   `json:"agreement"`  // over the same days
	SecondLooks    SecondLookStats  `json:"second_looks"`
	// ModeratorAgreement is how often second looks agreed with each moderator, over
	// the same days.
	ModeratorAgreement []ModeratorAgreement `json:"moderator_agreement"`
	Scores             RiskHistograms       `json:"scores"`  // over the same days
	Waiting            WaitTimes            `json:"waiting"` // over the same days
	Nudges             NudgeCounts          `json:"nudges"`  // over the same days
}

// Day counts the events of one day: Comments that were posted, Approved, Rejected
// and Held by what the model did with them; Decisions of moderators.
type Day struct {
	Day       string `json:"day"` // YYYY-MM-DD, UTC
	Comments  int    `json:"comments"`
	Approved  int    `json:"approved"`
	Rejected  int    `json:"rejected"`
	Held      int    `json:"held"`
	Decisions int    `json:"decisions"`
}

// ModeratorCount counts the decisions of one moderator that were not undone.
type ModeratorCount struct {
	Moderator string `json:"moderator"`
	Approved  int    `json:"approved"`
	Rejected  int    `json:"rejected"`
}

// Agreement counts decisions that were not undone, by what the model had done
// (first word of the name) and what the moderator did (second word).
type ModelAgreement struct {
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

// Stats returns the statistics of one site, or of all that the caller sees.
func (db *DB) Stats(ctx context.Context, by models.Caller, site string) (Stats, error) {
	return readFor(ctx, db, sqldb.Desk, func(t *tx) (s Stats, err error) {
		oldestFirst := models.QueueFilter{Site: site, Sort: models.SortOldest}
		q, err := newQueueQuery(&oldestFirst)
		if err != nil {
			return s, err
		}
		sites, err := t.queueSites(by, site)
		if err != nil {
			return s, err
		}
		if s.Pending, err = t.queueTotal(by, sites, q); err != nil {
			return s, err
		}
		oldest, err := t.queued(sites, q, 1)
		if err != nil {
			return s, err
		}
		if len(oldest) > 0 {
			at := fromMicros(oldest[0].At)
			s.OldestPendingAt = &at
		}
		first := dayOf(t.Now) - statsDays + 1
		s.Days = make([]Day, statsDays)
		for i := range s.Days {
			s.Days[i].Day = fromMicros((first + int64(i)) * dayMicros).Format(time.DateOnly)
		}
		if err := t.loadArrivals(&s, by, site, first); err != nil {
			return s, err
		}
		if err := t.loadDecisionCounts(&s, by, site, first); err != nil {
			return s, err
		}
		if err := t.loadHistograms(&s, by, site, first); err != nil {
			return s, err
		}
		if err := t.loadHours(&s, by, site); err != nil {
			return s, err
		}
		if s.ModeratorAgreement, err = t.loadModeratorAgreements(by, site); err != nil {
			return s, err
		}
		if s.Nudges, err = t.loadNudges(by, site, first); err != nil {
			return s, err
		}
		s.SecondLooks, err = t.loadSecondLookStats(by, site)
		return s, err
	})
}

// loadArrivals counts comments by day and by what the model did.
func (t *tx) loadArrivals(s *Stats, by models.Caller, site string, first int64) error {
	var w sqldb.Where
	w.Add("day BETWEEN ? AND ?", first, first+statsDays-1) // the clock of another node may run ahead
	if err := addVisible(&w, by, "site", site); err != nil {
		return err
	}
	type row struct {
		day int64
		n   statusCounts
	}
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		err = scan(&r.day, &r.n.approved, &r.n.rejected, &r.n.pending)
		return r, err
	}, `SELECT day, approved, rejected, held FROM arrivals`+w.String(), w.Args()...)
	for _, r := range rows {
		day := &s.Days[r.day-first]
		day.Comments += int(r.n.approved + r.n.rejected + r.n.pending)
		day.Approved += int(r.n.approved)
		day.Rejected += int(r.n.rejected)
		day.Held += int(r.n.pending)
	}
	s.PublishedToday += s.Days[statsDays-1].Approved
	return err
}

// loadDecisionCounts counts the decisions that were not undone by day and
// moderator, and compares them with what the model did.
func (t *tx) loadDecisionCounts(s *Stats, by models.Caller, site string, first int64) error {
	var w sqldb.Where
	w.Add("day BETWEEN ? AND ?", first, first+statsDays-1)
	w.Add("approved + rejected > 0") // not all undone
	if err := addVisible(&w, by, "site", site); err != nil {
		return err
	}
	sum := `CAST(sum(approved) AS bigint), CAST(sum(rejected) AS bigint) FROM judgements` + w.String()
	type row struct {
		day       int64
		who       string
		machine   models.Status
		published int64 // of what the model had not published
		n         decisionCounts
	}
	days, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		err = scan(&r.day, &r.published, &r.n.approved, &r.n.rejected)
		return r, err
	}, `SELECT day, CAST(sum(CASE WHEN machine <> 'approved' THEN approved ELSE 0 END) AS bigint), `+sum+` GROUP BY day`, w.Args()...)
	if err != nil {
		return err
	}
	for _, r := range days {
		s.Days[r.day-first].Decisions = int(r.n.approved + r.n.rejected)
		if r.day == first+statsDays-1 {
			s.PublishedToday += int(r.published)
		}
	}
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		err = scan(&r.who, &r.machine, &r.n.approved, &r.n.rejected)
		return r, err
	}, `SELECT moderator, machine, `+sum+` GROUP BY moderator, machine`, w.Args()...)
	moderators := map[string]*ModeratorCount{}
	for _, r := range rows {
		approved, rejected := int(r.n.approved), int(r.n.rejected)
		person := moderators[r.who]
		if person == nil {
			person = &ModeratorCount{Moderator: r.who}
			moderators[r.who] = person
		}
		person.Approved += approved
		person.Rejected += rejected
		s.Agreement.add(r.machine, approved, rejected)
	}
	s.Moderators = make([]ModeratorCount, 0, len(moderators))
	for _, p := range moderators {
		s.Moderators = append(s.Moderators, *p)
	}
	slices.SortFunc(s.Moderators, func(a, b ModeratorCount) int { return strings.Compare(a.Moderator, b.Moderator) })
	return err
}

func (a *ModelAgreement) add(machine models.Status, approved, rejected int) {
	switch machine {
	case models.Approved:
		a.ApprovedApproved += approved
		a.ApprovedRejected += rejected
	case models.Pending:
		a.HeldApproved += approved
		a.HeldRejected += rejected
	case models.Rejected:
		a.RejectedApproved += approved
		a.RejectedRejected += rejected
	}
}

// dayOf is the number of the day since 1970, UTC.
func dayOf(t time.Time) int64 { return micros(t) / dayMicros }
