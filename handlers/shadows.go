package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// startShadow lets a candidate run beside the live model.
func (s *Server) startShadow(c echo.Context) error {
	ctx := c.Request().Context()
	req, err := decodeOptional[struct {
		Promote bool `json:"promote"`
	}](c)
	if err != nil {
		return err
	}
	candidate, err := s.comparer.Load(ctx, c.Param("version")) // one that cannot be read must not start
	if err != nil {
		return err
	}
	shadow, err := s.db.StartShadow(ctx, caller(c), candidate.Version(), req.Promote)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shadow)
}

// endShadow ends the shadow of a candidate.
func (s *Server) endShadow(c echo.Context) error {
	by := caller(c)
	shadow, err := s.db.EndShadow(c.Request().Context(), by, c.Param("version"), "ended by "+by.Name)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shadow)
}
