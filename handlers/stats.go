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

// statsTTL is how old statistics may be: adding up a month of a large site takes
// some milliseconds, and many consoles poll them.
const statsTTL = 2 * time.Second

// loadStats loads the statistics of a cache key: lines with a site, or "", and the
// caller's sites.
func (s *Server) loadStats(ctx context.Context, key string) (storage.Stats, error) {
	lines := strings.Split(key, "\n")
	return s.db.Stats(ctx, models.Caller{Kind: models.ByModerator, Sites: lines[1:]}, lines[0])
}

// statsReply is the reply of stats.
type statsReply struct {
	storage.Stats
	Thresholds *models.Thresholds `json:"thresholds"` // null for all sites
}

// thresholds returns the thresholds in force on a site; nil when the live model
// does not predict spam.
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
	if got.Stats, err = s.statCache.get(ctx, strings.Join(append([]string{site}, by.Sites...), "\n")); err == nil && site != "" {
		got.Thresholds, err = s.thresholds(ctx, site)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, got)
}
