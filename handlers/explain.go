package handlers

import (
	"github.com/labstack/echo/v4"

	"winnow/classifier"
	"winnow/handlers/why"
	"winnow/models"
	"winnow/storage"
)

// replyLanguage returns the language of the sentences of a reply, and says in its
// header that they depend on that of the request.
func replyLanguage(c echo.Context) why.Language {
	c.Response().Header().Add("Vary", "Accept-Language")
	return why.Preferred(c.Request().Header.Get("Accept-Language"))
}

// explain says of each item in one sentence why it waits.
func explain(c echo.Context, items []models.QueueItem) {
	lang := replyLanguage(c)
	for i := range items {
		explainItem(lang, &items[i])
	}
}

func explainItem(lang why.Language, item *models.QueueItem) {
	e := why.Explain(lang, item.Comment, item.Verdict, item.Campaign)
	item.Why, item.Causes = e.Why, e.Causes
}

// detailExplanation explains one comment, with what its site knows of others.
type detailExplanation struct {
	why.Explanation
	Similar     *similarDecisions `json:"similar,omitempty"`
	HoldAbuseAt float64           `json:"hold_abuse_at,omitempty"` // as set now; 0: the model knows no abuse
}

// similarDecisions counts what moderators decided on comments with a similar risk.
type similarDecisions struct {
	Decided  int `json:"decided"`
	Rejected int `json:"rejected"`
}

func (s *Server) explainDetail(c echo.Context, d storage.Detail) (e detailExplanation, err error) {
	ctx := c.Request().Context()
	site, err := s.node.Site(ctx, d.Comment.Site)
	if err != nil {
		return e, err
	}
	risks, err := s.node.Risks(ctx, site.Slug)
	if err != nil {
		return e, err
	}
	e.Explanation = why.Explain(replyLanguage(c), d.Comment, d.Verdict, d.Campaign)
	e.HoldAbuseAt = s.node.Model().AbuseThreshold(classifier.PolicyOf(site))
	if decided, rejected := risks.Similar(d.Verdict.Probability()); decided > 0 {
		e.Similar = &similarDecisions{decided, rejected}
	}
	return e, nil
}
