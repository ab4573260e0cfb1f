package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/handlers/perspective"
	"winnow/models"
)

// maxPerspective bounds a request of the Perspective API, whose context may be an article.
const maxPerspective = 1 << 20

// analyzeComment scores a text for a client of the Perspective API, and stores nothing.
func (s *Server) analyzeComment(c echo.Context) error {
	if err := s.limitKey(c, "perspective"); err != nil {
		return err
	}
	data, err := readBody(c.Request())
	if err != nil {
		return err
	}
	req, fault := perspective.DecodeAnalyze(data)
	if fault != nil {
		return refused(fault)
	}
	by, err := s.screener.Assessor(c.Request().Context(), principalOf(c).owner.Site)
	if err != nil {
		return err
	}
	res, fault := perspective.Analyze(by, req)
	if fault != nil {
		return refused(fault)
	}
	return replyPerspective(c, http.StatusOK)(res.Body())
}

// suggestScore stores what a client of the Perspective API thinks of a text as a label.
func (s *Server) suggestScore(c echo.Context) error {
	if err := s.limitKey(c, "perspective"); err != nil {
		return err
	}
	data, err := readBody(c.Request())
	if err != nil {
		return err
	}
	req, fault := perspective.DecodeSuggest(data)
	if fault != nil {
		return refused(fault)
	}
	ctx, site := c.Request().Context(), principalOf(c).owner.Site
	by, err := s.screener.Assessor(ctx, site)
	if err != nil {
		return err
	}
	if label, ok := perspective.Suggest(by, site.Slug, req); ok {
		label.LabelledBy = caller(c).String()
		if err := s.storeLabel(ctx, caller(c), label); err != nil {
			return err
		}
	}
	return replyPerspective(c, http.StatusOK)(perspective.Reply(req).Body())
}

// refused is a fault of the request, with the error that the client gets.
func refused(fault *perspective.Error) error {
	return &models.Error{Kind: models.KindMalformed, Message: "the request is not acceptable", Cause: fault}
}

func replyPerspective(c echo.Context, status int) func(body []byte, err error) error {
	return func(body []byte, err error) error {
		if err != nil {
			return err
		}
		c.Response().Header().Set("Cache-Control", "private")
		return c.Blob(status, "application/json; charset=UTF-8", body)
	}
}

// replyPerspectiveError replies with an error as the Perspective API writes it.
func replyPerspectiveError(err error, c echo.Context) {
	fault := perspectiveError(err, c)
	if fault.Code == http.StatusServiceUnavailable {
		c.Response().Header().Set("Retry-After", "1")
	}
	_ = replyPerspective(c, fault.Code)(fault.Body(), nil) // an error means that the client has left
}

func perspectiveError(err error, c echo.Context) *perspective.Error {
	var fault *perspective.Error
	if errors.As(err, &fault) {
		return fault
	}
	switch p := problemOf(err); p.Status {
	case http.StatusUnauthorized:
		if c.QueryParam("key") == "" && c.Request().Header.Get("Authorization") == "" {
			return perspective.NoKey()
		}
		return perspective.InvalidKey()
	case http.StatusForbidden:
		return perspective.Blocked()
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return perspective.NotFound()
	case http.StatusRequestEntityTooLarge:
		return perspective.TooLarge(maxPerspective)
	case http.StatusTooManyRequests:
		return perspective.QuotaExceeded(caller(c).Site)
	case http.StatusServiceUnavailable:
		return perspective.Unavailable()
	case http.StatusBadRequest:
		return perspective.Unreadable()
	}
	return perspective.Internal()
}

// limitKey counts a request of a key. The peer is a server, so no address is counted.
func (s *Server) limitKey(c echo.Context, purpose string) error {
	owner := principalOf(c).owner
	return s.checkLimits(c.Request().Context(), c, []models.Limit{
		{Site: owner.Site.Slug, Name: "key", Key: purpose + " " + owner.Key.ID, Rate: s.rates.Site},
	})
}
