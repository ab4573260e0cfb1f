package storage

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"winnow/models"
)

// NewComment is a comment to keep, with what the classifier said of it.
type NewComment struct {
	Comment        models.Comment // its ID, when the caller made one: a UUIDv7
	Verdict        models.Verdict
	Signals        string          // the verdict's as models.SignalsJSON writes them; empty: it is asked
	Campaign       models.Campaign // that the comment belongs to; without an ID: none
	IdempotencyKey string          // scoped to the site, kept for 24 hours; empty: none
	Fingerprint    []byte          // of the request, to tell a repetition from another one
	SecondLook     float64         // share of comments, approved or rejected as they come, to be looked at again
}

const idempotencyTTL = 24 * time.Hour

// CreateComment keeps a comment with its verdict, and its article when that is
// new or has another address or title. It sets ID, unless the caller has, and
// times and Version; Status and Reason are the caller's. With an idempotency
// key that was used for the same fingerprint, the earlier comment comes back
// as it was kept and replayed is true; another fingerprint is KindInvalid.
func (db *DB) CreateComment(ctx context.Context, n NewComment) (c models.Comment, v models.Verdict, replayed bool, err error) {
	request := &insertRequest{ctx: ctx, NewComment: n, done: make(chan insertResult, 1)}
	sanitizeComment(&request.Comment)
	if request.Comment.ID == "" {
		request.Comment.ID = newID()
	}
	request.Comment.Version, request.Comment.Flags = 1, 0 // as keepComments writes them
	if request.Verdict.Signals == nil {
		request.Verdict.Signals = []models.Signal{}
	}
	if request.Signals == "" {
		request.Signals = models.SignalsJSON(request.Verdict.Signals)
	}
	request.row = request.values()
	result, err := db.createWithOthers(request)
	return result.comment, result.verdict, result.replayed, err
}

// creation is a comment to keep. It is not changed while it waits, but for the
// times in its row.
type insertRequest struct {
	ctx context.Context
	NewComment
	row  []any             // of keepComments
	done chan insertResult // takes one value without a reader
}

// key is the idempotency key as the database holds it.
func (c *insertRequest) key() [2]string {
	return [2]string{c.Comment.Site, sanitizeText(c.IdempotencyKey)}
}

// values are made by the caller, so that the one who writes for all has less
// to do.
func (c *insertRequest) values() []any {
	n, v, risk := &c.Comment, &c.Verdict, c.Verdict.Probability()
	return []any{
		n.ID, n.Site, n.Article.ID, n.ParentID, n.Author.ID, n.Author.Name, n.Author.Email, n.Author.URL,
		n.Author.Key(), n.Client.Hash, n.Client.Net, n.Client.UserAgent, n.Client.Referrer,
		string(n.Status), string(n.Reason), string(n.Status), &risk, n.Body, searchColumn(*n), n.Lang, c.Campaign.ID,
		v.Spam, v.Abuse, string(v.Action), string(v.Reason), v.Model, &v.Hold, &v.Reject, c.Signals,
		nil, nil, // times, that create fills in
	}
}

// outcome is what became of a creation.
type insertResult struct {
	commentRow
	err error
}

// clean makes what is returned equal to what will be read.
func sanitizeComment(c *models.Comment) {
	for _, s := range []*string{
		&c.Article.ID, &c.Article.URL, &c.Article.Title, &c.Article.Section, &c.ParentID,
		&c.Author.ID, &c.Author.Name, &c.Author.Email, &c.Author.URL, &c.Body, &c.Lang,
		&c.Client.Hash, &c.Client.Net, &c.Client.UserAgent, &c.Client.Referrer,
	} {
		*s = sanitizeText(*s)
	}
	c.Article.Site = c.Site
}

