package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// listGolden lists the golden examples that the caller sees, oldest first.
func (s *Server) listGolden(c echo.Context) error {
	q := queryOf(c)
	site := q.site()
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	found := list[models.GoldenExample]{Items: []models.GoldenExample{}}
	for g, err := range s.db.GoldenExamples(ctx, site) {
		if err != nil {
			return err
		}
		if by.CanSee(g.Site) {
			found.Items = append(found.Items, g)
		}
	}
	return c.JSON(http.StatusOK, found)
}

// addGolden adds a golden example.
func (s *Server) addGolden(c echo.Context) error {
	req, err := decode[struct {
		Site  string       `json:"site"`
		Text  string       `json:"text"`
		Label models.Class `json:"label"`
		Note  string       `json:"note"`
	}](c)
	if err != nil {
		return err
	}
	g, err := s.db.AddGoldenExample(c.Request().Context(), caller(c), models.GoldenExample{
		Site: req.Site, Text: models.Clean(req.Text), Label: req.Label, Note: models.Clean(req.Note),
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, g)
}

// removeGolden removes a golden example.
func (s *Server) removeGolden(c echo.Context) error {
	if err := s.db.RemoveGoldenExample(c.Request().Context(), caller(c), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
