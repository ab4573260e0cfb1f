package storage

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Window is the last comments of a site at one moment, to be read in the order of their
// arrival. Later comments do not belong to it.
type Window struct {
	site        string
	first, last sqldb.Position
}

// PostedComment is a comment with the text that it was posted with, if that is still
// there.
type PostedComment struct {
	models.Comment
	Honeypot bool // it was rejected for the form field that people do not see
	TooFast  bool // it was held because its form was not open for long enough
}

// LastComments returns the window of up to limit comments of a site.
func (db *DB) LastComments(ctx context.Context, site string, limit int) (Window, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) (Window, error) {
		at := func(offset int) (sqldb.Position, error) {
			p, err := sqldb.One(t, func(scan sqldb.Scanner) (p sqldb.Position, err error) {
				err = scan(&p.At, &p.ID)
				return p, err
			}, `SELECT created_at, id FROM comments WHERE site = $1 ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $2`, site, offset)
			if errors.Is(err, sql.ErrNoRows) {
				err = nil // the zero position comes before all comments
			}
			return p, err
		}
		last, err := at(0)
		if err != nil {
			return Window{}, err
		}
		first, err := at(limit - 1)
		return Window{site, first, last}, err
	})
}

// postedComments selects comments for readPostedComment.
const postedComments = `SELECT ` + commentColumns + `, c.said, CASE WHEN c.version > 1 AND c.body <> '' THEN
	coalesce((SELECT r.body FROM revisions r WHERE r.site = c.site AND r.comment_id = c.id ORDER BY r.version LIMIT 1), c.body) ELSE c.body END` + commentTables

// WindowComments streams the comments of a window, oldest first.
func (db *DB) WindowComments(ctx context.Context, w Window) iter.Seq2[PostedComment, error] {
	page := func(t *sqldb.Tx, after sqldb.Position) ([]PostedComment, error) {
		compare := ">"
		if after.ID == "" { // the first page has the first comment itself
			after, compare = w.first, ">="
		}
		return sqldb.List(t, readPostedComment, postedComments+` WHERE c.site = $1 AND (c.created_at, c.id) `+compare+` ($2, $3)
			AND (c.created_at, c.id) <= ($4, $5) AND c.written_by = '' ORDER BY c.created_at, c.id LIMIT $6`, w.site, after.At, after.ID, w.last.At, w.last.ID, sqldb.StreamPage)
	}
	return sqldb.Stream(ctx, db.sql, w.first.At, page, func(c PostedComment) sqldb.Position {
		return sqldb.Position{At: micros(c.CreatedAt), ID: c.ID}
	})
}

func readPostedComment(scan sqldb.Scanner) (c PostedComment, err error) {
	into, done := commentInto(&c.Comment)
	var said models.Reason
	err = scan(append(into, &said, &c.Body)...) // the first text in place of the last
	done()
	c.Honeypot, c.TooFast = said == models.ReasonHoneypot, said == models.ReasonTooFast
	return c, err
}

// WindowDecisions streams the decisions on a site since the first comment of a window,
// also those that were undone, in the order in which they were made.
func (db *DB) WindowDecisions(ctx context.Context, w Window) iter.Seq2[models.Decision, error] {
	return sqldb.Stream(ctx, db.sql, w.first.At, func(t *sqldb.Tx, after sqldb.Position) ([]models.Decision, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (d models.Decision, err error) {
			var created int64
			var undone *int64
			err = scan(&d.ID, &d.CommentID, &d.Action, &created, &undone)
			d.CreatedAt = fromMicros(created)
			if undone != nil {
				at := fromMicros(*undone)
				d.UndoneAt = &at
			}
			return d, err
		}, `SELECT id, comment_id, action, created_at, undone_at FROM decisions WHERE site = $1 AND (created_at, id) > ($2, $3)
			ORDER BY created_at, id LIMIT $4`, w.site, after.At, after.ID, sqldb.StreamPage)
	}, func(d models.Decision) sqldb.Position { return sqldb.Position{At: micros(d.CreatedAt), ID: d.ID} })
}

// Look is what a moderator found at a second look.
type Look struct {
	ID, CommentID string
	Action        models.Action
	At            time.Time
}

