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
// skipped. Escalated comments go to editors only, and appeals not to who made the decision
// that they are against, unless nobody else sees the site. f.Cursor is ignored.
func (db *DB) Claim(ctx context.Context, by models.Caller, f models.QueueFilter, lease time.Duration) ([]models.QueueItem, error) {
	q, err := newQueueQuery(&f)
	if err != nil {
		return nil, err
	}
	if purposeOf(f) == sqldb.Searching {
		found, err := db.searchClaimable(ctx, by, q)
		if err != nil || len(found) == 0 {
			return []models.QueueItem{}, err
		}
		q = q.in(found)
	}
	return update(ctx, db, func(t *tx) ([]models.QueueItem, error) {
		now := micros(t.Now)
		sites, err := t.queueSites(by, f.Site)
		if err != nil {
			return nil, err
		}
		waiting, err := t.queued(sites, q.claimedBy(by.Name, now), f.Limit)
		if err != nil {
			return nil, err
		}
		keys := queuedKeys(waiting)
		held := len(keys)
		free, err := t.claimable(by, q)
		if err != nil {
			return nil, err
		}
		for more := true; more && len(keys) < f.Limit; {
			want := f.Limit - len(keys)
			if waiting, err = t.queued(sites, free, want); err != nil {
				return nil, err
			}
			if more = len(waiting) == want; more {
				free = free.after(waiting[want-1].Cursor) // in place of those that others claim at this moment
			}
			got, err := t.lockUnclaimed(by, queuedKeys(waiting))
			if err != nil {
				return nil, err
			}
			keys = append(keys, got...)
		}
		for _, of := range bySite(keys) {
			condition, args := t.amongKeys(t.Unindexed("site"), "id", of)
			if err := t.Write(`UPDATE comments SET lease_by = $3, lease_until = $4 WHERE `+condition, append(args, by.Name, micros(t.Now.Add(lease)))...); err != nil {
				return nil, err
			}
		}
		items, err := t.queueItems(keys)
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

// claimable is the query for what the caller may claim, and nobody has.
func (t *tx) claimable(by models.Caller, q queueQuery) (queueQuery, error) {
	now := micros(t.Now)
	free := q.and("c.lease_until <= ?", now)
	free = free.and("coalesce((SELECT s.until FROM skips s WHERE s.site = c.site AND s.moderator = ? AND s.comment_id = c.id), 0) <= ?", by.Name, now)
	if !by.IsEditor() {
		free = free.and("c.reason <> ?", string(models.ReasonEscalated))
	}
	others, err := t.sitesOfOthers(by)
	return free.withoutOwnAppeals(by, others), err
}

// searchClaimable returns the first comments that match a filter and that the caller has
// claimed or nobody has. To find a part of a text may take a while, and with SQLite nobody
// could write while a transaction looks for it.
func (db *DB) searchClaimable(ctx context.Context, by models.Caller, q queueQuery) ([]key, error) {
	const most = 500
	waiting, err := readQueue(ctx, db, q.filter, func(t *tx) ([]queued, error) {
		sites, err := t.queueSites(by, q.filter.Site)
		if err != nil {
			return nil, err
		}
		q, err := t.narrowed(q, sites)
		if err != nil {
			return nil, err
		}
		return t.queued(sites, q.and("(c.lease_by = ? OR c.lease_until <= ?)", by.Name, micros(t.Now)), most)
	})
	return queuedKeys(waiting), err
}

// lockUnclaimed locks those of these comments that nobody has claimed or is
// claiming, and that were not escalated meanwhile, and returns them in the same
// order.
func (t *tx) lockUnclaimed(by models.Caller, keys []key) ([]key, error) {
	if len(keys) == 0 || t.SkipLocked() == "" {
		return keys, nil // SQLite: nobody else writes
	}
	var w sqldb.Where
	w.Add("c.status = 'pending' AND c.lease_until <= ?", micros(t.Now))
	if !by.IsEditor() {
		w.Add("c.reason <> ?", string(models.ReasonEscalated))
	}
	t.whereComments(&w, keys)
	locked, err := sqldb.List(t, readKey, `SELECT c.site, c.id FROM comments c`+w.String()+t.SkipLocked(), w.Args()...)
	return slices.DeleteFunc(keys, func(of key) bool { return !slices.Contains(locked, of) }), err
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
		keys, err := t.keys("comments", slices.Compact(slices.Sorted(slices.Values(ids))))
		if err != nil {
			return r, err
		}
		renewed, err := t.changeClaims(by, keys, "lease_until = $4", micros(until))
		if err != nil {
			return r, err
		}
		for _, of := range keys {
			if slices.ContainsFunc(renewed, func(c models.Comment) bool { return c.ID == of.id }) {
				r.renewed = append(r.renewed, models.Lease{ID: of.id, LeaseUntil: until.UTC(), SecondsLeft: models.SecondsUntil(until, t.Now)})
				continue
			}
			k, err := t.visibleAt(by, of, "")
			switch {
			case models.KindOf(err) == models.KindNotFound:
				r.lost = append(r.lost, models.LostClaim{ID: of.id})
			case err != nil:
				return r, err
			default:
				r.lost = append(r.lost, models.LostClaim{ID: of.id, Status: k.comment.Status, Claim: k.liveClaim(t)})
			}
		}
		return r, nil
	})
	return r.renewed, r.lost, err
}

// Release ends the caller's leases of these comments. Others are left alone.
func (db *DB) Release(ctx context.Context, by models.Caller, ids []string) error {
	return apply(ctx, db, func(t *tx) error {
		keys, err := t.keys("comments", slices.Compact(slices.Sorted(slices.Values(ids))))
		if err != nil {
			return err
		}
		return t.release(by, keys)
	})
}

// changeClaims changes those of some comments that the caller has claimed, and returns them,
// as far as an event tells of them. Their sites need not be known. set is what it sets, as
// SQL, with its parameters from $4 on.
func (t *tx) changeClaims(by models.Caller, keys []key, set string, args ...any) ([]models.Comment, error) {
	likely := t.likelyKeys(keys)
	changed, err := t.changeClaimsOf(by, likely, set, args)
	if err != nil {
		return nil, err
	}
	var elsewhere []string // ids of an earlier version, or not claimed
	for _, of := range keys {
		if of.site == "" && !slices.ContainsFunc(changed, func(c models.Comment) bool { return c.ID == of.id }) {
			elsewhere = append(elsewhere, of.id)
		}
	}
	if len(elsewhere) == 0 {
		return changed, nil
	}
	found, err := t.searchKeys("comments", elsewhere)
	if err != nil {
		return nil, err
	}
	more, err := t.changeClaimsOf(by, slices.DeleteFunc(found, func(of key) bool { return slices.Contains(likely, of) }), set, args)
	return append(changed, more...), err
}

func (t *tx) changeClaimsOf(by models.Caller, keys []key, set string, more []any) (changed []models.Comment, err error) {
	for _, of := range bySite(keys) {
		condition, args := t.amongKeys(t.Unindexed("site"), "id", of)
		some, err := sqldb.List(t, func(scan sqldb.Scanner) (c models.Comment, err error) {
			err = scan(&c.Site, &c.ID, &c.Article.ID, &c.Status)
			return c, err
		}, `UPDATE comments SET `+set+` WHERE `+condition+` AND status = 'pending' AND lease_by = $3 AND lease_by <> '' RETURNING site, id, article, status`, slices.Concat(args, []any{by.Name}, more)...)
		if err != nil {
			return nil, err
		}
		changed = append(changed, some...)
	}
	if len(changed) > 0 {
		t.MarkWritten()
	}
	return changed, nil
}

// release ends the caller's claims of comments.
func (t *tx) release(by models.Caller, keys []key) error {
	ended, err := t.changeClaims(by, keys, "lease_by = '', lease_until = 0")
	if err != nil {
		return err
	}
	for _, c := range ended {
		if err := t.claimEvent(c); err != nil {
			return err
		}
	}
	return nil
}

// skipDuration is how long a moderator does not get what they have skipped: a shift.
const skipDuration = 8 * time.Hour

// Skip ends the caller's leases of these comments; for eight hours the caller
// cannot claim them, others can. Comments that the caller may not see, or that
// are not pending, are left alone.
func (db *DB) Skip(ctx context.Context, by models.Caller, ids []string) error {
	return apply(ctx, db, func(t *tx) error {
		keys, err := t.keys("comments", slices.Compact(slices.Sorted(slices.Values(ids))))
		if err != nil {
			return err
		}
		var skipped []key
		for _, of := range keys {
			k, err := t.visibleAt(by, of, "")
			if models.KindOf(err) == models.KindNotFound || err == nil && k.comment.Status != models.Pending {
				continue
			}
			if err != nil {
				return err
			}
			of = keyOf(k.comment)
			if _, err := t.Exec(`INSERT INTO skips (site, moderator, comment_id, until) VALUES ($1, $2, $3, $4)
				ON CONFLICT (site, moderator, comment_id) DO UPDATE SET until = excluded.until`, of.site, by.Name, of.id, micros(t.Now.Add(skipDuration))); err != nil {
				return err
			}
			skipped = append(skipped, of)
		}
		return t.release(by, skipped)
	})
}

// Unskip lets the caller claim what they have skipped again.
func (db *DB) Unskip(ctx context.Context, by models.Caller, ids []string) error {
	return apply(ctx, db, func(t *tx) error {
		var w sqldb.Where
		w.AddText("site IN (SELECT slug FROM sites)")
		w.Add("moderator = ?", by.Name)
		known := make([]string, len(ids))
		for i, id := range ids {
			known[i] = sqldb.SanitizeText(id)
		}
		w.In("comment_id", known)
		_, err := t.Exec(`DELETE FROM skips`+w.String(), w.Args()...)
		return err
	})
}

// markSkipped marks what the caller has skipped.
func (t *tx) markSkipped(by models.Caller, items []models.QueueItem) error {
	if len(items) == 0 {
		return nil
	}
	keys := make([]key, len(items))
	for i, item := range items {
		keys[i] = keyOf(item.Comment)
	}
	var w sqldb.Where
	w.Add("moderator = ? AND until > ?", by.Name, micros(t.Now))
	whereKeys(&w, "site", "comment_id", keys)
	skipped, err := sqldb.List(t, readKey, `SELECT site, comment_id FROM skips`+w.String(), w.Args()...)
	for i := range items {
		items[i].Skipped = slices.Contains(skipped, keys[i])
	}
	return err
}
