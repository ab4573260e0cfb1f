package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
	"winnow/storage"
)

// replyAsNewsroom publishes a reply in the name of the newsroom: one, however often a request
// with the same Idempotency-Key arrives.
func (s *Server) replyAsNewsroom(c echo.Context) error {
	req, err := decode[struct {
		Body string `json:"body"`
	}](c)
	if err != nil {
		return err
	}
	body := models.CleanBody(req.Body)
	if err := models.CheckBody(body); err != nil {
		return err
	}
	key, err := idempotencyKey(c.Request())
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if key != "" { // with another parent or text it is another reply
		key = "reply " + s.node.RepeatKey(by.Name, key, c.Param("id"), body)
	}
	reply, err := s.db.ReplyAsNewsroom(ctx, by, c.Param("id"), body, key)
	if err != nil {
		return err
	}
	s.node.Publish(ctx, commentEvent(models.CommentCreated, reply))
	return c.JSON(http.StatusCreated, changedComment{reply})
}

// changeReply changes or withdraws a reply of the newsroom.
func (s *Server) changeReply(c echo.Context) error {
	req, err := decode[struct {
		Version   int64            `json:"version"`
		Body      Optional[string] `json:"body"`
		Withdrawn Optional[bool]   `json:"withdrawn"`
	}](c)
	if err != nil {
		return err
	}
	change := storage.ReplyChange{Version: req.Version}
	if text, ok := req.Body.Get(); ok {
		text = models.CleanBody(text)
		if err := models.CheckBody(text); err != nil {
			return err
		}
		change.Body = &text
	}
	if withdrawn, ok := req.Withdrawn.Get(); ok {
		change.Withdrawn = &withdrawn
	}
	reply, err := s.db.ChangeReply(c.Request().Context(), caller(c), c.Param("id"), change)
	return s.replyChanged(c, reply, err)
}
