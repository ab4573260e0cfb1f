package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// listFindings returns what is wrong with the set-up of this node and of the others.
// That is the installation's, and not a site's.
func (s *Server) listFindings(c echo.Context) error {
	if len(caller(c).Sites) > 0 {
		return models.Errorf(models.KindForbidden, "only admins of all sites see what is wrong with the servers")
	}
	found := s.checker.Findings(c.Request().Context())
	if found == nil {
		found = []models.Finding{} // a list in JSON too
	}
	return c.JSON(http.StatusOK, map[string]any{"items": found})
}
