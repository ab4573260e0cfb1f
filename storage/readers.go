package storage

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"iter"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// readerPage is how many comments or reports are read at once.
const readerPage = 500

// readerCandidate is a comment that may be a reader's.
type readerCandidate struct {
	sqldb.Position
	matches bool
}

// readerCandidates returns the next page of comments that may be a reader's:
// those of the author's key, or for an e-mail address, which has no index, all
// comments of the site.
func (t *tx) readerCandidates(r models.Reader, after sqldb.Position) ([]readerCandidate, error) {
	read := func(scan sqldb.Scanner) (c readerCandidate, err error) {
		err = scan(&c.At, &c.ID, &c.matches)
		return c, err
	}
	if r.Email != "" {
		return sqldb.List(t, read, `SELECT created_at, id, author_email <> '' AND lower(author_email) = lower($1) FROM comments
			WHERE site = $2 AND (created_at, id) > ($3, $4) ORDER BY created_at, id LIMIT $5`, r.Email, r.Site, after.At, after.ID, readerPage)
	}
	return sqldb.List(t, read, `SELECT created_at, id, TRUE FROM comments WHERE site = $1 AND author_key = $2 AND id > $3 ORDER BY id LIMIT $4`,
		r.Site, models.Author{ID: r.ID, Name: r.Name}.Key(), after.ID, readerPage)
}

// readerIDs yields the ids of a reader's comments, a page at a time.
func (db *DB) readerIDs(ctx context.Context, r models.Reader) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for after, more := (sqldb.Position{}), true; more; {
			found, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]readerCandidate, error) { return t.readerCandidates(r, after) })
			if err != nil {
				yield(nil, err)
				return
			}
			var ids []string
			for _, c := range found {
				after = c.Position
				if c.matches {
					ids = append(ids, c.ID)
				}
			}
			if len(ids) > 0 && !yield(ids, nil) {
				return
			}
			more = len(found) == readerPage
		}
	}
}

// checkReader reports whether the caller may ask for the reader's data.
func (db *DB) checkReader(ctx context.Context, by models.Caller, r models.Reader) error {
	if err := r.Validate(); err != nil {
		return err
	}
	if !by.CanSee(r.Site) {
		return models.Errorf(models.KindNotFound, "there is no site %q", r.Site)
	}
	_, err := db.Site(ctx, r.Site)
	return err
}

// ExportReader returns all data about one reader (GDPR, Art. 15): note and
// sanction, comments with their decisions and labels, and the reports that were
// made under an id. The audit row is written first, so that an export that is
// interrupted is in the trail too.
func (db *DB) ExportReader(ctx context.Context, by models.Caller, r models.Reader) (
	state models.ReaderState, comments iter.Seq2[models.ReaderComment, error], reports iter.Seq2[models.ReaderReport, error], err error,
) {
	if err := db.checkReader(ctx, by, r); err != nil {
		return state, nil, nil, err
	}
	state, err = update(ctx, db, func(t *tx) (models.ReaderState, error) {
		subject, err := t.readerSubject(r)
		if err != nil {
			return models.ReaderState{}, err
		}
		if err := t.audit(by, r.Site, "reader.export", subject, nil, nil); err != nil {
			return models.ReaderState{}, err
		}
		return t.readerState(r)
	})
	return state, db.readerComments(ctx, r), db.readerReports(ctx, r), err
}

func (db *DB) readerComments(ctx context.Context, r models.Reader) iter.Seq2[models.ReaderComment, error] {
	return func(yield func(models.ReaderComment, error) bool) {
		for ids, err := range db.readerIDs(ctx, r) {
			var page []models.ReaderComment
			if err == nil {
				page, err = readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]models.ReaderComment, error) { return t.readerComments(r.Site, ids) })
			}
			if err != nil {
				yield(models.ReaderComment{}, err)
				return
			}
			for _, c := range page {
				if !yield(c, nil) {
					return
				}
			}
		}
	}
}

