package handlers

import (
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"winnow/handlers/origin"
	"winnow/models"
)

// describeArticle returns the article of a comment with what is known of it. What a
// site's server says of it is stored, as with PUT /v1/articles, whatever becomes of
// the comment; a repeated request says nothing new. What a page says is only returned,
// when nobody has described the article: anybody can send what a page sends, so it is
// stored with a comment that is published, and not before.
func (s *Server) describeArticle(c echo.Context, from submitter, said models.Article, isRepeat func() bool) (models.Article, error) {
	ctx := c.Request().Context()
	known, err := s.node.KnownArticle(ctx, from.site.Slug, said.ID)
	if err != nil {
		return said, err
	}
	if !from.byKey {
		said = pageDescription(c, from, said)
		if known.Described || known.URL != "" || known.Title != "" {
			said.URL, said.Title, said.Section = known.URL, known.Title, known.Section
		}
		return said, nil
	}
	said = said.Shortened()
	if said.URL = from.site.ArticleURL(said.URL); known.Described && said.URL == from.site.ArticleURL(known.URL) {
		said.URL = "" // the same, but for parameters that PUT /v1/articles has set
	}
	change := articlePatch{}
	for _, field := range []struct {
		said string
		to   *Optional[string]
	}{{said.Title, &change.Title}, {said.URL, &change.URL}, {said.Section, &change.Section}} {
		if field.said != "" {
			*field.to = Optional[string]{Present: true, Value: field.said}
		}
	}
	wanted := known
	change.describe(&wanted)
	if wanted.Article != known.Article && !isRepeat() {
		if known, err = s.db.UpdateArticle(ctx, from.caller(c), from.site.Slug, said.ID, func(e *models.ArticleEntry) error {
			change.describe(e)
			return nil
		}); err != nil {
			return said, err
		}
		s.articleChanged(ctx, models.ArticleDescribed, from.site.Slug, known.ID)
	}
	known.BurstUntil = said.BurstUntil
	return known.Article, nil
}

// pageWord returns what the page of a comment said of its article, for storage to decide
// whether it counts. What this node knows may be old, and is not repeated to storage: a
// word that a moderator has just removed must not come back. With a comment that waits it
// is only kept while nothing is known of the article.
func (s *Server) pageWord(c echo.Context, from submitter, said models.Article, status models.Status) (models.Article, error) {
	word := said.WithoutDescription()
	if from.byKey {
		return word, nil
	}
	known, err := s.node.KnownArticle(c.Request().Context(), from.site.Slug, said.ID)
	if err != nil || known.Described || status != models.Approved && (known.URL != "" || known.Title != "") {
		return word, err
	}
	return pageDescription(c, from, said), nil
}

// pageDescription returns what a page may say of its article.
func pageDescription(c echo.Context, from submitter, said models.Article) models.Article {
	return from.site.PageDescription(said, siteOrigin(from.site, said.URL, c.Request().Header.Get("Origin")))
}

// siteOrigin returns the origin of an address if it is one of the site's subdomains, and
// else the origin of the page.
func siteOrigin(site models.Site, address, page string) string {
	u, err := url.Parse(address)
	if err != nil {
		return page
	}
	own := u.Scheme + "://" + u.Host
	if slices.ContainsFunc(origin.Patterns(own), func(pattern string) bool { return slices.Contains(site.Origins, pattern) }) {
		return own
	}
	return page
}
