package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// NudgeCounts are how often readers were asked to rephrase a comment, and what they posted
// then. Who posted nothing is in Shown alone.
type NudgeCounts struct {
	Shown     int `json:"shown"`
	Changed   int `json:"changed"`   // they posted another text
	Unchanged int `json:"unchanged"` // they posted the same text
}

// CountNudgeShown counts that a reader was asked to rephrase a comment.
func (db *DB) CountNudgeShown(ctx context.Context, site string) error {
	return apply(ctx, db, func(t *tx) error { return t.addNudge(site, 1, 0, 0) })
}

// CountNudged counts what a reader posted who was asked, once for each id of a nudge. An id is
// remembered for a day.
func (db *DB) CountNudged(ctx context.Context, site, id string, changed bool) error {
	return apply(ctx, db, func(t *tx) error {
		first, err := t.InsertRow("idempotency", "ON CONFLICT DO NOTHING",
			"site", site,
			"key", "nudge "+sqldb.SanitizeText(id),
			"fingerprint", []byte{},
			"comment_id", "",
			"created_at", micros(t.Now),
		)
		if err != nil || first == 0 {
			return err
		}
		return t.addNudge(site, 0, int64(boolToInt(changed)), int64(boolToInt(!changed)))
	})
}

func (t *tx) addNudge(site string, shown, changed, unchanged int64) error {
	return t.Write(`INSERT INTO nudges (day, site, shown, changed, unchanged) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (day, site) DO UPDATE SET
		shown = nudges.shown + excluded.shown, changed = nudges.changed + excluded.changed, unchanged = nudges.unchanged + excluded.unchanged`,
		dayOf(t.Now), site, shown, changed, unchanged)
}

// loadNudges adds up the nudges of the days of the statistics.
func (t *tx) loadNudges(by models.Caller, site string, first int64) (NudgeCounts, error) {
	var w sqldb.Where
	w.Add("day BETWEEN ? AND ?", first, first+statsDays-1)
	if err := addVisible(&w, by, "site", site); err != nil {
		return NudgeCounts{}, err
	}
	return sqldb.One(t, func(scan sqldb.Scanner) (n NudgeCounts, err error) {
		err = scan(&n.Shown, &n.Changed, &n.Unchanged)
		return n, err
	}, `SELECT CAST(coalesce(sum(shown), 0) AS bigint), CAST(coalesce(sum(changed), 0) AS bigint), CAST(coalesce(sum(unchanged), 0) AS bigint) FROM nudges`+w.String(), w.Args()...)
}
