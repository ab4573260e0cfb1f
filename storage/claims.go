package storage

import (
	"context"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Claim leases up to f.Limit items to the caller: first those already theirs,
// which renews them, then those that nobody has claimed and the caller has not
// skipped. Escalated comments go to editors only. f.Cursor is ignored.
func (db *DB) Claim(ctx context.Context, by models.Caller, f models.QueueFilter, lease time.Duration) ([]models.QueueItem, error) {
	o, w, err := queueFilter(&f)
	if err != nil {
		return nil, err
	}
	selective := isSelective(f)
	if purposeOf(f) == sqldb.Searching {
		found, err := db.searchClaimable(ctx, by, f, o, w)
		if err != nil || len(found) == 0 {
			return []models.QueueItem{}, err
		}
		w.In("c.id", found)
		selective = true
	}
	return update(ctx, db, func(t *tx) ([]models.QueueItem, error) {
		now := micros(t.Now)
		cursors, err := t.queueCursors(by, f, true, o, w.And("c.lease_by = ? AND c.lease_by <> '' AND c.lease_until > ?", by.Name, now), f.Limit)
		if err != nil {
			return nil, err
		}
		ids := cursorIDs(cursors)
		held := len(ids)
		free := w.And("c.lease_until <= ?", now)
		free.Add("coalesce((SELECT s.until FROM skips s WHERE s.moderator = ? AND s.comment_id = c.id), 0) <= ?", by.Name, now)
		if !by.IsEditor() {
			free.Add("c.reason <> ?", string(models.ReasonEscalated))
		}
		for more := true; more && len(ids) < f.Limit; {
			want := f.Limit - len(ids)
			if cursors, err = t.queueCursors(by, f, selective, o, free, want); err != nil {
				return nil, err
			}
			if more = len(cursors) == want; more {
				o.after(free, cursors[want-1]) // in place of those that others claim at this moment
			}
			got, err := t.lockUnclaimed(by, cursorIDs(cursors))
			if err != nil {
				return nil, err
			}
			ids = append(ids, got...)
		}
		for _, id := range ids {
			if _, err := t.Exec(`UPDATE comments SET lease_by = $1, lease_until = $2 WHERE id = $3`, by.Name, micros(t.Now.Add(lease)), id); err != nil {
				return nil, err
			}
		}
		items, err := t.queueItems(ids)
		if err != nil {
			return nil, err
		}
		for _, item := range items[held:] {
			if err := t.claimEvent(item.Comment); err != nil {
				return nil, err
			}
		}
		return items, nil
	})
}

// searchClaimable returns the first comments that match a filter and that the caller has
// claimed or nobody has. No index finds a part of a text, and with SQLite nobody could
// write while a transaction looks for it.
func (db *DB) searchClaimable(ctx context.Context, by models.Caller, f models.QueueFilter, o queueOrder, w *sqldb.Where) ([]string, error) {
	const most = 500
	cursors, err := readFor(ctx, db, sqldb.Searching, func(t *tx) ([]sqldb.Cursor, error) {
		return t.queueCursors(by, f, isSelective(f), o, w.And("(c.lease_by = ? OR c.lease_until <= ?)", by.Name, micros(t.Now)), most)
	})
	return cursorIDs(cursors), err
}

// lockUnclaimed locks those of these comments that nobody has claimed or is
// claiming, and that were not escalated meanwhile, and returns them in the same
// order.
func (t *tx) lockUnclaimed(by models.Caller, ids []string) ([]string, error) {
	if len(ids) == 0 || t.SkipLocked() == "" {
		return ids, nil // SQLite: nobody else writes
	}
	var w sqldb.Where
	w.Add("c.status = 'pending' AND c.lease_until <= ?", micros(t.Now))
	if !by.IsEditor() {
		w.Add("c.reason <> ?", string(models.ReasonEscalated))
	}
	w.In("c.id", ids)
	locked, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT c.id FROM comments c`+w.String()+t.SkipLocked(), w.Args()...)
	return slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(locked, id) }), err
}

func (t *tx) claimEvent(c models.Comment) error {
	return t.event(models.CommentClaimed, c.Site, c.ID, c.Article.ID, c.Status)
}

// Renew extends the caller's leases of these comments, also expired ones when
// nobody else has claimed the comment since. It returns which ones the caller
// does not have any more.
func (db *DB) Renew(ctx context.Context, by models.Caller, ids []string, lease time.Duration) ([]models.Lease, []models.LostClaim, error) {
	type result struct {
		renewed []models.Lease
		lost    []models.LostClaim
	}
	r, err := update(ctx, db, func(t *tx) (result, error) {
		r := result{[]models.Lease{}, []models.LostClaim{}}
		until := t.Now.Add(lease).Truncate(time.Microsecond)
		for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			renewed, err := t.Exec(`UPDATE comments SET lease_until = $1 WHERE id = $2 AND lease_by = $3 AND lease_by <> '' AND status = 'pending'`,
				micros(until), id, by.Name)
			if err != nil {
				return r, err
			}
			if renewed > 0 {
				r.renewed = append(r.renewed, models.Lease{ID: id, LeaseUntil: until.UTC(), SecondsLeft: models.SecondsUntil(until, t.Now)})
				continue
			}
			k, err := t.visible(by, id, "")
			switch {
			case models.KindOf(err) == models.KindNotFound:
				r.lost = append(r.lost, models.LostClaim{ID: id})
			case err != nil:
				return r, err
			default:
				r.lost = append(r.lost, models.LostClaim{ID: id, Status: k.comment.Status, Claim: k.liveClaim(t)})
			}
		}
		return r, nil
	})
	return r.renewed, r.lost, err
}

// Release ends the caller's leases of these comments. Others are left alone.
func (db *DB) Release(ctx context.Context, by models.Caller, ids []string) error {
	return apply(ctx, db, func(t *tx) error {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			if err := t.release(by, id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) release(by models.Caller, id string) error {
	ended, err := t.Exec(`UPDATE comments SET lease_by = '', lease_until = 0 WHERE id = $1 AND lease_by = $2 AND lease_by <> ''`, id, by.Name)
	if err != nil || ended == 0 {
		return err
	}
	k, err := t.comment(id, "")
	if err != nil {
		return err
	}
	return t.claimEvent(k.comment)
}

// skipDuration is how long a moderator does not get what they have skipped: a shift.
const skipDuration = 8 * time.Hour

// Skip ends the caller's leases of these comments; for eight hours the caller
// cannot claim them, others can. Comments that the caller may not see, or that
// are not pending, are left alone.
func (db *DB) Skip(ctx context.Context, by models.Caller, ids []string) error {
	return apply(ctx, db, func(t *tx) error {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			k, err := t.visible(by, id, "")
			if models.KindOf(err) == models.KindNotFound || err == nil && k.comment.Status != models.Pending {
				continue
			}
			if err != nil {
				return err
			}
			if _, err := t.Exec(`INSERT INTO skips (moderator, comment_id, until) VALUES ($1, $2, $3)
				ON CONFLICT (moderator, comment_id) DO UPDATE SET until = excluded.until`, by.Name, id, micros(t.Now.Add(skipDuration))); err != nil {
				return err
			}
			if err := t.release(by, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// markSkipped marks what the caller has skipped.
func (t *tx) markSkipped(by models.Caller, items []models.QueueItem) error {
	if len(items) == 0 {
		return nil
	}
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.Comment.ID
	}
	var w sqldb.Where
	w.Add("moderator = ? AND until > ?", by.Name, micros(t.Now))
	w.In("comment_id", ids)
	skipped, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT comment_id FROM skips`+w.String(), w.Args()...)
	for i := range items {
		items[i].Skipped = slices.Contains(skipped, ids[i])
	}
	return err
}
