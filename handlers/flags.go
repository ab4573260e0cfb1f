package handlers

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"winnow/models"
	"winnow/storage"
)

// flagRequest is a reader's report of a comment. Client and Author are for a
// site's server, which must say who reports: by address or by author's id.
type flagRequest struct {
	Reason models.Reason  `json:"reason"`
	Words  string         `json:"words"`
	Client *clientRequest `json:"client"`
	Author struct {
		ID string `json:"id"`
	} `json:"author"`
}

// flagComment stores that a reader reports a comment. The reply does not show
// what follows from it.
func (s *Server) flagComment(c echo.Context) error {
	req, err := decodeTolerant[flagRequest](c)
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
	if err := s.checkLimits(ctx, c, s.reportLimits(from, req.Reason)); err != nil {
		return err
	}
	// Whose comments are not wanted reports nothing, and does not learn it.
	if dropped, err := s.sanctioned(ctx, comment.Site, from); err != nil {
		return err
	} else if dropped {
		return c.NoContent(http.StatusNoContent)
	}
	by := from.caller(c)
	if !from.byKey {
		by.Address = netip.Addr{} // the audit trail must not have a reader's
	}
	comment, err = s.db.Flag(ctx, by, comment.ID, s.report(comment.ID, from, req.Reason, models.Clean(req.Words)))
	if err != nil {
		return err
	}
	s.node.Publish(ctx, commentEvent(models.CommentChanged, comment))
	return c.NoContent(http.StatusNoContent)
}

// sanctioned reports whether a reader is banned on the site of a comment, or on their own.
func (s *Server) sanctioned(ctx context.Context, site string, from submitter) (bool, error) {
	for _, site := range []string{site, from.site.Slug} {
		if sanction, err := s.node.Sanction(ctx, site, from.who); err != nil || sanction.Active(s.now()) {
			return err == nil, err
		}
	}
	return false, nil
}

// reportOutcome returns what became of the report that a reader has made of a comment. They
// are known by what they were known by when they made it.
func (s *Server) reportOutcome(c echo.Context) error {
	ctx := c.Request().Context()
	comment, err := s.db.Comment(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	var bad models.Invalid
	var client *clientRequest
	if ip := c.QueryParam("client_ip"); ip != "" {
		client = &clientRequest{IP: ip}
	}
	from, err := s.identifyReporter(c, comment, client, &bad)
	if models.KindOf(err) == models.KindForbidden {
		return models.Errorf(models.KindNotFound, "there is no such comment")
	}
	if err != nil {
		return err
	}
	req := flagRequest{}
	req.Author.ID = c.QueryParam("author_id")
	from.identify(req.author(from, &bad))
	if err := bad.Err(); err != nil {
		return err
	}
	o, err := s.db.ReportOutcome(ctx, from.caller(c), comment.ID, s.report(comment.ID, from, "", ""))
	if models.KindOf(err) == models.KindNotFound {
		// Whose comments are not wanted does not learn that the report was dropped.
		dropped, lookup := s.sanctioned(ctx, comment.Site, from)
		if lookup != nil || !dropped {
			return cmp.Or(lookup, err)
		}
		o, err = models.ReportOutcome{CommentID: comment.ID, Answer: models.AnswerReport(comment.Status, s.now(), time.Time{})}, nil
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, o)
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
func (s *Server) report(comment string, from submitter, reason models.Reason, words string) storage.Report {
	r := storage.Report{Household: s.node.ReporterID(comment, from.who.Household), Reason: reason, Words: words}
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
		bad.AddCode(models.FieldRequired, "client.ip", "is required unless author.id is given")
	}
	if req.Reason != "" && !req.Reason.IsModeratorReason() {
		bad.Add("reason", "must be spam, abuse, off_topic, illegal or other")
	}
	if n := utf8.RuneCountInString(models.Clean(req.Words)); n > models.MaxReportWords {
		bad.AddTooLong("words", models.MaxReportWords, n)
	}
	return who
}
