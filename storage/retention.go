package storage

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Purge removes what has expired: idempotency keys and events (but the newest) older than a day,
// ended sessions, skips and bans, networks of old logins, members of campaigns whose window is over, answers to Akismet clients that are older than 90 days, second looks that nobody claimed for two weeks (a year
// in a training sample), old keys of addresses, dead letters, and what models.Retention of each site says. It returns the
// number of rows.
func (db *DB) Purge(ctx context.Context) (int64, error) {
	dayAgo, now := micros(db.sql.Now().Add(-idempotencyTTL)), micros(db.sql.Now())
	keys, err := purgeBatches(ctx, db, `DELETE FROM idempotency WHERE (site, key) IN
		(SELECT site, key FROM idempotency WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at LIMIT $3) RETURNING created_at`, 0, dayAgo)
	if err != nil {
		return keys, err
	}
	events, err := db.purgeEvents(ctx, dayAgo)
	if err != nil {
		return keys + events, err
	}
	sessions, err := purgeBatches(ctx, db, `DELETE FROM sessions WHERE id IN
		(SELECT id FROM sessions WHERE expires_at >= $1 AND expires_at < $2 ORDER BY expires_at LIMIT $3) RETURNING expires_at`, 0, now)
	if err != nil {
		return keys + events + sessions, err
	}
	networks, err := purgeBatches(ctx, db, `DELETE FROM login_networks WHERE (moderator, network) IN
		(SELECT moderator, network FROM login_networks WHERE seen_at >= $1 AND seen_at < $2 ORDER BY seen_at LIMIT $3) RETURNING seen_at`,
		0, micros(db.sql.Now().Add(-loginNetworkTTL)))
	if sessions += networks; err != nil {
		return keys + events + sessions, err
	}
	looks, err := purgeBatches(ctx, db, `DELETE FROM second_looks WHERE ({site}, id) IN (SELECT site, id FROM second_looks
		WHERE decided_at IS NULL AND created_at >= $1 AND created_at < $2 AND (NOT sample OR created_at < $4) ORDER BY created_at LIMIT $3) RETURNING created_at`,
		0, micros(db.sql.Now().Add(-secondLookTTL)), micros(db.sql.Now().Add(-trainingSampleTTL)))
	if err != nil {
		return keys + events + sessions + looks, err
	}
	skips, err := purgeBatches(ctx, db, `DELETE FROM skips WHERE (site, moderator, comment_id) IN
		(SELECT site, moderator, comment_id FROM skips WHERE until >= $1 AND until < $2 ORDER BY until LIMIT $3) RETURNING until`, 0, now)
	if err != nil {
		return keys + events + sessions + looks + skips, err
	}
	members, err := purgeBatches(ctx, db, `DELETE FROM campaign_members WHERE (site, campaign, comment_id) IN
		(SELECT site, campaign, comment_id FROM campaign_members WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at LIMIT $3) RETURNING created_at`,
		0, micros(db.sql.Now().Add(-models.CampaignWindow)))
	if err != nil {
		return keys + events + sessions + looks + skips + members, err
	}
	letters, err := db.purgeDeadLetters(ctx)
	if members += letters; err != nil {
		return keys + events + sessions + looks + skips + members, err
	}
	bans, err := db.purgeBans(ctx)
	if err != nil {
		return keys + events + sessions + looks + skips + members + bans, err
	}
	retained, err := db.applyRetention(ctx)
	// The first time also for a process that ended before it had overwritten everything.
	if first := !db.purged.Swap(true); err == nil && (first || retained > 0) {
		err = db.sql.ForgetSoon(ctx)
	}
	return keys + events + sessions + looks + skips + members + bans + retained, err
}

