package handlers

import (
	"context"
	"net/http"
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
// then counts limits for itself.
type readiness struct {
	Status string `json:"status"`          // "ready" or "degraded", which still serves requests
	Model  string `json:"model"`           // version of the live model
	Redis  string `json:"redis,omitempty"` // "ok" or "down"; absent without Redis
}

// readyz reports whether the node can serve requests.
func (s *Server) readyz(c echo.Context) error {
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
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, r)
}
