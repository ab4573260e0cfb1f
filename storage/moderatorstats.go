package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// ModeratorStats are the decisions of moderators by day, and what second looks said of them.
type ModeratorStats struct {
	Days       []string        `json:"days"`       // the last 30, oldest first, UTC
	Moderators []ModeratorDays `json:"moderators"` // by name
}

// ModeratorDays counts for each day what one moderator decided that was not undone, and the
// second looks of that day at decisions of theirs.
type ModeratorDays struct {
	Moderator string         `json:"moderator"`
	Approved  [statsDays]int `json:"approved"`
	Rejected  [statsDays]int `json:"rejected"`
	Agreed    [statsDays]int `json:"agreed"`
	Disagreed [statsDays]int `json:"disagreed"`
}

// ModeratorStats returns the statistics of the moderators of one site, or of all that the
// caller sees.
func (db *DB) ModeratorStats(ctx context.Context, by models.Caller, site string) (ModeratorStats, error) {
	return readFor(ctx, db, sqldb.Desk, func(t *tx) (ModeratorStats, error) {
		first := dayOf(t.Now) - statsDays + 1
		found := map[string]*ModeratorDays{}
		of := func(name string) *ModeratorDays {
			if found[name] == nil {
				found[name] = &ModeratorDays{Moderator: name}
			}
			return found[name]
		}
		s := ModeratorStats{Days: make([]string, statsDays), Moderators: []ModeratorDays{}}
		for i := range s.Days {
			s.Days[i] = fromMicros((first + int64(i)) * dayMicros).Format(time.DateOnly)
		}
		if err := t.loadDecisionDays(by, site, first, of); err != nil {
			return s, err
		}
		if err := t.loadAgreementDays(by, site, first, of); err != nil {
			return s, err
		}
		for _, m := range found {
			s.Moderators = append(s.Moderators, *m)
		}
		slices.SortFunc(s.Moderators, func(a, b ModeratorDays) int { return strings.Compare(a.Moderator, b.Moderator) })
		return s, nil
	})
}

// moderatorDay is a row of counts of one moderator on one day.
type moderatorDay struct {
	day       int64
	moderator string
	yes, no   int
}

func readModeratorDay(scan sqldb.Scanner) (r moderatorDay, err error) {
	err = scan(&r.day, &r.moderator, &r.yes, &r.no)
	return r, err
}

func (t *tx) loadDecisionDays(by models.Caller, site string, first int64, of func(string) *ModeratorDays) error {
	var w sqldb.Where
	w.Add("day BETWEEN ? AND ?", first, first+statsDays-1) // the clock of another node may run ahead
	w.AddText("approved + rejected > 0")                   // not all undone
	if err := addVisible(&w, by, "site", site); err != nil {
		return err
	}
	rows, err := sqldb.List(t, readModeratorDay, `SELECT day, moderator, CAST(sum(approved) AS bigint), CAST(sum(rejected) AS bigint)
		FROM judgements`+w.String()+` GROUP BY day, moderator`, w.Args()...)
	for _, r := range rows {
		m := of(r.moderator)
		m.Approved[r.day-first], m.Rejected[r.day-first] = r.yes, r.no
	}
	return err
}

func (t *tx) loadAgreementDays(by models.Caller, site string, first int64, of func(string) *ModeratorDays) error {
	w, err := secondLooksSince(by, site, first)
	if err != nil {
		return err
	}
	w.Add("decided_at < ?", (first+statsDays)*dayMicros)
	rows, err := sqldb.List(t, readModeratorDay, `SELECT decided_at / 86400000000, first_by,
		count(*) FILTER (WHERE first_action = second_action), count(*) FILTER (WHERE first_action <> second_action)
		FROM second_looks`+w.String()+` GROUP BY 1, 2`, w.Args()...)
	for _, r := range rows {
		m := of(r.moderator)
		m.Agreed[r.day-first], m.Disagreed[r.day-first] = r.yes, r.no
	}
	return err
}
