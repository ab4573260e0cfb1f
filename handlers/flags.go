package handlers

import (
	"cmp"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"winnow/models"
	"winnow/storage"
)

// flagRequest is a reader's report of a comment. Client and Author are for a
// site's server, which must say who reports: by address or by author's id.
type flagRequest struct {
	Reason models.Reason  `json:"reason"`
	Client *clientRequest `json:"client"`
	Author struct {
		ID string `json:"id"`
	} `json:"author"`
}

// flagComment stores that a reader reports a comment. The reply does not show
// what follows from it.
func (s *Server) flagComment(c echo.Context) error {
	req, err := decode[flagRequest](c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	comment, err := s.db.Comment(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	// Only public comments can be reported: otherwise the reply would show
	// whether a comment is rejected or pending.
	notFound := models.Errorf(models.KindNotFound, "there is no such comment")
	if comment.Status != models.Approved || comment.Hidden {
		return notFound
	}
	var bad models.Invalid
	from, err := s.identifyReporter(c, comment, req.Client, &bad)
	if models.KindOf(err) == models.KindForbidden {
		return notFound
	}
	if err != nil {
		return err
	}
	from.identify(req.author(from, &bad))
	if err := bad.Err(); err != nil {
		return err
	}
	s.noteClient(c, from)
	if err := s.checkLimits(ctx, c, s.readerLimits(from, "flag")); err != nil {
		return err
	}
	// Whose comments are not wanted reports nothing, and does not learn it.
	for _, site := range []string{comment.Site, from.site.Slug} {
		if sanction, err := s.node.Sanction(ctx, site, from.who); err != nil || sanction.Active(s.now()) {
			if err == nil {
				err = c.NoContent(http.StatusNoContent)
			}
			return err
		}
	}
	by := caller(c)
	if !from.byKey {
		// The audit trail must not have a reader's address.
		by.Kind, by.Site, by.Address = models.ByOrigin, from.site.Slug, netip.Addr{}
	}
	comment, err = s.db.Flag(ctx, by, comment.ID, s.report(comment.ID, from, req.Reason))
	if err != nil {
		return err
	}
	s.node.Publish(ctx, commentEvent(models.CommentChanged, comment))
	return c.NoContent(http.StatusNoContent)
}

// identifyReporter returns who reports a comment: a reader of its site, or of the other one
// that has its thread.
func (s *Server) identifyReporter(c echo.Context, comment models.Comment, client *clientRequest, bad *models.Invalid) (submitter, error) {
	from, err := s.identifySubmitter(c, comment.Site, client, bad)
	if models.KindOf(err) != models.KindForbidden {
		return from, err
	}
	partner, missed := s.db.PartnerSite(c.Request().Context(), models.ArticleRef{Site: comment.Site, Article: comment.Article.ID})
	if partner == "" || missed != nil {
		return from, cmp.Or(missed, err)
	}
	return s.identifySubmitter(c, partner, client, bad)
}

// report says who reports a comment: a reader whom the site vouches for, or else a browser,
// or else a household.
func (s *Server) report(comment string, from submitter, reason models.Reason) storage.Report {
	r := storage.Report{Household: s.node.ReporterID(comment, from.who.Household), Reason: reason}
	switch {
	case from.who.Vouched():
		r.Who = "author " + from.who.ID
	case from.who.Browser != "":
		r.Who = "browser " + from.who.Browser
	default:
		r.Who = "client " + r.Household
	}
	return r
}

// author returns who reports a comment, as far as the site or a reader token vouches for it.
func (req flagRequest) author(from submitter, bad *models.Invalid) models.Author {
	who := models.Author{ID: models.Clean(req.Author.ID)}
	switch {
	case !from.byKey && who.ID != "":
		bad.Add("author.id", "is accepted only with a site key; a page identifies its reader by a reader token")
	case len(who.ID) > 4*models.MaxID:
		bad.Add("author.id", "must have at most %d characters", models.MaxID)
	}
	if from.reader != nil {
		who = *from.reader
	}
	if who.ID == "" && from.who.Browser == "" && !from.who.Household.IsValid() {
		bad.Add("client.ip", "is required unless author.id is given")
	}
	if req.Reason != "" && !req.Reason.IsModeratorReason() {
		bad.Add("reason", "must be spam, abuse, off_topic, illegal or other")
	}
	return who
}
