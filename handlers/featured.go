package handlers

import (
	"github.com/labstack/echo/v4"
)

// featureComment says whether the newsroom points a comment out.
func (s *Server) featureComment(c echo.Context) error {
	req, err := decode[struct {
		Featured *bool `json:"featured"`
	}](c)
	if err != nil {
		return err
	}
	if req.Featured == nil {
		return invalid("featured", "must be true or false")
	}
	comment, err := s.db.FeatureComment(c.Request().Context(), caller(c), c.Param("id"), *req.Featured)
	return s.replyChanged(c, comment, err)
}
