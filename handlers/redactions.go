package handlers

import (
	"math"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/handlers/markup"
	"winnow/handlers/why"
	"winnow/models"
)

// redactionMarks stand in the place of what was taken out of a text.
var redactionMarks = map[why.Language]string{why.English: "[removed]", why.German: "[entfernt]"}

// redact takes parts out of the text of a comment.
func (s *Server) redact(c echo.Context) error {
	req, err := decode[struct {
		Version int64   `json:"version"`
		Spans   [][]int `json:"at"`
	}](c)
	if err != nil {
		return err
	}
	redaction := models.Redaction{Version: req.Version, Mark: redactionMarks[replyLanguage(c)]}
	var bad models.Invalid
	for i, span := range req.Spans {
		if len(span) != 2 {
			bad.Add("at", "must have spans of two numbers, [start, end); number %d has %d", i+1, len(span))
			return bad.Err()
		}
		redaction.Spans = append(redaction.Spans, [2]int(span))
	}
	ctx := c.Request().Context()
	if old, err := s.db.Comment(ctx, c.Param("id")); err == nil && old.Version == req.Version {
		// The target of a link says what its text has said.
		redaction.Targets = markup.LinkTargets(old.Body, redaction.Spans)
	}
	comment, err := s.db.Redact(ctx, caller(c), c.Param("id"), redaction)
	return s.replyChanged(c, comment, err)
}

// undoRedaction puts back what the last redaction has taken out.
func (s *Server) undoRedaction(c echo.Context) error {
	q := queryOf(c)
	version := q.number("version", 1, math.MaxInt, 0)
	if version == 0 {
		q.bad.AddCode(models.FieldRequired, "version", "is required")
	}
	if err := q.err(); err != nil {
		return err
	}
	comment, err := s.db.UndoRedaction(c.Request().Context(), caller(c), c.Param("id"), int64(version))
	return s.replyChanged(c, comment, err)
}

// changedComment is the reply to a change of a comment that is no decision.
type changedComment struct {
	Comment models.Comment `json:"comment"`
}

// replyChanged tells all nodes of a changed comment, and replies with it.
func (s *Server) replyChanged(c echo.Context, comment models.Comment, err error) error {
	ctx := c.Request().Context()
	if err != nil {
		return s.withCurrent(ctx, caller(c), c.Param("id"), err)
	}
	s.node.Publish(ctx, commentEvent(models.CommentChanged, comment))
	return c.JSON(http.StatusOK, changedComment{comment})
}
