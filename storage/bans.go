package storage

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// AddBan imposes a ban on what its marks have as values. The ban gets an id, its time and
// the caller.
func (db *DB) AddBan(ctx context.Context, by models.Caller, b models.BanEntry) (models.BanEntry, error) {
	if !by.CanSee(b.Site) {
		return b, models.Errorf(models.KindNotFound, "there is no site %q", b.Site)
	}
	return update(ctx, db, func(t *tx) (models.BanEntry, error) {
		if _, err := t.site(b.Site, ""); err != nil {
			return b, err
		}
		if err := b.Validate(t.Now); err != nil {
			return b, err
		}
		b.ID = ""
		b, err := t.insertBan(by, b)
		if err != nil {
			return b, err
		}
		if err := t.audit(by, b.Site, "ban.add", b.ID, nil, auditBan(b)); err != nil {
			return b, err
		}
		return b, t.event(models.AuthorChanged, b.Site, b.ID, "", "")
	})
}

func (t *tx) insertBan(by models.Caller, b models.BanEntry) (models.BanEntry, error) {
	secret, err := t.newBanKey()
	if err != nil {
		return b, err
	}
	if b.ID == "" {
		b.ID = NewID(b.Site)
	}
	if b.By == "" {
		b.By, b.At = by.Name, t.Now
	}
	if _, err := t.InsertRow("bans", "",
		"id", b.ID,
		"site", b.Site,
		"kind", string(b.Kind),
		"reason", b.Reason,
		"until", micros(b.Until),
		"set_by", b.By,
		"set_at", micros(b.At),
	); err != nil {
		return b, err
	}
	for _, m := range b.Marks {
		if _, err := t.InsertRow("ban_marks", "ON CONFLICT (site, mark, ban) DO NOTHING",
			"site", b.Site,
			"mark", banHash(secret, b.Site, m.On, m.Value),
			"ban", b.ID,
			"kind", string(m.On),
			"label", m.Label,
		); err != nil {
			return b, err
		}
	}
	return b, nil
}

// auditBan is what the audit trail stores of a ban: nothing about the person, because the
// trail can never be erased.
func auditBan(b models.BanEntry) any {
	on := []models.MarkKind{}
	for _, m := range b.Marks {
		on = append(on, m.On)
	}
	slices.Sort(on)
	return struct {
		auditedSanction
		On []models.MarkKind `json:"on"`
	}{auditedSanction{b.Kind, b.Until}, slices.Compact(on)}
}

func readBan(scan sqldb.Scanner) (b models.BanEntry, err error) {
	b.Sanction, err = readSanction(func(into ...any) error { return scan(append(into, &b.ID, &b.Site)...) })
	return b, err
}

// Bans returns a page of the bans of a site that are in force, the newest first.
func (db *DB) Bans(ctx context.Context, by models.Caller, site, cur string, limit int) (all []models.BanEntry, next string, err error) {
	const order = "bans"
	if !by.CanSee(site) {
		return nil, "", models.Errorf(models.KindNotFound, "there is no site %q", site)
	}
	from, hasCursor, err := sqldb.ParseCursor(cur, order)
	if err != nil {
		return nil, "", err
	}
	limit = sqldb.PageSize(limit)
	all, err = readFor(ctx, db, sqldb.Desk, func(t *tx) ([]models.BanEntry, error) {
		if _, err := t.site(site, ""); err != nil {
			return nil, err
		}
		var w sqldb.Where
		w.Add("b.site = ?", site)
		w.Add("(b.until = 0 OR b.until > ?)", micros(t.Now))
		if hasCursor {
			w.Add("b.id < ?", from.ID)
		}
		found, err := sqldb.List(t, readBan, `SELECT `+banColumns+`, b.id, b.site FROM bans b`+w.String()+` ORDER BY b.id DESC LIMIT `+w.Arg(limit+1), w.Args()...)
		if err != nil {
			return nil, err
		}
		return found, t.addMarks(site, found)
	})
	if len(all) > limit {
		all = all[:limit]
		next = sqldb.Cursor{Order: order, ID: all[limit-1].ID}.String()
	}
	return all, next, err
}

// addMarks reads the marks of bans of a site.
func (t *tx) addMarks(site string, bans []models.BanEntry) error {
	at, ids := map[string]*models.BanEntry{}, []string{}
	for i := range bans {
		at[bans[i].ID], ids = &bans[i], append(ids, bans[i].ID)
	}
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (m models.BanMark, err error) {
		var ban string
		if err = scan(&ban, &m.On, &m.Label); err == nil {
			at[ban].Marks = append(at[ban].Marks, m)
		}
		return m, err
	}, `SELECT ban, kind, label FROM ban_marks WHERE ban`+t.InJSONList(1)+` AND site = $2 ORDER BY ban, kind, label`, jsonList(ids), site)
	return err
}

