package handlers

import (
	"context"
	"strings"

	"github.com/labstack/echo/v4"

	"winnow/handlers/perspective"
	"winnow/models"
)

// replyForeignError replies with an error in the words of the protocol that a path belongs
// to, and returns false for a path of our own.
func replyForeignError(err error, c echo.Context) bool {
	if strings.HasPrefix(c.Request().URL.Path, perspective.Path) {
		replyPerspectiveError(err, c)
		return true
	}
	if isAkismet(c.Request().URL.Path) {
		replyAkismetError(err, c)
		return true
	}
	return false
}

// storeLabel stores what a foreign client said of a text.
func (s *Server) storeLabel(ctx context.Context, by models.Caller, l models.Label) error {
	_, _, err := s.db.ImportLabels(ctx, by, func(yield func(models.Label, error) bool) { yield(l, nil) })
	return err
}
