package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// readerFromQuery reads which reader the request is about.
func readerFromQuery(c echo.Context) (models.Reader, error) {
	q := queryOf(c)
	r := models.Reader{Site: q.site(), ID: q.text("author_id", models.MaxID), Email: q.text("email", models.MaxID+models.MaxName), Name: q.text("name", models.MaxName)}
	if err := q.err(); err != nil {
		return r, err
	}
	return r, r.Validate()
}

// exportReader streams all stored data of one reader. An error on the way closes
// the connection, so that the client does not take a part for the whole.
func (s *Server) exportReader(c echo.Context) error {
	r, err := readerFromQuery(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	state, comments, reports, err := s.db.ExportReader(ctx, caller(c), r)
	if err != nil {
		return err
	}
	res := c.Response()
	res.Header().Set("Content-Type", "application/json")
	res.Header().Set("Content-Disposition", `attachment; filename="reader.json"`)
	res.Header().Set("Cache-Control", "no-store")
	res.WriteHeader(http.StatusOK)
	if err := models.WriteReader(deadlineWriter{res, clearReadDeadline(res)}, r, s.now(), state, comments, reports); err != nil {
		s.log.WarnContext(ctx, "export aborted", "export", "reader", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// eraseReader erases all stored data of one reader. It is completed even if the
// client leaves.
func (s *Server) eraseReader(c echo.Context) error {
	r, err := readerFromQuery(c)
	if err != nil {
		return err
	}
	ctx := context.WithoutCancel(c.Request().Context())
	gone, err := s.db.EraseReader(ctx, caller(c), r)
	if err != nil {
		return err
	}
	s.node.Publish(ctx, models.Event{Kind: models.CommentChanged, Site: r.Site, Subject: gone.Subject})
	return c.JSON(http.StatusOK, gone)
}
