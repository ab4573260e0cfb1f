package storage

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"strings"
	"time"

	"winnow/models"
)

// NewComment is a comment to keep, with what the classifier said of it.
type NewComment struct {
	Comment        models.Comment // its ID, when the caller made one: a UUIDv7
	Verdict        models.Verdict
	Campaign       models.Campaign // that the comment belongs to; without an ID: none
	IdempotencyKey string          // scoped to the site, kept for 24 hours; empty: none
	Fingerprint    []byte          // of the request, to tell a repetition from another one
}

const idempotencyKept = 24 * time.Hour

// kept is a comment and its verdict as the database holds them.
type kept struct {
	comment  models.Comment
	verdict  models.Verdict
	campaign *models.Campaign // nil when there are no copies
	claim    models.Claim     // may have run out
	replayed bool
}

// CreateComment keeps a comment with its verdict, and its article when that is
// new or has another address or title. It sets ID, unless the caller has, and
// times and Version; Status and Reason are the caller's. With an idempotency
// key that was used for the same fingerprint, the earlier comment comes back
// and replayed is true; another fingerprint is KindInvalid.
func (db *DB) CreateComment(ctx context.Context, n NewComment) (c models.Comment, v models.Verdict, replayed bool, err error) {
	c, v = clean(n.Comment), n.Verdict
	if v.Signals == nil {
		v.Signals = []models.Signal{}
	}
	k, err := update(ctx, db, func(t *tx) (kept, error) {
		c := c
		if c.ID == "" {
			c.ID = newID()
		}
		c.Version, c.Flags = 1, 0
		c.CreatedAt, c.UpdatedAt = t.now, t.now
		if n.IdempotencyKey != "" {
			earlier, err := t.repeated(n, c)
			if err != nil || earlier.replayed {
				return earlier, err
			}
		}
		return kept{comment: c, verdict: v}, t.create(c, v, n.Campaign)
	})
	return k.comment, k.verdict, k.replayed, err
}

// clean makes what is returned equal to what will be read.
func clean(c models.Comment) models.Comment {
	for _, s := range []*string{
		&c.Article.ID, &c.Article.URL, &c.Article.Title, &c.ParentID,
		&c.Author.ID, &c.Author.Name, &c.Author.Email, &c.Author.URL, &c.Body,
		&c.Client.Hash, &c.Client.Net, &c.Client.UserAgent, &c.Client.Referrer,
	} {
		*s = plain(*s)
	}
	c.Article.Site = c.Site
	return c
}

// repeated notes an idempotency key for c, or returns what was kept under it.
// Of two requests at the same moment, the insert makes one wait for the other.
func (t *tx) repeated(n NewComment, c models.Comment) (kept, error) {
	if _, err := t.exec(`DELETE FROM idempotency WHERE site = $1 AND key = $2 AND created_at <= $3`,
		c.Site, n.IdempotencyKey, micros(t.now.Add(-idempotencyKept))); err != nil {
		return kept{}, err
	}
	added, err := t.exec(`INSERT INTO idempotency (site, key, fingerprint, comment_id, created_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (site, key) DO NOTHING`,
		c.Site, n.IdempotencyKey, append([]byte{}, n.Fingerprint...), c.ID, micros(t.now))
	if err != nil || added > 0 {
		return kept{}, err
	}
	type entry struct {
		print []byte
		id    string
	}
	e, err := one(t, func(scan scanner) (e entry, err error) { return e, scan(&e.print, &e.id) },
		`SELECT fingerprint, comment_id FROM idempotency WHERE site = $1 AND key = $2`, c.Site, n.IdempotencyKey)
	if err != nil {
		return kept{}, err
	}
	if !bytes.Equal(e.print, n.Fingerprint) {
		return kept{}, models.Errorf(models.KindInvalid, "the idempotency key was used for another request")
	}
	k, err := t.comment(e.id, "")
	k.replayed = true
	return k, err
}

