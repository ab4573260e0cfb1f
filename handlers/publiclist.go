package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
	"winnow/storage"
)

// setCacheControl lets shared caches take the load of a busy article; a change is
// still seen within seconds. Without a site in the URL the reply depends on the
// key, so only the client itself may cache it.
func setCacheControl(c echo.Context) {
	fresh := "public, max-age=1, s-maxage=5, stale-while-revalidate=10"
	if c.QueryParam("site") == "" {
		fresh = "private, max-age=1"
	}
	c.Response().Header().Set("Cache-Control", fresh)
}

// publicComment is a public comment as anybody may read it.
type publicComment struct {
	ID        string       `json:"id"`
	Site      string       `json:"site,omitempty"` // that it was posted on, when the thread is shared with another site
	ParentID  string       `json:"parent_id,omitempty"`
	Author    publicAuthor `json:"author"`
	Body      string       `json:"body"`
	Featured  bool         `json:"featured,omitempty"` // the newsroom points it out
	CreatedAt time.Time    `json:"created_at"`
}

type publicAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	// Vouched: the site says who the author is. Staff: it says that the author works for it.
	Vouched bool `json:"vouched,omitempty"`
	Staff   bool `json:"staff,omitempty"`
}

func publicAuthorOf(c models.Comment) publicAuthor {
	return publicAuthor{Name: c.Author.Name, URL: c.Author.URL, Vouched: c.Author.ID != "", Staff: c.Author.Staff}
}

type articleReply struct {
	Site     string          `json:"site"`
	Article  models.Article  `json:"article"`
	State    string          `json:"state,omitempty"` // "closed": no new comments
	Comments []publicComment `json:"comments"`
	Next     string          `json:"next,omitempty"`
	Total    int             `json:"total"`
}

// listComments returns the public comments on an article.
func (s *Server) listComments(c echo.Context) error {
	l, err := s.readListing(c)
	if err != nil {
		return err
	}
	if l.article, err = s.node.ArticleID(c.Request().Context(), l.site, l.article); err != nil {
		return err
	}
	return s.sendArticlePage(c, l, s.renderList)
}

func (s *Server) renderList(ctx context.Context, l pageRequest) (renderedPage, error) {
	p, err := s.db.ArticleComments(ctx, l.site, l.article, l.order == newestFirst, l.limit, l.cursor)
	if err != nil {
		return renderedPage{}, err
	}
	return renderPage(l, p)
}

// newestFirst is the order of the flat list that is not the default.
const newestFirst = "newest"

func (s *Server) readListing(c echo.Context) (pageRequest, error) {
	site, err := s.publicSite(c)
	if err != nil {
		return pageRequest{}, err
	}
	l := pageRequest{view: "list", site: site, article: models.ArticleID(c.QueryParam("article")), limit: 50, cursor: c.QueryParam("cursor")}
	var bad models.Invalid
	if l.article == "" || len([]rune(l.article)) > models.MaxID {
		bad.Add("article", "must have 1 to %d characters", models.MaxID)
	}
	switch c.QueryParam("order") {
	case "", "oldest":
	case newestFirst:
		l.order = newestFirst
	default:
		bad.Add("order", "must be oldest or newest")
	}
	if q := c.QueryParam("limit"); q != "" {
		if l.limit, err = strconv.Atoi(q); err != nil || l.limit < 1 || l.limit > 200 {
			bad.Add("limit", "must be from 1 to 200")
		}
	}
	return l, bad.Err()
}

// publicSite returns the site of a public call: the one in the query, or that of
// the key.
func (s *Server) publicSite(c echo.Context) (string, error) {
	slug, by := c.QueryParam("site"), caller(c)
	if by.Kind == models.ByKey && slug == "" {
		return by.Site, nil
	}
	if slug == "" {
		return "", invalid("site", "must name a site")
	}
	if by.Kind != models.Anonymous && !by.CanSee(slug) {
		return "", models.Errorf(models.KindNotFound, "there is no such site")
	}
	site, err := s.node.Site(c.Request().Context(), slug)
	return site.Slug, err
}

// countComments counts the public comments of up to 100 articles.
func (s *Server) countComments(c echo.Context) error {
	site, err := s.publicSite(c)
	if err != nil {
		return err
	}
	articles := c.QueryParams()["article"]
	if len(articles) == 0 || len(articles) > 100 {
		return invalid("article", "must be given 1 to 100 times")
	}
	ctx := c.Request().Context()
	ids := make([]string, len(articles)) // that those in the request stand for
	for i, a := range articles {
		if articles[i] = models.Clean(a); articles[i] == "" || len([]rune(articles[i])) > models.MaxID {
			return invalid("article", "must have 1 to %d characters", models.MaxID)
		}
		if ids[i], err = s.node.ArticleID(ctx, site, articles[i]); err != nil {
			return err
		}
	}
	found, err := s.db.ArticleCounts(ctx, site, ids)
	if err != nil {
		return err
	}
	counts := make(map[string]int, len(articles))
	for i, a := range articles {
		counts[a] = found[ids[i]]
	}
	setCacheControl(c)
	return c.JSON(http.StatusOK, struct {
		Site   string         `json:"site"`
		Counts map[string]int `json:"counts"`
	}{site, counts})
}

func renderPage(l pageRequest, p storage.ArticlePage) (renderedPage, error) {
	reply := articleReply{
		Site: l.site, Article: p.Article, Next: p.Next, Total: p.Total,
		Comments: make([]publicComment, 0, len(p.Comments)),
	}
	if l.closed {
		reply.State = string(models.ArticleClosed)
	}
	reply.Article.ID = l.article // storage has none for an article without comments
	for _, c := range p.Comments {
		site := c.Site
		if site == l.site {
			site = ""
		}
		reply.Comments = append(reply.Comments, publicComment{
			ID: c.ID, Site: site, ParentID: c.ParentID, Body: c.Body, Featured: c.Featured, CreatedAt: c.CreatedAt, Author: publicAuthorOf(c),
		})
	}
	body, err := json.Marshal(reply)
	if err != nil {
		return renderedPage{}, fmt.Errorf("render article page: %w", err)
	}
	return newPage(l, p.Version, echo.MIMEApplicationJSON, body), nil
}

// etagMatches reports whether an If-None-Match field names the tag (RFC 9110, 13.1.2).
func etagMatches(field, etag string) bool {
	for tag := range strings.SplitSeq(field, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}
