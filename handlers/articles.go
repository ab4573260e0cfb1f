package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"winnow/models"
	"winnow/storage"
)

// listArticles lists a site's articles, the ones with the newest comments first.
func (s *Server) listArticles(c echo.Context) error {
	q := queryOf(c)
	f := models.ArticleFilter{
		Site: q.site(), Article: models.ArticleID(q.text("article", models.MaxID)), Query: q.text("q", maxQuery),
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
	if f.Query != "" || f.State != "" {
		done, err := s.beginSearch(c)
		if err != nil {
			return err
		}
		defer done()
	}
	found, next, err := s.db.Articles(ctx, by, f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.ArticleEntry]{Items: found, Next: next})
}

// articlePatch describes an article, and sets its state or its burst limit. What is
// absent stays; null resets: until to no end, closes_at to the age of the site, surge
// to the site's own limit, and surge_until ends a burst.
type articlePatch struct {
	Article     string                        `json:"article"`
	Title       Optional[string]              `json:"title"`
	URL         Optional[string]              `json:"url"`
	Section     Optional[string]              `json:"section"`
	PublishedAt Optional[time.Time]           `json:"published_at"`
	Aliases     []string                      `json:"aliases"`
	Canonical   string                        `json:"canonical"`
	Shares      Optional[models.ArticleRef]   `json:"shares"`
	State       Optional[models.ArticleState] `json:"state"`
	Until       Optional[time.Time]           `json:"until"`
	ClosesAt    Optional[time.Time]           `json:"closes_at"`
	KeepOpen    Optional[bool]                `json:"keep_open"`
	Burst       Optional[burstPatch]          `json:"surge"`
	BurstUntil  Optional[time.Time]           `json:"surge_until"`
}

// articlesRequest is one article, or up to maxArticles of them.
type articlesRequest struct {
	Site string `json:"site"`
	articlePatch
	Articles []articlePatch `json:"articles"`
}

const (
	maxArticles = 500
	maxAliases  = 50 // of one article in one request
	// maxArticleBatch has room for maxArticles with long titles and addresses, in bytes.
	maxArticleBatch = 2 << 20
)

