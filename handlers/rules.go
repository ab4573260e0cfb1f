package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/classifier/rules"
	"winnow/handlers/node"
	"winnow/handlers/whatif"
	"winnow/handlers/why"
	"winnow/models"
)

// siteRules returns the rules of a site.
func (s *Server) siteRules(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	r, err := s.db.Rules(ctx, slug)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, r)
}

// setRules replaces all rules of a site. Other nodes use them after siteTTL at the
// latest.
func (s *Server) setRules(c echo.Context) error {
	r, err := decode[models.Rules](c)
	if err != nil {
		return err
	}
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	if _, err := rules.CompileDocument(r); err != nil {
		return err
	}
	if err := s.db.SetRules(ctx, caller(c), slug, r); err != nil {
		return err
	}
	s.node.Invalidate(models.Event{Kind: node.RulesChanged, Site: slug})
	return c.JSON(http.StatusOK, r)
}

// previewRules says what the entries of a word list match among the last comments.
func (s *Server) previewRules(c echo.Context) error {
	req, err := decode[struct {
		List    string   `json:"list"`
		Entries []string `json:"entries"`
	}](c)
	if err != nil {
		return err
	}
	if req.List != "blocked_words" && req.List != "suspect_words" {
		return invalid("list", "must be blocked_words or suspect_words")
	}
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	preview, err := whatif.PreviewEntries(ctx, s.db, slug, req.Entries, req.List == "blocked_words")
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, preview)
}

// testRequest is a text to be screened as if it were a comment.
type testRequest struct {
	Text    string         `json:"text"`
	Author  models.Author  `json:"author"` // an id counts as verified by the site
	Article models.Article `json:"article"`
	// Rules are tried instead of those of the site.
	Rules Optional[models.Rules] `json:"rules"`
}

// testReply says in Why, in one sentence, what the verdict means.
type testReply struct {
	models.Verdict
	why.Explanation
}

// testText returns the verdict on a text. The text is neither stored nor counted,
// and so not matched with campaigns either.
func (s *Server) testText(c echo.Context) error {
	req, err := decode[testRequest](c)
	if err != nil {
		return err
	}
	comment, err := req.comment()
	if err != nil {
		return err
	}
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	site, err := s.node.Site(ctx, slug)
	if err != nil {
		return err
	}
	set, err := s.testedRules(ctx, slug, req.Rules)
	if err != nil {
		return err
	}
	comment.Site = slug
	verdict, err := s.screener.ScoreBy(ctx, site, set, comment)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, testReply{verdict, why.Explain(replyLanguage(c), comment, verdict, nil)})
}

// testedRules returns the proposed rules, or those of the site.
func (s *Server) testedRules(ctx context.Context, slug string, proposed Optional[models.Rules]) (*rules.Set, error) {
	if !proposed.Present {
		return s.node.Rules(ctx, slug)
	}
	set, err := rules.CompileDocument(proposed.Value)
	return set, within("rules", err)
}

// comment validates the request as a comment, except that only the text is
// required.
func (r testRequest) comment() (models.Comment, error) {
	c := models.Comment{Body: models.CleanBody(r.Text), Author: r.Author, Article: r.Article.Shortened()}
	for _, s := range []*string{&c.Author.ID, &c.Author.Name, &c.Author.Email, &c.Author.URL, &c.Article.ID, &c.Article.URL, &c.Article.Title} {
		*s = models.Clean(*s)
	}
	whole := c
	whole.Article.ID, whole.Author.Name = cmp.Or(c.Article.ID, "any"), cmp.Or(c.Author.Name, "anybody")
	var bad *models.Error
	if !errors.As(whole.Validate(), &bad) {
		return c, nil
	}
	for i, f := range bad.Fields {
		if f.Field == "body" {
			bad.Fields[i].Field = "text"
		}
	}
	return c, bad
}
