package handlers

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

const (
	maxPage  = 200 // items on a page of the queue or of the audit trail
	maxClaim = 50
	maxBatch = 500 // comments in one request
	maxQuery = 200 // characters of a search
)

// queue lists the pending comments.
func (s *Server) queue(c echo.Context) error {
	q := queryOf(c)
	f := q.filter()
	f.Cursor, f.Limit = q.text("cursor", models.MaxURL), q.number("limit", 1, maxPage, 50)
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	done, err := s.beginFiltered(c, f)
	if err != nil {
		return err
	}
	defer done()
	page, err := s.db.Queue(ctx, by, f)
	if err != nil {
		return err
	}
	if page.Items == nil {
		page.Items = []models.QueueItem{}
	}
	explain(c, page.Items)
	return c.JSON(http.StatusOK, page)
}

// queueScores returns the histogram of the scores of what waits.
func (s *Server) queueScores(c echo.Context) error {
	q := queryOf(c)
	f := q.filter()
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	done, err := s.beginFiltered(c, f)
	if err != nil {
		return err
	}
	defer done()
	scores, err := s.db.QueueScores(ctx, by, f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, scores)
}

// filterRequest selects and sorts comments of the queue. It has the parameters of
// the queue's list.
type filterRequest struct {
	Site     string        `json:"site,omitempty"`
	Sort     models.Sort   `json:"sort,omitempty"`
	Reason   models.Reason `json:"reason,omitempty"`
	Query    string        `json:"q,omitempty"`
	Section  string        `json:"section,omitempty"`
	Article  string        `json:"article,omitempty"`
	Author   string        `json:"author,omitempty"`
	Signal   string        `json:"signal,omitempty"`
	Lang     string        `json:"lang,omitempty"`
	Since    string        `json:"since,omitempty"`
	Until    string        `json:"until,omitempty"`
	Campaign string        `json:"campaign,omitempty"`
	Group    string        `json:"group,omitempty"`
	From     *float64      `json:"score_from,omitempty"`
	To       *float64      `json:"score_to,omitempty"`
}

// filter validates a request and makes storage's filter of it. The names of its
// fields get a prefix in error messages.
func (r filterRequest) filter(prefix string, bad *models.Invalid) models.QueueFilter {
	values := map[string][]string{}
	for name, v := range map[string]string{
		"site": r.Site, "sort": string(r.Sort), "reason": string(r.Reason), "q": r.Query, "section": r.Section, "article": r.Article, "author": r.Author,
		"signal": r.Signal, "lang": r.Lang, "since": r.Since, "until": r.Until, "campaign": r.Campaign, "group": r.Group,
	} {
		if v != "" {
			values[name] = []string{v}
		}
	}
	for name, v := range map[string]*float64{"score_from": r.From, "score_to": r.To} {
		if v != nil {
			values[name] = []string{strconv.FormatFloat(*v, 'g', -1, 64)}
		}
	}
	q := query{values: values}
	f := q.filter()
	var invalid *models.Error
	if errors.As(q.err(), &invalid) {
		for _, field := range invalid.Fields {
			bad.Add(prefix+field.Field, "%s", field.Message)
		}
	}
	return f
}

func (r claimRequest) filter() (models.QueueFilter, error) {
	var bad models.Invalid
	f := r.filterRequest.filter("", &bad)
	f.Limit = 10
	if r.Limit != nil {
		f.Limit = *r.Limit
	}
	if f.Limit < 1 || f.Limit > maxClaim {
		bad.Add("limit", "must be a whole number from 1 to %d", maxClaim)
	}
	return f, bad.Err()
}

// filter reads the parameters that select and sort comments of the queue.
func (q *query) filter() models.QueueFilter {
	f := models.QueueFilter{
		Site:   q.site(),
		Sort:   models.Sort(q.oneOf("sort", "", string(models.SortRisk), string(models.SortOldest), string(models.SortNewest), string(models.SortUncertain))),
		Reason: models.Reason(q.oneOf("reason", append([]string{""}, holdReasons...)...)),
		Query:  q.text("q", maxQuery), Section: q.text("section", models.MaxSection), Article: models.ArticleID(q.text("article", models.MaxID)),
		Author: q.text("author", models.MaxID), Signal: q.text("signal", maxQuery), Lang: q.text("lang", models.MaxID),
		Since: q.time("since"), Until: q.time("until"), Campaign: q.text("campaign", models.MaxID),
		Grouped: q.oneOf("group", "", "campaign") != "",
		Scores:  models.ScoreBand{From: q.share("score_from"), To: q.share("score_to")},
	}
	if f.Scores.To > 0 && f.Scores.From >= f.Scores.To {
		q.bad.Add("score_from", "must be less than score_to")
	}
	if f.Lang != "" && !langForm.MatchString(f.Lang) {
		q.bad.Add("lang", "must be two letters of ISO 639-1")
	}
	if !f.Since.IsZero() && !f.Until.IsZero() && f.Since.After(f.Until) {
		q.bad.Add("since", "must not be after until")
	}
	return f
}

var langForm = regexp.MustCompile(`^[a-z]{2}$`)

// holdReasons are the reasons of pending comments.
var holdReasons = []string{
	string(models.ReasonSpam), string(models.ReasonAbuse), string(models.ReasonPremoderation), string(models.ReasonHoneypot), string(models.ReasonTooFast),
	string(models.ReasonFlagged), string(models.ReasonRule), string(models.ReasonSecondLook), string(models.ReasonShadow),
	string(models.ReasonBurst), string(models.ReasonCampaign), string(models.ReasonEscalated), string(models.ReasonEdited), string(models.ReasonAppeal),
	string(models.ReasonImported),
}

// checkIDs validates the number of comments in a request.
func checkIDs(ids []string, bad *models.Invalid) {
	if len(ids) == 0 || len(ids) > maxBatch {
		bad.Add("comment_ids", "must have 1 to %d ids, has %d", maxBatch, len(ids))
	}
}

// list is a reply with one page of items; Next is the cursor of the next page.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}
