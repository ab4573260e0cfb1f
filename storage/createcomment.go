package storage

import (
	"context"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// NewComment is a comment to store, with the classifier's verdict on it.
type NewComment struct {
	Comment        models.Comment // its ID, when the caller made one with NewID
	Verdict        models.Verdict
	Signals        string          // the verdict's, as models.SignalsJSON writes them; made from it when empty
	PageWord       models.Article  // what its page says of the article: kept until a comment that waits is decided
	Campaign       models.Campaign // that the comment belongs to; without an ID: none
	IdempotencyKey string          // of the post, within the site, for 24 hours; empty: none
	DuplicateKey   string          // of its author, article, parent and text, for ten minutes; empty: none
	SecondLook     float64         // share of comments approved or rejected on arrival that get a second look
	TrainingSample int             // how many of the site's first comments people look at
}

// CreateComment stores a comment with its verdict, and its article when that is new.
// What the comment says of the article counts only when nobody has described it, a
// page included: UpdateArticles stores what the newsroom says. It sets ID, unless the
// caller has, and times and Version; Status and Reason are the caller's. With a key that
// another comment was stored under, that comment is returned as it was stored, and
// replayed is true.
func (db *DB) CreateComment(ctx context.Context, n NewComment) (c models.Comment, v models.Verdict, replayed bool, err error) {
	db.tags.add(n.Comment.Site)
	if n.Comment.ID == "" {
		n.Comment.ID = db.NewID(n.Comment.Site)
	}
	request := newInsertRequest(n)
	defer db.changes.signal()
	if err := db.comments.Do(ctx, request); err != nil {
		return models.Comment{}, models.Verdict{}, false, err
	}
	stored := request.result
	return stored.comment, stored.verdict, stored.replayed, nil
}

// newInsertRequest computes what need not be computed by the one goroutine that writes for
// all callers.
func newInsertRequest(n NewComment) *insertRequest {
	request := &insertRequest{NewComment: n}
	sanitizeComment(&request.Comment)
	request.Comment.Version, request.Comment.Flags = 1, 0 // as commentRows writes them
	if request.Verdict.Signals == nil {
		request.Verdict.Signals = []models.Signal{}
	}
	if request.Signals == "" {
		request.Signals = models.SignalsJSON(request.Verdict.Signals)
	}
	if request.Comment.WrittenBy == "" { // replies of the newsroom are of no reader, whatever their name
		request.authorKey = request.Comment.Author.Key()
	}
	request.risk = request.Verdict.Probability()
	request.search = searchColumn(request.Comment)
	request.pageWord = pageWordColumn(n)
	return request
}

// insertRequest is a comment to store.
type insertRequest struct {
	NewComment
	authorKey string
	risk      float64
	search    string
	pageWord  string
	// parentSite is the site of the comment that it answers.
	parentSite string
	// postedOn is the article of the record: a reply stays with the comment that it answers,
	// also when that one's article is no longer merged into this one.
	postedOn string
	thread   string       // see replyThread
	at       int64        // time of its transaction
	result   insertResult // undefined when the request has failed
}

// insertResult is what CreateComment returns.
type insertResult struct {
	comment  models.Comment
	verdict  models.Verdict
	replayed bool
}

// sanitizeComment makes what is returned equal to what will be read.
func sanitizeComment(c *models.Comment) {
	for _, s := range []*string{
		&c.Article.ID, &c.Article.URL, &c.Article.Title, &c.Article.Section, &c.ParentID,
		&c.Author.ID, &c.Author.Name, &c.Author.Email, &c.Author.URL, &c.Body, &c.Lang,
		&c.Client.Hash, &c.Client.Net, &c.Client.Browser, &c.Client.UserAgent, &c.Client.Referrer,
	} {
		*s = sqldb.SanitizeText(*s)
	}
	c.Article.Site = c.Site
}

var commentRows = sqldb.NewInsert("comments", "",
	sqldb.Text("id", func(r *insertRequest) string { return r.Comment.ID }),
	sqldb.Text("site", func(r *insertRequest) string { return r.Comment.Site }),
	sqldb.Text("article", func(r *insertRequest) string { return r.postedOn }),
	sqldb.Text("parent_id", func(r *insertRequest) string { return r.Comment.ParentID }),
	sqldb.Text("thread", func(r *insertRequest) string { return r.thread }),
	sqldb.Text("author_id", func(r *insertRequest) string { return r.Comment.Author.ID }),
	sqldb.Text("author_name", func(r *insertRequest) string { return r.Comment.Author.Name }),
	sqldb.Text("author_email", func(r *insertRequest) string { return r.Comment.Author.Email }),
	sqldb.Text("author_url", func(r *insertRequest) string { return r.Comment.Author.URL }),
	sqldb.Bool("staff", func(r *insertRequest) bool { return r.Comment.Author.Staff }),
	sqldb.Text("written_by", func(r *insertRequest) string { return r.Comment.WrittenBy }),
	sqldb.Text("author_key", func(r *insertRequest) string { return r.authorKey }),
	sqldb.Derived[*insertRequest]("trust", trustOfAuthor),
	sqldb.Text("client_hash", func(r *insertRequest) string { return r.Comment.Client.Hash }),
	sqldb.Text("client_net", func(r *insertRequest) string { return r.Comment.Client.Net }),
	sqldb.Text("browser", func(r *insertRequest) string { return r.Comment.Client.Browser }),
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
	sqldb.Text("page_word", func(r *insertRequest) string { return r.pageWord }),
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

// insertComments stores the comments that were posted at the same time, in one
// transaction. Of several with the same key, all but the first find
// what that one has stored.
func (db *DB) insertComments(engineTx *sqldb.Tx, requests []*insertRequest) ([]error, error) {
	t := db.txOf(engineTx)
	sample, err := db.samples.open(t, requests)
	if err != nil {
		return nil, err
	}
	errs := make([]error, len(requests))
	first, repeated := make([]int, 0, len(requests)), []int(nil)
	keys := map[[2]string]bool{}
	for i, r := range requests {
		claims := r.claims()
		if slices.ContainsFunc(claims, func(c claim) bool { return keys[c.id()] }) {
			repeated = append(repeated, i)
			continue
		}
		first = append(first, i)
		for _, c := range claims {
			keys[c.id()] = true
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

// insertComments stores comments, no two with the same key. It
// returns what is wrong with single comments, found before anything of them was
// written; with an error the transaction is of no use.
func (t *tx) insertComments(requests []*insertRequest, sample openSamples) ([]error, error) {
	errs := make([]error, len(requests))
	for _, r := range requests {
		r.at, r.result, r.postedOn = micros(t.Now), insertResult{}, r.Comment.Article.ID
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
		t.counters.touchArticle(c.Article, c.ID, t.Now)
		c.Article.ID = r.postedOn
		t.counters.countComment(c, 1)
		t.counters.onReply(c, r.parentSite)
		if c.WrittenBy == "" {
			t.counters.onArrival(c, r.Verdict)
		}
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

// searchColumn is the text that the queue searches, made here because the
// databases disagree on lower case beyond ASCII. Only pending comments are
// searched.
func searchColumn(c models.Comment) string {
	if c.Status != models.Pending {
		return ""
	}
	return strings.ToLower(c.Author.Name + "\n" + c.Body)
}
