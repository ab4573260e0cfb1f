package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/classifier/searchterms"
	"winnow/models"
)

// searchReasons are the reasons of comments of every status.
var searchReasons = append([]string{string(models.ReasonOffTopic), string(models.ReasonIllegal), string(models.ReasonOther), string(models.ReasonErased), string(models.ReasonWithdrawn)}, holdReasons...)

// search finds comments of every status.
func (s *Server) search(c echo.Context) error {
	q := queryOf(c)
	f := models.SearchFilter{
		Site:   q.site(),
		Status: models.Status(q.oneOf("status", "", string(models.Pending), string(models.Approved), string(models.Rejected))),
		From:   q.time("from"), To: q.time("to"),
		Author: q.text("author", models.MaxID), Article: models.ArticleID(q.text("article", models.MaxID)),
		Reason: models.Reason(q.oneOf("reason", append([]string{""}, searchReasons...)...)),
		Detail: q.text("detail", models.MaxID), Signal: q.text("signal", maxQuery),
		ReportedReplies: q.oneOf("replies", "", "reported") != "",
		Moderator:       q.text("moderator", models.MaxName),
		Cursor:          q.text("cursor", models.MaxURL), Limit: q.number("limit", 1, maxPage, 50),
	}
	if network := q.text("network", models.MaxID); network != "" {
		f.Network = parseNetwork("network", network, &q.bad).String()
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.From.After(f.To) {
		q.bad.Add("from", "must not be after to")
	}
	var err error
	f.AnyOf, err = searchterms.ParseQuery(q.text("q", maxQuery))
	q.bad.Join(err)
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, f.Site); err != nil {
		return err
	}
	done, err := s.beginSearch(c)
	if err != nil {
		return err
	}
	defer done()
	page, err := s.db.Search(ctx, by, f)
	if err != nil {
		return err
	}
	lang := replyLanguage(c)
	for i := range page.Items {
		if item := &page.Items[i]; item.Comment.Status == models.Pending {
			explainItem(lang, item)
		}
	}
	return c.JSON(http.StatusOK, page)
}

// beginSearch waits until the caller may search. done must be called when the search has
// ended.
func (s *Server) beginSearch(c echo.Context) (done func(), err error) {
	done, err = s.searches.begin(c.Request().Context(), caller(c).String())
	if models.KindOf(err) == models.KindLimited {
		c.Response().Header().Set("Retry-After", "1")
	}
	return done, err
}

// beginFiltered checks that the caller may see what a filter of the queue is about, and is
// beginSearch when it needs a search.
func (s *Server) beginFiltered(c echo.Context, f models.QueueFilter) (done func(), err error) {
	if err := s.visible(c.Request().Context(), caller(c), f.Site); err != nil {
		return nil, err
	}
	if f.Query == "" && f.Signal == "" {
		return func() {}, nil
	}
	return s.beginSearch(c)
}