// purgeEvents removes events from the first one on, so that none is missing before one that is
// stored. The newest stays: a cursor after it is good as long as nothing happens. What a webhook
// is still to be sent stays too, when no node ran for a day.
func (db *DB) purgeEvents(ctx context.Context, before int64) (int64, error) {
	if err := db.numberEvents(ctx, 0); err != nil {
		return 0, err
	}
	return purgeBatches(ctx, db, `DELETE FROM events WHERE seq >= $1 AND seq < (SELECT max(seq) FROM events WHERE seq >= $1) AND seq <=
		(SELECT coalesce(min(CASE WHEN at >= $2 THEN seq END) - 1, max(seq)) FROM (SELECT seq, at FROM events WHERE seq >= $1 ORDER BY seq LIMIT $3) AS part)
		AND seq <= (SELECT coalesce(min(position), $4) FROM webhooks WHERE site IN (SELECT slug FROM sites) AND disabled_at = 0)
		RETURNING seq`, int64(0), before, int64(math.MaxInt64))
}

// purgeBans forgets the bans that have ended, and what they held on.
func (db *DB) purgeBans(ctx context.Context) (total int64, err error) {
	for full := true; full; {
		ended, err := update(ctx, db, func(t *tx) ([]key, error) {
			bans, err := sqldb.List(t, readKey, `SELECT site, id FROM bans WHERE until <> 0 AND until <= $1 ORDER BY until LIMIT $2`, micros(t.Now), stripBatch)
			for _, ban := range bans {
				if err == nil {
					err = t.deleteBan(ban)
				}
			}
			return bans, err
		})
		if err != nil {
			return total, err
		}
		total += int64(len(ended))
		full = len(ended) == stripBatch
	}
	return total, nil
}

// How many rows one transaction handles, so that others need not wait long.
const (
	purgeBatch = 1000
	stripBatch = 200 // comments, when that changes many indexes and the counters of authors
)

// purgeBatches runs a statement until it finds less than a batch. Each batch
// begins after the last one: PostgreSQL is slow to skip rows that it has just
// removed. Further arguments of the statement begin with $4; {site} is the column where SQLite
// is not to look for all rows of a site.
func purgeBatches[K cmp.Ordered](ctx context.Context, db *DB, query string, after K, before int64, more ...any) (total int64, err error) {
	for full := true; full; {
		removed, err := update(ctx, db, func(t *tx) ([]K, error) {
			return sqldb.List(t, sqldb.ScanOne[K], strings.ReplaceAll(query, "{site}", t.Unindexed("site")), append([]any{after, before, purgeBatch}, more...)...)
		})
		if err != nil {
			return total, err
		}
		total += int64(len(removed))
		if full = len(removed) == purgeBatch; full {
			after = slices.Max(removed)
		}
	}
	return total, nil
}

// applyRetention removes what each site does not keep any longer, keys of addresses whose
// period is over, old answers to Akismet clients, and counts by the hour that are older than
// the statistics go back.
func (db *DB) applyRetention(ctx context.Context) (total int64, err error) {
	total, err = update(ctx, db, func(t *tx) (int64, error) {
		return t.Exec(`DELETE FROM address_keys WHERE period < $1`, AddressPeriod(t.Now))
	})
	if err != nil {
		return total, err
	}
	checks, err := db.purgeAkismetChecks(ctx)
	if total += checks; err != nil {
		return total, err
	}
	mail, err := db.purgeMail(ctx)
	if total += mail; err != nil {
		return total, err
	}
	sites, err := db.Sites(ctx)
	if err != nil {
		return total, err
	}
	for _, s := range sites {
		months, err := db.removeAkismetMonths(ctx, s.Slug)
		if total += months; err != nil {
			return total, err
		}
		hours, err := db.removeHours(ctx, s.Slug)
		if total += hours; err != nil {
			return total, err
		}
		for _, part := range []struct {
			days   int
			remove func(ctx context.Context, site string, before int64) (int64, error)
		}{
			{s.Retention.Addresses, db.removeAddresses},
			{s.Retention.Rejected, db.removeRejected},
			{s.Retention.Labels, db.removeLabels},
		} {
			if part.days == 0 {
				continue
			}
			n, err := part.remove(ctx, s.Slug, micros(db.sql.Now().AddDate(0, 0, -part.days)))
			total += n
			if err != nil {
				return total, err
			}
		}
	}
	return total, nil
}

