package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// lease is how long a claimed comment is not given to others. A moderator who
// claims again first gets what they have claimed already, with a new lease.
const lease = 5 * time.Minute

// claimRequest selects the comments to claim.
type claimRequest struct {
	filterRequest
	Limit *int `json:"limit"` // 1 to 50; 10 when absent
}

// claim leases pending comments to the caller.
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
	done, err := s.beginFiltered(c, f)
	if err != nil {
		return err
	}
	defer done()
	items, err := s.db.Claim(ctx, by, f, lease)
	if err != nil {
		return err
	}
	if len(items) > 0 {
		s.node.Publish(ctx, models.Event{Kind: models.CommentClaimed, Subject: items[0].Comment.ID})
	}
	explain(c, items)
	return c.JSON(http.StatusOK, list[models.QueueItem]{Items: items})
}

// commentIDs reads a request that has ids of comments and nothing else.
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

// renew gives claimed comments a new lease, and lists those that the caller has
// lost.
func (s *Server) renew(c echo.Context) error {
	ids, err := commentIDs(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	renewed, lost, err := s.db.Renew(ctx, caller(c), ids, lease)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Items []models.Lease     `json:"items"`
		Lost  []models.LostClaim `json:"lost"`
	}{renewed, lost})
}

// release ends claims before their time. Comments that the caller has not
// claimed are ignored.
func (s *Server) release(c echo.Context) error { return s.endClaims(c, s.db.Release) }

// skip ends claims, and does not give the comments to the caller for a while.
func (s *Server) skip(c echo.Context) error { return s.endClaims(c, s.db.Skip) }

// unskip undoes skip, but for the claims.
func (s *Server) unskip(c echo.Context) error {
	ids, err := commentIDs(c)
	if err != nil {
		return err
	}
	if err := s.db.Unskip(c.Request().Context(), caller(c), ids); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) endClaims(c echo.Context, do func(context.Context, models.Caller, []string) error) error {
	ids, err := commentIDs(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := do(ctx, caller(c), ids); err != nil {
		return err
	}
	s.node.Publish(ctx, models.Event{Kind: models.CommentClaimed, Subject: ids[0]})
	return c.NoContent(http.StatusNoContent)
}
