package handlers

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// healthz replies as long as the process runs.
func (s *Server) healthz(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, map[string]string{"status": "ok", "version": s.version})
}

// readiness is the state of what a node needs. Without Redis it is degraded: it
// then counts limits for itself. So it is while a check finds an error.
type readiness struct {
	Status   string            `json:"status"`          // "ready" or "degraded", which still serves requests
	Model    string            `json:"model"`           // version of the live model
	Redis    string            `json:"redis,omitempty"` // "ok" or "down"; absent without Redis
	Findings *[]models.Finding `json:"findings,omitempty"`
}

// readyz reports whether the node can serve requests, and with the parameter verbose
// what is wrong with its set-up. That is not for readers: it is told only to who asks
// directly and from a private network, as those do who watch the node.
func (s *Server) readyz(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	if s.draining.Err() != nil {
		return errDraining
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	if err := s.db.Ping(ctx); err != nil {
		return &models.Error{Kind: models.KindUnavailable, Message: "the database does not answer", Cause: err}
	}
	r := readiness{Status: "ready", Model: s.node.Model().Version()}
	if s.redis != nil {
		r.Redis = "ok"
		if err := s.redis.Ping(ctx); err != nil {
			r.Status, r.Redis = "degraded", "down"
		}
	}
	found := s.checker.Last()
	if c.QueryParams().Has("verbose") && asksDirectly(c.Request()) {
		found = s.checker.Findings(ctx)
		if found == nil {
			found = []models.Finding{}
		}
		r.Findings = &found
	}
	if slices.ContainsFunc(found, func(f models.Finding) bool { return f.Severity == models.SeverityError && f.Node == "" }) {
		r.Status = "degraded"
	}
	return c.JSON(http.StatusOK, r)
}

// asksDirectly reports whether a request comes from this machine or a private network,
// and not through a proxy.
func asksDirectly(r *http.Request) bool {
	for _, field := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(field) != "" {
			return false
		}
	}
	a := remoteIP(r)
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}
