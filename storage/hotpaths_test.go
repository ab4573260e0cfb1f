package storage_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// crowd adds comments, enough for PostgreSQL's planner to tell selective indexes
// from others.
func crowd(t *testing.T, db *storage.DB) {
	t.Helper()
	for i := range 300 {
		if _, _, _, err := db.CreateComment(t.Context(), storage.NewComment{
			Comment: models.Comment{
				Site: "gazette", Article: models.Article{ID: fmt.Sprint("a", i), Section: fmt.Sprint("s", i)}, Body: "b", Status: models.Pending,
				Author: models.Author{ID: fmt.Sprint("u", i), Name: fmt.Sprint("n", i)},
			},
			Campaign: models.Campaign{ID: fmt.Sprint("g", i/2), Count: 2},
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// hotPaths runs the statements that readers and moderators wait for.
type hotPaths struct {
	*storage.DB
	t        *testing.T
	url      string
	ann, bea models.Caller
	last     models.Comment
}

// useHotPaths runs each of them. All filters of the queue are apart, because their
// statements read the same columns: see useFilters.
func useHotPaths(t *testing.T, url string, db *storage.DB) *hotPaths {
	t.Helper()
	h := &hotPaths{
		DB: db, t: t, url: url,
		ann: models.Caller{Kind: models.ByModerator, Name: "ann"},
		bea: models.Caller{Kind: models.ByModerator, Name: "bea", Sites: []string{"gazette", "tribune"}},
	}
	for _, use := range []func(context.Context){
		h.setUp, h.useQueue, h.useDecisions, h.useArticles, h.useThreads, h.useAuthors, h.useOverrides, h.useAudit, h.useSecondLooks, h.useCampaigns, h.useNewsroom, h.useOwn, h.useSearch, h.useForeignClients, h.useWebhooks,
	} {
		use(t.Context())
	}
	return h
}

func (h *hotPaths) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hotPaths) setUp(ctx context.Context) {
	key, err := h.AddSite(ctx, models.Caller{Kind: models.ByCommand}, models.Site{
		Slug: "gazette", Retention: models.Retention{Addresses: 1, Rejected: 1, Labels: 1},
	})
	h.check(err)
	_, err = h.SiteByKey(ctx, key)
	h.check(err)
	for i := range 5 {
		h.last, _, _, err = h.CreateComment(ctx, storage.NewComment{
			Comment:        models.Comment{Site: "gazette", Article: models.Article{ID: "a"}, ParentID: h.last.ID, Body: "b", Status: models.Pending, Client: models.Client{Hash: "h"}},
			IdempotencyKey: fmt.Sprint("key ", i),
		})
		h.check(err)
	}
}

func (h *hotPaths) useCampaigns(ctx context.Context) {
	for n := range 5 {
		c := models.Comment{Site: "gazette", Article: models.Article{ID: "a"}, Body: "b", Status: models.Approved}
		if n == 0 {
			c.ID = "first"
		}
		_, _, _, err := h.CreateComment(ctx, storage.NewComment{Comment: c, Campaign: models.Campaign{ID: "first", Count: n + 1, Held: n == 4}})
		h.check(err)
	}
	_, _, err := h.CampaignDecisions(ctx, "gazette", "first")
	h.check(err)
	_, err = h.ApprovedCount(ctx, "gazette", "name:n")
	h.check(err)
}

func (h *hotPaths) useThreads(ctx context.Context) {
	var parent string
	for range 8 {
		c, _, _, err := h.CreateComment(ctx, storage.NewComment{Comment: models.Comment{
			Site: "gazette", Article: models.Article{ID: "t"}, ParentID: parent, Author: models.Author{Name: "n"}, Body: "b", Status: models.Approved,
		}})
		h.check(err)
		parent = c.ID
	}
	a := models.ArticleRef{Site: "gazette", Article: "t"}
	for _, order := range []storage.ThreadOrder{storage.ThreadsNewest, storage.ThreadsOldest, storage.ThreadsBest} {
		page, err := h.Threads(ctx, a.Site, a.Article, order, 5, "")
		h.check(err)
		_, err = h.ThreadReplies(ctx, a, page.Threads[0].ID, 5, page.Threads[0].MoreAfter)
		h.check(err)
	}
	_, err := h.ThreadOf(ctx, a.Site, parent)
	h.check(err)
	_, err = h.SiteComments(ctx, a.Site, 5)
	h.check(err)
	_, err = h.ThreadMembers(ctx, a)
	h.check(err)
	_, err = h.CommentThread(ctx, a, parent)
	h.check(err)
}

func (h *hotPaths) useNewsroom(ctx context.Context) {
	c, _, _, err := h.CreateComment(ctx, storage.NewComment{Comment: models.Comment{Site: "gazette", Article: models.Article{ID: "a"}, Body: "b", Status: models.Approved}})
	h.check(err)
	c, err = h.Redact(ctx, h.ann, c.ID, models.Redaction{Version: c.Version, Spans: [][2]int{{0, 1}}, Mark: "x"})
	h.check(err)
	_, err = h.UndoRedaction(ctx, h.ann, c.ID, c.Version)
	h.check(err)
	_, err = h.FeatureComment(ctx, h.ann, c.ID, true)
	h.check(err)
	reply, err := h.ReplyAsNewsroom(ctx, h.ann, c.ID, "r", "key")
	h.check(err)
	text, withdrawn := "s", true
	_, err = h.ChangeReply(ctx, h.ann, reply.ID, storage.ReplyChange{Body: &text, Withdrawn: &withdrawn})
	h.check(err)
}

func (h *hotPaths) useOwn(ctx context.Context) {
	c, _, _, err := h.CreateComment(ctx, storage.NewComment{Comment: models.Comment{
		Site: "gazette", Article: models.Article{ID: "a"}, Author: models.Author{ID: "u1"}, Client: models.Client{Browser: "b1"}, Body: "b", Status: models.Approved,
	}})
	h.check(err)
	for _, article := range []string{"", "a"} {
		_, err = h.OwnComments(ctx, models.Owner{Site: "gazette", ID: "u1", Browser: "b1"}, article)
		h.check(err)
	}
	_, err = h.KnownBrowser(ctx, "gazette", "b1")
	h.check(err)
	_, _, err = h.Decide(ctx, h.ann, c.ID, models.DecisionRequest{Action: models.Reject})
	h.check(err)
	_, err = h.Appeal(ctx, models.Caller{Kind: models.ByOrigin, Site: "gazette"}, c.ID, "w")
	h.check(err)
	h.check(h.CountNudged(ctx, "gazette", "n1", true))
	_, err = h.Withdraw(ctx, models.Caller{Kind: models.ByOrigin, Site: "gazette"}, c.ID)
	h.check(err)
}

func (h *hotPaths) useForeignClients(ctx context.Context) {
	by := models.KeyCaller("gazette", "main")
	for n := range 5 {
		id := fmt.Sprint(n)
		check := models.AkismetCheck{Site: "gazette", ID: id, Content: id, Blog: "news.example"}
		_, err := h.AddAkismetCheck(ctx, check)
		h.check(err)
		check.Recheck = true
		_, err = h.AddAkismetCheck(ctx, check)
		h.check(err)
		h.check(h.CorrectAkismet(ctx, by, "", id, "news.example", models.Label{Text: id, Label: models.Spam, Site: "gazette"}))
	}
	_, err := h.AkismetMonth(ctx, "gazette", time.Now())
	h.check(err)
	_, err = h.AkismetMonths(ctx, "gazette", "news.example", time.Now())
	h.check(err)
}

func (h *hotPaths) useSearch(ctx context.Context) {
	// Nobody waits for what fills the index, so its statements are not traced.
	indexer := storagetest.Open(h.t, h.url, storage.Options{Now: func() time.Time { return time.Now().Add(time.Minute) }})
	var err error
	for n := 1; n > 0; {
		n, err = indexer.IndexComments(ctx, func(c models.Comment) []string { return []string{c.Body, "n"} }, 100)
		h.check(err)
	}
	words := [][]models.SearchTerm{{{Text: "b"}, {Text: "n", Prefix: true}}}
	for _, by := range []models.Caller{h.ann, h.bea} {
		for _, f := range []models.SearchFilter{
			{},
			{AnyOf: words},
			{AnyOf: words, Status: models.Pending},
			{AnyOf: words, From: time.Unix(0, 0), To: time.Now().Add(time.Hour)},
			{Author: "u1"},
			{Article: "a", AnyOf: words},
			{Status: models.Rejected},
			{Reason: models.ReasonSpam},
			{Moderator: "ann", Reason: models.ReasonSpam},
		} {
			for _, f.Site = range []string{"", "gazette"} {
				f.Limit = 1
				page, err := h.Search(ctx, by, f)
				h.check(err)
				f.Cursor = page.Next
				_, err = h.Search(ctx, by, f)
				h.check(err)
				f.Cursor = ""
			}
		}
	}
}

func (h *hotPaths) useQueue(ctx context.Context) {
	var err error
	for _, by := range []models.Caller{h.ann, h.bea} {
		for _, f := range []models.QueueFilter{{Limit: 1}, {Limit: 1, Site: "gazette"}} {
			for _, f.Sort = range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest, models.SortUncertain} {
				f.Cursor = ""
				page, err := h.Queue(ctx, by, f)
				h.check(err)
				f.Cursor = page.Next
				_, err = h.Queue(ctx, by, f)
				h.check(err)
				_, err = h.Claim(ctx, by, f, time.Minute)
				h.check(err)
			}
			_, err = h.Stats(ctx, by, f.Site)
			h.check(err)
		}
		h.check(h.Release(ctx, by, []string{h.last.ID}))
	}
}

func (h *hotPaths) useDecisions(ctx context.Context) {
	var err error
	_, _, err = h.ImportLabels(ctx, h.ann, func(yield func(models.Label, error) bool) {
		for i := 0; i < 500 && yield(models.Label{Text: fmt.Sprint("text ", i), Label: models.Ham}, nil); i++ {
		}
	})
	h.check(err)
	d, _, err := h.Decide(ctx, h.ann, h.last.ID, models.DecisionRequest{Action: models.Approve})
	h.check(err)
	_, _, err = h.Undo(ctx, h.ann, d.ID)
	h.check(err)
	batch, _, _, err := h.DecideBatch(ctx, h.ann, []string{h.last.ID}, models.DecisionRequest{Action: models.Reject})
	h.check(err)
	_, _, err = h.Undo(ctx, h.ann, batch)
	h.check(err)
}

func (h *hotPaths) useArticles(ctx context.Context) {
	var err error
	for _, newest := range []bool{false, true} {
		_, err = h.ArticleComments(ctx, "gazette", "a", newest, 1, "")
		h.check(err)
	}
	_, err = h.ArticleVersion(ctx, "gazette", "a")
	h.check(err)
	_, err = h.ArticleCounts(ctx, "gazette", []string{"a"})
	h.check(err)
	_, err = h.Detail(ctx, h.ann, h.last.ID)
	h.check(err)
	_, err = h.Flag(ctx, h.ann, h.last.ID, storage.Report{Who: "r"})
	h.check(err)
	_, err = h.EventsSince(ctx, 0, 10)
	h.check(err)
	h.check(h.Release(ctx, h.ann, []string{h.last.ID}))
}

// useFilters sees that each filter of the queue, in each order, has an index.
func (h *hotPaths) useFilters(ctx context.Context) {
	var err error
	for _, by := range []models.Caller{h.ann, h.bea} {
		for _, f := range []models.QueueFilter{
			{Campaign: "g"},
			{Article: "a"},
			{Author: "u1"},
			{Reason: models.ReasonSpam},
			{Article: "a", Site: "gazette"},
			{Author: "u1", Site: "gazette"},
			{Reason: models.ReasonSpam, Site: "gazette"},
			{Section: "s"},
			{Section: "s", Site: "gazette"},
			{Lang: "de"},
			{Signal: "word:"},
			{Since: time.Unix(0, 0), Until: time.Unix(1, 0)},
			{Since: time.Unix(0, 0), Site: "gazette"},
			{Grouped: true},
			{Grouped: true, Site: "gazette"},
			{Grouped: true, Reason: models.ReasonSpam},
			{Scores: models.ScoreBand{From: 0.3, To: 0.5}, Grouped: true},
			{Scores: models.ScoreBand{From: 0.3}, Site: "gazette"},
		} {
			_, err = h.QueueScores(ctx, by, f)
			h.check(err)
			for _, f.Sort = range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest, models.SortUncertain} {
				f.Limit = 1
				_, err = h.Queue(ctx, by, f)
				h.check(err)
				_, err = h.Claim(ctx, by, f, time.Minute)
				h.check(err)
			}
		}
	}
	h.check(h.Release(ctx, h.ann, []string{h.last.ID}))
}

func (h *hotPaths) useAuthors(ctx context.Context) {
	var err error
	_, _, err = h.AuthorRecord(ctx, "gazette", "u1", time.Time{}, 20)
	h.check(err)
	author, stranger := models.Reader{Site: "gazette", ID: "u1"}, models.Reader{Site: "gazette", Name: "Max"}
	for _, r := range []models.Reader{author, stranger} {
		h.check(h.SetAuthorState(ctx, h.ann, r, func(v *models.AuthorState) error {
			v.Sanction = &models.Sanction{Kind: models.Shadow}
			return nil
		}))
	}
	_, err = h.ApprovedCount(ctx, "gazette", "name:Max")
	h.check(err)
	_, err = h.Author(ctx, h.ann, stranger, "", 1)
	h.check(err)
	_, err = h.Sanctions(ctx, "gazette", 10)
	h.check(err)
	_, err = h.Sanction(ctx, "gazette", models.Identity{ID: "u1", Name: "max", Browser: "b"})
	h.check(err)
	known, err := h.Author(ctx, h.ann, author, "", 1)
	h.check(err)
	_, err = h.Author(ctx, h.ann, author, known.Next, 1)
	h.check(err)
}

func (h *hotPaths) useOverrides(ctx context.Context) {
	var err error
	_, err = h.UpdateArticle(ctx, h.ann, "gazette", "a", func(*models.ArticleEntry) error { return nil })
	h.check(err)
	_, err = h.ArticleOverrides(ctx, "gazette", 10)
	h.check(err)
	_, err = h.Article(ctx, "gazette", "a")
	h.check(err)
	_, err = h.StartBurst(ctx, "gazette", "b", time.Now().Add(time.Minute))
	h.check(err)
	for _, f := range []models.ArticleFilter{{}, {Query: "x"}, {State: models.ArticleOpen}, {State: models.ArticleClosed}, {InBurst: true}, {Article: "a"}} {
		f.Site, f.Limit = "gazette", 1
		_, next, err := h.Articles(ctx, h.ann, f)
		h.check(err)
		if f.Cursor = next; next != "" {
			_, _, err = h.Articles(ctx, h.ann, f)
			h.check(err)
		}
	}
}

func (h *hotPaths) useAudit(ctx context.Context) {
	var err error
	_, err = h.Rules(ctx, "gazette")
	h.check(err)
	_, err = h.LabelCounts(ctx, "gazette")
	h.check(err)
	for _, f := range []models.AuditFilter{{}, {Action: "comment.*"}, {Actor: "moderator:ann"}, {Subject: h.last.ID}, {Action: "comment.undo", Since: time.Unix(0, 0)}} {
		for _, by := range []models.Caller{h.ann, h.bea} {
			f.Limit, f.Cursor = 1, ""
			_, f.Cursor, err = h.AuditPage(ctx, by, f)
			h.check(err)
			_, _, err = h.AuditPage(ctx, by, f)
			h.check(err)
		}
	}
}

func (h *hotPaths) useSecondLooks(ctx context.Context) {
	var err error
	all := 1.0
	_, err = h.UpdateSite(ctx, h.ann, "gazette", func(s *models.Site) error { s.SecondLook = &all; return nil })
	h.check(err)
	published, _, _, err := h.CreateComment(ctx, storage.NewComment{
		Comment:        models.Comment{Site: "gazette", Article: models.Article{ID: "a"}, Body: "b", Status: models.Approved},
		TrainingSample: 200,
	})
	h.check(err)
	for _, by := range []models.Caller{h.ann, h.bea} {
		for _, site := range []string{"", "gazette"} {
			_, err = h.SecondLookState(ctx, by, site)
			h.check(err)
		}
	}
	_, _, err = h.Decide(ctx, h.ann, published.ID, models.DecisionRequest{Action: models.Approve})
	h.check(err)
	for range 2 {
		_, _, err = h.Decide(ctx, models.Caller{Kind: models.ByModerator, Name: "cid"}, h.last.ID, models.DecisionRequest{Action: models.Approve})
		h.check(err)
	}
	for _, by := range []models.Caller{{Kind: models.ByModerator, Name: "dan"}, h.bea} {
		looks, err := h.ClaimSecondLooks(ctx, by, "", 1, time.Minute)
		h.check(err)
		if len(looks) == 1 {
			_, err = h.DecideSecondLook(ctx, by, looks[0].ID, models.DecisionRequest{Action: models.Reject})
			h.check(err)
		}
	}
	_, err = h.Purge(ctx)
	h.check(err)
}