// removeAddresses goes through the comments of a site in the order of their
// arrival, from where the last run ended, so that its cost does not grow with the
// number of comments.
func (db *DB) removeAddresses(ctx context.Context, site string, before int64) (total int64, err error) {
	for found := purgeBatch; found == purgeBatch; {
		found, err = update(ctx, db, func(t *tx) (int, error) { return t.removeAddresses(site, before) })
		if err != nil {
			return total, err
		}
		total += int64(found)
	}
	for _, change := range []string{
		`DELETE FROM flags WHERE (site, comment_id, who) IN (SELECT site, comment_id, who FROM flags
			WHERE reader_site = $4 AND created_at >= $1 AND created_at < $2 AND who LIKE 'client %' ORDER BY created_at LIMIT $3) RETURNING created_at`,
		`DELETE FROM flags WHERE (site, comment_id, who) IN (SELECT site, comment_id, who FROM flags
			WHERE reader_site = $4 AND created_at >= $1 AND created_at < $2 AND who LIKE 'browser %' ORDER BY created_at LIMIT $3) RETURNING created_at`,
		`UPDATE flags SET household = '' WHERE (site, comment_id, who) IN (SELECT site, comment_id, who FROM flags
			WHERE reader_site = $4 AND created_at >= $1 AND created_at < $2 AND household <> '' ORDER BY created_at LIMIT $3) RETURNING created_at`,
	} {
		reports, err := purgeBatches(ctx, db, change, 0, before, site)
		if total += reports; err != nil {
			return total, err
		}
	}
	return total, nil
}

// removeAddresses handles one batch and returns how many comments it had.
func (t *tx) removeAddresses(site string, before int64) (int, error) {
	at := func(scan sqldb.Scanner) (p sqldb.Position, err error) {
		err = scan(&p.At, &p.ID)
		return p, err
	}
	from, err := sqldb.One(t, at, `SELECT cleared_at, cleared_id FROM sites WHERE slug = $1`, site)
	if err != nil {
		return 0, notFoundIf(err, "there is no site %q", site)
	}
	batch, err := sqldb.List(t, at, `SELECT created_at, id FROM comments WHERE site = $1 AND (created_at, id) > ($2, $3) AND created_at < $4
		ORDER BY created_at, id LIMIT $5`, site, from.At, from.ID, before, purgeBatch)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	to := batch[len(batch)-1]
	if _, err := t.Exec(`UPDATE comments SET client_hash = '', client_net = '', browser = '', user_agent = '', referrer = ''
		WHERE site = $1 AND (created_at, id) > ($2, $3) AND (created_at, id) <= ($4, $5)
		AND (client_hash <> '' OR client_net <> '' OR browser <> '' OR user_agent <> '' OR referrer <> '')`, site, from.At, from.ID, to.At, to.ID); err != nil {
		return 0, err
	}
	// Another node may be ahead.
	_, err = t.Exec(`UPDATE sites SET cleared_at = $1, cleared_id = $2 WHERE slug = $3 AND (cleared_at, cleared_id) < ($1, $2)`, to.At, to.ID, site)
	return len(batch), err
}

