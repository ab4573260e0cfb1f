package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/handlers/akismet"
)

// The calls about an account, which WordPress makes before it accepts a key.

func (s *Server) akismetVerifyKey(c echo.Context, _ akismetCall) error {
	return replyAkismet(c, akismet.Valid)
}

func (s *Server) akismetTest(c echo.Context) error { return replyAkismet(c, akismet.Connected) }

func (s *Server) akismetSubscription(c echo.Context, _ akismetCall) error {
	return replyAkismetJSON(c, akismet.Subscription)
}

// akismetStats replies with the figures of one blog.
func (s *Server) akismetStats(c echo.Context, call akismetCall) error {
	figures, err := s.db.AkismetMonths(c.Request().Context(), call.site.Slug, call.Blog(), akismet.StatsSince(call.Form, s.now()))
	if err != nil {
		return err
	}
	body, err := akismet.StatsBody(figures, s.now())
	if err != nil {
		return err
	}
	return replyAkismetJSON(c, body)
}

// akismetDeactivate lets a client forget its key. The key goes on working until an admin
// removes it.
func (s *Server) akismetDeactivate(c echo.Context, _ akismetCall) error {
	return replyAkismet(c, akismet.Deactivated)
}

// akismetToken replies without a token: it would open pages of Akismet itself.
func (s *Server) akismetToken(c echo.Context, _ akismetCall) error { return replyAkismet(c, "") }

func (s *Server) akismetPlugins(c echo.Context) error {
	return replyAkismetJSON(c, akismet.NoPlugins)
}

func replyAkismetJSON(c echo.Context, body string) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "application/json", []byte(body))
}
