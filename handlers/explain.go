package handlers

import (
	"github.com/labstack/echo/v4"

	"winnow/handlers/why"
	"winnow/models"
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
