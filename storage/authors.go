package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Author returns the profile of an author, who is named by id or by name, and a
// page of their comments. It is KindNotFound when there are neither comments nor
// a note or sanction.
func (db *DB) Author(ctx context.Context, by models.Caller, r models.Reader, cur string, limit int) (models.AuthorProfile, error) {
	const order = "author"
	if err := db.checkReader(ctx, by, r); err != nil {
		return models.AuthorProfile{}, err
	}
	from, hasCursor, err := sqldb.ParseCursor(cur, order)
	if err != nil {
		return models.AuthorProfile{}, err
	}
	limit = sqldb.PageSize(limit)
	return readFor(ctx, db, sqldb.Desk, func(t *tx) (models.AuthorProfile, error) {
		p, err := t.profile(r)
		if err != nil {
			return p, err
		}
		keys, err := t.spellings(r.Site, p.Key)
		if err != nil {
			return p, err
		}
		before := ""
		if hasCursor {
			before = from.ID
		}
		p.Comments, err = t.authorComments(r.Site, keys, before, true, limit+1)
		if len(p.Comments) > limit {
			p.Comments = p.Comments[:limit]
			p.Next = sqldb.Cursor{Order: order, ID: p.Comments[limit-1].ID}.String()
		}
		return p, err
	})
}

// profile returns an author's profile without the comments.
func (t *tx) profile(r models.Reader) (models.AuthorProfile, error) {
	p := models.AuthorProfile{Site: r.Site, Key: readerKey(r), ID: r.ID, Name: r.Name, Covers: "name"}
	if r.ID != "" {
		p.Covers = "id"
	}
	var err error
	var known bool
	if p.Record, known, err = t.authorRecord(r.Site, p.Key); err != nil {
		return p, err
	}
	p.Trust = p.Record.Trust()
	state, err := t.loadAuthorState(r, "")
	if err != nil {
		return p, err
	}
	if !known && state == (models.AuthorState{}) {
		return p, models.Errorf(models.KindNotFound, "there is no such author")
	}
	p.Note, p.Sanction = state.Note, state.Sanction
	keys, err := t.spellings(r.Site, p.Key)
	if err != nil {
		return p, err
	}
	for newest, at := range map[bool]**time.Time{false: &p.FirstAt, true: &p.LastAt} {
		ends, err := t.authorComments(r.Site, keys, "", newest, 1)
		if err != nil {
			return p, err
		}
		for _, c := range ends {
			*at = &c.CreatedAt
			if newest {
				p.Name = c.Author.Name
			}
		}
	}
	if p.Months, err = t.authorMonths(r.Site, keys); err != nil {
		return p, err
	}
	p.Subject, err = t.knownSubject(r)
	return p, err
}

const (
	monthsShown   = 12
	monthsCounted = 500 // comments, so that the cost does not grow with what an author writes
)

// authorMonths counts the last comments of an author by month and status.
func (t *tx) authorMonths(site string, keys []string) ([]models.AuthorMonth, error) {
	byMonth := map[string]*models.AuthorMonth{}
	for _, key := range keys {
		if _, err := sqldb.List(t, func(scan sqldb.Scanner) (_ struct{}, err error) {
			var at int64
			var status models.Status
			err = scan(&at, &status)
			countInMonth(byMonth, fromMicros(at), status)
			return struct{}{}, err
		}, `SELECT created_at, status FROM comments WHERE site = $1 AND author_key = $2 ORDER BY id DESC LIMIT $3`, site, key, monthsCounted); err != nil {
			return nil, err
		}
	}
	months := []models.AuthorMonth{}
	for _, name := range slices.Sorted(maps.Keys(byMonth)) {
		months = append(months, *byMonth[name])
	}
	return months[max(0, len(months)-monthsShown):], nil
}

func countInMonth(months map[string]*models.AuthorMonth, at time.Time, status models.Status) {
	name := at.UTC().Format("2006-01")
	m := months[name]
	if m == nil {
		m = &models.AuthorMonth{Month: name}
		months[name] = m
	}
	switch status {
	case models.Approved:
		m.Approved++
	case models.Rejected:
		m.Rejected++
	default:
		m.Pending++
	}
}

func readerKey(r models.Reader) string { return models.Author{ID: r.ID, Name: r.Name}.Key() }

// noteKey is what the note on an author is stored under: for all spellings of a name.
func noteKey(r models.Reader) string {
	key := readerKey(r)
	if folded := foldedName(key); folded != "" {
		return namePrefix + folded
	}
	return key
}

