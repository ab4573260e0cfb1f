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

// flagComment notes that a reader reports a comment. It does not say what
// becomes of the report.
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
	// Only what is public can be reported: else a report would tell a rejected
	// comment from a waiting one.
	unknown := models.Errorf(models.KindNotFound, "there is no such comment")
	if by := caller(c); by.Kind == models.ByKey && !by.Sees(comment.Site) || comment.Status != models.Approved {
		return unknown
	}
	from, err := s.speaker(c, comment.Site, req.Client)
	if models.KindOf(err) == models.KindForbidden {
		return unknown
	}
	if err != nil {
		return err
	}
	who, err := reporter(req, from, s.witness(comment.ID, from.address))
	if err != nil {
		return err
	}
	if err := s.take(ctx, c, s.readerLimits(from.site.Slug, "flag", from.address, who.author)); err != nil {
		return err
	}
	by := caller(c)
	if !from.key {
		// The trail must not keep a reader's address.
		by.Kind, by.Site, by.Address = models.ByOrigin, from.site.Slug, netip.Addr{}
	}
	comment, err = s.db.Flag(ctx, by, comment.ID, who.String(), string(req.Reason))
	if err != nil {
		return err
	}
	s.publish(ctx, s.changed(models.CommentChanged, comment))
	return c.NoContent(http.StatusNoContent)
}

// identity is by what one reporter is told from another.
type identity struct{ author, client string }

func (i identity) String() string {
	if i.author != "" {
		return "author " + i.author
	}
	return "client " + i.client
}

// reporter finds out who reports: an author whom the site vouches for, else the
// address that witness stands for.
func reporter(req flagRequest, from speaker, witness string) (identity, error) {
	who := identity{author: models.Clean(req.Author.ID), client: witness}
	switch {
	case !from.key && who.author != "":
		from.bad.Add("author.id", "is accepted only with a site key; a page identifies its reader by a reader token")
	case len(who.author) > 4*models.MaxID:
		from.bad.Add("author.id", "must have at most %d characters", models.MaxID)
	}
	if from.reader != nil {
		who.author = from.reader.ID
	}
	if who == (identity{}) {
		from.bad.Add("client.ip", "is required unless author.id is given")
	}
	if req.Reason != "" && !req.Reason.Decidable() {
		from.bad.Add("reason", "must be spam, abuse, off_topic, illegal or other")
	}
	return who, from.bad.Err()
}
