package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

const ownPath = "/v1/me/comments"

// ownComment is a comment as its author sees it.
type ownComment struct {
	ID            string         `json:"id"`
	Article       models.Article `json:"article"`
	ParentID      string         `json:"parent_id,omitempty"`
	Author        publicAuthor   `json:"author"`
	Body          string         `json:"body"`
	CreatedAt     time.Time      `json:"created_at"`
	EditedAt      time.Time      `json:"edited_at,omitzero"`
	Status        models.Status  `json:"status"`
	Reason        models.Reason  `json:"reason,omitempty"`
	Message       string         `json:"message,omitempty"` // from the moderator
	DecidedAt     *time.Time     `json:"decided_at,omitempty"`
	EditableUntil time.Time      `json:"editable_until,omitzero"`
	Deletable     bool           `json:"deletable"`
	Appeal        *ownAppeal     `json:"appeal,omitempty"`
}

// listOwnComments returns the comments of the reader who asks, whatever became of them. Who
// shows nothing has none.
func (s *Server) listOwnComments(c echo.Context) error {
	var none models.Invalid // the request has no fields
	from, err := s.identifySubmitter(c, c.QueryParam("site"), nil, &none)
	if err != nil {
		return err
	}
	q := queryOf(c)
	article := models.ArticleID(q.text("article", models.MaxID))
	if err := q.err(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if article != "" {
		if article, err = s.node.ArticleID(ctx, from.site.Slug, article); err != nil {
			return err
		}
	}
	own, err := s.db.OwnComments(ctx, from.owner(), article)
	if err != nil {
		return err
	}
	reply := struct {
		Comments []ownComment `json:"comments"`
	}{make([]ownComment, 0, len(own))}
	for _, o := range own {
		reply.Comments = append(reply.Comments, s.viewOwn(from.site, o))
	}
	c.Response().Header().Set("Cache-Control", "private, no-store")
	return c.JSON(http.StatusOK, reply)
}

// viewOwn says what a reader may know of a comment of their own, and do about it.
func (s *Server) viewOwn(site models.Site, o models.OwnComment) ownComment {
	c, a := o.Comment, o.Comment.Article
	v := ownComment{
		ID: c.ID, Article: models.Article{ID: a.ID, URL: a.URL, Title: a.Title}, ParentID: c.ParentID, Body: c.Body,
		Author:    publicAuthor{Name: c.Author.Name, URL: c.Author.URL, Vouched: c.Author.ID != "", Staff: c.Author.Staff},
		CreatedAt: c.CreatedAt, EditedAt: o.EditedAt,
		Appeal: viewAppeal(site, o), Status: o.Outcome.Status, Reason: o.Outcome.Reason, Message: o.Outcome.Message, DecidedAt: o.Outcome.DecidedAt,
	}
	if until := c.CreatedAt.Add(site.EditTime()); s.now().Before(until) {
		v.EditableUntil, v.Deletable = until, true
	}
	return v
}

// withdrawComment takes a comment back for the reader who wrote it.
func (s *Server) withdrawComment(c echo.Context) error {
	var none models.Invalid // the request has no fields
	from, err := s.identifySubmitter(c, c.QueryParam("site"), nil, &none)
	if err != nil {
		return err
	}
	comment, err := s.ownedComment(c, from)
	if err != nil {
		return err
	}
	if err := s.refuseLate(from, comment); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.checkLimits(ctx, c, s.readerLimits(from, "withdraw")); err != nil {
		return err
	}
	withdrawn, err := s.db.Withdraw(ctx, from.caller(c), comment.ID)
	if err != nil {
		return err
	}
	s.node.Publish(ctx, commentEvent(models.CommentChanged, withdrawn))
	return c.NoContent(http.StatusNoContent)
}