// loadAuthorState returns the note on an author, and the sanction in force.
func (t *tx) loadAuthorState(r models.Reader, lock string) (v models.AuthorState, err error) {
	v.Note, err = sqldb.One(t, sqldb.ScanOne[string], `SELECT s.note FROM standings s WHERE s.site = $1 AND s.key = $2`+lock, r.Site, noteKey(r))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return v, err
	}
	v.Sanction, err = t.sanction(r.Site, identityOfReader(r))
	return v, err
}

// SetAuthorState lets change edit the note and the sanction of an author, who need
// not have written anything. change gets what is in force now; a sanction
// without By or At becomes the caller's.
func (db *DB) SetAuthorState(ctx context.Context, by models.Caller, r models.Reader, change func(*models.AuthorState) error) error {
	if err := db.checkReader(ctx, by, r); err != nil {
		return err
	}
	return apply(ctx, db, func(t *tx) error {
		key := noteKey(r)
		// A row to lock, so that two changes at the same moment run one after the other.
		if _, err := t.Exec(`INSERT INTO standings (site, key, note, kind, reason, until, set_by, set_at) VALUES ($1, $2, '', '', '', 0, '', 0)
			ON CONFLICT (site, key) DO NOTHING`, r.Site, key); err != nil {
			return err
		}
		old, err := t.loadAuthorState(r, t.ForUpdate())
		if err != nil {
			return err
		}
		v := old
		if err := change(&v); err != nil {
			return err
		}
		if err := v.Validate(t.Now); err != nil {
			return err
		}
		if x := v.Sanction; x != nil && x.By == "" {
			v.Sanction = &models.Sanction{Kind: x.Kind, Reason: x.Reason, Until: x.Until, By: by.Name, At: t.Now}
		}
		return t.saveAuthorState(by, r, old, v)
	})
}

func (t *tx) saveAuthorState(by models.Caller, r models.Reader, old, v models.AuthorState) error {
	key, x := noteKey(r), v.Sanction
	if err := t.writeNote(r.Site, key, v.Note); err != nil || v == old {
		return err
	}
	subject, err := t.readerSubject(r)
	if err != nil {
		return err
	}
	action := "author.note"
	switch {
	case x == old.Sanction:
	case x == nil:
		action = "author.lift"
	default:
		action = "author." + string(x.Kind)
	}
	if x != old.Sanction {
		if err := t.impose(by, r, x); err != nil {
			return err
		}
	}
	if err := t.audit(by, r.Site, action, subject, auditAuthorState(old), auditAuthorState(v)); err != nil {
		return err
	}
	return t.event(models.AuthorChanged, r.Site, "", "", "")
}

// writeNote changes the row of an author, or removes it when there is no note.
func (t *tx) writeNote(site, key, note string) error {
	if note == "" {
		_, err := t.Exec(`DELETE FROM standings WHERE site = $1 AND key = $2`, site, key)
		return err
	}
	_, err := t.Exec(`UPDATE standings SET note = $1 WHERE site = $2 AND key = $3`, note, site, key)
	return err
}

// impose replaces what is imposed on an author, or lifts it when x is nil: of the bans that
// hold on the author, whatever else they hold on, or else by a ban on the author alone.
func (t *tx) impose(by models.Caller, r models.Reader, x *models.Sanction) error {
	bans, err := t.bansOn(r)
	if err != nil {
		return err
	}
	for _, id := range bans {
		if x == nil {
			err = t.deleteBan(key{r.Site, id})
		} else {
			err = t.writeSanction(key{r.Site, id}, *x)
		}
		if err != nil {
			return err
		}
	}
	if x == nil || len(bans) > 0 {
		return nil
	}
	var marks []models.BanMark
	for _, m := range identityOfReader(r).Marks() {
		marks = append(marks, models.BanMark{On: m.On, Value: m.Value, Label: cmp.Or(r.ID, r.Name)})
	}
	_, err = t.insertBan(by, models.BanEntry{Site: r.Site, Marks: marks, Sanction: *x})
	return err
}

// bansOn returns the ids of the bans of the site in force that hold on an id, a name or an e-mail address.
func (t *tx) bansOn(r models.Reader) ([]string, error) {
	secret, err := t.banKey()
	if err != nil || secret == nil {
		return nil, err
	}
	hashes := banHashes(secret, r.Site, identityOfReader(r))
	if len(hashes) == 0 { // a name that shows nothing
		return nil, nil
	}
	w := t.inForce([]string{r.Site}, hashes)
	return sqldb.List(t, sqldb.ScanOne[string], `SELECT m.ban FROM ban_marks m JOIN bans b ON `+t.Unindexed("b.site")+` = m.site AND b.id = m.ban`+w.String(), w.Args()...)
}

