package storage

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// commentRow is a comment with its verdict and what belongs to them.
type commentRow struct {
	comment         models.Comment
	verdict         models.Verdict
	campaign        *models.Campaign // nil when it is in no campaign
	claim           models.Claim     // may have expired
	initialStatus   models.Status    // on arrival
	burstUntil      time.Time        // of a burst on its article; may be over
	secondLookShare float64          // share of second looks on its site
	pageWord        string           // see pageWordColumn
	reportsToHold   int              // how many different readers must report it; 0: never enough
	// answeredElsewhere: comments of other sites may answer those of its site.
	answeredElsewhere bool
}

const commentColumns = `c.id, c.site, c.article, a.id, a.url, a.title, a.section, a.described, c.parent_id, c.author_id, c.author_name, c.author_email, c.author_url, c.staff,
	c.client_hash, c.client_net, c.browser, c.user_agent, c.referrer, c.status, c.reason, c.flags, c.version, c.created_at, c.updated_at, c.body, c.lang, c.redacted, c.featured, c.withdrawn, c.written_by`

// articleOfComment joins comments c with their articles: those that they were posted
// on, or what those were merged into.
const articleOfComment = ` JOIN articles o ON o.site = c.site AND o.id = c.article
	JOIN articles a ON a.site = c.site AND a.id = ` + rootOf

const commentTables = ` FROM comments c` + articleOfComment

// commentInto returns where the commentColumns are scanned to; done converts the
// times.
func commentInto(c *models.Comment) (into []any, done func()) {
	var created, updated int64
	into = []any{
		&c.ID, &c.Site, &c.PostedOn, &c.Article.ID, &c.Article.URL, &c.Article.Title, &c.Article.Section, &c.Article.Described, &c.ParentID,
		&c.Author.ID, &c.Author.Name, &c.Author.Email, &c.Author.URL, &c.Author.Staff,
		&c.Client.Hash, &c.Client.Net, &c.Client.Browser, &c.Client.UserAgent, &c.Client.Referrer,
		&c.Status, &c.Reason, &c.Flags, &c.Version, &created, &updated, &c.Body, &c.Lang, &c.Redacted, &c.Featured, &c.Withdrawn, &c.WrittenBy,
	}
	return into, func() {
		c.Article.Site = c.Site
		if c.PostedOn == c.Article.ID {
			c.PostedOn = ""
		}
		c.CreatedAt, c.UpdatedAt = fromMicros(created), fromMicros(updated)
	}
}

func readComment(scan sqldb.Scanner) (c models.Comment, err error) {
	into, done := commentInto(&c)
	err = scan(into...)
	done()
	return c, err
}

const commentRowColumns = `SELECT ` + commentColumns + `, c.machine, c.lease_by, c.lease_until,
	c.spam, c.abuse, c.action, c.said, c.model, c.hold_at, c.reject_at, c.signals,
	c.campaign, g.count, g.authors, g.articles, g.first_at, a.surge_until, s.second_look, s.reports_to_hold, s.answered_elsewhere, c.page_word, ` + isHidden +
	commentTables + ` JOIN sites s ON s.slug = c.site LEFT JOIN campaigns g ON g.site = c.site AND g.id = c.campaign`

func readCommentRow(scan sqldb.Scanner) (k commentRow, err error) {
	into, done := commentInto(&k.comment)
	var until, burstUntil int64
	var signals string
	v := &k.verdict
	var group string
	var count, authors, articles, first *int64
	var site models.Site
	err = scan(append(into, &k.initialStatus, &k.claim.By, &until, &v.Spam, &v.Abuse, &v.Action, &v.Reason, &v.Model, &v.HoldAt, &v.RejectAt, &signals,
		&group, &count, &authors, &articles, &first, &burstUntil, &site.SecondLook, &site.ReportsToHold, &k.answeredElsewhere, &k.pageWord, &k.comment.Hidden)...)
	if err != nil {
		return k, err
	}
	done()
	k.secondLookShare, k.reportsToHold = site.SecondLookShare(), site.ReportsNeeded()
	if count != nil { // then the others are not NULL either
		k.campaign = &models.Campaign{
			ID: group, Count: int(*count), Authors: int(*authors), Articles: int(*articles), First: fromMicros(*first),
		}
	}
	k.claim.LeaseUntil, k.burstUntil = fromMicros(until), fromMicros(burstUntil)
	err = json.Unmarshal([]byte(signals), &v.Signals)
	if k.comment.Redacted {
		for i := range v.Signals { // their places are those of the text before
			v.Signals[i].Spans = nil
		}
	}
	return k, err
}

