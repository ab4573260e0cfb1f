package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/redis"
)

// editTime is how long readers may change what they wrote. A site's server may
// at any time.
const editTime = 15 * time.Minute

// editComment gives a comment a new text, which is judged as a new comment's is.
func (s *Server) editComment(c echo.Context) error {
	req, err := decode[struct {
		Site   string         `json:"site"`
		Body   string         `json:"body"`
		Client *clientRequest `json:"client"`
	}](c)
	if err != nil {
		return err
	}
	from, err := s.speaker(c, req.Site, req.Client)
	if err != nil {
		return err
	}
	ctx := redis.Budget(c.Request().Context())
	comment, err := s.ownedComment(c, from)
	if err != nil {
		return err
	}
	if !from.key && s.now().Sub(comment.CreatedAt) > editTime {
		return models.Errorf(models.KindForbidden, "a comment can be edited for %d minutes after it was posted", int(editTime.Minutes()))
	}
	if comment.Gone() {
		return models.Errorf(models.KindConflict, "the text of this comment has been removed")
	}
	comment.Body = models.Clean(req.Body)
	from.bad.Join(comment.Validate())
	if err := from.bad.Err(); err != nil {
		return err
	}
	limits := append(s.readerLimits(from.site.Slug, "comment", from.address, comment.Author.ID),
		models.Limit{Site: from.site.Slug, Name: "site", Rate: s.rates.Site})
	if err := s.take(ctx, c, limits); err != nil {
		return err
	}
	set, err := s.admit(ctx, comment)
	if err != nil {
		return err
	}
	v, err := s.judgeAgain(ctx, &comment, from.site, set)
	if err != nil {
		return err
	}
	kept, err := s.db.EditComment(ctx, from.caller(c), comment.ID, storage.Edit{
		Body: comment.Body, Lang: comment.Lang, Verdict: v, Status: comment.Status, Reason: comment.Reason,
	})
	if err != nil {
		return err
	}
	s.publish(ctx, s.changed(models.CommentChanged, kept))
	return answer(c, http.StatusOK, kept, v, models.SignalsJSON(v.Signals), from.key)
}

// ownedComment returns the comment that a request names, if it is of the site, and of
// the reader where no server speaks for the site.
func (s *Server) ownedComment(c echo.Context, from speaker) (models.Comment, error) {
	comment, err := s.db.Comment(c.Request().Context(), c.Param("id"))
	theirs := from.key || from.reader != nil && from.reader.ID != "" && from.reader.ID == comment.Author.ID
	if err == nil && (comment.Site != from.site.Slug || !theirs) {
		err = models.Errorf(models.KindNotFound, "there is no such comment")
	}
	return comment, err
}

// caller is who stands in the trail for what a speaker does.
func (from speaker) caller(c echo.Context) models.Caller {
	by := caller(c)
	if !from.key {
		by.Kind, by.Site = models.ByOrigin, from.site.Slug
	}
	return by
}

// outcome tells a site, or the reader who wrote it, what became of a comment. A
// reader is told of the machine's work no more than by the reply to the comment.
func (s *Server) outcome(c echo.Context) error {
	from, err := s.speaker(c, c.QueryParam("site"), nil)
	if err == nil {
		_, err = s.ownedComment(c, from)
	}
	if err != nil {
		return err
	}
	o, _, err := s.db.Outcome(c.Request().Context(), from.caller(c), c.Param("id"))
	if err != nil {
		return err
	}
	if !from.key && o.DecidedAt == nil {
		if o.Reason = ""; o.Status == models.Rejected {
			o.Status = models.Pending
		}
	}
	return c.JSON(http.StatusOK, o)
}
