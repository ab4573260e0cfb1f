package storage

import (
	"context"
	"iter"
	"reflect"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage/sqldb"
)

// ArchivedBan is a ban with those of its marks whose values are known. Of the others, of
// browsers and households, only hashes are stored, with a key that stays here.
type ArchivedBan struct {
	models.BanEntry
	Left int // how many marks have no value
}

// ArchivedBans streams the bans of a site that are in force, by id.
func (db *DB) ArchivedBans(ctx context.Context, site string) iter.Seq2[ArchivedBan, error] {
	return sqldb.Stream(ctx, db.sql, 0, func(engineTx *sqldb.Tx, after sqldb.Position) ([]ArchivedBan, error) {
		t := db.txOf(engineTx)
		bans, err := sqldb.List(t, readBan, `SELECT `+banColumns+`, b.id, b.site FROM bans b
			WHERE b.site = $1 AND b.id > $2 AND (b.until = 0 OR b.until > $3) ORDER BY b.id LIMIT $4`, site, after.ID, micros(t.Now), sqldb.StreamPage)
		if err != nil {
			return nil, err
		}
		all := make([]ArchivedBan, len(bans))
		for i, b := range bans {
			all[i].BanEntry = b
		}
		return all, t.addKnownMarks(site, all)
	}, func(b ArchivedBan) sqldb.Position { return sqldb.Position{ID: b.ID} })
}

// addKnownMarks reads the marks of bans of a site.
func (t *tx) addKnownMarks(site string, bans []ArchivedBan) error {
	secret, err := t.banKey()
	if err != nil {
		return err
	}
	at, ids := map[string]*ArchivedBan{}, []string{}
	for i := range bans {
		at[bans[i].ID], ids = &bans[i], append(ids, bans[i].ID)
	}
	_, err = sqldb.List(t, func(scan sqldb.Scanner) (m models.BanMark, err error) {
		var ban, hash string
		if err = scan(&ban, &m.On, &m.Label, &hash); err != nil {
			return m, err
		}
		if m.Value = markValue(m); m.Value != "" && banHash(secret, site, m.On, m.Value) == hash {
			at[ban].Marks = append(at[ban].Marks, m)
		} else {
			at[ban].Left++
		}
		return m, nil
	}, `SELECT ban, kind, label, mark FROM ban_marks WHERE ban`+t.InJSONList(1)+` AND site = $2 ORDER BY ban, kind, label, mark`, jsonList(ids), site)
	return err
}

// markValue returns what a mark holds on, as far as what the newsroom sees of it says so.
func markValue(m models.BanMark) string {
	switch m.On {
	case models.MarkID:
		return m.Label
	case models.MarkName:
		return names.Fold(m.Label)
	case models.MarkEmail:
		return models.FoldEmail(m.Label)
	case models.MarkNetwork:
		if network := models.ParsePrefix(m.Label); network.IsValid() && network == models.NetworkOf(network.Addr()) {
			return network.String()
		}
	}
	return ""
}

// ImportBans imposes bans of one site that are not there yet, and that nobody has lifted
// here. What has ended, or holds on nothing that is known, is left out. A dry run imposes
// nothing.
func (db *DB) ImportBans(ctx context.Context, site string, batch []models.BanEntry, dryRun bool) (added int, err error) {
	run := update[int]
	if dryRun {
		run = func(ctx context.Context, db *DB, count func(*tx) (int, error)) (int, error) {
			return readFor(ctx, db, sqldb.Exporting, count)
		}
	}
	return run(ctx, db, func(t *tx) (int, error) {
		added := 0
		known, err := t.knownBans(site, batch)
		if err != nil {
			return 0, err
		}
		for _, b := range batch {
			marks := []models.BanMark{}
			for _, m := range b.Marks {
				if m.Value = markValue(m); m.Value != "" {
					marks = append(marks, m)
				}
			}
			if b.Marks = marks; known[b.ID] || b.Validate(t.Now) != nil {
				continue
			}
			known[b.ID] = true
			if added++; dryRun {
				continue
			}
			if b, err = t.insertBan(models.Caller{}, b); err != nil {
				return 0, err
			}
			if err := t.event(models.AuthorChanged, site, b.ID, "", ""); err != nil {
				return 0, err
			}
		}
		return added, nil
	})
}

// knownBans returns which ids of bans are in force here, or were lifted.
func (t *tx) knownBans(site string, batch []models.BanEntry) (map[string]bool, error) {
	ids, known := []string{}, map[string]bool{}
	for _, b := range batch {
		ids = append(ids, b.ID)
	}
	found, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM bans WHERE site = $2 AND id`+t.InJSONList(1)+
		` UNION SELECT subject FROM audit WHERE site = $2 AND action = 'ban.lift' AND subject`+t.InJSONList(1), jsonList(ids), site)
	for _, id := range found {
		known[id] = true
	}
	return known, err
}

// ImportSettings gives a site those settings of another one for which it has the defaults,
// and reports whether it did. A site whose settings somebody has changed here keeps all of
// its own. Secrets are no part of them.
func (db *DB) ImportSettings(ctx context.Context, by models.Caller, slug string, from models.Site, dryRun bool) (taken bool, err error) {
	here, err := db.untouched(ctx, slug, "site.update")
	if err != nil || here == nil {
		return false, err
	}
	if dryRun {
		completeSettings(here, from)
		err = here.Validate()
	} else {
		_, err = db.UpdateSite(ctx, by, slug, func(s *models.Site) error {
			completeSettings(s, from)
			return nil
		})
	}
	return err == nil, err
}

// ImportRules gives a site its rules, unless somebody has set some here, and reports
// whether it did.
func (db *DB) ImportRules(ctx context.Context, by models.Caller, slug string, r models.Rules, dryRun bool) (taken bool, err error) {
	here, err := db.untouched(ctx, slug, "site.rules")
	if err != nil || here == nil {
		return false, err
	}
	if !dryRun {
		err = db.SetRules(ctx, by, slug, r)
	}
	return err == nil, err
}

// untouched returns a site of which the audit trail says that an action has not changed it
// since it was added; otherwise nil.
func (db *DB) untouched(ctx context.Context, slug, action string) (*models.Site, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) (*models.Site, error) {
		s, err := t.site(slug, "")
		if err != nil {
			return nil, err
		}
		changed, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM audit WHERE site = $1 AND action = $2 AND at >= $3 LIMIT 1`, slug, action, micros(s.CreatedAt))
		if len(changed) > 0 {
			return nil, err
		}
		return &s, err
	})
}

// completeSettings takes each setting that s has by default from another site.
func completeSettings(s *models.Site, from models.Site) {
	byDefault := reflect.ValueOf(withDefaults(models.Site{Slug: s.Slug}))
	from = withDefaults(from)
	to, source := reflect.ValueOf(s).Elem(), reflect.ValueOf(from)
	for i := range to.NumField() {
		switch field := to.Type().Field(i); {
		case field.Name == "Slug", field.Name == "CreatedAt", field.Tag.Get("json") == "-":
		case reflect.DeepEqual(to.Field(i).Interface(), byDefault.Field(i).Interface()):
			to.Field(i).Set(source.Field(i))
		}
	}
}
