package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// sanctionColumns are those of standings s; empty where there is no row.
const sanctionColumns = `coalesce(s.kind, ''), coalesce(s.reason, ''), coalesce(s.until, 0), coalesce(s.set_by, ''), coalesce(s.set_at, 0)`

// readSanction returns nil when there is none.
func readSanction(scan sqldb.Scanner) (*models.Sanction, error) {
	var x models.Sanction
	var until, at int64
	if err := scan(&x.Kind, &x.Reason, &until, &x.By, &at); err != nil || x.Kind == "" {
		return nil, err
	}
	x.Until, x.At = nullTime(until), fromMicros(at)
	return &x, nil
}

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
	return read(ctx, db, func(t *tx) (models.AuthorProfile, error) {
		p, err := t.profile(r)
		if err != nil {
			return p, err
		}
		var w sqldb.Where
		w.Add("c.site = ?", r.Site)
		w.Add("c.author_key = ?", p.Key)
		if hasCursor {
			w.Add("c.id < ?", from.ID)
		}
		p.Comments, err = sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+w.String()+` ORDER BY c.id DESC LIMIT `+w.Arg(limit+1), w.Args()...)
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
	p.Record, err = sqldb.One(t, func(scan sqldb.Scanner) (n models.AuthorRecord, err error) {
		err = scan(&n.Approved, &n.Rejected, &n.Pending)
		return n, err
	}, `SELECT approved, rejected, pending FROM authors WHERE site = $1 AND key = $2`, r.Site, p.Key)
	unknown := errors.Is(err, sql.ErrNoRows)
	if err != nil && !unknown {
		return p, err
	}
	p.Trust = p.Record.Trust()
	state, err := t.loadAuthorState(r.Site, p.Key, "")
	if unknown && errors.Is(err, sql.ErrNoRows) {
		return p, models.Errorf(models.KindNotFound, "there is no such author")
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, err
	}
	if p.Note = state.Note; state.Sanction.Active(t.Now) {
		p.Sanction = state.Sanction
	}
	// Ids sort by time.
	for direction, at := range map[string]**time.Time{"": &p.FirstAt, " DESC": &p.LastAt} {
		ends, err := sqldb.List(t, func(scan sqldb.Scanner) (c models.Comment, err error) {
			var created int64
			err = scan(&created, &c.Author.Name)
			c.CreatedAt = fromMicros(created)
			return c, err
		}, `SELECT created_at, author_name FROM comments WHERE site = $1 AND author_key = $2 ORDER BY id`+direction+` LIMIT 1`, r.Site, p.Key)
		if err != nil {
			return p, err
		}
		for _, c := range ends {
			*at = &c.CreatedAt
			if direction != "" {
				p.Name = c.Author.Name
			}
		}
	}
	p.Subject, err = t.knownSubject(r)
	return p, err
}

func readerKey(r models.Reader) string { return models.Author{ID: r.ID, Name: r.Name}.Key() }

// loadAuthorState returns the note and the sanction of an author, or sql.ErrNoRows.
func (t *tx) loadAuthorState(site, key, lock string) (models.AuthorState, error) {
	return sqldb.One(t, func(scan sqldb.Scanner) (v models.AuthorState, err error) {
		v.Sanction, err = readSanction(func(into ...any) error { return scan(append(into, &v.Note)...) })
		return v, err
	}, `SELECT `+sanctionColumns+`, s.note FROM standings s WHERE s.site = $1 AND s.key = $2`+lock, site, key)
}