// WindowLooks streams the second looks on a site that were decided since the first
// comment of a window, in that order.
func (db *DB) WindowLooks(ctx context.Context, w Window) iter.Seq2[Look, error] {
	return sqldb.Stream(ctx, db.sql, w.first.At, func(t *sqldb.Tx, after sqldb.Position) ([]Look, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (l Look, err error) {
			var at int64
			err = scan(&l.ID, &l.CommentID, &l.Action, &at)
			l.At = fromMicros(at)
			return l, err
		}, `SELECT id, comment_id, second_action, decided_at FROM second_looks
			WHERE decided_at IS NOT NULL AND (decided_at, id) > ($2, $3) AND site = $1
			ORDER BY decided_at, id LIMIT $4`, w.site, after.At, after.ID, sqldb.StreamPage)
	}, func(l Look) sqldb.Position { return sqldb.Position{At: micros(l.At), ID: l.ID} })
}

// PostedComments returns comments of the site of a window by their ids, with the texts that they were posted
// with. Those that are not there any more are left out.
func (db *DB) PostedComments(ctx context.Context, of Window, ids []string) (map[string]PostedComment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) (map[string]PostedComment, error) {
		var w sqldb.Where
		w.Add(t.Unindexed("c.site")+" = ?", of.site)
		w.In("c.id", ids)
		found, err := sqldb.List(t, readPostedComment, postedComments+w.String(), w.Args()...)
		all := make(map[string]PostedComment, len(found))
		for _, c := range found {
			all[c.ID] = c
		}
		return all, err
	})
}

// ApprovedBefore returns how many comments of an author, by models.Author.Key, from
// before a window are published; it counts up to limit.
func (db *DB) ApprovedBefore(ctx context.Context, w Window, authorKey string, limit int) (int, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) (int, error) {
		return sqldb.One(t, sqldb.ScanOne[int], `SELECT count(*) FROM (SELECT 1 FROM comments WHERE site = $1 AND author_key = $2
			AND status = 'approved' AND (created_at, id) < ($3, $4) LIMIT $5) AS published`, w.site, authorKey, w.first.At, w.first.ID, limit)
	})
}

// RecordsBefore returns the records, by id, that the identified authors of a window have
// without its comments.
func (db *DB) RecordsBefore(ctx context.Context, w Window) (map[string]models.AuthorRecord, error) {
	if w.first.ID == "" {
		return nil, nil // the window is all comments
	}
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) (map[string]models.AuthorRecord, error) {
		records := map[string]models.AuthorRecord{}
		_, err := sqldb.List(t, func(scan sqldb.Scanner) (id string, err error) {
			var r models.AuthorRecord
			err = scan(&id, &r.Approved, &r.Rejected, &r.Substantial)
			records[id] = r
			return id, err
		}, `SELECT c.author_id, max(a.approved) - sum(CASE WHEN c.status = 'approved' THEN 1 ELSE 0 END),
				max(a.rejected) - sum(CASE WHEN c.status = 'rejected' AND c.reason <> 'withdrawn' THEN 1 ELSE 0 END),
				(SELECT count(DISTINCT substr(b.body, 1, 200)) FROM comments b WHERE b.site = c.site AND b.author_key = c.author_key
					AND b.status = 'approved' AND length(b.body) >= $4 AND (b.created_at, b.id) < ($2, $3))
			FROM comments c JOIN authors a ON a.site = c.site AND a.key = c.author_key
			WHERE c.site = $1 AND (c.created_at, c.id) >= ($2, $3) AND c.author_id <> '' GROUP BY c.author_id, c.site, c.author_key`,
			w.site, w.first.At, w.first.ID, models.MinSubstance)
		return records, err
	})
}

// RejectionsBefore returns when comments of an author from before a window were rejected,
// since a time; the first up to limit.
func (db *DB) RejectionsBefore(ctx context.Context, w Window, authorID string, since time.Time, limit int) ([]time.Time, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]time.Time, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (time.Time, error) {
			var at int64
			err := scan(&at)
			return fromMicros(at), err
		}, `SELECT updated_at FROM comments WHERE site = $1 AND author_key = $2 AND status = 'rejected' AND reason <> 'withdrawn' AND updated_at >= $3
			AND (created_at, id) < ($4, $5) ORDER BY updated_at DESC LIMIT $6`,
			w.site, models.Author{ID: authorID}.Key(), micros(since), w.first.At, w.first.ID, limit)
	})
}
