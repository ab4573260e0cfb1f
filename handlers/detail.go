package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// commentDetail shows a moderator one comment with all around it.
func (s *Server) commentDetail(c echo.Context) error {
	d, err := s.db.Detail(c.Request().Context(), caller(c), c.Param("id"))
	if err != nil {
		return err
	}
	if d.History == nil {
		d.History = []models.Decision{}
	}
	if d.Revisions == nil {
		d.Revisions = []models.Revision{}
	}
	if d.Thread == nil {
		d.Thread = []models.Comment{}
	}
	return c.JSON(http.StatusOK, d)
}

// me tells the console whose it is.
func (s *Server) me(c echo.Context) error {
	by := caller(c)
	return c.JSON(http.StatusOK, struct {
		Name  string      `json:"name"`
		Role  models.Role `json:"role"`
		Sites []string    `json:"sites,omitempty"` // absent: all
	}{by.Name, by.Role, by.Sites})
}
