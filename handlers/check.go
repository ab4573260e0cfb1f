package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/handlers/screening"
	"winnow/models"
)

// checkComment says what would become of a comment, and stores nothing. A site's server is told
// all; a page only whether to ask its reader to rephrase it, if the site wants that: whoever
// tries texts against the filter must not learn more.
func (s *Server) checkComment(c echo.Context) error {
	req, err := decodeTolerant[commentRequest](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	from, err := s.identifySubmitter(c, req.Site, req.Client, &bad)
	if err != nil {
		return err
	}
	if !from.byKey && !from.site.Nudge {
		return models.Errorf(models.KindForbidden, "the pages of this site do not ask readers to rephrase comments")
	}
	comment := req.comment(from, &bad)
	if err := bad.Err(); err != nil {
		return err
	}
	from.identify(comment.Author)
	ctx := c.Request().Context()
	if comment.Article.ID, err = s.node.ArticleID(ctx, from.site.Slug, comment.Article.ID); err != nil {
		return err
	}
	if err := s.checkLimits(ctx, c, append(s.readerLimits(from, "check"), siteLimit(from.site.Slug, s.rates))); err != nil {
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
	c.Response().Header().Set("Cache-Control", "no-store")
	if from.byKey {
		return c.JSON(http.StatusOK, struct {
			Status  models.Status  `json:"status"`
			Reason  models.Reason  `json:"reason,omitempty"`
			Verdict models.Verdict `json:"verdict"`
		}{res.Status, res.Reason, res.Verdict})
	}
	return c.JSON(http.StatusOK, s.nudge(ctx, from.site.Slug, comment.Body, res.Verdict))
}

// nudgeReply is what a page learns of a comment before it is posted. The token goes with the
// post, whatever its text is then.
type nudgeReply struct {
	Rephrase bool   `json:"rephrase"`
	Nudge    string `json:"nudge,omitempty"`
}

// nudge says whether to ask for another wording, and counts that. The statistics are not worth
// a failure.
func (s *Server) nudge(ctx context.Context, site, body string, v models.Verdict) nudgeReply {
	if v.Reason != models.ReasonAbuse {
		return nudgeReply{}
	}
	if err := s.db.CountNudgeShown(ctx, site); err != nil {
		s.log.WarnContext(ctx, "a nudge was not counted", "site", site, "error", err)
	}
	return nudgeReply{true, s.node.NewNudge(site, body, s.now())}
}

// countNudged counts what a reader posted who had been asked to rephrase it.
func (s *Server) countNudged(ctx context.Context, token string, posted models.Comment) {
	id, changed := s.node.Nudge(posted.Site, token, posted.Body, s.now())
	if id == "" {
		return
	}
	if err := s.db.CountNudged(ctx, posted.Site, id, changed); err != nil {
		s.log.WarnContext(ctx, "a nudge was not counted", "site", posted.Site, "error", err)
	}
}
