package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/handlers/node"
	"winnow/models"
)

// listedSession is a session in the list of its moderator, or of an admin.
type listedSession struct {
	models.Session
	Current bool `json:"current,omitempty"` // the one that asks
}

// listOwnSessions lists the caller's sessions.
func (s *Server) listOwnSessions(c echo.Context) error { return s.replySessions(c, caller(c).Name) }

// listSessions lists the sessions of a moderator, for admins.
func (s *Server) listSessions(c echo.Context) error {
	name, err := moderatorName(c)
	if err != nil {
		return err
	}
	return s.replySessions(c, name)
}

// endOwnSessions ends one of the caller's sessions, or all but the one that asks.
func (s *Server) endOwnSessions(c echo.Context) error { return s.endSessions(c, caller(c).Name) }

// endModeratorSessions does so for another moderator, for admins.
func (s *Server) endModeratorSessions(c echo.Context) error {
	name, err := moderatorName(c)
	if err != nil {
		return err
	}
	return s.endSessions(c, name)
}

func (s *Server) replySessions(c echo.Context, moderator string) error {
	all, err := s.db.Sessions(c.Request().Context(), moderator)
	if err != nil {
		return err
	}
	items := make([]listedSession, len(all))
	for i, each := range all {
		items[i] = listedSession{each, each.ID == caller(c).Session}
	}
	return c.JSON(http.StatusOK, list[listedSession]{Items: items})
}

func (s *Server) endSessions(c echo.Context, moderator string) error {
	ctx := c.Request().Context()
	ended, err := s.db.EndSessions(ctx, caller(c), moderator, c.Param("id"))
	if err != nil {
		return err
	}
	for _, id := range ended {
		s.node.Publish(ctx, models.Event{Kind: node.SessionEnded, Subject: id})
	}
	return c.NoContent(http.StatusNoContent)
}
