package storage

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage/sqldb"
)

// banKey returns the key of the marks of bans, which is used for nothing else: unlike the
// keys of addresses it stays as long as there are bans. It is nil while there were none.
func (t *tx) banKey() ([]byte, error) {
	key, err := sqldb.One(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = 'bans'`)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return key, err
}

// newBanKey is banKey for what adds a ban.
func (t *tx) newBanKey() ([]byte, error) {
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails
	if _, err := t.Exec(`INSERT INTO settings (name, value) VALUES ('bans', $1) ON CONFLICT (name) DO NOTHING`, fresh); err != nil {
		return nil, err
	}
	return t.banKey()
}

// banHash is how a mark is stored: 128 bits of an HMAC (RFC 2104) of it and its site. No
// part but the last can have a line break.
func banHash(key []byte, site string, on models.MarkKind, value string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(site + "\n" + string(on) + "\n" + value))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func banHashes(key []byte, site string, who models.Identity) []string {
	if key == nil {
		return nil
	}
	var hashes []string
	for _, m := range who.Marks() {
		hashes = append(hashes, banHash(key, site, m.On, m.Value))
	}
	return hashes
}

// IdentityOf is who wrote a stored comment, without the household, of which only a hash of
// the week is known.
func IdentityOf(c models.Comment) models.Identity {
	who := identityOfReader(models.Reader{ID: c.Author.ID, Name: c.Author.Name, Email: c.Author.Email})
	who.Browser = c.Client.Browser
	who.Network = models.ParsePrefix(c.Client.Net)
	return who
}

func identityOfReader(r models.Reader) models.Identity {
	return models.Identity{ID: r.ID, Name: names.Fold(r.Name), Email: models.FoldEmail(r.Email)}
}

const banColumns = `b.kind, b.reason, b.until, b.set_by, b.set_at`

func readSanction(scan sqldb.Scanner) (x models.Sanction, err error) {
	var until, at int64
	err = scan(&x.Kind, &x.Reason, &until, &x.By, &at)
	x.Until, x.At = nullTime(until), fromMicros(at)
	return x, err
}

// markedSanction is a sanction with the hash of one of its marks.
type markedSanction struct {
	mark string
	models.Sanction
}

func readMarkedSanction(scan sqldb.Scanner) (m markedSanction, err error) {
	var ban string
	m.Sanction, err = readSanction(func(into ...any) error { return scan(append(into, &m.mark, &ban)...) })
	m.Sanction.Ban = ban
	return m, err
}

// sanctionsByMark returns what is in force, of these hashes.
func (t *tx) sanctionsByMark(hashes []string) (map[string]*models.Sanction, error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	w := t.inForce(hashes)
	found, err := sqldb.List(t, readMarkedSanction, `SELECT `+banColumns+`, m.mark, b.id FROM ban_marks m JOIN bans b ON b.id = m.ban`+w.String(), w.Args()...)
	return strictest(found), err
}

// inForce is the condition of bans b in force with marks m of these hashes.
func (t *tx) inForce(hashes []string) *sqldb.Where {
	var w sqldb.Where
	w.In("m.mark", hashes)
	w.Add("(b.until = 0 OR b.until > ?)", micros(t.Now))
	return &w
}

// strictest returns the sanction that decides for each mark.
func strictest(found []markedSanction) map[string]*models.Sanction {
	byMark := make(map[string]*models.Sanction, len(found))
	for i := range found {
		m := &found[i]
		byMark[m.mark] = models.Stricter(byMark[m.mark], &m.Sanction)
	}
	return byMark
}

// Sanctions are the bans and shadow bans of a site that were in force when they were read.
type Sanctions struct {
	site   string
	key    []byte
	byMark map[string]*models.Sanction
}

// On returns what is imposed on a reader; nil when nothing is. It may have ended since.
func (s *Sanctions) On(who models.Identity) (strictest *models.Sanction) {
	if len(s.byMark) == 0 {
		return nil
	}
	for _, hash := range banHashes(s.key, s.site, who) {
		strictest = models.Stricter(strictest, s.byMark[hash])
	}
	return strictest
}

// Sanctions returns the sanctions of a site that are in force; nil when they have more than
// most marks.
func (db *DB) Sanctions(ctx context.Context, site string, most int) (*Sanctions, error) {
	return read(ctx, db, func(t *tx) (*Sanctions, error) {
		found, err := sqldb.List(t, readMarkedSanction, `SELECT `+banColumns+`, m.mark, b.id FROM bans b JOIN ban_marks m ON m.ban = b.id
			WHERE b.site = $1 AND (b.until = 0 OR b.until > $2) LIMIT $3`, site, micros(t.Now), most+1)
		if err != nil || len(found) > most {
			return nil, err
		}
		all := &Sanctions{site: site, byMark: strictest(found)}
		if len(found) > 0 {
			all.key, err = t.banKey()
		}
		return all, err
	})
}

// Sanction returns what is imposed on a reader and in force; nil when nothing is.
func (db *DB) Sanction(ctx context.Context, site string, who models.Identity) (*models.Sanction, error) {
	return read(ctx, db, func(t *tx) (*models.Sanction, error) { return t.sanction(site, who) })
}

func (t *tx) sanction(site string, who models.Identity) (x *models.Sanction, err error) {
	key, err := t.banKey()
	if err != nil {
		return nil, err
	}
	byMark, err := t.sanctionsByMark(banHashes(key, site, who))
	for _, s := range byMark {
		x = models.Stricter(x, s)
	}
	return x, err
}

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
	key, err := t.newBanKey()
	if err != nil {
		return b, err
	}
	b.ID = newID()
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
		if _, err := t.InsertRow("ban_marks", "ON CONFLICT (mark, ban) DO NOTHING",
			"mark", banHash(key, b.Site, m.On, m.Value),
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
	all, err = read(ctx, db, func(t *tx) ([]models.BanEntry, error) {
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
		return found, t.addMarks(found)
	})
	if len(all) > limit {
		all = all[:limit]
		next = sqldb.Cursor{Order: order, ID: all[limit-1].ID}.String()
	}
	return all, next, err
}

// addMarks reads the marks of bans.
func (t *tx) addMarks(bans []models.BanEntry) error {
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
	}, `SELECT ban, kind, label FROM ban_marks WHERE ban`+t.InJSONList()+` ORDER BY ban, kind, label`, jsonList(ids))
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
		if err := t.writeSanction(id, b.Sanction); err != nil {
			return old, err
		}
		if err := t.audit(by, b.Site, "ban.edit", id, auditBan(old), auditBan(b)); err != nil {
			return old, err
		}
		return b, t.event(models.AuthorChanged, b.Site, id, "", "")
	})
}

func (t *tx) writeSanction(ban string, x models.Sanction) error {
	_, err := t.UpdateRow("bans", "id", ban,
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
			err = t.deleteBan(id)
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
	found, err := sqldb.List(t, readBan, `SELECT `+banColumns+`, b.id, b.site FROM bans b
		WHERE b.id = $1 AND (b.until = 0 OR b.until > $2)`+t.ForUpdate(), id, micros(t.Now))
	if err != nil {
		return models.BanEntry{}, err
	}
	if len(found) == 0 || !by.CanSee(found[0].Site) {
		return models.BanEntry{}, models.Errorf(models.KindNotFound, "there is no such ban")
	}
	return found[0], t.addMarks(found)
}

func (t *tx) deleteBan(id string) error {
	if _, err := t.Exec(`DELETE FROM ban_marks WHERE ban = $1`, id); err != nil {
		return err
	}
	_, err := t.Exec(`DELETE FROM bans WHERE id = $1`, id)
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
		if err := t.impose(models.System, reader, &r.Sanction); err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE standings SET kind = '', reason = '', until = 0, set_by = '', set_at = 0 WHERE site = $1 AND key = $2`, r.site, r.key); err != nil {
			return err
		}
	}
	return nil
}
