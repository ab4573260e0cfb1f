package handlers

import (
	"compress/gzip"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"winnow/handlers/static"
)

// minCompressed is how many bytes a reply must have to be compressed: a shorter
// one fits into one packet as it is.
const minCompressed = 1400

// compressedRoutes are the calls whose replies are compressed as they are
// written, by method and path. A new route is not compressed until it is named
// here, because some must not be:
//   - where a secret stands beside what somebody else has chosen (logins, new
//     keys, the tokens of previews), the length of the compressed reply would
//     give the secret away (BREACH). The lists below hold no secret, and other
//     sites cannot make a browser request them: the cookie is SameSite=Strict;
//   - event streams and exports are sent row by row, and a compressor would hold
//     rows back;
//   - the reply to a posted comment is short, and has to be fast;
//   - files, metrics and the public list are compressed where they are made.
var compressedRoutes = map[string]bool{
	"GET /v1/comments/counts":     true,
	"GET /v1/comments/:id":        true,
	"GET /v1/me/comments":         true,
	"GET /v1/queue":               true,
	"POST /v1/queue/claim":        true,
	"POST /v1/second-looks/claim": true,
	"GET /v1/labels/conflicts":    true,
	"GET /v1/golden-examples":     true,
	"POST /v1/decisions/:id/undo": true,
	"GET /v1/authors":             true,
	"GET /v1/articles":            true,
	"GET /v1/sites":               true,
	"GET /v1/sites/:slug/rules":   true,
	"PUT /v1/sites/:slug/rules":   true,
	"GET /v1/moderators":          true,
	"GET /v1/audit":               true,
	"GET /v1/stats":               true,
	"GET /v1/stats/moderators":    true,
	"GET /v1/models":              true,
	"GET /openapi.yaml":           true,

	"POST /v1alpha1/comments:analyze": true, // many spans of many attributes
}

// compressed wraps the handler of a route that is one of compressedRoutes. All
// others stay as they are, at no cost.
func compressed(r route, next echo.HandlerFunc) echo.HandlerFunc {
	if !compressedRoutes[r.method+" "+r.path] {
		return next
	}
	compress := middleware.GzipWithConfig(middleware.GzipConfig{
		Level: gzip.BestSpeed, MinLength: minCompressed, // somebody waits for it
	})(next)
	return func(c echo.Context) error {
		if isExport(c) {
			return next(c)
		}
		if static.AcceptsGzip(c.Request()) {
			return compress(c) // which adds Vary
		}
		c.Response().Header().Add("Vary", "Accept-Encoding")
		return next(c)
	}
}

// isExport reports whether a list is requested in a format that is sent row by row.
func isExport(c echo.Context) bool {
	format := c.QueryParam("format")
	return format != "" && format != "json"
}

// sendPage replies with a page of an article. Its compressed form is stored with
// the page, so that a busy article is compressed once for all its readers.
func sendPage(c echo.Context, page renderedPage) error {
	h := c.Response().Header()
	encoded := len(page.body) >= minCompressed && static.AcceptsGzip(c.Request())
	etag := page.etag
	if encoded {
		etag = "W/" + etag // two forms may share a weak tag alone (RFC 9110, 8.8.3.3)
	}
	unchanged := etagMatches(c.Request().Header.Get("If-None-Match"), page.etag)
	if unchanged { // the client has the page, with these
		for name := range secureHeaders {
			delete(h, name)
		}
	}
	h.Add("Vary", "Accept-Encoding")
	h.Set("ETag", etag)
	if unchanged {
		return c.NoContent(http.StatusNotModified)
	}
	body := page.body
	if encoded {
		body = page.compressed()
	}
	if encoded {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body))) // else a long one is sent in chunks
	return c.Blob(http.StatusOK, page.contentType, body)
}
