package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/classifier"
	"winnow/models"
	"winnow/storage"
)

// statsReply is the reply of stats.
type statsReply struct {
	storage.Stats
	Thresholds *models.Thresholds `json:"thresholds"` // null for all sites
}

// thresholds returns the thresholds in force on a site; nil when the live model
// does not predict spam.
func (s *Server) thresholds(ctx context.Context, slug string) (*models.Thresholds, error) {
	site, err := s.node.Site(ctx, slug)
	if err != nil {
		return nil, err
	}
	model := s.node.Model()
	if model.Manifest().Spam == nil {
		return nil, nil
	}
	hold, reject := model.Thresholds(classifier.PolicyOf(site))
	now := &models.Thresholds{Hold: &hold}
	if reject > 0 {
		now.Reject = &reject
	}
	return now, nil
}

// stats returns the statistics of one site, or of all that the caller may see.
func (s *Server) stats(c echo.Context) error {
	q := queryOf(c)
	site := q.site()
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	var got statsReply
	var err error
	if got.Stats, err = s.node.Stats(ctx, by, site); err == nil && site != "" {
		got.Thresholds, err = s.thresholds(ctx, site)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, got)
}

// moderatorStats returns what each moderator decided by day, and what second looks said of
// it, on one site or on all that the caller may see.
func (s *Server) moderatorStats(c echo.Context) error {
	q := queryOf(c)
	site := q.site()
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	got, err := s.db.ModeratorStats(ctx, by, site)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, got)
}
