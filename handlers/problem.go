package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/classifier/gate"
	"winnow/handlers/promotion"
	"winnow/handlers/proofofwork"
	"winnow/handlers/screening"
	"winnow/models"
)

// problem is an error reply in the format of RFC 9457. Type is stable, and Title
// depends on it alone; Detail and Fields are about this one request.
type problem struct {
	Type    string              `json:"type"` // "urn:winnow:problem:" and a models.Kind
	Title   string              `json:"title"`
	Status  int                 `json:"status"`
	Detail  string              `json:"detail,omitempty"`
	Fields  []models.FieldError `json:"fields,omitempty"`
	Current *currentState       `json:"current,omitempty"` // state of the comment, for a conflict
	Until   time.Time           `json:"until,omitzero"`    // end of a ban, or of an article's closing
	Gate    *gate.Report        `json:"gate,omitempty"`    // why a model was not promoted
	// Challenge is what to solve before the same post is accepted.
	Challenge *proofofwork.Challenge `json:"challenge,omitempty"`
	RequestID string                 `json:"request_id,omitempty"`
}

// statuses maps error kinds to HTTP statuses and titles.
var statuses = map[models.Kind]struct {
	code  int
	title string
}{
	models.KindInternal:     {http.StatusInternalServerError, "Internal server error"},
	models.KindMalformed:    {http.StatusBadRequest, "Malformed request"},
	models.KindUnauthorized: {http.StatusUnauthorized, "Unauthorized"},
	models.KindCodeRequired: {http.StatusUnauthorized, "Code required"},
	models.KindForbidden:    {http.StatusForbidden, "Forbidden"},
	models.KindBanned:       {http.StatusForbidden, "Author banned"},
	models.KindClosed:       {http.StatusForbidden, "Comments closed"},
	models.KindProofOfWork:  {http.StatusForbidden, "Proof of work required"},
	models.KindNotFound:     {http.StatusNotFound, "Not found"},
	kindMethod:              {http.StatusMethodNotAllowed, "Method not allowed"},
	models.KindConflict:     {http.StatusConflict, "Conflict"},
	models.KindTooLarge:     {http.StatusRequestEntityTooLarge, "Request too large"},
	models.KindMediaType:    {http.StatusUnsupportedMediaType, "Media type not supported"},
	models.KindInvalid:      {http.StatusUnprocessableEntity, "Invalid fields"},
	models.KindLimited:      {http.StatusTooManyRequests, "Too many requests"},
	models.KindUnavailable:  {http.StatusServiceUnavailable, "Service unavailable"},
}

// kindMethod is about HTTP only, so models does not have it.
const kindMethod models.Kind = "method_not_allowed"

// problemOf turns any error into a reply. Internal errors are hidden.
func problemOf(err error) problem {
	kind := models.KindOf(err)
	var apiErr *models.Error
	var httpErr *echo.HTTPError
	p := problem{}
	switch {
	case errors.As(err, &apiErr):
		p.Detail, p.Fields = apiErr.Message, apiErr.Fields
	case errors.As(err, &httpErr) && httpErr.Code == http.StatusNotFound:
		kind, p.Detail = models.KindNotFound, "no route matches this path"
	case errors.As(err, &httpErr) && httpErr.Code == http.StatusMethodNotAllowed:
		kind, p.Detail = kindMethod, "method not allowed"
	case errors.Is(err, context.DeadlineExceeded):
		kind, p.Detail = models.KindUnavailable, "the request timed out: try again later"
	}
	var conflict *conflictError
	if errors.As(err, &conflict) {
		p.Current = &conflict.current
	}
	var refused *screening.RefusedError
	if errors.As(err, &refused) {
		p.Until = refused.Until
	}
	var unproven *proofError
	if errors.As(err, &unproven) {
		p.Challenge = &unproven.challenge
	}
	var candidate *promotion.RefusedError
	if errors.As(err, &candidate) {
		p.Gate = &candidate.Report
	}
	status, known := statuses[kind]
	if !known || kind == models.KindInternal {
		kind, status = models.KindInternal, statuses[models.KindInternal]
		p.Detail, p.Fields = "the error has been logged", nil
	}
	p.Type, p.Title, p.Status = "urn:winnow:problem:"+string(kind), status.title, status.code
	return p
}

// handleError replies with a problem. It is Echo's error handler.
func (s *Server) handleError(err error, c echo.Context) {
	if c.Response().Committed || replyForeignError(err, c) {
		return
	}
	p := problemOf(err)
	p.RequestID = requestID(c)
	h := c.Response().Header()
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="winnow"`)
	case http.StatusServiceUnavailable:
		if h.Get("Retry-After") == "" {
			h.Set("Retry-After", "1")
		}
	}
	h.Del("ETag")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/problem+json")
	c.Response().WriteHeader(p.Status)
	if b, err := json.Marshal(p); err == nil {
		_, _ = c.Response().Write(b) // an error means that the client has left
	}
}