// liveClaim returns the claim unless it has expired.
func (k commentRow) liveClaim(t *tx) *models.Claim {
	if k.claim.By == "" || !k.claim.LeaseUntil.After(t.Now) {
		return nil
	}
	k.claim.SecondsLeft = models.SecondsUntil(k.claim.LeaseUntil, t.Now)
	return &k.claim
}

// comment reads one comment by its id alone; a lock is for its row alone.
func (t *tx) comment(id, lock string) (commentRow, error) {
	row, err := locate(t, "comments", id, func(of key) (commentRow, error) { return t.findComment(of, lock) })
	return row, notFoundIf(err, "there is no such comment")
}

// commentAt is comment for one whose site is known.
func (t *tx) commentAt(of key, lock string) (commentRow, error) {
	row, err := t.findComment(of, lock)
	return row, notFoundIf(err, "there is no such comment")
}

func (t *tx) findComment(of key, lock string) (commentRow, error) {
	if lock != "" {
		lock += " OF c"
	}
	row, err := sqldb.One(t, readCommentRow, commentRowColumns+` WHERE c.site = $1 AND c.id = $2`+lock, of.site, of.id)
	if err == nil {
		t.noteAnswers(of.site, row.answeredElsewhere)
	}
	return row, err
}

// keyOf is the key of a comment.
func keyOf(c models.Comment) key { return key{c.Site, c.ID} }

// Comment returns one comment, or KindNotFound.
func (db *DB) Comment(ctx context.Context, id string) (models.Comment, error) {
	k, err := read(ctx, db, func(t *tx) (commentRow, error) { return t.comment(id, "") })
	return k.comment, err
}

// Comments streams the comments that arrived from since on, site by site, oldest
// first; those of one site when site is not "".
func (db *DB) Comments(ctx context.Context, site string, since time.Time) iter.Seq2[models.Comment, error] {
	return func(yield func(models.Comment, error) bool) {
		slugs := []string{site}
		if site == "" {
			var err error
			if slugs, err = db.slugs(ctx); err != nil {
				yield(models.Comment{}, err)
				return
			}
		}
		for _, slug := range slugs {
			for c, err := range db.siteComments(ctx, slug, since) {
				if !yield(c, err) || err != nil {
					return
				}
			}
		}
	}
}

func (db *DB) slugs(ctx context.Context) ([]string, error) {
	return read(ctx, db, (*tx).slugs)
}

func (t *tx) slugs() ([]string, error) {
	return sqldb.List(t, sqldb.ScanOne[string], `SELECT slug FROM sites ORDER BY slug`)
}

func (db *DB) siteComments(ctx context.Context, site string, since time.Time) iter.Seq2[models.Comment, error] {
	return sqldb.Stream(ctx, db.sql, micros(since), func(t *sqldb.Tx, after sqldb.Position) ([]models.Comment, error) {
		return sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+
			` WHERE c.site = $1 AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`,
			site, after.At, after.ID, sqldb.StreamPage)
	}, func(c models.Comment) sqldb.Position { return sqldb.Position{At: micros(c.CreatedAt), ID: c.ID} })
}

// refuseGone refuses to change a comment that is gone for good.
func refuseGone(c models.Comment) error {
	switch {
	case c.ContentRemoved():
		return models.Errorf(models.KindConflict, "the text of this comment has been removed")
	case c.Withdrawn:
		return models.Errorf(models.KindConflict, "its author has withdrawn this comment")
	}
	return nil
}

// visible returns a comment that the caller may see.
func (t *tx) visible(by models.Caller, id, lock string) (commentRow, error) {
	k, err := t.comment(id, lock)
	if err == nil && !by.CanSee(k.comment.Site) {
		return commentRow{}, models.Errorf(models.KindNotFound, "there is no such comment")
	}
	return k, err
}

// visibleAt is visible for a comment whose site may be known: "" is an unknown one.
func (t *tx) visibleAt(by models.Caller, of key, lock string) (commentRow, error) {
	if of.site == "" {
		return t.visible(by, of.id, lock)
	}
	if !by.CanSee(of.site) {
		return commentRow{}, models.Errorf(models.KindNotFound, "there is no such comment")
	}
	return t.commentAt(of, lock)
}