// removeRejected removes the content of rejected comments, and the authors from
// labels.
func (db *DB) removeRejected(ctx context.Context, site string, before int64) (total int64, err error) {
	for full, after := true, int64(0); full; {
		removed, err := update(ctx, db, func(t *tx) ([]models.Comment, error) {
			old, err := sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+` WHERE c.site = $1 AND c.status = 'rejected' AND c.body <> ''
				AND c.updated_at >= $2 AND c.updated_at < $3 ORDER BY c.updated_at LIMIT $4`+t.ForUpdateOf("c"), site, after, before, stripBatch)
			if err != nil {
				return nil, err
			}
			return old, t.stripContent(old, "")
		})
		if err != nil {
			return total, err
		}
		total += int64(len(removed))
		if full = len(removed) == stripBatch; full {
			after = micros(removed[len(removed)-1].UpdatedAt)
		}
	}
	authors, err := purgeBatches(ctx, db, `UPDATE labels SET author = '', author_email = '', author_url = '' WHERE ({site}, id) IN (SELECT site, id FROM labels
		WHERE site = $4 AND created_at >= $1 AND created_at < $2 AND (author <> '' OR author_email <> '' OR author_url <> '')
		ORDER BY created_at LIMIT $3) RETURNING created_at`, 0, before, site)
	return total + authors, err
}

// removeLabels removes labels and golden examples of a site.
func (db *DB) removeLabels(ctx context.Context, site string, before int64) (total int64, err error) {
	for _, table := range []string{"labels", "golden_examples"} {
		n, err := purgeBatches(ctx, db, `DELETE FROM `+table+` WHERE ({site}, id) IN (SELECT site, id FROM `+table+`
			WHERE site = $4 AND created_at >= $1 AND created_at < $2 ORDER BY created_at LIMIT $3) RETURNING created_at`, 0, before, site)
		if total += n; err != nil {
			return total, err
		}
	}
	return total, nil
}

// strippedColumns are the columns of a comment that came from its author, but not
// those that came from the address.
const strippedColumns = `body = '', search = '', signals = '[]', author_name = '', author_email = '', author_url = '', staff = FALSE, redacted = FALSE, featured = FALSE, trust = 0, page_word = '', version = version + 1`

// stripContent removes text and names from comments of one site, which are
// locked. With the reason "" they keep their status and their authors' ids; with
// another they lose the ids too, and become rejected for that reason.
func (t *tx) stripContent(old []models.Comment, reason models.Reason) error {
	if len(old) == 0 {
		return nil
	}
	ids, keys := make([]string, len(old)), make([]string, len(old))
	for i, c := range old {
		ids[i], keys[i] = c.ID, c.Author.Key()
		t.counters.countComment(c, -1)
		c.Author = models.Author{ID: c.Author.ID}
		if reason != "" {
			c.Author.ID, c.Status, c.Reason = "", models.Rejected, reason
		}
		t.counters.countComment(c, 1)
		t.counters.onStatusChange(old[i], c)
	}
	site := old[0].Site
	set, args := `author_key = CASE WHEN author_id = '' THEN 'name:' ELSE author_key END`, []any{jsonList(ids), site}
	if reason != "" {
		set = `author_key = 'name:', author_id = '', client_hash = '', client_net = '', browser = '', user_agent = '', referrer = '', campaign = '',
			lease_by = '', lease_until = 0, status = 'rejected', reason = $3, updated_at = $4`
		args = append(args, string(reason), micros(t.Now))
	}
	if _, err := t.Exec(`UPDATE comments SET `+strippedColumns+`, `+set+` WHERE id`+t.InJSONList(1)+` AND `+t.Unindexed("site")+` = $2`, args...); err != nil {
		return err
	}
	if _, err := t.Exec(`DELETE FROM revisions WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, jsonList(ids), site); err != nil {
		return err
	}
	if _, err := t.Exec(`DELETE FROM appeals WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, jsonList(ids), site); err != nil {
		return err
	}
	if err := t.removeOpinions(site, ids); err != nil {
		return err
	}
	if err := t.endMailAbout(site, ids); err != nil {
		return err
	}
	if err := t.unindex(site, ids); err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	// Counters that are all 0 would still have a name as their key.
	_, err := t.Exec(`DELETE FROM authors WHERE key`+t.InJSONList(1)+` AND site = $2 AND approved = 0 AND rejected = 0 AND pending = 0`, jsonList(keys), site)
	return err
}
