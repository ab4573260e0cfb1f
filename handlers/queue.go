package handlers

import (
	"context"
	"net/http"
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
	f := models.QueueFilter{
		Site:     q.site(),
		Sort:     models.Sort(q.text("sort", models.MaxID)),
		Reason:   models.Reason(q.text("reason", models.MaxID)),
		Query:    q.text("q", maxQuery),
		Article:  q.text("article", models.MaxID),
		Author:   q.text("author", models.MaxID),
		Campaign: q.text("campaign", models.MaxID),
		Cursor:   q.text("cursor", models.MaxURL),
		Limit:    q.number("limit", 1, maxPage, 50),
	}
	checkOrder(f, &q.bad)
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

// claimRequest asks for items as the queue would list them.
type claimRequest struct {
	Site     string        `json:"site"`
	Limit    *int          `json:"limit"` // 1 to 50; 10 when absent
	Sort     models.Sort   `json:"sort"`
	Reason   models.Reason `json:"reason"`
	Query    string        `json:"q"`
	Article  string        `json:"article"`
	Author   string        `json:"author"`
	Campaign string        `json:"campaign"`
}

// filter checks a request and turns it into what storage understands.
func (r claimRequest) filter() (models.QueueFilter, error) {
	var bad models.Invalid
	f := models.QueueFilter{
		Site: r.Site, Sort: r.Sort, Reason: r.Reason, Limit: 10,
		Query: models.Clean(r.Query), Article: models.Clean(r.Article), Author: models.Clean(r.Author),
		Campaign: models.Clean(r.Campaign),
	}
	if r.Site != "" && !models.ValidSlug(r.Site) {
		bad.Add("site", "is not a site's slug")
	}
	if r.Limit != nil {
		f.Limit = *r.Limit
	}
	if f.Limit < 1 || f.Limit > maxClaim {
		bad.Add("limit", "must be a whole number from 1 to %d", maxClaim)
	}
	for name, v := range map[string]string{"q": f.Query, "article": f.Article, "author": f.Author, "campaign": f.Campaign} {
		if len([]rune(v)) > maxQuery {
			bad.Add(name, "must have at most %d characters", maxQuery)
		}
	}
	checkOrder(f, &bad)
	return f, bad.Err()
}

// checkOrder checks the fields that have few values.
func checkOrder(f models.QueueFilter, bad *models.Invalid) {
	switch f.Sort {
	case "", models.SortRisk, models.SortOldest, models.SortNewest:
	default:
		bad.Add("sort", "must be risk, oldest or newest")
	}
	switch f.Reason {
	case "", models.ReasonSpam, models.ReasonAbuse, models.ReasonPremoderation,
		models.ReasonHoneypot, models.ReasonFlagged, models.ReasonRule, models.ReasonSecondLook,
		models.ReasonShadow, models.ReasonSurge:
	default:
		bad.Add("reason", "must be spam, abuse, premoderation, honeypot, flagged, rule, second_look, shadow or surge")
	}
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

// release gives claimed items back before their time. Items that the caller
// does not hold are left alone.
func (s *Server) release(c echo.Context) error {
	req, err := decode[struct {
		CommentIDs []string `json:"comment_ids"`
	}](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	checkIDs(req.CommentIDs, &bad)
	if err := bad.Err(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.db.Release(ctx, caller(c), req.CommentIDs); err != nil {
		return err
	}
	s.publish(ctx, models.Event{Kind: models.CommentClaimed, Subject: req.CommentIDs[0], At: s.now().UTC()})
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
