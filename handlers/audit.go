package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// auditTrail lists who changed what, newest first: one page as JSON, or all
// that the filters let through as CSV.
func (s *Server) auditTrail(c echo.Context) error {
	q := queryOf(c)
	site, action, actor := q.site(), q.text("action", models.MaxID), q.text("actor", models.MaxID)
	cursor, limit := q.text("cursor", models.MaxURL), q.number("limit", 1, maxPage, 50)
	format := q.oneOf("format", "json", "csv")
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	if format == "csv" {
		limit = maxPage
	}
	rows, next, err := s.db.AuditPage(ctx, by, site, action, actor, limit, cursor)
	if err != nil {
		return err
	}
	if format == "json" {
		if rows == nil {
			rows = []models.Audit{}
		}
		return c.JSON(http.StatusOK, list[models.Audit]{rows, next})
	}
	return stream(s, c, format, "audit", models.AuditColumns, func(yield func(models.Audit, error) bool) {
		for {
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			if rows, next, err = s.db.AuditPage(ctx, by, site, action, actor, limit, next); err != nil {
				yield(models.Audit{}, err)
				return
			}
		}
	})
}
