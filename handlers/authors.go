package handlers

import (
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"winnow/models"
)

// author shows what is known of one author, and a page of what they wrote.
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

// authorRequest says something of an author. What it leaves out stays; a null
// sanction is lifted.
type authorRequest struct {
	Site     string  `json:"site"`
	AuthorID string  `json:"author_id"`
	Name     string  `json:"name"`
	Note     *string `json:"note"`
	Sanction *struct {
		Kind   models.SanctionKind `json:"kind"`
		Reason string              `json:"reason"`
		Until  time.Time           `json:"until"`
	} `json:"sanction"`
}

// setAuthor keeps a note on an author, bans or shadows them, or ends that.
func (s *Server) setAuthor(c echo.Context) error {
	data, err := readJSON(c.Request())
	if err != nil {
		return err
	}
	var req authorRequest
	var given struct {
		Sanction jsontext.Value `json:"sanction"`
	}
	if err := parse(data, &req); err != nil {
		return err
	}
	if err := parse(data, &given); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	r := models.Reader{Site: req.Site, ID: models.Clean(req.AuthorID), Name: models.Clean(req.Name)}
	err = s.db.SetStanding(ctx, by, r, func(v *models.Standing) error {
		if req.Note != nil {
			v.Note = models.Clean(*req.Note)
		}
		if given.Sanction == nil {
			return nil
		}
		old := v.Sanction
		if v.Sanction = nil; req.Sanction != nil {
			x := req.Sanction
			v.Sanction = &models.Sanction{Kind: x.Kind, Reason: models.Clean(x.Reason), Until: x.Until.UTC().Truncate(time.Microsecond)}
		}
		if now := s.now(); !old.MayBeSet(by.Role, now) || !v.Sanction.MayBeSet(by.Role, now) {
			return models.Errorf(models.KindForbidden, "role editor required: a moderator may only shadow an author, for at most seven days")
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.publish(ctx, models.Event{
		Kind: models.AuthorChanged, Site: r.Site, Subject: models.Author{ID: r.ID, Name: r.Name}.Key(), At: s.now().UTC(),
	})
	p, err := s.db.Author(ctx, by, r, "", 50)
	if models.KindOf(err) == models.KindNotFound { // nothing is said any more, of nobody known
		return c.NoContent(http.StatusNoContent)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}
