package handlers

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/classifier/text/names"
	"winnow/handlers/node"
	"winnow/handlers/screening"
	"winnow/models"
	"winnow/storage"
)

// commentRequest is a comment as a front end or a page sends it.
type commentRequest struct {
	Site    string `json:"site"`
	Article struct {
		ID      string `json:"id"`
		URL     string `json:"url"`
		Title   string `json:"title"`
		Section string `json:"section"`
	} `json:"article"`
	ParentID string `json:"parent_id"`
	Author   struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Email string `json:"email"`
		URL   string `json:"url"`
		Staff bool   `json:"staff"`
	} `json:"author"`
	Body    string         `json:"body"`
	Client  *clientRequest `json:"client"`
	Website string         `json:"website"` // the honeypot: no person fills it in
	Nudge   string         `json:"nudge"`   // token of checkComment, when the reader was asked to rephrase it
	Altcha  string         `json:"altcha"`  // a challenge, solved or not: see checkForm
	Notify  *notifyRequest `json:"notify"`
}

// createComment accepts a comment: identify the submitter, validate, check the
// limits and restrictions, screen, store, reply.
func (s *Server) createComment(c echo.Context) error {
	req, from, comment, err := s.readPost(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if comment.Article.ID, err = s.node.ArticleID(ctx, from.site.Slug, comment.Article.ID); err != nil {
		return err
	}
	keys, err := repeatsOf(s.node, c.Request(), from, comment)
	if err != nil {
		return err
	}
	said := comment.Article
	admitted, err := s.admit(c, from, keys, &comment, req.Altcha)
	if err != nil {
		return s.replayed(c, from, keys, err)
	}
	comment.ID = s.db.NewID(from.site.Slug)
	res, err := s.screener.Screen(ctx, screening.Submission{
		Site: from.site, Comment: comment, Restrictions: admitted.restrictions, Honeypot: req.Website != "", TooFast: admitted.tooFast,
	})
	if err != nil {
		return err
	}
	comment.Status, comment.Reason, comment.Lang = res.Status, res.Reason, res.Lang
	word, err := s.pageWord(c, from, said, res.Status)
	if err != nil {
		return err
	}
	if comment.Article = word; res.Status != models.Approved {
		comment.Article = word.WithoutDescription()
	}
	signals := models.SignalsJSON(res.Verdict.Signals)
	if !from.byKey && comment.Client.Browser == "" {
		comment.Client.Browser = node.NewBrowser()
	}
	stored, verdict, repeated, err := s.db.CreateComment(ctx, storage.NewComment{
		Comment: comment, Verdict: res.Verdict, Signals: signals, PageWord: word, Campaign: res.Campaign, IdempotencyKey: keys.key, DuplicateKey: keys.duplicate,
		SecondLook: from.site.SecondLookShare(), TrainingSample: from.site.TrainingSampleSize(),
	})
	if err != nil {
		return s.replayed(c, from, keys, err) // a parent may have been taken down since
	}
	if repeated {
		signals = models.SignalsJSON(verdict.Signals)
	} else {
		s.noteSpam(ctx, from, res.Verdict)
		s.afterPost(ctx, stored, res.Campaign, req.Nudge)
	}
	s.subscribePosted(c, from, stored, req.Notify)
	return s.replyPosted(c, from, stored, verdict, signals, repeated)
}

// readPost reads a post, and finds out whose it is.
func (s *Server) readPost(c echo.Context) (req commentRequest, from submitter, comment models.Comment, err error) {
	data, err := readJSON(c.Request())
	if err != nil {
		return req, from, comment, err
	}
	if err := parse(data, &req); err != nil {
		return req, from, comment, err
	}
	var bad models.Invalid
	if from, err = s.identifySubmitter(c, req.Site, req.Client, &bad); err != nil {
		return req, from, comment, err
	}
	comment = req.comment(from, &bad)
	if req.Notify.wanted() {
		req.Notify.clean(comment.Author, &bad)
	}
	if err := bad.Err(); err != nil {
		return req, from, comment, err
	}
	from.identify(comment.Author)
	s.noteClient(c, from)
	return req, from, comment, nil
}

// afterPost counts a new comment, and lets the consoles and the other nodes know.
func (s *Server) afterPost(ctx context.Context, stored models.Comment, group models.Campaign, nudge string) {
	s.metrics.comments.WithLabelValues(string(stored.Status)).Inc()
	s.node.Publish(ctx, commentEvent(models.CommentCreated, stored))
	if nudge != "" {
		s.countNudged(ctx, nudge, stored)
	}
	if group.Held { // others of it may be pulled back
		s.node.Publish(ctx, models.Event{Kind: models.CommentChanged, Site: stored.Site, Subject: group.ID})
	}
}

// admission is what is known of a post that is not refused, before its text is looked at.
type admission struct {
	restrictions screening.Restrictions
	tooFast      bool // see checkForm
}

// admit checks the limits, what is restricted and the form, and completes the article of a
// comment.
func (s *Server) admit(c echo.Context, from submitter, keys repeats, comment *models.Comment, altcha string) (a admission, err error) {
	ctx := c.Request().Context()
	if err := s.checkLimits(ctx, c, s.commentLimits(from)); err != nil {
		return a, err
	}
	isRepeat := func() bool {
		if keys.key == "" {
			return false
		}
		_, _, missed := s.db.ReplayedComment(ctx, from.site.Slug, keys.key, keys.duplicate)
		return missed == nil
	}
	if comment.Article, err = s.describeArticle(c, from, comment.Article, isRepeat); err != nil {
		return a, err
	}
	if a.restrictions, err = s.screener.CheckRestrictions(ctx, *comment, from.who); err != nil {
		return a, err
	}
	a.tooFast, err = s.checkForm(ctx, from, altcha)
	return a, err
}

// replayed replies to a post that is refused: when it is the repetition of one that was not,
// with the first reply, whatever has been set since.
func (s *Server) replayed(c echo.Context, from submitter, keys repeats, refusal error) error {
	if keys.key == "" {
		return refusal
	}
	stored, verdict, missed := s.db.ReplayedComment(c.Request().Context(), from.site.Slug, keys.key, keys.duplicate)
	if missed != nil {
		return refusal
	}
	c.Response().Header().Del("Retry-After")
	return s.replyPosted(c, from, stored, verdict, models.SignalsJSON(verdict.Signals), true)
}

// postResult tells a caller whether a post made a comment or repeated an earlier one.
const postResult = "Winnow-Post"

// replyPosted replies with a new comment, or with an earlier one. A browser without a token
// gets that of the comment.
func (s *Server) replyPosted(c echo.Context, from submitter, stored models.Comment, v models.Verdict, signals string, repeated bool) error {
	h := c.Response().Header()
	h.Set("Location", "/v1/comments/"+stored.ID)
	h.Set(postResult, "new")
	if repeated {
		h.Set(postResult, "repeated")
	}
	token := ""
	if id := stored.Client.Browser; !from.byKey && from.who.Browser == "" && id != "" {
		token = s.node.BrowserToken(stored.Site, id)
	}
	return replyComment(c, http.StatusCreated, stored, v, signals, from.byKey, token)
}

// replySize is the capacity for a reply without its signals: most are shorter.
const replySize = 640

// replyComment replies with the state of a comment, and to a site's key with
// the verdict. The JSON is written by hand, as encoding/json would write it,
// because this is the hot path. A browser learns only whether its comment is
// public: a rejected comment looks pending, so that a spammer cannot try texts
// against the filter. A token is that of a browser which had none.
func replyComment(c echo.Context, status int, stored models.Comment, v models.Verdict, signals string, byKey bool, token string) error {
	if !byKey {
		if stored.Reason = ""; stored.Status == models.Rejected {
			stored.Status = models.Pending
		}
	}
	b := make([]byte, 0, replySize+len(signals))
	field := func(name, value string) {
		b = append(append(append(b, '"'), name...), '"', ':')
		b = append(models.AppendJSONString(b, value), ',')
	}
	b = append(b, '{')
	field("id", stored.ID)
	field("site", stored.Site)
	field("article", stored.Article.ID)
	if stored.ParentID != "" {
		field("parent_id", stored.ParentID)
	}
	field("status", string(stored.Status))
	if stored.Reason != "" {
		field("reason", string(stored.Reason))
	}
	b = stored.CreatedAt.AppendFormat(append(b, `"created_at":"`...), time.RFC3339Nano)
	b = append(b, '"')
	if token != "" {
		b = append(append(append(b, `,"browser_token":"`...), token...), '"')
	}
	if byKey {
		b = v.AppendJSON(append(b, `,"verdict":`...), signals)
	}
	return c.JSONBlob(status, append(b, '}'))
}

// comment makes a comment of a request, and validates it.
func (req commentRequest) comment(from submitter, bad *models.Invalid) models.Comment {
	comment := models.Comment{
		Site: from.site.Slug,
		Article: models.Article{
			Site: from.site.Slug, ID: models.ArticleID(req.Article.ID),
			URL: models.Clean(req.Article.URL), Title: models.Clean(req.Article.Title),
			Section: models.Clean(req.Article.Section),
		},
		ParentID: models.Clean(req.ParentID),
		Author: models.Author{
			ID: models.Clean(req.Author.ID), Name: names.Clean(req.Author.Name),
			Email: models.Clean(req.Author.Email), URL: models.Clean(req.Author.URL),
		},
		Body: models.CleanBody(req.Body), Client: from.client,
	}
	if comment.Author.Staff = req.Author.Staff && from.byKey; req.Author.Staff && !from.byKey {
		bad.Add("author.staff", "is accepted only with a site key; a page identifies its reader by a reader token")
	}
	if !from.byKey && req.Author.ID != "" {
		bad.Add("author.id", "is accepted only with a site key; a page identifies its reader by a reader token")
	}
	vouchedName := from.byKey && comment.Author.ID != ""
	if r := from.reader; r != nil {
		comment.Author.ID, comment.Author.Staff = r.ID, r.Staff || comment.Author.Staff
		if r.Name != "" {
			comment.Author.Name, vouchedName = r.Name, r.ID != ""
		}
		if r.Email != "" {
			comment.Author.Email = r.Email
		}
	}
	bad.Join(comment.Validate())
	if !vouchedName && !comment.Author.Staff && isReserved(from.site, comment.Author.Name) {
		bad.AddCode(models.FieldReserved, "author.name", "is reserved: please choose another name")
	}
	return comment
}

// isReserved reports whether a name reads like one that strangers may not use on a site.
func isReserved(site models.Site, name string) bool {
	reserved := append(slices.Clip(site.ReservedNames), site.NewsroomName())
	like := names.Likeness(name)
	return slices.ContainsFunc(reserved, func(reserved string) bool {
		l := names.Likeness(reserved)
		return l == like && l != ""
	})
}

// commentDetail returns one comment with its history and its surroundings, for a
// moderator.
func (s *Server) commentDetail(c echo.Context) error {
	d, err := s.db.Detail(c.Request().Context(), caller(c), c.Param("id"))
	if err != nil {
		return err
	}
	if d.History == nil {
		d.History = []models.Decision{}
	}
	if d.Revisions == nil {
		d.Revisions = []models.Revision{}
	}
	if d.Thread == nil {
		d.Thread = []models.Comment{}
	}
	e, err := s.explainDetail(c, d)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		storage.Detail
		detailExplanation
	}{d, e})
}

// outcome returns what became of a comment, for its site or the reader who wrote
// it. Of what the machine decided, a reader learns no more than from the reply
// to the comment.
func (s *Server) outcome(c echo.Context) error {
	var none models.Invalid // the request has no fields
	from, err := s.identifySubmitter(c, c.QueryParam("site"), nil, &none)
	if err == nil {
		_, err = s.ownedComment(c, from)
	}
	if err != nil {
		return err
	}
	o, _, err := s.db.Outcome(c.Request().Context(), from.caller(c), c.Param("id"))
	if err != nil {
		return err
	}
	if !from.byKey {
		o = o.ForReader()
	}
	return c.JSON(http.StatusOK, o)
}