// auditAuthorState is what the audit trail stores of an author: nothing about the
// person, because the trail can never be erased.
func auditAuthorState(v models.AuthorState) any {
	trail := struct {
		Sanction *auditedSanction `json:"sanction,omitempty"`
		Note     bool             `json:"note,omitempty"` // there is one
	}{Note: v.Note != ""}
	if v.Sanction != nil {
		trail.Sanction = &auditedSanction{v.Sanction.Kind, v.Sanction.Until}
	}
	return trail
}

// auditedSanction is what the audit trail stores of a sanction.
type auditedSanction struct {
	Kind  models.SanctionKind `json:"kind"`
	Until time.Time           `json:"until,omitzero"`
}

// readerState returns the note on a reader, and the sanction in force.
func (t *tx) readerState(r models.Reader) (s models.ReaderState, err error) {
	v, err := t.loadAuthorState(r, "")
	s.Note = v.Note
	if x := v.Sanction; x != nil {
		s.Kind, s.Reason, s.At, s.Until = x.Kind, x.Reason, x.At, x.Until
	}
	if err == nil {
		s.Mail, err = t.readerSubscriptions(r)
	}
	return s, err
}

// eraseAuthorState removes the note of an author. A ban stays, without its reason and
// without what shows whom it holds on, until it ends: otherwise a request for erasure would
// lift a ban.
func (t *tx) eraseAuthorState(r models.Reader) error {
	if r.Email == "" { // notes are on ids and names
		if err := t.writeNote(r.Site, noteKey(r), ""); err != nil {
			return err
		}
	}
	bans, err := t.bansOn(r)
	if err != nil || len(bans) == 0 {
		return err
	}
	if _, err := t.Exec(`UPDATE ban_marks SET label = '' WHERE ban`+t.InJSONList(1)+` AND site = $2`, jsonList(bans), r.Site); err != nil {
		return err
	}
	_, err = t.Exec(`UPDATE bans SET reason = '' WHERE id`+t.InJSONList(1)+` AND site = $2`, jsonList(bans), r.Site)
	return err
}

// AuthorRecord counts the comments of the author with this id on a site by
// status, and how many were rejected since a time; the latter up to most. The
// substantial ones are counted among the last most comments.
func (db *DB) AuthorRecord(ctx context.Context, site, id string, since time.Time, most int) (r models.AuthorRecord, lately int, err error) {
	type row struct {
		record models.AuthorRecord
		lately int
	}
	key := models.Author{ID: id}.Key()
	found, err := read(ctx, db, func(t *tx) (row, error) {
		r, err := sqldb.One(t, func(scan sqldb.Scanner) (r row, err error) {
			err = scan(&r.record.Approved, &r.record.Rejected, &r.record.Pending, &r.lately)
			return r, err
		}, `SELECT approved, rejected, pending, (SELECT count(*) FROM
				(SELECT 1 FROM comments WHERE site = $1 AND author_key = $2 AND status = 'rejected' AND reason <> 'withdrawn' AND updated_at >= $3 LIMIT $4) AS part)
			FROM authors WHERE site = $1 AND key = $2`,
			site, key, micros(since), most)
		if errors.Is(err, sql.ErrNoRows) {
			return row{}, nil
		}
		if err == nil {
			r.record.Substantial, err = t.countSubstantial(site, key, most)
		}
		return r, err
	})
	return found.record, found.lately, err
}

// countSubstantial counts the different approved texts of some words among the last
// comments of an author, from which nothing was taken out. Texts are told apart by their beginnings.
func (t *tx) countSubstantial(site, key string, last int) (int, error) {
	texts, err := sqldb.List(t, func(scan sqldb.Scanner) (text string, err error) {
		err = scan(&text)
		return text, err
	}, `SELECT CASE WHEN status = 'approved' AND NOT redacted AND length(body) >= $3 THEN substr(body, 1, 200) ELSE '' END
		FROM comments WHERE site = $1 AND author_key = $2 ORDER BY id DESC LIMIT $4`, site, key, models.MinSubstance, last)
	different := map[string]bool{}
	for _, text := range texts {
		if text != "" {
			different[text] = true
		}
	}
	return len(different), err
}
