package handlers

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// cors lets the pages of the sites read replies (Fetch standard, CORS
// protocol). A preflight has no body, so it is answered for the pages of any
// site unless the query names one; which site a page may post to is decided by
// pageSite. Cookies are never shared with other origins.
func (s *Server) cors(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req, h := c.Request(), c.Response().Header()
		if !strings.HasPrefix(req.URL.Path, "/v1/comments") {
			return next(c)
		}
		h.Add("Vary", "Origin")
		origin := req.Header.Get("Origin")
		if origin == "" {
			return next(c)
		}
		known, err := s.knownOrigin(req.Context(), origin, c.QueryParam("site"))
		if err != nil {
			return err
		}
		if known {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, "+requestHeader)
		}
		if req.Method != http.MethodOptions || req.Header.Get("Access-Control-Request-Method") == "" {
			return next(c)
		}
		if known {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT")
			h.Set("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key, X-Reader-Token")
			h.Set("Access-Control-Max-Age", "600")
		}
		return c.NoContent(http.StatusNoContent)
	}
}

// knownOrigin tells whether an origin is one of a site's, or of any site's when
// none is named.
func (s *Server) knownOrigin(ctx context.Context, origin, slug string) (bool, error) {
	sites, err := s.node.SitesOfOrigin(ctx, origin)
	if err != nil {
		return false, err
	}
	return len(sites) > 0 && (slug == "" || slices.Contains(sites, slug)), nil
}
