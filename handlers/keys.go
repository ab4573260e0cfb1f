package handlers

import (
	"cmp"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/node"
	"winnow/models"
)

// siteKeyReply is a site with its new secret key, which is never shown again.
type siteKeyReply struct {
	models.Site
	Key string `json:"key"`
}

// listKeys lists the keys of a site, without their secrets.
func (s *Server) listKeys(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	keys, err := s.db.SiteKeys(ctx, slug)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.SiteKey]{Items: append([]models.SiteKey{}, keys...)})
}

// addKey adds a key to a site, and replies with its secret.
func (s *Server) addKey(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	req, err := decode[struct {
		Name   string            `json:"name"`
		Scopes []models.KeyScope `json:"scopes"`
		Until  *time.Time        `json:"until"`
	}](c)
	if err != nil {
		return err
	}
	key, secret, err := s.db.AddSiteKey(ctx, caller(c), slug, models.SiteKey{Name: req.Name, Scopes: req.Scopes, Until: req.Until})
	if err != nil {
		return err
	}
	return replyKey(c, http.StatusCreated, struct {
		models.SiteKey
		Secret string `json:"key"`
	}{key, secret})
}

// rotateKey replaces a secret key of a site; the old one may work for a while.
func (s *Server) rotateKey(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	req, err := decodeOptional[struct {
		Name     string    `json:"name"`
		OldUntil time.Time `json:"old_until"`
	}](c)
	if err != nil {
		return err
	}
	if !req.OldUntil.IsZero() && !req.OldUntil.After(s.now()) {
		return invalid("old_until", "must be later than now")
	}
	secret, err := s.db.RotateSiteKey(ctx, caller(c), slug, cmp.Or(req.Name, models.MainKey), req.OldUntil)
	if err != nil {
		return err
	}
	s.node.Invalidate(models.Event{Kind: node.SiteChanged, Site: slug})
	site, err := s.db.Site(ctx, slug)
	if err != nil {
		return err
	}
	return replyKey(c, http.StatusOK, siteKeyReply{site, secret})
}

// removeKey ends a key of a site at once.
func (s *Server) removeKey(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	if err := s.db.RemoveSiteKey(ctx, caller(c), slug, c.Param("id")); err != nil {
		return err
	}
	s.node.Invalidate(models.Event{Kind: node.SiteChanged, Site: slug})
	return c.NoContent(http.StatusNoContent)
}

func replyKey(c echo.Context, status int, reply any) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, reply)
}
