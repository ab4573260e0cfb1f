package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// listArticles lists a site's articles, the ones with the newest comments first.
func (s *Server) listArticles(c echo.Context) error {
	q := queryOf(c)
	f := models.ArticleFilter{
		Site: q.site(), Article: q.text("article", models.MaxID), Query: q.text("q", maxQuery),
		Cursor: q.text("cursor", models.MaxURL), Limit: q.number("limit", 1, maxPage, 50),
	}
	state := q.oneOf("state", "", string(models.ArticleOpen), string(models.ArticleClosed), string(models.ArticlePre), "surge")
	if f.InBurst = state == "surge"; !f.InBurst {
		f.State = models.ArticleState(state)
	}
	if f.Site == "" {
		q.bad.Add("site", "must name a site")
	}
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, f.Site); err != nil {
		return err
	}
	found, next, err := s.db.Articles(ctx, by, f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.ArticleEntry]{Items: found, Next: next})
}

// articlePatch sets the state of an article, its section, or its burst limit.
// What is absent stays; null resets: until to no end, surge to the site's own
// limit, and surge_until ends a burst.
type articlePatch struct {
	Site       string                        `json:"site"`
	Article    string                        `json:"article"`
	State      Optional[models.ArticleState] `json:"state"`
	Until      Optional[time.Time]           `json:"until"`
	Section    Optional[string]              `json:"section"`
	Burst      Optional[burstPatch]          `json:"surge"`
	BurstUntil Optional[time.Time]           `json:"surge_until"`
}

// setArticle changes the state of an article, its section, or its burst limit.
func (s *Server) setArticle(c echo.Context) error {
	req, err := decode[articlePatch](c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if req.Site == "" {
		return invalid("site", "must name a site")
	}
	if err := s.visible(ctx, by, req.Site); err != nil {
		return err
	}
	id := models.Clean(req.Article)
	entry, err := s.db.UpdateArticle(ctx, by, req.Site, id, func(e *models.ArticleEntry) error {
		return req.apply(e, s.now())
	})
	if err != nil {
		return err
	}
	s.node.Publish(ctx, models.Event{Kind: models.ArticleChanged, Site: entry.Site, Subject: id, Article: id})
	return c.JSON(http.StatusOK, entry)
}

// apply changes an article. A new state does not inherit the old one's end.
func (p articlePatch) apply(e *models.ArticleEntry, now time.Time) error {
	var bad models.Invalid
	old := *e
	if state, ok := p.State.Get(); ok && state != "" && state != e.State {
		e.Until = time.Time{}
	}
	p.State.Set(&e.State)
	p.Until.Set(&e.Until)
	p.Section.Set(&e.Section)
	p.BurstUntil.Set(&e.BurstUntil)
	if p.Burst.Null {
		e.Burst = nil
	} else if p.Burst.Present {
		var burst models.Burst // a copy: the audit trail still needs the old one
		if e.Burst != nil {
			burst = *e.Burst
		}
		p.Burst.Value.apply(&burst)
		e.Burst = &burst
	}
	e.Section = models.Clean(e.Section)
	e.Until, e.BurstUntil = e.Until.UTC().Truncate(time.Microsecond), e.BurstUntil.UTC().Truncate(time.Microsecond)
	if !e.Until.IsZero() && !e.Until.After(now) && !e.Until.Equal(old.Until) {
		bad.Add("until", "must be later than now")
	}
	if !e.BurstUntil.IsZero() && !e.BurstUntil.Equal(old.BurstUntil) {
		bad.Add("surge_until", "can only be set to null, which ends the burst: to hold all comments, set state to pre")
	}
	return bad.Err()
}