var (
	insertComments = into("comments", `id, site, article, parent_id, author_id, author_name, author_email, author_url,
		author_key, client_hash, client_net, user_agent, referrer, status, reason, machine, risk double precision,
		flags = 0, version = 1, lease_by = '', lease_until = 0, body, search, lang, campaign,
		spam double precision, abuse double precision, action, said, model, hold_at double precision, reject_at double precision, signals,
		created_at bigint, updated_at bigint`, "")
	// One comment alone is no campaign. Nodes may learn of copies in another
	// order than they count.
	upsertCampaigns = into("campaigns", "id, count bigint, authors bigint, articles bigint, first_at bigint",
		`ON CONFLICT (id) DO UPDATE SET count = excluded.count, authors = excluded.authors, articles = excluded.articles
		WHERE campaigns.count < excluded.count`)
	// A key that has had its time is free again.
	insertIdempotencyKeys = into("idempotency", "site, key, fingerprint bytea, comment_id, created_at bigint",
		`ON CONFLICT (site, key) DO UPDATE SET fingerprint = excluded.fingerprint, comment_id = excluded.comment_id, created_at = excluded.created_at
		WHERE idempotency.created_at <= excluded.created_at - 86400000000 RETURNING site, key`)
)

// create keeps comments, no two with the same idempotency key. What is wrong
// with one comment alone, and was found before anything was written, stands in
// its outcome; with an error the transaction is of no use.
func (t *tx) create(group []*insertRequest) ([]insertResult, error) {
	results := make([]insertResult, len(group))
	if err := t.validateParents(group, results); err != nil {
		return nil, err
	}
	if err := t.claimKeys(group, results); err != nil {
		return nil, err
	}
	var comments, events, looks [][]any
	campaigns := map[string]models.Campaign{}
	for i, request := range group {
		if results[i].err != nil || results[i].replayed {
			continue
		}
		c, v, g := request.Comment, request.Verdict, request.Campaign
		c.CreatedAt, c.UpdatedAt = t.now, t.now
		results[i].commentRow = commentRow{comment: c, verdict: v}
		times := request.row[len(request.row)-2:]
		times[0] = micros(t.now)
		times[1] = times[0]
		comments = append(comments, request.row)
		events = append(events, t.eventRow(models.CommentCreated, c.Site, c.ID, c.Article.ID, c.Status))
		if c.Status != models.Pending && sampled(c.ID, request.SecondLook) {
			looks = append(looks, t.machineSecondLook(c))
		}
		if g.Count > max(1, campaigns[g.ID].Count) && g.ID != "" {
			campaigns[g.ID] = g
		}
	}
	for _, part := range []struct {
		into insert
		rows [][]any
	}{
		{insertComments, comments},
		{insertEvents, events},
		{insertSecondLooks, looks},
		{upsertCampaigns, rowsOf(campaigns, strings.Compare, func(id string, g models.Campaign) []any {
			return []any{id, int64(g.Count), int64(g.Authors), int64(g.Articles), micros(g.First)}
		})},
	} {
		if err := t.insert(part.into, part.rows); err != nil {
			return nil, err
		}
	}
	for i, o := range results {
		if o.err == nil && !o.replayed {
			t.counters.touchArticle(group[i].Comment.Article, t.now)
			t.counters.countComment(o.comment, 1)
			t.counters.onArrival(o.commentRow)
		}
	}
	return results, nil
}

// fitParents refuses replies that do not answer a comment of their own article.
func (t *tx) validateParents(group []*insertRequest, results []insertResult) error {
	var parents []string
	for _, request := range group {
		if request.Comment.ParentID != "" {
			parents = append(parents, request.Comment.ParentID)
		}
	}
	if len(parents) == 0 {
		return nil
	}
	type place struct{ id, site, article string }
	var w where
	w.in("id", parents)
	found, err := list(t, func(scan scanner) (p place, err error) {
		err = scan(&p.id, &p.site, &p.article)
		return p, err
	}, `SELECT id, site, article FROM comments`+w.String(), w.args...)
	if err != nil {
		return err
	}
	for i, request := range group {
		c := request.Comment
		if c.ParentID != "" && !slices.Contains(found, place{c.ParentID, c.Site, c.Article.ID}) {
			var bad models.Invalid
			bad.Add("parent_id", "is not a comment of this article")
			results[i].err = bad.Err()
		}
	}
	return nil
}

