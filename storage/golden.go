package storage

import (
	"context"
	"iter"

	"winnow/models"
	"winnow/storage/sqldb"
)

// AddGoldenExample stores an example. The same text with the same label on the same
// site is a conflict. One for all sites needs a caller who sees all.
func (db *DB) AddGoldenExample(ctx context.Context, by models.Caller, g models.GoldenExample) (models.GoldenExample, error) {
	g.Text, g.Note = sqldb.SanitizeText(g.Text), sqldb.SanitizeText(g.Note)
	if err := g.Validate(); err != nil {
		return g, err
	}
	if !by.CanSee(g.Site) {
		return g, errGoldenSite(g.Site)
	}
	return update(ctx, db, func(t *tx) (models.GoldenExample, error) {
		if g.Site != "" {
			if _, err := t.site(g.Site, ""); err != nil {
				return g, err
			}
		}
		known, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM golden_examples WHERE site = $1 AND label = $2 AND body = $3 LIMIT 1`,
			g.Site, string(g.Label), g.Text)
		if err == nil && len(known) > 0 {
			err = models.Errorf(models.KindConflict, "this text is a golden example already: %s", known[0])
		}
		if err != nil {
			return g, err
		}
		g.ID, g.AddedBy, g.CreatedAt = newID(), by.Name, t.Now
		if _, err := t.InsertRow("golden_examples", "",
			"id", g.ID,
			"site", g.Site,
			"label", string(g.Label),
			"note", g.Note,
			"added_by", g.AddedBy,
			"created_at", micros(t.Now),
			"body", g.Text,
		); err != nil {
			return g, err
		}
		return g, t.audit(by, g.Site, "golden.add", g.ID, nil, map[string]models.Class{"label": g.Label})
	})
}

func errGoldenSite(site string) error {
	if site == "" {
		return models.Errorf(models.KindForbidden, "golden examples for all sites are for those who see all sites")
	}
	return models.Errorf(models.KindNotFound, "there is no site %q", site)
}

// RemoveGoldenExample removes an example that the caller sees.
func (db *DB) RemoveGoldenExample(ctx context.Context, by models.Caller, id string) error {
	return apply(ctx, db, func(t *tx) error {
		g, err := sqldb.One(t, readGoldenExample, goldenColumns+` WHERE id = $1`+t.ForUpdate(), id)
		if err = notFoundIf(err, "there is no such golden example"); err != nil {
			return err
		}
		if !by.CanSee(g.Site) {
			return models.Errorf(models.KindNotFound, "there is no such golden example")
		}
		if _, err := t.Exec(`DELETE FROM golden_examples WHERE id = $1`, id); err != nil {
			return err
		}
		return t.audit(by, g.Site, "golden.remove", id, map[string]models.Class{"label": g.Label}, nil)
	})
}

const goldenColumns = `SELECT id, site, label, note, added_by, created_at, body FROM golden_examples`

func readGoldenExample(scan sqldb.Scanner) (g models.GoldenExample, err error) {
	var at int64
	err = scan(&g.ID, &g.Site, &g.Label, &g.Note, &g.AddedBy, &at, &g.Text)
	g.CreatedAt = fromMicros(at)
	return g, err
}

// GoldenExamples streams the examples, oldest first; those of one site, without
// those for all sites, when site is not "".
func (db *DB) GoldenExamples(ctx context.Context, site string) iter.Seq2[models.GoldenExample, error] {
	return sqldb.Stream(ctx, db.sql, 0, func(t *sqldb.Tx, after sqldb.Position) ([]models.GoldenExample, error) {
		w := after.After("created_at")
		if site != "" {
			w.Add("site = ?", site)
		}
		return sqldb.List(t, readGoldenExample, goldenColumns+w.String()+sqldb.PageClause("created_at"), w.Args()...)
	}, func(g models.GoldenExample) sqldb.Position { return sqldb.Position{At: micros(g.CreatedAt), ID: g.ID} })
}
