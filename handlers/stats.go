package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

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
	figures, err := s.db.Stats(ctx, by, site)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, figures)
}
