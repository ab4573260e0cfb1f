package storage

import (
	"context"
	"encoding/json"

	"winnow/models"
	"winnow/storage/sqldb"
)

const handoverColumns = `SELECT id, site, body, written_by, written_at, answers, removed_by, removed_at FROM handovers`

func readHandover(scan sqldb.Scanner) (h models.Handover, err error) {
	var answers string
	var at, removedAt int64
	if err = scan(&h.ID, &h.Site, &h.Text, &h.By, &at, &answers, &h.RemovedBy, &removedAt); err != nil {
		return h, err
	}
	h.At, h.RemovedAt, h.Answers = fromMicros(at), nullTime(removedAt), []models.HandoverAnswer{}
	return h, json.Unmarshal([]byte(answers), &h.Answers)
}

// Handovers returns a page of the notes of a site, or of all that the caller sees, the
// newest first: those that are open, or with removed also those of the past.
func (db *DB) Handovers(ctx context.Context, by models.Caller, site string, removed bool, cur string, limit int) (all []models.Handover, next string, err error) {
	const order = "handovers"
	from, hasCursor, err := sqldb.ParseCursor(cur, order)
	if err != nil {
		return nil, "", err
	}
	limit = sqldb.PageSize(limit)
	all, err = readFor(ctx, db, sqldb.Desk, func(t *tx) ([]models.Handover, error) {
		var w sqldb.Where
		sites, isAll, err := visibleSites(by, site)
		if err != nil {
			return nil, err
		}
		if isAll { // the indexes are of a site
			w.AddText("site IN (SELECT slug FROM sites)")
		} else {
			w.In("site", sites)
		}
		if !removed {
			w.AddText("removed_at = 0")
		}
		if hasCursor {
			w.Add("(written_at, id) < (?, ?)", from.At, from.ID)
		}
		return sqldb.List(t, readHandover, handoverColumns+w.String()+` ORDER BY written_at DESC, id DESC LIMIT `+w.Arg(limit+1), w.Args()...)
	})
	if len(all) > limit {
		all = all[:limit]
		last := all[limit-1]
		next = sqldb.Cursor{Order: order, At: micros(last.At), ID: last.ID}.String()
	}
	return all, next, err
}

// AddHandover leaves a note to the moderators of a site, which may have MaxHandovers that
// are open.
func (db *DB) AddHandover(ctx context.Context, by models.Caller, site, text string) (h models.Handover, err error) {
	if err := models.CheckHandover(text); err != nil {
		return h, err
	}
	if !by.CanSee(site) {
		return h, models.Errorf(models.KindNotFound, "there is no site %q", site)
	}
	return update(ctx, db, func(t *tx) (models.Handover, error) {
		if _, err := t.site(site, t.ForUpdate()); err != nil { // others may leave notes at this moment
			return h, err
		}
		open, err := sqldb.One(t, sqldb.ScanOne[int], `SELECT count(*) FROM handovers WHERE site = $1 AND removed_at = 0`, site)
		if err != nil {
			return h, err
		}
		if open >= models.MaxHandovers {
			return h, models.Errorf(models.KindConflict, "the site has %d notes already: remove one first", open)
		}
		h = models.Handover{ID: newID(), Site: site, Text: text, By: by.Name, At: t.Now, Answers: []models.HandoverAnswer{}}
		if _, err := t.InsertRow("handovers", "",
			"id", h.ID,
			"site", h.Site,
			"body", h.Text,
			"written_by", h.By,
			"written_at", micros(h.At),
			"answers", "[]",
			"removed_by", "",
			"removed_at", 0,
		); err != nil {
			return h, err
		}
		return h, t.handoverChanged(by, h, "add")
	})
}

// AnswerHandover adds an answer to an open note.
func (db *DB) AnswerHandover(ctx context.Context, by models.Caller, id, text string) (models.Handover, error) {
	if err := models.CheckHandover(text); err != nil {
		return models.Handover{}, err
	}
	return update(ctx, db, func(t *tx) (models.Handover, error) {
		h, err := t.openHandover(by, id)
		if err != nil {
			return h, err
		}
		if len(h.Answers) >= models.MaxAnswers {
			return h, models.Errorf(models.KindConflict, "this note has %d answers already: leave a new one", len(h.Answers))
		}
		h.Answers = append(h.Answers, models.HandoverAnswer{Text: text, By: by.Name, At: t.Now})
		answers, err := toJSON(h.Answers)
		if err != nil {
			return h, err
		}
		if _, err := t.UpdateRow("handovers", "id", id, "answers", answers); err != nil {
			return h, err
		}
		return h, t.handoverChanged(by, h, "answer")
	})
}

// RemoveHandover takes a note from the desk. It stays in the history.
func (db *DB) RemoveHandover(ctx context.Context, by models.Caller, id string) (models.Handover, error) {
	return update(ctx, db, func(t *tx) (models.Handover, error) {
		h, err := t.openHandover(by, id)
		if err != nil {
			return h, err
		}
		h.RemovedBy, h.RemovedAt = by.Name, t.Now
		if _, err := t.UpdateRow("handovers", "id", id, "removed_by", h.RemovedBy, "removed_at", micros(h.RemovedAt)); err != nil {
			return h, err
		}
		return h, t.handoverChanged(by, h, "remove")
	})
}

// openHandover returns a note that the caller may see and nobody has removed, and locks it.
func (t *tx) openHandover(by models.Caller, id string) (models.Handover, error) {
	h, err := sqldb.One(t, readHandover, handoverColumns+` WHERE id = $1`+t.ForUpdate(), id)
	switch {
	case err != nil:
		return h, notFoundIf(err, "there is no such note")
	case !by.CanSee(h.Site):
		return h, models.Errorf(models.KindNotFound, "there is no such note")
	case h.RemovedBy != "":
		return h, models.Errorf(models.KindConflict, "%s has removed this note", h.RemovedBy)
	}
	return h, nil
}

func (t *tx) handoverChanged(by models.Caller, h models.Handover, action string) error {
	if err := t.audit(by, h.Site, "handover."+action, h.ID, nil, nil); err != nil {
		return err
	}
	return t.event(models.HandoverChanged, h.Site, h.ID, "", "")
}
