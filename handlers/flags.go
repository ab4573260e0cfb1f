package handlers

import (
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"winnow/models"
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
	if by := caller(c); by.Kind == models.ByKey && !by.CanSee(comment.Site) || comment.Status != models.Approved || comment.Hidden {
		return notFound
	}
	var bad models.Invalid
	from, err := s.identifySubmitter(c, comment.Site, req.Client, &bad)
	if models.KindOf(err) == models.KindForbidden {
		return notFound
	}
	if err != nil {
		return err
	}
	who := req.reporter(from, s.node.ReporterID(comment.ID, from.address), &bad)
	if err := bad.Err(); err != nil {
		return err
	}
	if err := s.checkLimits(ctx, c, s.readerLimits(from, "flag", who.author)); err != nil {
		return err
	}
	by := caller(c)
	if !from.byKey {
		// The audit trail must not have a reader's address.
		by.Kind, by.Site, by.Address = models.ByOrigin, from.site.Slug, netip.Addr{}
	}
	comment, err = s.db.Flag(ctx, by, comment.ID, who.String(), string(req.Reason))
	if err != nil {
		return err
	}
	s.node.Publish(ctx, commentEvent(models.CommentChanged, comment))
	return c.NoContent(http.StatusNoContent)
}

// reporter identifies who reports a comment, so that each counts once.
type reporter struct{ author, client string }

func (r reporter) String() string {
	if r.author != "" {
		return "author " + r.author
	}
	return "client " + r.client
}

// reporter returns who reports: an author whom the site or a reader token
// identifies, or else the client with that id.
func (req flagRequest) reporter(from submitter, clientID string, bad *models.Invalid) reporter {
	who := reporter{author: models.Clean(req.Author.ID), client: clientID}
	switch {
	case !from.byKey && who.author != "":
		bad.Add("author.id", "is accepted only with a site key; a page identifies its reader by a reader token")
	case len(who.author) > 4*models.MaxID:
		bad.Add("author.id", "must have at most %d characters", models.MaxID)
	}
	if from.reader != nil {
		who.author = from.reader.ID
	}
	if who == (reporter{}) {
		bad.Add("client.ip", "is required unless author.id is given")
	}
	if req.Reason != "" && !req.Reason.IsModeratorReason() {
		bad.Add("reason", "must be spam, abuse, off_topic, illegal or other")
	}
	return who
}
