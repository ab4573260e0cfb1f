package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// me returns who is logged in, and what they may do.
func (s *Server) me(c echo.Context) error {
	by := caller(c)
	return c.JSON(http.StatusOK, struct {
		Name  string      `json:"name"`
		Role  models.Role `json:"role"`
		Sites []string    `json:"sites,omitempty"` // absent: all
	}{by.Name, by.Role, by.Sites})
}
