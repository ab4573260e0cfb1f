package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// referenceComments is how many of the first comments that a model scores on a site
// are what the later ones are compared with; it may be a batch more.
const referenceComments = 300

var trafficDays = func() *sqldb.Insert[models.TrafficDay] {
	columns := []sqldb.Column[models.TrafficDay]{
		sqldb.Text("model", func(d models.TrafficDay) string { return d.Model }),
		sqldb.Int("day", func(d models.TrafficDay) int64 { return dayOf(d.Day) }),
		sqldb.Text("site", func(d models.TrafficDay) string { return d.Site }),
		sqldb.Int("comments", func(d models.TrafficDay) int64 { return d.Comments }),
		sqldb.Int("held", func(d models.TrafficDay) int64 { return d.Held }),
		sqldb.Int("words", func(d models.TrafficDay) int64 { return d.Words }),
		sqldb.Int("unknown", func(d models.TrafficDay) int64 { return d.Unknown }),
	}
	names := []string{"comments", "held", "words", "unknown"}
	for i := range models.ScoreBins {
		name := fmt.Sprintf("n%d", i)
		columns = append(columns, sqldb.Int(name, func(d models.TrafficDay) int64 { return d.Scores[i] }))
		names = append(names, name)
	}
	var updates []string
	for _, name := range names {
		updates = append(updates, fmt.Sprintf("%s = traffic_days.%s + excluded.%s", name, name, name))
	}
	return sqldb.NewInsert("traffic_days", "ON CONFLICT (model, day, site) DO UPDATE SET "+strings.Join(updates, ", "), columns...)
}()

// recordTrafficDays adds counts to their days, or to the reference of the model on
// the site as long as that is too small.
func (t *tx) recordTrafficDays(days []models.TrafficDay) error {
	for _, d := range days {
		size, err := sqldb.List(t, sqldb.ScanOne[int64], `SELECT comments FROM traffic_days WHERE model = $1 AND day = 0 AND site = $2`, d.Model, d.Site)
		if err != nil {
			return err
		}
		if len(size) == 0 || size[0] < referenceComments {
			d.Day = time.Time{}
		}
		if err := trafficDays.Add(t, d); err != nil {
			return err
		}
	}
	return nil
}

// TrafficDays returns the counts of the live model for the last 30 days, and its
// references, by site and day.
func (db *DB) TrafficDays(ctx context.Context) ([]models.TrafficDay, error) {
	return read(ctx, db, func(t *tx) ([]models.TrafficDay, error) {
		live, err := t.liveModel()
		if err != nil {
			return nil, err
		}
		first := dayOf(t.Now) - statsDays + 1
		type key struct {
			site string
			day  int64
		}
		type counts struct{ decided, overturned int64 }
		answers := map[key]counts{}
		type answerRow struct {
			key
			counts
		}
		// Second looks at decisions of people say nothing of the machine.
		rows, err := sqldb.List(t, func(scan sqldb.Scanner) (c answerRow, err error) {
			err = scan(&c.site, &c.day, &c.decided, &c.overturned)
			return c, err
		}, `SELECT site, day, CAST(sum(approved + rejected) AS bigint), CAST(sum(CASE machine WHEN 'approved' THEN rejected ELSE approved END) AS bigint)
				FROM judgements WHERE day >= $1 GROUP BY site, day
			UNION ALL SELECT site, day, CAST(sum(approved_approved + approved_rejected + rejected_approved + rejected_rejected) AS bigint),
				CAST(sum(approved_rejected + rejected_approved) AS bigint) FROM agreements WHERE day >= $1 AND of = 'machine' GROUP BY site, day`, first)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			sum := answers[r.key]
			sum.decided, sum.overturned = sum.decided+r.decided, sum.overturned+r.overturned
			answers[r.key] = sum
		}
		days, err := sqldb.List(t, readTrafficDay, `SELECT site, model, day, comments, held, words, unknown, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9
			FROM traffic_days WHERE model = $1 AND (day = 0 OR day >= $2)`, live.Version, first)
		for i := range days {
			d := &days[i]
			if !d.Day.IsZero() {
				of := answers[key{d.Site, dayOf(d.Day)}]
				d.Decided, d.Overturned = of.decided, of.overturned
			}
		}
		slices.SortFunc(days, func(a, b models.TrafficDay) int {
			if a.Site != b.Site {
				return strings.Compare(a.Site, b.Site)
			}
			return a.Day.Compare(b.Day)
		})
		return days, err
	})
}

func readTrafficDay(scan sqldb.Scanner) (d models.TrafficDay, err error) {
	var day int64
	into := []any{&d.Site, &d.Model, &day, &d.Comments, &d.Held, &d.Words, &d.Unknown}
	for i := range d.Scores {
		into = append(into, &d.Scores[i])
	}
	err = scan(into...)
	d.Day = nullTime(day * dayMicros)
	return d, err
}

// driftNoticeGap is the least time between two events about one site.
const driftNoticeGap = 24 * time.Hour

// NoteDrift records whether a site drifts. It returns true, and adds an event, when
// people are to be told: the site drifts, and they were not told for a day.
func (db *DB) NoteDrift(ctx context.Context, site, model string, drifting bool) (told bool, err error) {
	// Most calls change nothing, and need no transaction.
	if same, err := read(ctx, db, func(t *tx) (bool, error) {
		n, err := t.driftNotice(site, "")
		return n.drifting == drifting && !n.due(t, drifting), err
	}); err != nil || same {
		return false, err
	}
	return update(ctx, db, func(t *tx) (bool, error) {
		if _, err := t.InsertRow("drift_notices", "ON CONFLICT (site) DO NOTHING", "site", site, "drifting", false, "at", 0); err != nil {
			return false, err
		}
		n, err := t.driftNotice(site, t.ForUpdate())
		if err != nil {
			return false, err
		}
		tell := n.due(t, drifting)
		if tell {
			n.at = micros(t.Now)
			if err := t.event(models.Drift, site, model, "", ""); err != nil {
				return false, err
			}
		}
		_, err = t.UpdateRow("drift_notices", "site", site, "drifting", drifting, "at", n.at)
		return tell, err
	})
}

// driftNotice is what NoteDrift has recorded of a site.
type driftNotice struct {
	drifting bool
	at       int64 // when people were told
}

// due reports whether people are to be told. It does not depend on what was recorded
// last: a site on the threshold must not tell all the time.
func (n driftNotice) due(t *tx, drifting bool) bool {
	return drifting && micros(t.Now)-n.at >= driftNoticeGap.Microseconds()
}

func (t *tx) driftNotice(site, locked string) (n driftNotice, err error) {
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (n driftNotice, err error) {
		err = scan(&n.drifting, &n.at)
		return n, err
	}, `SELECT drifting, at FROM drift_notices WHERE site = $1`+locked, site)
	if len(rows) > 0 {
		n = rows[0]
	}
	return n, err
}
