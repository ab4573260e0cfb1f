package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// reportsToHold is how many readers must report a comment before it goes back to
// the queue.
const reportsToHold = 3

// Flag stores a reader's report of a comment. who identifies the reader, who
// counts once: "author " and an id, or "client " and the hash of an address,
// which is removed when the site's retention says so. An approved comment that
// no moderator has decided goes back to the queue with the third report, and the
// label that a second look gave it is not in force any more.
// Rejected comments are KindNotFound, as for any reader.
func (db *DB) Flag(ctx context.Context, by models.Caller, id, who, reason string) (models.Comment, error) {
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		k, err := t.visible(by, id, t.ForUpdate())
		if err != nil {
			return k.comment, err
		}
		c := k.comment
		if c.Status == models.Rejected {
			return models.Comment{}, models.Errorf(models.KindNotFound, "there is no such comment")
		}
		added, err := t.Exec(`INSERT INTO flags (comment_id, who, reason, created_at, site) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (comment_id, who) DO NOTHING`,
			id, who, reason, micros(t.Now), c.Site)
		if err != nil || added == 0 {
			return c, err
		}
		c.Flags++
		// The version stays: a report must not make a moderator's decision stale.
		if _, err := t.Exec(`UPDATE comments SET flags = $1 WHERE id = $2`, c.Flags, id); err != nil {
			return c, err
		}
		before := auditStateOf(c)
		if c.Status == models.Approved && c.Flags >= reportsToHold {
			decided, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM decisions WHERE comment_id = $1 AND undone_at IS NULL LIMIT 1`, id)
			if err != nil {
				return c, err
			}
			if len(decided) == 0 {
				if err := t.suspendLabel(id, replacedByReports); err != nil { // of a second look
					return c, err
				}
				if c, err = t.setStatus(c, models.Pending, models.ReasonFlagged); err != nil {
					return c, err
				}
			}
		}
		return c, t.audit(by, c.Site, "comment.flag", id, before, auditStateOf(c))
	})
}