func (t *tx) create(c models.Comment, v models.Verdict, group models.Campaign) error {
	if err := t.fitsParent(c); err != nil {
		return err
	}
	if err := t.keepCampaign(group); err != nil {
		return err
	}
	if err := t.touchArticle(c.Article, c.Status == models.Approved); err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO comments (id, site, article, parent_id, author_id, author_name, author_email, author_url,
			author_key, client_hash, client_net, user_agent, referrer, status, reason, machine, risk, flags, version,
			created_at, updated_at, lease_by, lease_until, body, search, campaign)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $14, $16, 0, $17, $18, $18, '', 0, $19, $20, $21)`,
		c.ID, c.Site, c.Article.ID, c.ParentID, c.Author.ID, c.Author.Name, c.Author.Email, c.Author.URL,
		authorKey(c.Author), c.Client.Hash, c.Client.Net, c.Client.UserAgent, c.Client.Referrer,
		string(c.Status), string(c.Reason), v.Probability(), c.Version, micros(t.now), c.Body, searchText(c), group.ID); err != nil {
		return err
	}
	signals, err := toJSON(v.Signals)
	if err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO verdicts (comment_id, spam, abuse, action, reason, model, hold_at, reject_at, signals)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		c.ID, v.Spam, v.Abuse, string(v.Action), string(v.Reason), v.Model, v.Hold, v.Reject, signals); err != nil {
		return err
	}
	if err := t.event(models.CommentCreated, c.Site, c.ID, c.Article.ID, c.Status); err != nil {
		return err
	}
	if c.Status == models.Pending {
		return t.countPending(c.Site, 1)
	}
	return nil
}

// keepCampaign notes how large a group of near-copies has grown. One comment
// alone is none. Nodes may learn of copies in another order than they count.
func (t *tx) keepCampaign(g models.Campaign) error {
	if g.ID == "" || g.Count < 2 {
		return nil
	}
	_, err := t.exec(`INSERT INTO campaigns (id, count, authors, articles, first_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET count = excluded.count, authors = excluded.authors, articles = excluded.articles
		WHERE campaigns.count < excluded.count`, g.ID, g.Count, g.Authors, g.Articles, micros(g.First))
	return err
}

// fitsParent checks that a reply answers a comment of its own article.
func (t *tx) fitsParent(c models.Comment) error {
	if c.ParentID == "" {
		return nil
	}
	found, err := list(t, column[int], `SELECT 1 FROM comments WHERE id = $1 AND site = $2 AND article = $3`, c.ParentID, c.Site, c.Article.ID)
	if err == nil && len(found) == 0 {
		var bad models.Invalid
		bad.Add("parent_id", "is not a comment of this article")
		err = bad.Err()
	}
	return err
}

// authorKey is whom a record is kept for: the id when the author has one.
func authorKey(a models.Author) string {
	if a.ID != "" {
		return "id:" + a.ID
	}
	return "name:" + a.Name
}

// searchText is what the queue searches, made here because the databases
// disagree on lower case beyond ASCII. Only pending comments are searched.
func searchText(c models.Comment) string {
	if c.Status != models.Pending {
		return ""
	}
	return strings.ToLower(c.Author.Name + "\n" + c.Body)
}

func (t *tx) countPending(site string, change int) error {
	_, err := t.exec(`UPDATE site_counts SET pending = pending + $1 WHERE site = $2`, change, site)
	return err
}

const commentColumns = `c.id, c.site, c.article, a.url, a.title, c.parent_id, c.author_id, c.author_name, c.author_email, c.author_url,
	c.client_hash, c.client_net, c.user_agent, c.referrer, c.status, c.reason, c.flags, c.version, c.created_at, c.updated_at, c.body`

const commentTables = ` FROM comments c JOIN articles a ON a.site = c.site AND a.id = c.article`

// commentInto lists where the commentColumns go; times are set by done.
func commentInto(c *models.Comment) (into []any, done func()) {
	var created, updated int64
	return []any{
		&c.ID, &c.Site, &c.Article.ID, &c.Article.URL, &c.Article.Title, &c.ParentID,
		&c.Author.ID, &c.Author.Name, &c.Author.Email, &c.Author.URL,
		&c.Client.Hash, &c.Client.Net, &c.Client.UserAgent, &c.Client.Referrer,
		&c.Status, &c.Reason, &c.Flags, &c.Version, &created, &updated, &c.Body,
	}, func() {
		c.Article.Site = c.Site
		c.CreatedAt, c.UpdatedAt = fromMicros(created), fromMicros(updated)
	}
}

func readComment(scan scanner) (c models.Comment, err error) {
	into, done := commentInto(&c)
	err = scan(into...)
	done()
	return c, err
}

const keptColumns = `SELECT ` + commentColumns + `, c.lease_by, c.lease_until,
	v.spam, v.abuse, v.action, v.reason, v.model, v.hold_at, v.reject_at, v.signals,
	c.campaign, g.count, g.authors, g.articles, g.first_at` +
	commentTables + ` JOIN verdicts v ON v.comment_id = c.id LEFT JOIN campaigns g ON g.id = c.campaign`

func readKept(scan scanner) (k kept, err error) {
	into, done := commentInto(&k.comment)
	var until int64
	var signals string
	v := &k.verdict
	var group string
	var count, authors, articles, first *int64
	err = scan(append(into, &k.claim.By, &until, &v.Spam, &v.Abuse, &v.Action, &v.Reason, &v.Model, &v.Hold, &v.Reject, &signals,
		&group, &count, &authors, &articles, &first)...)
	if err != nil {
		return k, err
	}
	done()
	if count != nil { // then all of them are there
		k.campaign = &models.Campaign{
			ID: group, Count: int(*count), Authors: int(*authors), Articles: int(*articles), First: fromMicros(*first),
		}
	}
	k.claim.LeaseUntil = fromMicros(until)
	return k, json.Unmarshal([]byte(signals), &v.Signals)
}

// live returns the claim if it holds at t.now.
func (k kept) live(t *tx) *models.Claim {
	if k.claim.By == "" || !k.claim.LeaseUntil.After(t.now) {
		return nil
	}
	return &k.claim
}

// comment reads one comment; with a lock, its row alone is locked.
func (t *tx) comment(id, lock string) (kept, error) {
	if lock != "" {
		lock += " OF c"
	}
	k, err := one(t, readKept, keptColumns+` WHERE c.id = $1`+lock, id)
	return k, missing(err, "there is no such comment")
}

// Comment returns one comment, or KindNotFound.
func (db *DB) Comment(ctx context.Context, id string) (models.Comment, error) {
	k, err := read(ctx, db, func(t *tx) (kept, error) { return t.comment(id, "") })
	return k.comment, err
}

// Comments streams what arrived from since on, site by site, oldest first; of
// one site when site is not "".
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
	return read(ctx, db, func(t *tx) ([]string, error) { return list(t, column[string], `SELECT slug FROM sites ORDER BY slug`) })
}

func (db *DB) siteComments(ctx context.Context, site string, since time.Time) iter.Seq2[models.Comment, error] {
	return stream(ctx, db, micros(since), func(t *tx, after place) ([]models.Comment, error) {
		return list(t, readComment, `SELECT `+commentColumns+commentTables+
			` WHERE c.site = $1 AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`,
			site, after.at, after.id, streamPage)
	}, func(c models.Comment) place { return place{micros(c.CreatedAt), c.ID} })
}
