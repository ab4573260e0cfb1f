package storage

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// NewComment is a comment to store, with the classifier's verdict on it.
type NewComment struct {
	Comment        models.Comment // its ID, when the caller made one: a UUIDv7
	Verdict        models.Verdict
	Signals        string          // the verdict's, as models.SignalsJSON writes them; made from it when empty
	Campaign       models.Campaign // that the comment belongs to; without an ID: none
	IdempotencyKey string          // scoped to the site, stored for 24 hours; empty: none
	Fingerprint    []byte          // of the request: another request with the same key has another one
	SecondLook     float64         // share of comments approved or rejected on arrival that get a second look
	TrainingSample int             // how many of the site's first comments people look at
}

const idempotencyTTL = 24 * time.Hour

// CreateComment stores a comment with its verdict, and its article when that is new.
// What the comment says of the article counts only when nobody has described it, a
// page included: UpdateArticles stores what the newsroom says. It sets ID, unless the caller has, and
// times and Version; Status and Reason are the caller's. With an idempotency
// key that was used for the same fingerprint, the earlier comment is returned
// as it was stored and replayed is true; another fingerprint is KindInvalid.
func (db *DB) CreateComment(ctx context.Context, n NewComment) (c models.Comment, v models.Verdict, replayed bool, err error) {
	request := &insertRequest{NewComment: n}
	sanitizeComment(&request.Comment)
	if request.Comment.ID == "" {
		request.Comment.ID = newID()
	}
	request.Comment.Version, request.Comment.Flags = 1, 0 // as commentRows writes them
	if request.Verdict.Signals == nil {
		request.Verdict.Signals = []models.Signal{}
	}
	if request.Signals == "" {
		request.Signals = models.SignalsJSON(request.Verdict.Signals)
	}
	// Computed here, and not by the one goroutine that writes for all callers.
	request.authorKey = request.Comment.Author.Key()
	request.risk = request.Verdict.Probability()
	request.search = searchColumn(request.Comment)
	if err := db.comments.Do(ctx, request); err != nil {
		return models.Comment{}, models.Verdict{}, false, err
	}
	stored := request.result
	return stored.comment, stored.verdict, stored.replayed, nil
}

// insertRequest is a comment to store.
type insertRequest struct {
	NewComment
	authorKey string
	risk      float64
	search    string
	at        int64        // time of its transaction
	result    insertResult // undefined when the request has failed
}

// insertResult is what CreateComment returns.
type insertResult struct {
	comment  models.Comment
	verdict  models.Verdict
	replayed bool
}

// key is the idempotency key as the database stores it.
func (r *insertRequest) key() [2]string {
	return [2]string{r.Comment.Site, sqldb.SanitizeText(r.IdempotencyKey)}
}

// sanitizeComment makes what is returned equal to what will be read.
func sanitizeComment(c *models.Comment) {
	for _, s := range []*string{
		&c.Article.ID, &c.Article.URL, &c.Article.Title, &c.Article.Section, &c.ParentID,
		&c.Author.ID, &c.Author.Name, &c.Author.Email, &c.Author.URL, &c.Body, &c.Lang,
		&c.Client.Hash, &c.Client.Net, &c.Client.UserAgent, &c.Client.Referrer,
	} {
		*s = sqldb.SanitizeText(*s)
	}
	c.Article.Site = c.Site
}

