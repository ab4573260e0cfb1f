package handlers

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// lease is how long a claim keeps a comment from being dealt to others. Who is
// still at work claims again: what one holds is dealt first, with a new lease.
const lease = 5 * time.Minute

const (
	maxPage  = 200 // items on a page of the queue or of the audit trail
	maxClaim = 50
	maxBatch = 500 // comments in one request
	maxQuery = 200 // characters of a search
)

// queue lists what waits for a moderator.
func (s *Server) queue(c echo.Context) error {
	q := queryOf(c)
	f := q.filter()
	f.Cursor, f.Limit = q.text("cursor", models.MaxURL), q.number("limit", 1, maxPage, 50)
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, f.Site); err != nil {
		return err
	}
	page, err := s.db.Queue(ctx, by, f)
	if err != nil {
		return err
	}
	if page.Items == nil {
		page.Items = []models.QueueItem{}
	}
	return c.JSON(http.StatusOK, page)
}

// filterRequest says what of the queue is meant, as its list would show it.
type filterRequest struct {
	Site     string        `json:"site"`
	Sort     models.Sort   `json:"sort"`
	Reason   models.Reason `json:"reason"`
	Query    string        `json:"q"`
	Section  string        `json:"section"`
	Article  string        `json:"article"`
	Author   string        `json:"author"`
	Signal   string        `json:"signal"`
	Lang     string        `json:"lang"`
	Since    string        `json:"since"`
	Until    string        `json:"until"`
	Campaign string        `json:"campaign"`
	Group    string        `json:"group"`
}

// claimRequest asks for items.
type claimRequest struct {
	filterRequest
	Limit *int `json:"limit"` // 1 to 50; 10 when absent
}

// filter checks a request and turns it into what storage understands. The names
// of its fields stand after a prefix where faults are told.
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
	q := query{values: values}
	f := q.filter()
	var faults *models.Error
	if errors.As(q.err(), &faults) {
		for _, fault := range faults.Fields {
			bad.Add(prefix+fault.Field, "%s", fault.Message)
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

// filter reads what narrows and sorts the queue.
func (q *query) filter() models.QueueFilter {
	f := models.QueueFilter{
		Site:   q.site(),
		Sort:   models.Sort(q.oneOf("sort", "", string(models.SortRisk), string(models.SortOldest), string(models.SortNewest), string(models.SortUncertain))),
		Reason: models.Reason(q.oneOf("reason", append([]string{""}, holdReasons...)...)),
		Query:  q.text("q", maxQuery), Section: q.text("section", models.MaxSection), Article: q.text("article", models.MaxID),
		Author: q.text("author", models.MaxID), Signal: q.text("signal", maxQuery), Lang: q.text("lang", models.MaxID),
		Since: q.time("since"), Until: q.time("until"), Campaign: q.text("campaign", models.MaxID),
		Grouped: q.oneOf("group", "", "campaign") != "",
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

// holdReasons are why a comment may wait.
var holdReasons = []string{
	string(models.ReasonSpam), string(models.ReasonAbuse), string(models.ReasonPremoderation), string(models.ReasonHoneypot),
	string(models.ReasonFlagged), string(models.ReasonRule), string(models.ReasonSecondLook), string(models.ReasonShadow),
	string(models.ReasonSurge), string(models.ReasonEscalated), string(models.ReasonEdited),
}

// claim leases items to the caller.
func (s *Server) claim(c echo.Context) error {
	req, err := decode[claimRequest](c)
	if err != nil {
		return err
	}
	f, err := req.filter()
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, f.Site); err != nil {
		return err
	}
	items, err := s.db.Claim(ctx, by, f, lease)
	if err != nil {
		return err
	}
	if len(items) > 0 {
		s.publish(ctx, models.Event{Kind: models.CommentClaimed, Subject: items[0].Comment.ID, At: s.now().UTC()})
	}
	return c.JSON(http.StatusOK, list[models.QueueItem]{Items: items})
}

// commentIDs reads a request that names comments and nothing else.
func commentIDs(c echo.Context) ([]string, error) {
	req, err := decode[struct {
		CommentIDs []string `json:"comment_ids"`
	}](c)
	if err != nil {
		return nil, err
	}
	var bad models.Invalid
	checkIDs(req.CommentIDs, &bad)
	return req.CommentIDs, bad.Err()
}

// renew gives claimed items a new lease, and names those that are lost.
func (s *Server) renew(c echo.Context) error {
	ids, err := commentIDs(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	held, lost, err := s.db.Renew(ctx, caller(c), ids, lease)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Items []models.Lease `json:"items"`
		Lost  []models.Lost  `json:"lost"`
	}{held, lost})
}

// release gives claimed items back before their time. Items that the caller
// does not hold are left alone.
func (s *Server) release(c echo.Context) error { return s.giveBack(c, s.db.Release) }

// skip gives items back, and the caller is not dealt them for a while.
func (s *Server) skip(c echo.Context) error { return s.giveBack(c, s.db.Skip) }

func (s *Server) giveBack(c echo.Context, do func(context.Context, models.Caller, []string) error) error {
	ids, err := commentIDs(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := do(ctx, caller(c), ids); err != nil {
		return err
	}
	s.publish(ctx, models.Event{Kind: models.CommentClaimed, Subject: ids[0], At: s.now().UTC()})
	return c.NoContent(http.StatusNoContent)
}

// checkIDs checks the comments that a request names.
func checkIDs(ids []string, bad *models.Invalid) {
	if len(ids) == 0 || len(ids) > maxBatch {
		bad.Add("comment_ids", "must have 1 to %d ids, has %d", maxBatch, len(ids))
	}
}

// visible tells whether a site exists for the caller. The empty name stands
// for all that the caller sees.
func (s *Server) visible(ctx context.Context, by models.Caller, site string) error {
	switch {
	case site == "":
		return nil
	case !by.Sees(site):
		return models.Errorf(models.KindNotFound, "there is no site %s", site)
	}
	_, err := s.sites.get(ctx, site)
	return err
}

// list is a reply with one page of things; Next is the cursor of the next one.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}
