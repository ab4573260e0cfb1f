package handlers

import (
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// appealRate is how often one reader may appeal: each appeal costs a moderator time.
var appealRate = models.Rate{Count: 10, Period: 24 * time.Hour}

// appeal brings a comment that a moderator rejected back to another one, once, with what its
// author says.
func (s *Server) appeal(c echo.Context) error {
	req, err := decodeTolerant[struct {
		Site   string         `json:"site"`
		Text   string         `json:"text"`
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
	comment, err := s.ownedComment(c, from)
	if err != nil {
		return err
	}
	if !from.site.AllowsAppeals() {
		return models.Errorf(models.KindForbidden, "this site takes no appeals")
	}
	words := models.CleanBody(req.Text)
	if words == "" { // it would use up the one appeal
		bad.AddCode(models.FieldRequired, "text", "is required")
	}
	if n := utf8.RuneCountInString(words); n > models.MaxAppealWords {
		bad.AddTooLong("text", models.MaxAppealWords, n)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	from.identify(comment.Author)
	if from.who.Browser == "" { // a ban of the browser holds without its token
		from.who.Browser = comment.Client.Browser
	}
	ctx := c.Request().Context()
	sanction, err := s.node.Sanction(ctx, comment.Site, from.who)
	if err != nil {
		return err
	}
	// Whom a shadow ban is imposed on appeals like anybody: all of theirs waits for moderators.
	if sanction.Active(s.now()) && sanction.Kind == models.Ban {
		return models.Errorf(models.KindBanned, "this author may not comment here")
	}
	if err := s.checkLimits(ctx, c, s.rareLimits(from, "appeal", appealRate)); err != nil {
		return err
	}
	comment, err = s.db.Appeal(ctx, from.caller(c), comment.ID, words)
	if err != nil {
		return err
	}
	s.node.Publish(ctx, commentEvent(models.CommentChanged, comment))
	return c.JSON(http.StatusCreated, ownAppeal{State: models.AppealWaiting})
}

// ownAppeal is an appeal as who made it sees it.
type ownAppeal struct {
	State   models.AppealState `json:"state"`
	Message string             `json:"message,omitempty"` // from the moderator who answered
}

// viewAppeal says what became of the appeal about a comment, or that one is possible; nil:
// neither.
func viewAppeal(site models.Site, o models.OwnComment) *ownAppeal {
	switch {
	case o.Appeal != nil:
		return &ownAppeal{o.Appeal.State, o.Appeal.Message}
	case site.AllowsAppeals() && o.Outcome.Status == models.Rejected && o.Outcome.DecidedAt != nil:
		return &ownAppeal{State: models.AppealPossible}
	}
	return nil
}
