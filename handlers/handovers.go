package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// listHandovers returns the open notes, or with "removed" all notes of one site, the newest
// first.
func (s *Server) listHandovers(c echo.Context) error {
	q := queryOf(c)
	site, removed := q.site(), q.oneOf("removed", "", "true") != ""
	cur, limit := q.text("cursor", models.MaxURL), q.number("limit", 1, maxPage, 50)
	if removed && site == "" {
		q.bad.AddCode(models.FieldRequired, "site", "is required")
	}
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	notes, next, err := s.db.Handovers(ctx, by, site, removed, cur, limit)
	if err != nil {
		return err
	}
	if notes == nil {
		notes = []models.Handover{}
	}
	return c.JSON(http.StatusOK, list[models.Handover]{Items: notes, Next: next})
}

// handoverText is the text of a note, or of an answer to one.
type handoverText struct {
	Text string `json:"text"`
}

// addHandover leaves a note to the moderators of a site.
func (s *Server) addHandover(c echo.Context) error {
	req, err := decode[struct {
		Site string `json:"site"`
		handoverText
	}](c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	h, err := s.db.AddHandover(ctx, caller(c), req.Site, models.CleanBody(req.Text))
	if err != nil {
		return err
	}
	s.handoverChanged(ctx, h)
	return c.JSON(http.StatusCreated, h)
}

// answerHandover adds an answer to a note.
func (s *Server) answerHandover(c echo.Context) error {
	req, err := decode[handoverText](c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	h, err := s.db.AnswerHandover(ctx, caller(c), c.Param("id"), models.CleanBody(req.Text))
	if err != nil {
		return err
	}
	s.handoverChanged(ctx, h)
	return c.JSON(http.StatusOK, h)
}

// removeHandover takes a note from the desk.
func (s *Server) removeHandover(c echo.Context) error {
	ctx := c.Request().Context()
	h, err := s.db.RemoveHandover(ctx, caller(c), c.Param("id"))
	if err != nil {
		return err
	}
	s.handoverChanged(ctx, h)
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) handoverChanged(ctx context.Context, h models.Handover) {
	s.node.Publish(ctx, models.Event{Kind: models.HandoverChanged, Site: h.Site, Subject: h.ID})
}
