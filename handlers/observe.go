package handlers

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

const requestHeader = "X-Request-Id"

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

func newRequestID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// everyReply has these fields; pages replace the last. The values are shared,
// so they are replaced, never written to.
var everyReply = http.Header{
	"X-Content-Type-Options":  {"nosniff"},
	"X-Frame-Options":         {"DENY"},
	"Referrer-Policy":         {"strict-origin-when-cross-origin"},
	"Content-Security-Policy": {"default-src 'none'; frame-ancestors 'none'"},
}

// requestID is the name of this one request in replies and logs.
func requestID(c echo.Context) string { return c.Response().Header().Get(requestHeader) }

// observe gives each request an id and the headers that every reply has, turns
// a panic into a failure, and writes the access log: never bodies, queries or
// credentials.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.now()
		req, h := c.Request(), c.Response().Header()
		id := req.Header.Get(requestHeader)
		if id == "" || !saneID.MatchString(id) {
			id = newRequestID()
		}
		h.Set(requestHeader, id)
		maps.Copy(h, everyReply)

		err := recovered(next, c)
		if err != nil {
			s.fail(err, c)
		}
		res, took := c.Response(), s.now().Sub(start)
		s.metrics.observe(c, took)
		// Every request is told of at debug level alone: the metrics count
		// them for less.
		level := slog.LevelDebug
		broken := err != nil && problemOf(err).Status >= http.StatusInternalServerError && req.Context().Err() == nil
		if broken {
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
		s.log.LogAttrs(req.Context(), level, "request", attrs...)
		return nil
	}
}

// recovered calls next and returns a panic as an error with its stack, for the
// log alone.
func recovered(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case http.ErrAbortHandler:
			panic(r) // a handler's way to cut the connection
		default:
			err = &models.Error{Kind: models.KindInternal, Message: "panic", Cause: fmt.Errorf("%v\n%s", r, debug.Stack())}
		}
	}()
	return next(c)
}