// setArticles describes articles, and changes their states or burst limits. A site's
// server describes; the rest is for editors.
func (s *Server) setArticles(c echo.Context) error {
	req, err := decode[articlesRequest](c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if by.Kind == models.ByKey {
		req.Site = cmp.Or(req.Site, by.Site)
	}
	if req.Site == "" {
		return invalid("site", "must name a site")
	}
	if err := s.visible(ctx, by, req.Site); err != nil {
		return err
	}
	changes, err := req.changes(by, s.now())
	if err != nil {
		return err
	}
	entries, changed, err := s.db.UpdateArticles(ctx, by, req.Site, changes)
	if err != nil {
		return err
	}
	kind := models.ArticleDescribed
	if req.forEditors() || slices.ContainsFunc(req.Articles, articlePatch.forEditors) {
		kind = models.ArticleChanged
	}
	s.articleChanged(ctx, kind, req.Site, changed...)
	if req.Articles != nil {
		return c.JSON(http.StatusOK, list[models.ArticleEntry]{Items: entries})
	}
	return c.JSON(http.StatusOK, entries[0])
}

// articleChanged tells this node and the others what to read anew.
func (s *Server) articleChanged(ctx context.Context, kind models.EventKind, site string, ids ...string) {
	for _, id := range slices.Compact(ids) {
		s.node.Publish(ctx, models.Event{Kind: kind, Site: site, Subject: id, Article: id})
	}
}

func (r articlesRequest) changes(by models.Caller, now time.Time) ([]storage.ArticleChange, error) {
	all, prefix := r.Articles, func(i int) string { return "articles." + strconv.Itoa(i) + "." }
	switch {
	case r.Articles == nil:
		all, prefix = []articlePatch{r.articlePatch}, func(int) string { return "" }
	case r.Article != "":
		return nil, invalid("article", "goes with one article, articles with several")
	case len(all) == 0 || len(all) > maxArticles:
		return nil, invalid("articles", "must have 1 to %d articles", maxArticles)
	}
	changes := make([]storage.ArticleChange, len(all))
	for i, p := range all {
		if by.Kind == models.ByKey && p.forEditors() {
			return nil, models.Errorf(models.KindForbidden, "a site key describes articles: state, until, closes_at, keep_open, surge and surge_until are for editors")
		}
		var err error
		if changes[i], err = p.change(now); err != nil {
			return nil, prefixed(err, prefix(i))
		}
		apply := changes[i].Change
		changes[i].Change = func(e *models.ArticleEntry) error { return prefixed(apply(e), prefix(i)) }
	}
	return changes, nil
}

// prefixed adds a prefix to the names of fields that are not valid.
func prefixed(err error, prefix string) error {
	var e *models.Error
	if prefix == "" || !errors.As(err, &e) {
		return err
	}
	named := *e
	named.Fields = slices.Clone(e.Fields)
	for i := range named.Fields {
		named.Fields[i].Field = prefix + named.Fields[i].Field
	}
	return &named
}

// forEditors reports whether a patch has what a site's server must not set.
func (p articlePatch) forEditors() bool {
	return p.State.Present || p.Until.Present || p.ClosesAt.Present || p.KeepOpen.Present || p.Burst.Present || p.BurstUntil.Present
}

func (p articlePatch) change(now time.Time) (storage.ArticleChange, error) {
	var bad models.Invalid
	id := func(field, text string) string {
		text = models.ArticleID(text)
		if n := utf8.RuneCountInString(text); models.Blank(text) || n > models.MaxID {
			bad.Add(field, "must have 1 to %d characters", models.MaxID)
		}
		return text
	}
	c := storage.ArticleChange{ID: id("article", p.Article)}
	if p.Canonical != "" {
		c.Canonical = id("canonical", p.Canonical)
	}
	if len(p.Aliases) > maxAliases {
		bad.Add("aliases", "must have at most %d ids", maxAliases)
	}
	for _, alias := range p.Aliases {
		c.Aliases = append(c.Aliases, id("aliases", alias))
	}
	c.Change = func(e *models.ArticleEntry) error {
		if err := p.apply(e, now); err != nil {
			return err
		}
		return e.Validate()
	}
	return c, bad.Err()
}

// describe sets what the newsroom says of an article. From its first word on nothing
// that a page says of the article counts.
func (p articlePatch) describe(e *models.ArticleEntry) {
	if p.Title.Present || p.URL.Present || p.Section.Present || p.PublishedAt.Present {
		e.Describe()
	}
	p.Title.Set(&e.Title)
	p.URL.Set(&e.URL)
	p.Section.Set(&e.Section)
	p.PublishedAt.Set(&e.PublishedAt)
	e.Title, e.URL, e.Section = models.Article{Title: models.Clean(e.Title)}.Shortened().Title, models.Clean(e.URL), models.Clean(e.Section)
}

// apply changes an article. A new state does not inherit the old one's end. To open an
// article that age or time has closed is to keep it open.
func (p articlePatch) apply(e *models.ArticleEntry, now time.Time) error {
	var bad models.Invalid
	old := *e
	p.describe(e)
	p.setShares(e)
	if state, ok := p.State.Get(); ok {
		if state != "" && state != e.State {
			e.Until = time.Time{}
		}
		if state == models.ArticleOpen && e.ClosedBy == models.ClosedByAge {
			e.KeepOpen = true
		}
		if state == models.ArticleOpen && e.ClosedBy == models.ClosedByTime {
			e.ClosesAt = time.Time{}
		}
	}
	p.State.Set(&e.State)
	p.Until.Set(&e.Until)
	p.ClosesAt.Set(&e.ClosesAt)
	p.KeepOpen.Set(&e.KeepOpen)
	p.BurstUntil.Set(&e.BurstUntil)
	p.setBurst(e)
	for _, at := range []*time.Time{&e.PublishedAt, &e.Until, &e.ClosesAt, &e.BurstUntil} {
		*at = at.UTC().Truncate(time.Microsecond)
	}
	for field, ends := range map[string][2]time.Time{"until": {e.Until, old.Until}, "closes_at": {e.ClosesAt, old.ClosesAt}} {
		if at := ends[0]; !at.IsZero() && !at.After(now) && !at.Equal(ends[1]) {
			bad.Add(field, "must be later than now")
		}
	}
	if !e.PublishedAt.IsZero() && e.PublishedAt.Year() < 1000 {
		bad.Add("published_at", "must be a time since the year 1000")
	}
	if !e.BurstUntil.IsZero() && !e.BurstUntil.Equal(old.BurstUntil) {
		bad.Add("surge_until", "can only be set to null, which ends the burst: to hold all comments, set state to pre")
	}
	return bad.Err()
}

func (p articlePatch) setShares(e *models.ArticleEntry) {
	p.Shares.SetPointer(&e.Shares)
	if e.Shares != nil && p.Shares.Present {
		e.Shares.Article = models.ArticleID(e.Shares.Article)
	}
}

func (p articlePatch) setBurst(e *models.ArticleEntry) {
	if p.Burst.Null {
		e.Burst = nil
		return
	}
	if !p.Burst.Present {
		return
	}
	var burst models.Burst // a copy: the audit trail still needs the old one
	if e.Burst != nil {
		burst = *e.Burst
	}
	p.Burst.Value.apply(&burst)
	e.Burst = &burst
}
