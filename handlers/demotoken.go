package handlers

import (
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/labstack/echo/v4"

	"winnow/handlers/selfcheck"
	"winnow/models"
)

// demoTokenTime is how long a token of the demo is valid: so short that its page has to
// renew it.
const demoTokenTime = 5 * time.Minute

// demoToken signs in the reader of the demo newspaper, as a newspaper's own server would:
// with the secret that the site shares with this server. It does so only for the site demo,
// only for a page of this server, and only as long as there is no other site.
func (s *Server) demoToken(c echo.Context) error {
	ctx, slug := c.Request().Context(), selfcheck.DemoSite
	allowed, err := s.servesDemo(c.Request(), slug)
	if err != nil {
		return err
	}
	site, err := s.node.Site(ctx, slug)
	if !allowed || models.KindOf(err) == models.KindNotFound || err == nil && site.SSOSecret == "" {
		return models.Errorf(models.KindNotFound, "the demo has no readers who sign in")
	}
	if err != nil {
		return err
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "demo-reader", "name": "Grace Okoye", "site": slug, "exp": s.now().Add(demoTokenTime).Unix(),
	}).SignedString([]byte(site.SSOSecret))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, map[string]string{"token": token})
}
