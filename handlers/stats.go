package handlers

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/classifier"
	"winnow/models"
	"winnow/storage"
)

// figuresTTL is how old figures may be. Many look at them, and a month of a
// large newsroom takes some milliseconds to add up.
const statsTTL = 2 * time.Second

// loadFigures takes a site, or "", and the sites that the caller sees, in
// lines.
func (s *Server) loadStats(ctx context.Context, key string) (storage.Stats, error) {
	lines := strings.Split(key, "\n")
	return s.db.Stats(ctx, models.Caller{Kind: models.ByModerator, Sites: lines[1:]}, lines[0])
}

// figures are what a reply says: for one site with the thresholds that apply.
type statsReply struct {
	storage.Stats
	Thresholds *models.Thresholds `json:"thresholds"` // null for all sites
}

// thresholds returns those that apply to a site; nil when the live model knows
// none.
func (s *Server) thresholds(ctx context.Context, slug string) (*models.Thresholds, error) {
	site, err := s.sites.get(ctx, slug)
	if err != nil {
		return nil, err
	}
	model := s.live.Load()
	if model.Manifest().Spam == nil {
		return nil, nil
	}
	hold, reject := model.Thresholds(classifier.Policy{Hold: site.Thresholds.Hold, Reject: site.Thresholds.Reject, Site: slug})
	now := &models.Thresholds{Hold: &hold}
	if reject > 0 {
		now.Reject = &reject
	}
	return now, nil
}

// stats gives the figures of one site, or of all that the caller sees.
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
	if got.Stats, err = s.statsCache.get(ctx, strings.Join(append([]string{site}, by.Sites...), "\n")); err == nil && site != "" {
		got.Thresholds, err = s.thresholds(ctx, site)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, got)
}
