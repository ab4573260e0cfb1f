package handlers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

const requestIDHeader = "X-Request-Id"

// requestLine is the message of the access log.
const requestLine = "request"

// validRequestID is what is accepted from a client. Echo's RequestID middleware
// would take any length and any characters, and write them into the logs.
var validRequestID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

func newRequestID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// secureHeaders are sent with every reply; pages replace the policy. Echo's
// middleware would allocate each of them anew for each request.
var secureHeaders = http.Header{
	"X-Content-Type-Options":  {"nosniff"},
	"X-Frame-Options":         {"DENY"},
	"Referrer-Policy":         {"strict-origin-when-cross-origin"},
	"Content-Security-Policy": {"default-src 'none'; frame-ancestors 'none'"},
}

// requestID identifies one request in replies and logs.
func requestID(c echo.Context) string { return c.Response().Header().Get(requestIDHeader) }

// observe gives each request an id, turns errors and panics into replies, and
// writes metrics and the access log: never bodies, queries or credentials.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.now()
		req, h := c.Request(), c.Response().Header()
		id := req.Header.Get(requestIDHeader)
		if id == "" || !validRequestID.MatchString(id) {
			id = newRequestID()
		}
		h.Set(requestIDHeader, id)
		maps.Copy(h, secureHeaders)
		if s.base != "" {
			c.Response().Before(func() { placeBelow(h, s.base) })
		}

		err := recoverPanic(next, c)
		if err != nil {
			s.handleError(err, c)
		}
		res, took := c.Response(), s.now().Sub(start)
		s.metrics.observe(c, took)
		// Metrics count requests at lower cost than the log.
		level := slog.LevelDebug
		if s.logRequests {
			level = slog.LevelInfo
		}
		broken := err != nil && problemOf(err).Status >= http.StatusInternalServerError && req.Context().Err() == nil && !errors.Is(err, errDraining)
		if broken && (res.Status != http.StatusServiceUnavailable || s.outages.refuse()) {
			level = slog.LevelError
		}
		if !s.log.Enabled(req.Context(), level) {
			return nil
		}
		attrs := []slog.Attr{
			slog.String("id", id), slog.String("method", req.Method), slog.String("route", c.Path()),
			slog.Int("status", res.Status), slog.Int64("bytes", res.Size), slog.Duration("took", took),
			slog.String("caller", caller(c).String()),
		}
		if broken {
			attrs = append(attrs, slog.Any("error", err))
		}
		s.log.LogAttrs(req.Context(), level, requestLine, attrs...)
		return nil
	}
}

// recoverPanic calls next, and turns a panic into an error with its stack, which
// is only logged.
func recoverPanic(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case http.ErrAbortHandler:
			panic(r) // how a handler closes the connection
		default:
			err = &models.Error{Kind: models.KindInternal, Message: "panic", Cause: fmt.Errorf("%v\n%s", r, debug.Stack())}
		}
	}()
	return next(c)
}

// guard authenticates and authorizes a request before its handler runs, and sets
// its deadline and body limit. The limit is not Echo's BodyLimit, which does not
// close the connection of a client that goes on sending, and whose error does not
// contain the limit.
func (s *Server) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		if r.timeout > 0 {
			ctx, cancel := context.WithTimeout(req.Context(), r.timeout)
			defer cancel()
			req = req.WithContext(ctx)
			c.SetRequest(req)
		}
		by, err := s.authenticate(req, r.who)
		if err != nil {
			return err
		}
		by.Address = s.clientIP(req)
		if err := r.who.authorize(by, s.originOf(req) != ""); err != nil {
			return err
		}
		c.Set(principalKey, &by)
		if by.Kind == models.ByModerator {
			c.Response().Header().Set("Cache-Control", "no-store") // unless the handler knows better
			if r.timeout == 0 {
				ctx, done, err := s.node.OpenStream(req.Context(), by.Caller)
				if err != nil {
					c.Response().Header().Set("Retry-After", "10")
					return err
				}
				defer done()
				req = req.WithContext(ctx)
				c.SetRequest(req)
			}
		}
		if req.ContentLength > r.maxBytes {
			return tooLarge(r.maxBytes)
		}
		body, done := s.bounded(c, req.Body)
		defer done()
		req.Body = body
		if req.ContentLength < 0 { // net/http itself stops at a known length
			req.Body = http.MaxBytesReader(c.Response(), req.Body, r.maxBytes)
		}
		return r.handler(c)
	}
}

// cors lets the sites' pages read replies (Fetch standard, CORS protocol). What is public
// may be read by every page, in one copy for all of them, so that caches on the way need no
// more. For the rest, a
// preflight has no body, so an origin of any site passes unless the query names
// a site; pageSite then decides which site a page may post to. Credentials are
// never allowed. Echo's CORS middleware has no origins per site.
func (s *Server) cors(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req, h := c.Request(), c.Response().Header()
		if isPublicRead(req) {
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Access-Control-Expose-Headers", exposedHeaders)
			return next(c)
		}
		if !strings.HasPrefix(req.URL.Path, "/v1/comments") && req.URL.Path != ownPath {
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
			h.Set("Access-Control-Expose-Headers", exposedHeaders)
		}
		if req.Method != http.MethodOptions || req.Header.Get("Access-Control-Request-Method") == "" {
			return next(c)
		}
		if known {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
			h.Set("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key, X-Reader-Token, "+browserHeader)
			h.Set("Access-Control-Max-Age", "600")
		}
		return c.NoContent(http.StatusNoContent)
	}
}

const exposedHeaders = "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, " + postResult + ", " + mailHeader + ", " + requestIDHeader

// isPublicRead reports whether a request reads what everybody may read.
func isPublicRead(req *http.Request) bool {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return false
	}
	path := req.URL.Path
	return path == "/v1/comments" || path == "/v1/challenge" || path == "/v1/comments/counts" ||
		strings.HasPrefix(path, "/v1/comments/") && strings.HasSuffix(path, "/thread") ||
		path == "/v1/threads" || strings.HasPrefix(path, "/v1/threads/") || path == "/v1/threads.html" || strings.HasPrefix(path, "/v1/feed.")
}

// knownOrigin reports whether an origin is registered for a site, or for any site
// when slug is empty.
func (s *Server) knownOrigin(ctx context.Context, origin, slug string) (bool, error) {
	sites, err := s.node.SitesOfOrigin(ctx, origin)
	if err != nil {
		return false, err
	}
	return len(sites) > 0 && (slug == "" || slices.Contains(sites, slug)), nil
}
