package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// exportLabels streams the labels, oldest first, for training elsewhere. Labels
// without a site are exported only to callers who see all sites.
func (s *Server) exportLabels(c echo.Context) error {
	q := queryOf(c)
	site, since, format := q.site(), q.time("since"), q.oneOf("format", "jsonl", "csv")
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	if err := s.auditExport(c, "labels", site, format, since); err != nil {
		return err
	}
	return streamRows(s, c, format, "labels", models.LabelColumns, func(yield func(models.Label, error) bool) {
		for l, err := range s.db.Labels(ctx, site, since) {
			if err == nil && !by.CanSee(l.Site) {
				continue
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	})
}

// labelConflicts lists the texts whose labels contradict each other, those with the
// newest label first.
func (s *Server) labelConflicts(c echo.Context) error {
	q := queryOf(c)
	site, limit := q.site(), q.number("limit", 1, maxPage, 50)
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	found, err := s.db.LabelConflicts(ctx, by, site, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.LabelConflict]{Items: found})
}
