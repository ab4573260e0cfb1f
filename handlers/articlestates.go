package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// listArticles lists a site's articles, those first on which the newest
// comments came.
func (s *Server) listArticles(c echo.Context) error {
	q := queryOf(c)
	f := models.ArticleFilter{
		Site: q.site(), Article: q.text("article", models.MaxID), Query: q.text("q", maxQuery),
		Cursor: q.text("cursor", models.MaxURL), Limit: q.number("limit", 1, maxPage, 50),
	}
	state := q.oneOf("state", "", string(models.ArticleOpen), string(models.ArticleClosed), string(models.ArticlePre), "surge")
	if f.Surging = state == "surge"; !f.Surging {
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

// articleSettings are what may be set of an article. A request is read over what
// holds now: what it leaves out stays; null takes an end away, a surge of the
// article's own, or one that goes on.
type articleSettings struct {
	State      models.ArticleState `json:"state"`
	Until      time.Time           `json:"until"`
	Section    string              `json:"section"`
	Surge      *models.Surge       `json:"surge"`
	SurgeUntil time.Time           `json:"surge_until"`
}

// setArticle opens or closes an article, holds what comes on it, or says how
// much is too much.
func (s *Server) setArticle(c echo.Context) error {
	data, err := readJSON(c.Request())
	if err != nil {
		return err
	}
	var named struct {
		Site    string              `json:"site"`
		Article string              `json:"article"`
		State   models.ArticleState `json:"state"`
	}
	if err := parse(data, &named); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if named.Site == "" {
		return invalid("site", "must name a site")
	}
	if err := s.visible(ctx, by, named.Site); err != nil {
		return err
	}
	id := models.Clean(named.Article)
	entry, err := s.db.UpdateArticle(ctx, by, named.Site, id, func(e *models.ArticleEntry) error {
		v := articleSettings{e.State, e.Until, e.Section, e.Surge, e.SurgeUntil}
		if named.State != "" && named.State != e.State {
			v.Until = time.Time{} // that of another state
		}
		if v.Surge != nil {
			v.Surge = new(*v.Surge) // the trail still wants the old one
		}
		if err := parse(data, &v); err != nil {
			return err
		}
		return v.apply(e, s.now())
	})
	if err != nil {
		return err
	}
	s.publish(ctx, models.Event{Kind: models.ArticleChanged, Site: entry.Site, Subject: id, Article: id, At: s.now().UTC()})
	return c.JSON(http.StatusOK, entry)
}

// apply changes an article as a request says.
func (v articleSettings) apply(e *models.ArticleEntry, now time.Time) error {
	var bad models.Invalid
	old := *e
	e.State, e.Section, e.Surge = v.State, models.Clean(v.Section), v.Surge
	e.Until, e.SurgeUntil = v.Until.UTC().Truncate(time.Microsecond), v.SurgeUntil.UTC().Truncate(time.Microsecond)
	if !e.Until.IsZero() && !e.Until.After(now) && !e.Until.Equal(old.Until) {
		bad.Add("until", "must be later than now")
	}
	if !e.SurgeUntil.IsZero() && !e.SurgeUntil.Equal(old.SurgeUntil) {
		bad.Add("surge_until", "can only be set to null, which ends the burst: to hold all comments, set state to pre")
	}
	return bad.Err()
}