// UpdateBan lets change edit kind, reason and end of a ban that is in force; what else it
// changes stays. change must be quick, because others wait for it.
func (db *DB) UpdateBan(ctx context.Context, by models.Caller, id string, change func(*models.BanEntry) error) (models.BanEntry, error) {
	return update(ctx, db, func(t *tx) (models.BanEntry, error) {
		old, err := t.ban(by, id)
		if err != nil {
			return old, err
		}
		b := old
		if err := change(&b); err != nil {
			return old, err
		}
		b.ID, b.Site, b.Marks, b.By, b.At = old.ID, old.Site, old.Marks, by.Name, t.Now
		if err := b.Validate(t.Now); err != nil {
			return old, err
		}
		if err := t.writeSanction(key{b.Site, id}, b.Sanction); err != nil {
			return old, err
		}
		if err := t.audit(by, b.Site, "ban.edit", id, auditBan(old), auditBan(b)); err != nil {
			return old, err
		}
		return b, t.event(models.AuthorChanged, b.Site, id, "", "")
	})
}

func (t *tx) writeSanction(ban key, x models.Sanction) error {
	_, err := t.UpdateRows("bans", ban.where(),
		"kind", string(x.Kind),
		"reason", x.Reason,
		"until", micros(x.Until),
		"set_by", x.By,
		"set_at", micros(x.At),
	)
	return err
}

// LiftBan ends a ban, and forgets what it held on. check may refuse it.
func (db *DB) LiftBan(ctx context.Context, by models.Caller, id string, check func(models.BanEntry) error) (models.BanEntry, error) {
	return update(ctx, db, func(t *tx) (models.BanEntry, error) {
		b, err := t.ban(by, id)
		if err == nil {
			err = check(b)
		}
		if err == nil {
			err = t.deleteBan(key{b.Site, id})
		}
		if err == nil {
			err = t.audit(by, b.Site, "ban.lift", id, auditBan(b), nil)
		}
		if err != nil {
			return b, err
		}
		return b, t.event(models.AuthorChanged, b.Site, id, "", "")
	})
}

// ban returns a ban in force that the caller may see, and locks it.
func (t *tx) ban(by models.Caller, id string) (models.BanEntry, error) {
	found, err := locate(t, "bans", id, func(of key) (models.BanEntry, error) {
		return sqldb.One(t, readBan, `SELECT `+banColumns+`, b.id, b.site FROM bans b
			WHERE b.site = $1 AND b.id = $2 AND (b.until = 0 OR b.until > $3)`+t.ForUpdate(), of.site, of.id, micros(t.Now))
	})
	if err == nil && !by.CanSee(found.Site) {
		err = sql.ErrNoRows
	}
	if err != nil {
		return models.BanEntry{}, notFoundIf(err, "there is no such ban")
	}
	all := []models.BanEntry{found}
	err = t.addMarks(found.Site, all)
	return all[0], err
}

func (t *tx) deleteBan(ban key) error {
	if _, err := t.Exec(`DELETE FROM ban_marks WHERE site = $1 AND ban = $2`, ban.site, ban.id); err != nil {
		return err
	}
	_, err := t.Exec(`DELETE FROM bans WHERE site = $1 AND id = $2`, ban.site, ban.id)
	return err
}

// migrateSanctions makes bans of the sanctions that are in force.
func (t *tx) migrateSanctions() error {
	type row struct {
		site, key string
		models.Sanction
	}
	old, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		r.Sanction, err = readSanction(func(into ...any) error { return scan(append(into, &r.site, &r.key)...) })
		return r, err
	}, `SELECT kind, reason, until, set_by, set_at, site, key FROM standings WHERE kind <> '' AND (until = 0 OR until > $1)`, micros(t.Now))
	if err != nil {
		return err
	}
	for _, r := range old {
		reader := models.Reader{Site: r.site}
		if id, ok := strings.CutPrefix(r.key, "id:"); ok {
			reader.ID = id
		} else {
			reader.Name = strings.TrimPrefix(r.key, "name:")
		}
		if err := t.imposeFirst(reader, r.Sanction); err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE standings SET kind = '', reason = '', until = 0, set_by = '', set_at = 0 WHERE site = $1 AND key = $2`, r.site, r.key); err != nil {
			return err
		}
	}
	return nil
}

// imposeFirst is impose for migrateSanctions: the tables have no other keys then.
func (t *tx) imposeFirst(r models.Reader, x models.Sanction) error {
	secret, err := t.newBanKey()
	if err != nil {
		return err
	}
	bans, marks := []string{}, identityOfReader(r).Marks()
	for _, m := range marks {
		found, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT ban FROM ban_marks WHERE mark = $1`, banHash(secret, r.Site, m.On, m.Value))
		if err != nil {
			return err
		}
		bans = append(bans, found...)
	}
	for _, id := range bans {
		if err := t.writeSanction(key{r.Site, id}, x); err != nil {
			return err
		}
	}
	if len(bans) > 0 {
		return nil
	}
	id := newID()
	if _, err := t.InsertRow("bans", "", "id", id, "site", r.Site, "kind", string(x.Kind), "reason", x.Reason,
		"until", micros(x.Until), "set_by", x.By, "set_at", micros(x.At)); err != nil {
		return err
	}
	for _, m := range marks {
		if _, err := t.InsertRow("ban_marks", "ON CONFLICT (mark, ban) DO NOTHING", "mark", banHash(secret, r.Site, m.On, m.Value),
			"ban", id, "kind", string(m.On), "label", cmp.Or(r.ID, r.Name)); err != nil {
			return err
		}
	}
	return nil
}