var commentRows = sqldb.NewInsert("comments", "",
	sqldb.Text("id", func(r *insertRequest) string { return r.Comment.ID }),
	sqldb.Text("site", func(r *insertRequest) string { return r.Comment.Site }),
	sqldb.Text("article", func(r *insertRequest) string { return r.Comment.Article.ID }),
	sqldb.Text("parent_id", func(r *insertRequest) string { return r.Comment.ParentID }),
	sqldb.Text("author_id", func(r *insertRequest) string { return r.Comment.Author.ID }),
	sqldb.Text("author_name", func(r *insertRequest) string { return r.Comment.Author.Name }),
	sqldb.Text("author_email", func(r *insertRequest) string { return r.Comment.Author.Email }),
	sqldb.Text("author_url", func(r *insertRequest) string { return r.Comment.Author.URL }),
	sqldb.Bool("staff", func(r *insertRequest) bool { return r.Comment.Author.Staff }),
	sqldb.Text("author_key", func(r *insertRequest) string { return r.authorKey }),
	sqldb.Text("client_hash", func(r *insertRequest) string { return r.Comment.Client.Hash }),
	sqldb.Text("client_net", func(r *insertRequest) string { return r.Comment.Client.Net }),
	sqldb.Text("user_agent", func(r *insertRequest) string { return r.Comment.Client.UserAgent }),
	sqldb.Text("referrer", func(r *insertRequest) string { return r.Comment.Client.Referrer }),
	sqldb.Text("status", func(r *insertRequest) string { return string(r.Comment.Status) }),
	sqldb.Text("reason", func(r *insertRequest) string { return string(r.Comment.Reason) }),
	sqldb.Text("machine", func(r *insertRequest) string { return string(r.Comment.Status) }),
	sqldb.Float("risk", func(r *insertRequest) *float64 { return &r.risk }),
	sqldb.Constant[*insertRequest]("flags", "0"),
	sqldb.Constant[*insertRequest]("version", "1"),
	sqldb.Constant[*insertRequest]("lease_by", "''"),
	sqldb.Constant[*insertRequest]("lease_until", "0"),
	sqldb.Text("body", func(r *insertRequest) string { return r.Comment.Body }),
	sqldb.Text("search", func(r *insertRequest) string { return r.search }),
	sqldb.Text("lang", func(r *insertRequest) string { return r.Comment.Lang }),
	sqldb.Text("campaign", func(r *insertRequest) string { return r.Campaign.ID }),
	sqldb.Float("spam", func(r *insertRequest) *float64 { return r.Verdict.Spam }),
	sqldb.Float("abuse", func(r *insertRequest) *float64 { return r.Verdict.Abuse }),
	sqldb.Text("action", func(r *insertRequest) string { return string(r.Verdict.Action) }),
	sqldb.Text("said", func(r *insertRequest) string { return string(r.Verdict.Reason) }),
	sqldb.Text("model", func(r *insertRequest) string { return r.Verdict.Model }),
	sqldb.Float("hold_at", func(r *insertRequest) *float64 { return &r.Verdict.HoldAt }),
	sqldb.Float("reject_at", func(r *insertRequest) *float64 { return &r.Verdict.RejectAt }),
	sqldb.Text("signals", func(r *insertRequest) string { return r.Signals }),
	sqldb.Int("created_at", func(r *insertRequest) int64 { return r.at }),
	sqldb.Int("updated_at", func(r *insertRequest) int64 { return r.at }),
)

// A key that is older than idempotencyTTL can be used again.
var idempotencyRows = sqldb.NewInsert("idempotency",
	`ON CONFLICT (site, key) DO UPDATE SET fingerprint = excluded.fingerprint, comment_id = excluded.comment_id, created_at = excluded.created_at
	WHERE idempotency.created_at <= excluded.created_at - 86400000000 RETURNING site, key`,
	sqldb.Text("site", func(r *insertRequest) string { return r.Comment.Site }),
	sqldb.Text("key", func(r *insertRequest) string { return r.IdempotencyKey }),
	sqldb.Bytes("fingerprint", func(r *insertRequest) []byte { return r.Fingerprint }),
	sqldb.Text("comment_id", func(r *insertRequest) string { return r.Comment.ID }),
	sqldb.Int("created_at", func(r *insertRequest) int64 { return r.at }),
)

// insertComments stores the comments that were posted at the same time, in one
// transaction. Of several with the same idempotency key, all but the first find
// what that one has stored.
func (db *DB) insertComments(engineTx *sqldb.Tx, requests []*insertRequest) ([]error, error) {
	t := txOf(engineTx)
	sample, err := db.samples.open(t, requests)
	if err != nil {
		return nil, err
	}
	errs := make([]error, len(requests))
	first, repeated := make([]int, 0, len(requests)), []int(nil)
	keys := map[[2]string]bool{}
	for i, r := range requests {
		if key := r.key(); r.IdempotencyKey != "" && keys[key] {
			repeated = append(repeated, i)
		} else {
			keys[key] = true
			first = append(first, i)
		}
	}
	run := func(which []int) error {
		part := make([]*insertRequest, len(which))
		for n, i := range which {
			part[n] = requests[i]
		}
		partErrs, err := t.insertComments(part, sample)
		for n, partErr := range partErrs {
			errs[which[n]] = partErr
		}
		return err
	}
	if err := run(first); err != nil {
		return nil, err
	}
	for _, i := range repeated {
		if err := run([]int{i}); err != nil {
			return nil, err
		}
	}
	return errs, nil
}

