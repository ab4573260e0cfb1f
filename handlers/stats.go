package handlers

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
	"winnow/storage"
)

// figuresTTL is how old figures may be. Many look at them, and a month of a
// large newsroom takes some milliseconds to add up.
const figuresTTL = 2 * time.Second

// loadFigures takes a site, or "", and the sites that the caller sees, in
// lines.
func (s *Server) loadFigures(ctx context.Context, key string) (storage.Stats, error) {
	lines := strings.Split(key, "\n")
	return s.db.Stats(ctx, models.Caller{Kind: models.ByModerator, Sites: lines[1:]}, lines[0])
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
	figures, err := s.figures.get(ctx, strings.Join(append([]string{site}, by.Sites...), "\n"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, figures)
}
