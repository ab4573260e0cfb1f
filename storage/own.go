package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

const (
	ownScanned = 500                 // comments of a reader that are looked at, newest first
	ownShown   = 50                  // of those
	ownAge     = 90 * 24 * time.Hour // the oldest that are shown
)

// OwnComments returns the newest comments of a reader on a site, newest first: at most 50 of
// the last 90 days, of one article unless that is "". Those that were withdrawn, erased or
// emptied by the retention of rejected comments are left out. Comments by the browser alone are
// found until the retention of addresses removes its id.
func (db *DB) OwnComments(ctx context.Context, o models.Owner, article string) ([]models.OwnComment, error) {
	return read(ctx, db, func(t *tx) ([]models.OwnComment, error) {
		keys, err := t.ownKeys(o, article)
		if err != nil || len(keys) == 0 {
			return nil, err
		}
		var w sqldb.Where
		t.whereComments(&w, keys)
		found, err := sqldb.List(t, readCommentRow, commentRowColumns+w.String(), w.Args()...)
		if err != nil {
			return nil, err
		}
		rows := make(map[string]commentRow, len(found))
		for _, k := range found {
			rows[k.comment.ID] = k
		}
		inForce, err := t.decisionsInForceOn(rows)
		if err != nil {
			return nil, err
		}
		appeals, err := t.appealsOf(keys)
		if err != nil {
			return nil, err
		}
		edits, err := t.editTimes(keys)
		if err != nil {
			return nil, err
		}
		own := make([]models.OwnComment, 0, len(found))
		for _, k := range found {
			c := k.comment
			decided := inForce[c.ID]
			item := models.OwnComment{Comment: c, Outcome: outcomeOf(c, decided).ForReader(), EditedAt: edits[c.ID]}
			if a, made := appeals[c.ID]; made {
				item.Appeal = a.answeredBy(decided)
			}
			own = append(own, item)
		}
		slices.SortFunc(own, func(a, b models.OwnComment) int { return strings.Compare(b.Comment.ID, a.Comment.ID) })
		return own, nil
	})
}

// ownKeys finds the comments of OwnComments.
func (t *tx) ownKeys(o models.Owner, article string) ([]key, error) {
	var keys []key
	for _, by := range []struct{ column, value, more string }{
		{"author_key", models.Author{ID: o.ID}.Key(), ""},
		{"browser", o.Browser, " AND browser <> '' AND author_id = ''"},
	} {
		if by.value == "" || by.column == "author_key" && o.ID == "" {
			continue
		}
		found, err := sqldb.List(t, readKey, `SELECT part.site, part.id FROM (SELECT site, id, article, created_at, withdrawn, body <> '' AS filled FROM comments
				WHERE site = $1 AND `+by.column+` = $2`+by.more+` ORDER BY id DESC LIMIT $3) AS part JOIN articles o ON o.site = part.site AND o.id = part.article
			WHERE part.created_at >= $4 AND NOT part.withdrawn AND part.filled AND ($5 = '' OR `+rootOf+` = $5)`,
			o.Site, by.value, ownScanned, micros(t.Now.Add(-ownAge)), sqldb.SanitizeText(article))
		if err != nil {
			return nil, err
		}
		keys = append(keys, found...)
	}
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(b.id, a.id) })
	return keys[:min(ownShown, len(keys))], nil
}

// editTimes returns when authors last edited these comments, by id.
func (t *tx) editTimes(keys []key) (map[string]time.Time, error) {
	at := map[string]time.Time{}
	condition, args := t.amongKeys("site", "comment_id", keys)
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (id string, err error) {
		var last int64
		err = scan(&id, &last)
		at[id] = fromMicros(last)
		return id, err
	}, `SELECT comment_id, max(replaced_at) FROM revisions WHERE `+condition+` AND replaced_by = '' GROUP BY site, comment_id`, args...)
	return at, err
}

// Withdraw takes a comment back for its author, for good: readers do not see it any more, it
// waits for nobody, and nobody can publish it. Replies to it stay. It does not count as
// rejected by anybody, and teaches no label. One that was rejected keeps its reason, and
// counts as before. To withdraw it again changes nothing.
func (db *DB) Withdraw(ctx context.Context, by models.Caller, id string) (models.Comment, error) {
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		k, err := t.visible(by, id, t.ForUpdate())
		if err != nil || k.comment.Withdrawn {
			return k.comment, err
		}
		if err := cmp.Or(refuseGone(k.comment), refuseReply(k.comment)); err != nil {
			return k.comment, err
		}
		t.goOnAfter(k.comment.UpdatedAt)
		if _, err := t.Exec(`UPDATE comments SET withdrawn = TRUE WHERE site = $1 AND id = $2`, k.comment.Site, k.comment.ID); err != nil {
			return k.comment, err
		}
		old, reason := k.comment, models.ReasonWithdrawn
		if old.Status == models.Rejected {
			reason = old.Reason
		}
		c, err := t.setStatus(old, models.Rejected, reason, models.CauseWithdrawn)
		if err != nil {
			return c, err
		}
		c.Withdrawn = true
		if err := t.endMailAbout(c.Site, []string{c.ID}); err != nil {
			return c, err
		}
		return c, t.audit(by, c.Site, "comment.withdraw", c.ID, auditStateOf(old), auditStateOf(c))
	})
}