// insertComments stores comments, no two with the same idempotency key. It
// returns what is wrong with single comments, found before anything of them was
// written; with an error the transaction is of no use.
func (t *tx) insertComments(requests []*insertRequest, sample openSamples) ([]error, error) {
	errs := make([]error, len(requests))
	for _, r := range requests {
		r.at, r.result = micros(t.Now), insertResult{}
	}
	if err := t.validateParents(requests, errs); err != nil {
		return nil, err
	}
	if err := t.claimKeys(requests, errs); err != nil {
		return nil, err
	}
	comments := make([]*insertRequest, 0, len(requests))
	events := make([]models.Event, 0, len(requests))
	var looks []secondLookRow
	var members []sampleRow
	campaigns := campaignDeltas{}
	for i, r := range requests {
		if errs[i] != nil || r.result.replayed {
			continue
		}
		c := r.Comment
		c.CreatedAt, c.UpdatedAt = t.Now, t.Now
		r.result = insertResult{comment: c, verdict: r.Verdict}
		comments = append(comments, r)
		events = append(events, t.newEvent(models.CommentCreated, c.Site, c.ID, c.Article.ID, c.Status))
		inSample := sample.take(c.Site, r.TrainingSample)
		if c.Status != models.Pending && (inSample || sampled(c.ID, r.SecondLook)) {
			looks = append(looks, t.machineSecondLook(c, r.SecondLook, inSample))
		}
		if inSample {
			members = append(members, sampleRow{c.Site, c.ID, lookOf(c.ID, looks)})
		}
		campaigns.add(c, r.Campaign)
		t.counters.touchArticle(c.Article, t.Now)
		t.counters.countComment(c, 1)
		t.counters.onReply(c)
		t.counters.onArrival(c, r.Verdict)
	}
	if err := commentRows.Add(t, comments...); err != nil {
		return nil, err
	}
	if err := eventRows.Add(t, events...); err != nil {
		return nil, err
	}
	if err := secondLookRows.Add(t, looks...); err != nil {
		return nil, err
	}
	if err := sampleRows.Add(t, members...); err != nil {
		return nil, err
	}
	return errs, t.storeCampaigns(campaigns, comments)
}

// claimKeys stores the idempotency keys of a group, and loads the comments of
// those that were used before. When two nodes get the same key at the same
// moment, the insert makes one wait for the other.
func (t *tx) claimKeys(requests []*insertRequest, errs []error) error {
	byKey := map[[2]string]int{}
	for i, request := range requests {
		if request.IdempotencyKey != "" && errs[i] == nil {
			byKey[request.key()] = i
		}
	}
	// In the order of the keys, which prevents deadlocks between nodes.
	rows := make([]*insertRequest, 0, len(byKey))
	for _, key := range slices.SortedFunc(maps.Keys(byKey), comparePairs) {
		rows = append(rows, requests[byKey[key]])
	}
	claimed, err := sqldb.AddReturning(t, idempotencyRows, func(scan sqldb.Scanner) (key [2]string, err error) {
		err = scan(&key[0], &key[1])
		return key, err
	}, rows)
	if err != nil {
		return err
	}
	for _, key := range claimed {
		delete(byKey, key)
	}
	for key, i := range byKey {
		r := requests[i]
		r.result, errs[i] = t.replay(key, r.Fingerprint, 0)
		if models.KindOf(errs[i]) != models.KindInvalid {
			err = errors.Join(err, errs[i])
		}
	}
	return err
}

// ReplayedComment returns what CreateComment would return for a request that was made
// before, or KindNotFound when it was not, or not with this key.
func (db *DB) ReplayedComment(ctx context.Context, site, key string, fingerprint []byte) (models.Comment, models.Verdict, error) {
	if key == "" {
		return models.Comment{}, models.Verdict{}, models.Errorf(models.KindNotFound, "idempotency key required")
	}
	stored, err := read(ctx, db, func(t *tx) (insertResult, error) {
		stored, err := t.replay([2]string{site, sqldb.SanitizeText(key)}, fingerprint, micros(t.Now.Add(-idempotencyTTL)))
		return stored, notFoundIf(err, "unknown idempotency key")
	})
	return stored.comment, stored.verdict, err
}

// replay returns what was stored under an idempotency key after a time, if it
// was for the same request.
func (t *tx) replay(key [2]string, fingerprint []byte, after int64) (insertResult, error) {
	type entry struct {
		print []byte
		id    string
	}
	e, err := sqldb.One(t, func(scan sqldb.Scanner) (e entry, err error) {
		err = scan(&e.print, &e.id)
		return e, err
	}, `SELECT fingerprint, comment_id FROM idempotency WHERE site = $1 AND key = $2 AND created_at > $3`, key[0], key[1], after)
	if err != nil {
		return insertResult{}, err
	}
	if !bytes.Equal(e.print, fingerprint) {
		return insertResult{}, models.Errorf(models.KindInvalid, "the idempotency key was used for another request")
	}
	// It may be of this transaction, whose articles are not written yet.
	if err := t.flush(); err != nil {
		return insertResult{}, err
	}
	k, err := t.comment(e.id, "")
	k.comment.Status, k.comment.Reason = k.initialState()
	return insertResult{k.comment, k.verdict, true}, err
}

// initialState returns the status and the reason that a comment had on arrival,
// whatever moderators and readers did since.
func (k commentRow) initialState() (models.Status, models.Reason) {
	switch {
	case k.initialStatus == models.Approved:
		return k.initialStatus, ""
	case k.verdict.Action == models.Approve:
		return k.initialStatus, cmp.Or(k.verdict.Reason, models.ReasonPremoderation)
	}
	return k.initialStatus, k.verdict.Reason
}

// searchColumn is the text that the queue searches, made here because the
// databases disagree on lower case beyond ASCII. Only pending comments are
// searched.
func searchColumn(c models.Comment) string {
	if c.Status != models.Pending {
		return ""
	}
	return strings.ToLower(c.Author.Name + "\n" + c.Body)
}