// SetAuthorState lets change edit the note and the sanction of an author, who need
// not have written anything. change gets what is in force now; a sanction
// without By or At becomes the caller's.
func (db *DB) SetAuthorState(ctx context.Context, by models.Caller, r models.Reader, change func(*models.AuthorState) error) error {
	if err := db.checkReader(ctx, by, r); err != nil {
		return err
	}
	return apply(ctx, db, func(t *tx) error {
		key := readerKey(r)
		// A row to lock, so that two changes at the same moment run one after the other.
		if _, err := t.Exec(`INSERT INTO standings (site, key, note, kind, reason, until, set_by, set_at) VALUES ($1, $2, '', '', '', 0, '', 0)
			ON CONFLICT (site, key) DO NOTHING`, r.Site, key); err != nil {
			return err
		}
		old, err := t.loadAuthorState(r.Site, key, t.ForUpdate())
		if err != nil {
			return err
		}
		if !old.Sanction.Active(t.Now) {
			old.Sanction = nil
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
	key, x := readerKey(r), v.Sanction
	if err := t.writeAuthorState(r.Site, key, v); err != nil || v == old {
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
	if err := t.audit(by, r.Site, action, subject, auditAuthorState(old), auditAuthorState(v)); err != nil {
		return err
	}
	return t.event(models.AuthorChanged, r.Site, "", "", "")
}

// writeAuthorState changes the row of an author, or removes it when it is empty.
func (t *tx) writeAuthorState(site, key string, v models.AuthorState) error {
	if v == (models.AuthorState{}) {
		_, err := t.Exec(`DELETE FROM standings WHERE site = $1 AND key = $2`, site, key)
		return err
	}
	var x models.Sanction
	if v.Sanction != nil {
		x = *v.Sanction
	}
	var w sqldb.Where
	w.Add("site = ?", site)
	w.Add("key = ?", key)
	_, err := t.UpdateRows("standings", &w,
		"note", v.Note,
		"kind", string(x.Kind),
		"reason", x.Reason,
		"until", micros(x.Until),
		"set_by", x.By,
		"set_at", micros(x.At),
	)
	return err
}

// auditAuthorState is what the audit trail stores of an author: nothing about the
// person, because the trail can never be erased.
func auditAuthorState(v models.AuthorState) any {
	type sanction struct {
		Kind  models.SanctionKind `json:"kind"`
		Until time.Time           `json:"until,omitzero"`
	}
	trail := struct {
		Sanction *sanction `json:"sanction,omitempty"`
		Note     bool      `json:"note,omitempty"` // there is one
	}{Note: v.Note != ""}
	if v.Sanction != nil {
		trail.Sanction = &sanction{v.Sanction.Kind, v.Sanction.Until}
	}
	return trail
}

// Sanctions returns the sanctions of a site that are in force now, by Author.Key;
// nil when there are more than most.
func (db *DB) Sanctions(ctx context.Context, site string, most int) (map[string]*models.Sanction, error) {
	return read(ctx, db, func(t *tx) (map[string]*models.Sanction, error) {
		all := map[string]*models.Sanction{}
		_, err := sqldb.List(t, func(scan sqldb.Scanner) (key string, err error) {
			x, err := readSanction(func(into ...any) error { return scan(append(into, &key)...) })
			all[key] = x
			return key, err
		}, `SELECT `+sanctionColumns+`, s.key FROM standings s WHERE s.site = $1 AND s.kind <> '' AND (s.until = 0 OR s.until > $2) LIMIT $3`,
			site, micros(t.Now), most+1)
		if len(all) > most {
			all = nil
		}
		return all, err
	})
}

// Sanction returns the sanction of an author, also one that has ended; nil when
// there is none.
func (db *DB) Sanction(ctx context.Context, site, key string) (*models.Sanction, error) {
	return read(ctx, db, func(t *tx) (*models.Sanction, error) {
		v, err := t.loadAuthorState(site, key, "")
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return v.Sanction, err
	})
}

// readerState returns the note and the sanction of a reader, also one that has
// ended.
func (t *tx) readerState(r models.Reader) (s models.ReaderState, err error) {
	if r.Email != "" {
		return s, nil // authors have ids or names as keys
	}
	v, err := t.loadAuthorState(r.Site, readerKey(r), "")
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	s.Note = v.Note
	if x := v.Sanction; x != nil {
		s.Kind, s.Reason, s.At, s.Until = x.Kind, x.Reason, x.At, x.Until
	}
	return s, err
}

// eraseAuthorState removes the note of an author. A sanction stays, without its
// reason, until it ends: otherwise a request for erasure would lift a ban.
func (t *tx) eraseAuthorState(r models.Reader) error {
	if r.Email != "" {
		return nil
	}
	key := readerKey(r)
	if _, err := t.Exec(`DELETE FROM standings WHERE site = $1 AND key = $2 AND (kind = '' OR until <> 0 AND until <= $3)`, r.Site, key, micros(t.Now)); err != nil {
		return err
	}
	_, err := t.Exec(`UPDATE standings SET note = '', reason = '' WHERE site = $1 AND key = $2`, r.Site, key)
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
				(SELECT 1 FROM comments WHERE site = $1 AND author_key = $2 AND status = 'rejected' AND updated_at >= $3 LIMIT $4) AS part)
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
// comments of an author. Texts are told apart by their beginnings.
func (t *tx) countSubstantial(site, key string, last int) (int, error) {
	texts, err := sqldb.List(t, func(scan sqldb.Scanner) (text string, err error) {
		err = scan(&text)
		return text, err
	}, `SELECT CASE WHEN status = 'approved' AND length(body) >= $3 THEN substr(body, 1, 200) ELSE '' END
		FROM comments WHERE site = $1 AND author_key = $2 ORDER BY id DESC LIMIT $4`, site, key, models.MinSubstance, last)
	different := map[string]bool{}
	for _, text := range texts {
		if text != "" {
			different[text] = true
		}
	}
	return len(different), err
}