// claimKeys notes the idempotency keys of a group, and finds what was kept
// under those that are known. Of two requests at the same moment, the insert
// makes one wait for the other.
func (t *tx) claimKeys(group []*insertRequest, results []insertResult) error {
	byKey := map[[2]string]int{}
	for i, request := range group {
		if request.IdempotencyKey != "" && results[i].err == nil {
			byKey[request.key()] = i
		}
	}
	rows := rowsOf(byKey, comparePairs, func(key [2]string, i int) []any {
		return []any{key[0], key[1], append([]byte{}, group[i].Fingerprint...), group[i].Comment.ID, micros(t.now)}
	})
	claimed, err := insertReturning(t, func(scan scanner) (key [2]string, err error) {
		err = scan(&key[0], &key[1])
		return key, err
	}, insertIdempotencyKeys, rows)
	if err != nil {
		return err
	}
	for _, key := range claimed {
		delete(byKey, key)
	}
	for key, i := range byKey {
		if results[i].commentRow, results[i].err = t.replay(key, group[i].Fingerprint, 0); models.KindOf(results[i].err) != models.KindInvalid {
			err = errors.Join(err, results[i].err)
		}
	}
	return err
}

// Repeated returns what CreateComment would return for a request that was made
// before, or KindNotFound when it was not, or not with this key.
func (db *DB) Repeated(ctx context.Context, site, key string, fingerprint []byte) (models.Comment, models.Verdict, error) {
	if key == "" {
		return models.Comment{}, models.Verdict{}, models.Errorf(models.KindNotFound, "there is no idempotency key")
	}
	k, err := read(ctx, db, func(t *tx) (commentRow, error) {
		k, err := t.replay([2]string{site, sanitizeText(key)}, fingerprint, micros(t.now.Add(-idempotencyTTL)))
		return k, notFoundIf(err, "the idempotency key is not known")
	})
	return k.comment, k.verdict, err
}

// repeated returns what was kept under an idempotency key after a time, if it
// was for the same request.
func (t *tx) replay(key [2]string, fingerprint []byte, after int64) (commentRow, error) {
	type entry struct {
		print []byte
		id    string
	}
	e, err := one(t, func(scan scanner) (e entry, err error) {
		err = scan(&e.print, &e.id)
		return e, err
	}, `SELECT fingerprint, comment_id FROM idempotency WHERE site = $1 AND key = $2 AND created_at > $3`, key[0], key[1], after)
	if err != nil {
		return commentRow{}, err
	}
	if !bytes.Equal(e.print, fingerprint) {
		return commentRow{}, models.Errorf(models.KindInvalid, "the idempotency key was used for another request")
	}
	// It may have come in this transaction, and its article is not written yet.
	if err := t.flush(); err != nil {
		return commentRow{}, err
	}
	k, err := t.comment(e.id, "")
	k.replayed = true
	k.comment.Status, k.comment.Reason = k.initialState()
	return k, err
}

// arrived returns what became of a comment when it came, whatever moderators
// and readers did since.
func (k commentRow) initialState() (models.Status, models.Reason) {
	switch {
	case k.initialStatus == models.Approved:
		return k.initialStatus, ""
	case k.verdict.Action == models.Approve:
		return k.initialStatus, cmp.Or(k.verdict.Reason, models.ReasonPremoderation)
	}
	return k.initialStatus, k.verdict.Reason
}

// searchText is what the queue searches, made here because the databases
// disagree on lower case beyond ASCII. Only pending comments are searched.
func searchColumn(c models.Comment) string {
	if c.Status != models.Pending {
		return ""
	}
	return strings.ToLower(c.Author.Name + "\n" + c.Body)
}
