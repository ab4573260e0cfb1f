package storage

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// hourCounts are what happened on a site within one hour.
type hourCounts struct {
	arrivals  statusCounts // by what the filter did with them
	decisions int64        // that were not undone
	waits     waitCounts
}

const waitBins = len(waitBoundsMinutes) + 1

// waitCounts are the first bins of a histogram of waiting times.
type waitCounts [waitBins]int64

type siteHour struct {
	site string
	hour int64 // since 1970, UTC
}

func (a siteHour) compare(b siteHour) int {
	return cmp.Or(strings.Compare(a.site, b.site), cmp.Compare(a.hour, b.hour))
}

type hourEntry = entry[siteHour, hourCounts]

const (
	hourMicros = int64(time.Hour / time.Microsecond)
	statsHours = 24
)

func hourOf(at time.Time) int64 { return micros(at) / hourMicros }

var hourCounters = func() *sqldb.Insert[hourEntry] {
	columns := []sqldb.Column[hourEntry]{
		sqldb.Text("site", func(e hourEntry) string { return e.key.site }),
		sqldb.Int("hour", func(e hourEntry) int64 { return e.key.hour }),
	}
	var updates []string
	count := func(name string, of func(*hourCounts) int64) {
		columns = append(columns, sqldb.Int(name, func(e hourEntry) int64 { return of(&e.delta) }))
		updates = append(updates, fmt.Sprintf("%[1]s = hourly.%[1]s + excluded.%[1]s", name))
	}
	count("approved", func(n *hourCounts) int64 { return n.arrivals.approved })
	count("rejected", func(n *hourCounts) int64 { return n.arrivals.rejected })
	count("held", func(n *hourCounts) int64 { return n.arrivals.pending })
	count("decisions", func(n *hourCounts) int64 { return n.decisions })
	for i := range waitBins {
		count(fmt.Sprint("waits", i), func(n *hourCounts) int64 { return n.waits[i] })
	}
	return sqldb.NewInsert("hourly", "ON CONFLICT (site, hour) DO UPDATE SET "+strings.Join(updates, ", "), columns...)
}()

// inHour counts something that happened on a site at a time.
func (s *counterDeltas) inHour(site string, at time.Time, change func(*hourCounts)) {
	add(&s.hours, siteHour{site, hourOf(at)}, change)
}

// removeHours forgets the counts of old hours of a site.
func (db *DB) removeHours(ctx context.Context, site string) (int64, error) {
	return update(ctx, db, func(t *tx) (int64, error) {
		return t.Exec(`DELETE FROM hourly WHERE site = $1 AND hour < $2`, site, hourOf(t.Now.AddDate(0, 0, -statsDays)))
	})
}

// Hour counts the events of one hour, as Day does.
type Hour struct {
	Hour      time.Time `json:"hour"` // when it began
	Approved  int       `json:"approved"`
	Rejected  int       `json:"rejected"`
	Held      int       `json:"held"`
	Decisions int       `json:"decisions"`
	// MedianWait is an estimate in minutes, as WaitTimes.MedianToday. Nil without decisions.
	MedianWait *float64 `json:"median_wait"`
}

// loadHours reads the last hours, the present one included.
func (t *tx) loadHours(s *Stats, by models.Caller, site string) error {
	first := hourOf(t.Now) - statsHours + 1
	s.Hours = make([]Hour, statsHours)
	for i := range s.Hours {
		s.Hours[i].Hour = fromMicros((first + int64(i)) * hourMicros)
	}
	sites, all, err := visibleSites(by, site)
	if err != nil {
		return err
	}
	var w sqldb.Where
	if all { // the key begins with the site
		w.AddText("site IN (SELECT slug FROM sites)")
	} else {
		w.In("site", sites)
	}
	w.Add("hour BETWEEN ? AND ?", first, first+statsHours-1) // the clock of another node may run ahead
	type row struct {
		hour  int64
		n     hourCounts
		waits histogram
	}
	columns := "hour, approved, rejected, held, decisions"
	for i := range waitBins {
		columns += fmt.Sprint(", waits", i)
	}
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		into := []any{&r.hour, &r.n.arrivals.approved, &r.n.arrivals.rejected, &r.n.arrivals.pending, &r.n.decisions}
		for i := range waitBins {
			into = append(into, &r.waits[i])
		}
		return r, scan(into...)
	}, `SELECT `+columns+` FROM hourly`+w.String(), w.Args()...)
	var waits [statsHours]histogram
	for _, r := range rows {
		i := r.hour - first
		h := &s.Hours[i]
		h.Approved += int(r.n.arrivals.approved)
		h.Rejected += int(r.n.arrivals.rejected)
		h.Held += int(r.n.arrivals.pending)
		h.Decisions += int(r.n.decisions)
		for bin, n := range r.waits {
			waits[i][bin] += n
		}
		h.MedianWait = median(waits[i])
	}
	for i := range s.Hours { // decisions of before hours were counted may have been undone
		s.Hours[i].Decisions = max(s.Hours[i].Decisions, 0)
	}
	return err
}
