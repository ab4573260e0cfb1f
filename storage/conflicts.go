package storage

import (
	"context"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// LabelConflicts returns texts that have labels of more than one class in force,
// those with the newest label first, with all these labels, oldest first. Like
// Labels it is for callers who see the site, or with site "" for those who see some:
// a text conflicts within the sites that the caller sees. It reads all labels.
func (db *DB) LabelConflicts(ctx context.Context, by models.Caller, site string, limit int) ([]models.LabelConflict, error) {
	var visible sqldb.Where
	visible.Add("replaced_by = ''")
	if err := addVisible(&visible, by, "site", site); err != nil {
		return nil, err
	}
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]models.LabelConflict, error) {
		w := visible.Clone()
		texts, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT body FROM labels`+w.String()+
			` GROUP BY body HAVING min(label) <> max(label) ORDER BY max(created_at) DESC, body LIMIT `+w.Arg(sqldb.PageSize(limit)), w.Args()...)
		if err != nil || len(texts) == 0 {
			return []models.LabelConflict{}, err
		}
		conflicts := make([]models.LabelConflict, len(texts))
		for i, text := range texts {
			conflicts[i].Text = text
		}
		w = visible.Clone()
		w.In("body", texts)
		labels, err := sqldb.List(t, readLabel, labelColumns+` FROM labels`+w.String()+` ORDER BY created_at, id`, w.Args()...)
		for _, l := range labels {
			c := &conflicts[slices.Index(texts, l.Text)]
			c.Labels = append(c.Labels, models.ConflictingLabel{
				ID: l.ID, Label: l.Label, Site: l.Site, Source: l.Source, LabelledBy: l.LabelledBy, SelectedBy: l.SelectedBy, CreatedAt: l.CreatedAt,
			})
		}
		return conflicts, err
	})
}

// ModeratorAgreement counts second looks at the decisions of one moderator.
type ModeratorAgreement struct {
	Moderator string `json:"moderator"`
	Agreed    int    `json:"agreed"`
	Disagreed int    `json:"disagreed"`
}

// loadModeratorAgreements counts the second looks of the last 30 days by the
// moderator who had decided first.
func (t *tx) loadModeratorAgreements(by models.Caller, site string) ([]ModeratorAgreement, error) {
	w, err := secondLooksSince(by, site, dayOf(t.Now)-statsDays+1)
	if err != nil {
		return nil, err
	}
	found, err := sqldb.List(t, func(scan sqldb.Scanner) (n ModeratorAgreement, err error) {
		err = scan(&n.Moderator, &n.Agreed, &n.Disagreed)
		return n, err
	}, `SELECT first_by, count(*) FILTER (WHERE first_action = second_action), count(*) FILTER (WHERE first_action <> second_action)
		FROM second_looks`+w.String()+` GROUP BY first_by ORDER BY first_by`, w.Args()...)
	if found == nil {
		found = []ModeratorAgreement{}
	}
	return found, err
}

// secondLooksSince is the condition of the second looks at decisions that were made since a
// day, on one site or on those that the caller sees.
func secondLooksSince(by models.Caller, site string, day int64) (*sqldb.Where, error) {
	w := new(sqldb.Where)
	w.Add("decided_at >= ? AND decided_at IS NOT NULL", day*dayMicros)
	w.Add("of = 'decision'")
	sites, all, err := visibleSites(by, site)
	if all { // the index is of a site
		w.AddText("site IN (SELECT slug FROM sites)")
	} else {
		w.In("site", sites)
	}
	return w, err
}
