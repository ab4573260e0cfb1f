package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/handlers/screening"
	"winnow/models"
	"winnow/storage"
)

// editComment replaces the text of a comment, and screens the new text.
func (s *Server) editComment(c echo.Context) error {
	req, err := decodeTolerant[struct {
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
	if err := s.refuseLate(from, comment); err != nil {
		return err
	}
	switch {
	case comment.ContentRemoved():
		return models.Errorf(models.KindConflict, "the text of this comment has been removed")
	case comment.Withdrawn:
		return models.Errorf(models.KindConflict, "this comment has been withdrawn")
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

// refuseLate refuses to change a comment after the site's time for it. The site's server may
// at any time.
func (s *Server) refuseLate(from submitter, comment models.Comment) error {
	allowed := from.site.EditTime()
	if from.byKey || s.now().Before(comment.CreatedAt.Add(allowed)) {
		return nil
	}
	return models.Errorf(models.KindForbidden, "a comment can be changed for %d minutes after it was posted", int(allowed.Minutes()))
}

// ownedComment returns the comment in the path, if the submitter may change it: the
// site's server all of the site's, and a reader their own.
func (s *Server) ownedComment(c echo.Context, from submitter) (models.Comment, error) {
	comment, err := s.db.Comment(c.Request().Context(), c.Param("id"))
	if err == nil && (comment.Site != from.site.Slug || !from.byKey && !from.owner().Owns(comment)) {
		err = models.Errorf(models.KindNotFound, "there is no such comment")
	}
	return comment, err
}
