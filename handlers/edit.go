package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/screening"
	"winnow/models"
	"winnow/storage"
)

// editTime is how long readers may edit their comments. A site's server may at
// any time.
const editTime = 15 * time.Minute

// editComment replaces the text of a comment, and screens the new text.
func (s *Server) editComment(c echo.Context) error {
	req, err := decode[struct {
		Site   string         `json:"site"`
		Body   string         `json:"body"`
		Client *clientRequest `json:"client"`
	}](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	from, err := s.identifySubmitter(c, req.Site, req.Client, &bad)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	comment, err := s.ownedComment(c, from)
	if err != nil {
		return err
	}
	if !from.byKey && s.now().Sub(comment.CreatedAt) > editTime {
		return models.Errorf(models.KindForbidden, "a comment can be edited for %d minutes after it was posted", int(editTime.Minutes()))
	}
	if comment.ContentRemoved() {
		return models.Errorf(models.KindConflict, "the text of this comment has been removed")
	}
	comment.Body = models.CleanBody(req.Body)
	bad.Join(comment.Validate())
	if err := bad.Err(); err != nil {
		return err
	}
	from.identify(comment.Author)
	if from.who.Browser == "" { // a ban of the browser holds without its token
		from.who.Browser = comment.Client.Browser
	}
	if err := s.checkLimits(ctx, c, s.commentLimits(from)); err != nil {
		return err
	}
	restrictions, err := s.screener.CheckRestrictions(ctx, comment, from.who)
	if err != nil {
		return err
	}
	res, err := s.screener.Rescreen(ctx, screening.Submission{Site: from.site, Comment: comment, Restrictions: restrictions})
	if err != nil {
		return err
	}
	stored, err := s.db.EditComment(ctx, from.caller(c), comment.ID, storage.CommentEdit{
		Body: comment.Body, Lang: res.Lang, Verdict: res.Verdict, Status: res.Status, Reason: res.Reason,
	})
	if err != nil {
		return err
	}
	s.node.Publish(ctx, commentEvent(models.CommentChanged, stored))
	return replyComment(c, http.StatusOK, stored, res.Verdict, models.SignalsJSON(res.Verdict.Signals), from.byKey, "")
}

// ownedComment returns the comment in the path, if the submitter may edit it: the
// site's server all of the site's, and a reader their own.
func (s *Server) ownedComment(c echo.Context, from submitter) (models.Comment, error) {
	comment, err := s.db.Comment(c.Request().Context(), c.Param("id"))
	allowed := from.byKey || from.reader != nil && from.reader.ID != "" && from.reader.ID == comment.Author.ID
	if err == nil && (comment.Site != from.site.Slug || !allowed) {
		err = models.Errorf(models.KindNotFound, "there is no such comment")
	}
	return comment, err
}
