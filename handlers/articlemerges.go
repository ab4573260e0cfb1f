package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// mergeRequest names two articles of a site.
type mergeRequest struct {
	Site string           `json:"site"`
	Kind models.MergeKind `json:"kind"`
	From string           `json:"from"`
	Into string           `json:"into"`
}

// mergeArticles makes one article of two, or gives an article another id. The old id
// stands for the new one from then on.
func (s *Server) mergeArticles(c echo.Context) error {
	req, err := decode[mergeRequest](c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	var bad models.Invalid
	if req.Site == "" {
		bad.Add("site", "must name a site")
	}
	for field, id := range map[string]*string{"from": &req.From, "into": &req.Into} {
		if *id = models.ArticleID(*id); models.Blank(*id) || len([]rune(*id)) > models.MaxID {
			bad.Add(field, "must have 1 to %d characters", models.MaxID)
		}
	}
	do := s.db.MergeArticles
	switch req.Kind {
	case models.MergedArticle:
	case models.MovedArticle:
		do = s.db.MoveArticle
	default:
		bad.Add("kind", "must be merge or move")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if err := s.visible(ctx, by, req.Site); err != nil {
		return err
	}
	m, err := do(ctx, by, req.Site, req.From, req.Into)
	if err != nil {
		return err
	}
	s.articleChanged(ctx, models.ArticleChanged, req.Site, req.From, m.From, m.Into)
	return c.JSON(http.StatusCreated, m)
}

// listMerges lists the merges and moves of a site, the newest first.
func (s *Server) listMerges(c echo.Context) error {
	q := queryOf(c)
	site, article, limit := q.site(), models.ArticleID(q.text("article", models.MaxID)), q.number("limit", 1, maxPage, 50)
	if site == "" {
		q.bad.Add("site", "must name a site")
	}
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	found, err := s.db.ArticleMerges(ctx, by, site, article, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.ArticleMerge]{Items: found})
}

// undoMerge takes a merge or a move back.
func (s *Server) undoMerge(c echo.Context) error {
	ctx := c.Request().Context()
	m, err := s.db.UndoArticleMerge(ctx, caller(c), c.Param("id"))
	if err != nil {
		return err
	}
	s.articleChanged(ctx, models.ArticleChanged, m.Site, m.From, m.Into)
	return c.JSON(http.StatusOK, m)
}
