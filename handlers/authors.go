package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// author returns the record of one author, and a page of their comments.
func (s *Server) author(c echo.Context) error {
	q := queryOf(c)
	r := models.Reader{Site: q.site(), ID: q.text("author_id", models.MaxID), Name: q.text("name", models.MaxName)}
	cur, limit := q.text("cursor", models.MaxURL), q.number("limit", 1, maxPage, 50)
	if err := q.err(); err != nil {
		return err
	}
	p, err := s.db.Author(c.Request().Context(), caller(c), r, cur, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}

// authorPatch sets a note on an author, or a sanction. What is absent stays; a
// sanction of null is lifted, a note of null stays.
type authorPatch struct {
	Site     string           `json:"site"`
	AuthorID string           `json:"author_id"`
	Name     string           `json:"name"`
	Note     Optional[string] `json:"note"`
	Sanction Optional[struct {
		Kind   models.SanctionKind `json:"kind"`
		Reason string              `json:"reason"`
		Until  time.Time           `json:"until"`
	}] `json:"sanction"`
}

// apply changes what the newsroom has set for an author, if the role allows the
// sanction that ends and the one that begins.
func (p authorPatch) apply(v *models.AuthorState, by models.Caller, now time.Time) error {
	if note, ok := p.Note.Get(); ok {
		v.Note = models.Clean(note)
	}
	if !p.Sanction.Present {
		return nil
	}
	old := v.Sanction
	v.Sanction = nil
	if x, ok := p.Sanction.Get(); ok {
		v.Sanction = &models.Sanction{Kind: x.Kind, Reason: models.Clean(x.Reason), Until: x.Until.UTC().Truncate(time.Microsecond)}
	}
	return mayImpose(by, old, v.Sanction, now)
}

// setAuthor stores a note on an author, and imposes or lifts a sanction.
func (s *Server) setAuthor(c echo.Context) error {
	req, err := decode[authorPatch](c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	r := models.Reader{Site: req.Site, ID: models.Clean(req.AuthorID), Name: models.Clean(req.Name)}
	err = s.db.SetAuthorState(ctx, by, r, func(v *models.AuthorState) error {
		return req.apply(v, by, s.now())
	})
	if err != nil {
		return err
	}
	s.node.Publish(ctx, models.Event{Kind: models.AuthorChanged, Site: r.Site})
	p, err := s.db.Author(ctx, by, r, "", 50)
	if models.KindOf(err) == models.KindNotFound { // an author without comments, and now without note and sanction
		return c.NoContent(http.StatusNoContent)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}