func (t *tx) readerComments(site string, ids []string) ([]models.ReaderComment, error) {
	idList := jsonList(ids)
	found, err := sqldb.List(t, readCommentRow, commentRowColumns+` WHERE c.id`+t.InJSONList(1)+` AND `+t.Unindexed("c.site")+` = $2 ORDER BY c.created_at, c.id`, idList, site)
	if err != nil {
		return nil, err
	}
	decisions, err := sqldb.List(t, readDecision, decisionColumns+` WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, idList, site)
	if err != nil {
		return nil, err
	}
	escalations, err := sqldb.List(t, readDecision, escalationColumns+` WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, idList, site)
	if err != nil {
		return nil, err
	}
	decisions = append(decisions, escalations...)
	slices.SortFunc(decisions, func(a, b models.Decision) int { return strings.Compare(a.ID, b.ID) })
	type ofComment struct {
		comment string
		label   models.Label
	}
	labels, err := sqldb.List(t, func(scan sqldb.Scanner) (l ofComment, err error) {
		l.label, err = readLabel(func(into ...any) error { return scan(append(into, &l.comment)...) })
		return l, err
	}, `SELECT id, label, site, author, author_email, author_url, url, lang, source, '', created_at, body, selected_by, selection_rate, weight, comment_id
		FROM labels WHERE comment_id <> '' AND comment_id`+t.InJSONList(1)+` AND site = $2 ORDER BY id`, idList, site)
	if err != nil {
		return nil, err
	}
	appeals, err := sqldb.List(t, readAppeal, appealColumns+` WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, idList, site)
	if err != nil {
		return nil, err
	}
	all := make([]models.ReaderComment, len(found))
	at := map[string]*models.ReaderComment{}
	for i, k := range found {
		all[i] = models.ReaderComment{Comment: k.comment, Verdict: k.verdict, Decisions: []models.ReaderDecision{}, Labels: []models.Label{}}
		if all[i].Revisions, err = t.revisions(keyOf(k.comment)); err != nil {
			return nil, err
		}
		for n := range all[i].Revisions { // moderators are no data of the reader
			all[i].Revisions[n].ReplacedBy = ""
		}
		at[k.comment.ID] = &all[i]
	}
	for _, d := range decisions {
		c := at[d.CommentID]
		c.Decisions = append(c.Decisions, models.ReaderDecision{Action: d.Action, Reason: d.Reason, Note: d.Note, Message: d.Message, CreatedAt: d.CreatedAt, UndoneAt: d.UndoneAt})
	}
	for _, a := range appeals {
		at[a.comment].Appeal = &models.ReaderAppeal{Words: a.Words, CreatedAt: a.CreatedAt}
	}
	opinions, err := t.opinions(site, ids)
	if err != nil {
		return nil, err
	}
	for _, o := range opinions {
		if c := at[o.comment]; c != nil {
			c.Opinion = &o.Opinion
		}
	}
	for _, l := range labels {
		at[l.comment].Labels = append(at[l.comment].Labels, l.label)
	}
	return all, nil
}

// readerReports yields the reports that a reader made under an id. Those made
// without one have only the hash of an address, which cannot be assigned.
func (db *DB) readerReports(ctx context.Context, r models.Reader) iter.Seq2[models.ReaderReport, error] {
	return func(yield func(models.ReaderReport, error) bool) {
		if r.ID == "" {
			return
		}
		for after, more := "", true; more; {
			page, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]readerReport, error) { return t.readerReports(r, after) })
			if err != nil {
				yield(models.ReaderReport{}, err)
				return
			}
			for _, f := range page {
				if !yield(f.ReaderReport, nil) {
					return
				}
			}
			if more = len(page) == readerPage; more {
				after = page[len(page)-1].CommentID
			}
		}
	}
}

// readerReport is a report with its key.
type readerReport struct {
	models.ReaderReport
	site, who string
}

func (t *tx) readerReports(r models.Reader, after string) ([]readerReport, error) {
	own, elsewhere := reporterKeys(r.Site, r.ID)
	ofSite, ofOthers := new(sqldb.Where), new(sqldb.Where)
	ofSite.Add("site = ? AND who = ?", r.Site, own)
	ofOthers.Add("site IN (SELECT slug FROM sites) AND who = ?", elsewhere)
	var all []readerReport
	for _, w := range []*sqldb.Where{ofSite, ofOthers} {
		w.Add("comment_id > ?", after)
		found, err := sqldb.List(t, func(scan sqldb.Scanner) (f readerReport, err error) {
			var at int64
			err = scan(&f.site, &f.who, &f.CommentID, &f.Reason, &f.Words, &at)
			f.CreatedAt = fromMicros(at)
			return f, err
		}, `SELECT site, who, comment_id, reason, words, created_at FROM flags`+w.String()+` ORDER BY comment_id LIMIT `+w.Arg(readerPage), w.Args()...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b readerReport) int { return strings.Compare(a.CommentID, b.CommentID) })
	return all[:min(readerPage, len(all))], nil
}

// EraseReader removes all data about one reader (GDPR, Art. 17). Comments become
// rejected ones without content or author, in their place in the thread; replies
// to them stay. It works in batches, each with its audit row: when it is
// interrupted, the next call continues.
func (db *DB) EraseReader(ctx context.Context, by models.Caller, r models.Reader) (models.Erasure, error) {
	var total models.Erasure
	if err := db.checkReader(ctx, by, r); err != nil {
		return total, err
	}
	batch := func(erase func(*tx) (models.Erasure, error)) error {
		e, err := update(ctx, db, func(t *tx) (models.Erasure, error) {
			e, err := erase(t)
			if err != nil {
				return e, err
			}
			if e.Subject, err = t.readerSubject(r); err != nil {
				return e, err
			}
			if e.Comments+e.Reports == 0 && total.Comments+total.Reports > 0 {
				return e, nil // the trail has the erasure already
			}
			count := map[string]int{"comments": e.Comments, "labels": e.Labels, "reports": e.Reports}
			return e, t.audit(by, r.Site, "reader.erase", e.Subject, nil, count)
		})
		total.Subject = e.Subject
		total.Comments, total.Labels, total.Reports = total.Comments+e.Comments, total.Labels+e.Labels, total.Reports+e.Reports
		return err
	}
	for ids, err := range db.readerIDs(ctx, r) {
		if err != nil {
			return total, err
		}
		for part := range slices.Chunk(ids, stripBatch) {
			if err := batch(func(t *tx) (models.Erasure, error) { return t.eraseComments(r.Site, part) }); err != nil {
				return total, err
			}
		}
	}
	for more := true; more; {
		before := total.Reports
		if err := batch(func(t *tx) (models.Erasure, error) { return t.eraseReports(r) }); err != nil {
			return total, err
		}
		more = total.Reports-before == readerPage
	}
	return total, db.sql.Forget(ctx)
}

func (t *tx) eraseComments(site string, ids []string) (e models.Erasure, err error) {
	old, err := sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+` WHERE c.id`+t.InJSONList(1)+` AND `+t.Unindexed("c.site")+` = $2 ORDER BY c.id`+t.ForUpdateOf("c"), jsonList(ids), site)
	if err != nil {
		return e, err
	}
	// Another call may have erased some since they were found.
	old = slices.DeleteFunc(old, func(c models.Comment) bool { return c.Reason == models.ReasonErased })
	if e.Comments = len(old); e.Comments == 0 {
		return e, nil
	}
	erased := make([]string, len(old))
	var events []models.Event
	for i, c := range old {
		erased[i] = c.ID
		gone := c
		gone.Status = models.Rejected
		events = append(events, t.newCommentChanged(gone, models.CauseErased))
		// A key has the same time as its comment, and that is indexed.
		if t.Now.Sub(c.CreatedAt) > 2*idempotencyTTL {
			continue
		}
		if _, err := t.Exec(`DELETE FROM idempotency WHERE site = $1 AND created_at = $2 AND comment_id = $3`, site, micros(c.CreatedAt), c.ID); err != nil {
			return e, err
		}
	}
	labels, err := t.Exec(`DELETE FROM labels WHERE comment_id <> '' AND comment_id`+t.InJSONList(1)+` AND site = $2`, jsonList(erased), site)
	if err != nil {
		return e, err
	}
	e.Labels = int(labels)
	for _, notes := range []string{
		`UPDATE decisions SET note = '', message = '' WHERE site = $2 AND (note <> '' OR message <> '') AND comment_id`,
		`UPDATE escalations SET note = '' WHERE site = $2 AND note <> '' AND comment_id`,
		`UPDATE flags SET words = '' WHERE ` + t.Unindexed("site") + ` = $2 AND words <> '' AND comment_id`,
	} {
		if _, err := t.Exec(notes+t.InJSONList(1), jsonList(erased), site); err != nil {
			return e, err
		}
	}
	if err := t.stripContent(old, models.ReasonErased); err != nil {
		return e, err
	}
	return e, eventRows.Add(t, events...)
}

func (t *tx) eraseReports(r models.Reader) (e models.Erasure, err error) {
	if err := t.eraseAuthorState(r); err != nil {
		return e, err
	}
	mail, err := t.readerSubscriptions(r)
	if err == nil {
		err = t.endSubscriptions(r.Site, mail)
	}
	if err != nil {
		return e, err
	}
	if err := t.eraseViews(r); err != nil || r.ID == "" {
		return e, err
	}
	reports, err := t.readerReports(r, "")
	if err != nil {
		return e, err
	}
	for _, f := range reports {
		deleted, err := t.Exec(`DELETE FROM flags WHERE site = $1 AND comment_id = $2 AND who = $3`, f.site, f.CommentID, f.who)
		if err != nil {
			return e, err
		}
		if _, err := t.Exec(`UPDATE comments SET flags = flags - $1 WHERE site = $2 AND id = $3`, deleted, f.site, f.CommentID); err != nil {
			return e, err
		}
		e.Reports += int(deleted)
	}
	return e, nil
}

// readerSubject is the pseudonym of a reader in the audit trail: an HMAC (RFC
// 2104) of how they were named, with a random key that is used for nothing else.
func (t *tx) readerSubject(r models.Reader) (string, error) {
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails
	if _, err := t.Exec(`INSERT INTO settings (name, value) VALUES ('readers', $1) ON CONFLICT (name) DO NOTHING`, fresh); err != nil {
		return "", err
	}
	return t.knownSubject(r)
}

// knownSubject is readerSubject, or "" when there is no key yet.
func (t *tx) knownSubject(r models.Reader) (string, error) {
	key, err := sqldb.One(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = 'readers'`)
	if err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return "", err
	}
	r.Email = strings.ToLower(r.Email)
	text, err := toJSON(r)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return "reader:" + hex.EncodeToString(mac.Sum(nil)[:16]), nil
}
