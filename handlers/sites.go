package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"winnow/handlers/node"
	"winnow/models"
)

// listSites lists the sites that the caller sees.
func (s *Server) listSites(c echo.Context) error {
	by := caller(c)
	all, err := s.db.Sites(c.Request().Context())
	if err != nil {
		return err
	}
	seen := list[models.Site]{Items: []models.Site{}}
	for _, site := range all {
		if by.Sees(site.Slug) {
			seen.Items = append(seen.Items, site)
		}
	}
	return c.JSON(http.StatusOK, seen)
}

// siteSettings are what may be set of a site. A request is read over what
// holds now: what it leaves out stays, and null takes a threshold away.
type siteSettings struct {
	Name       string              `json:"name"`
	Origins    []string            `json:"origins"`
	Mode       models.Mode         `json:"mode"`
	Thresholds models.Thresholds   `json:"thresholds"`
	Retention  models.Retention    `json:"retention"`
	Surge      models.Surge        `json:"surge"`
	Reasons    []models.SiteReason `json:"reasons"`
	SecondLook *float64            `json:"second_look"`
}

// read changes a site as a request says.
func (v siteSettings) read(request []byte, site *models.Site) error {
	// A number is read into the place where the old one stands, which the
	// audit trail still wants.
	for _, p := range []**float64{&v.Thresholds.Hold, &v.Thresholds.Reject, &v.SecondLook} {
		if *p != nil {
			*p = new(**p)
		}
	}
	if err := parse(request, &v); err != nil {
		return err
	}
	site.Name, site.Mode, site.Thresholds, site.Retention = models.Clean(v.Name), v.Mode, v.Thresholds, v.Retention
	site.Surge, site.SecondLook = v.Surge, v.SecondLook
	site.Reasons = []models.SiteReason{}
	for _, r := range v.Reasons {
		r.Name, r.Message = models.Clean(r.Name), models.Clean(r.Message)
		site.Reasons = append(site.Reasons, r)
	}
	site.Origins = []string{}
	for _, o := range v.Origins {
		site.Origins = append(site.Origins, strings.TrimSuffix(strings.ToLower(models.Clean(o)), "/"))
	}
	return nil
}

// siteKeyReply shows a secret key, the only time that it can be seen.
type siteKeyReply struct {
	models.Site
	Key string `json:"key"`
}

// addSite keeps a new site. An admin of some sites alone would not see it.
func (s *Server) addSite(c echo.Context) error {
	if err := ofAllSites(caller(c)); err != nil {
		return err
	}
	data, err := readJSON(c.Request())
	if err != nil {
		return err
	}
	var named struct {
		Slug string `json:"slug"`
	}
	if err := parse(data, &named); err != nil {
		return err
	}
	site := models.Site{Slug: named.Slug}
	if err := (siteSettings{Name: named.Slug, Mode: models.ModePost, Retention: models.DefaultRetention()}).read(data, &site); err != nil {
		return err
	}
	ctx := c.Request().Context()
	key, err := s.db.AddSite(ctx, caller(c), site)
	if err != nil {
		return err
	}
	s.node.Invalidate(models.Event{Kind: node.SiteChanged, Site: site.Slug})
	if site, err = s.db.Site(ctx, site.Slug); err != nil {
		return err
	}
	return keyShown(c, http.StatusCreated, siteKeyReply{site, key})
}

// updateSite changes what the request names of a site. Other nodes follow
// within siteTTL.
func (s *Server) updateSite(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	data, err := readJSON(c.Request())
	if err != nil {
		return err
	}
	site, err := s.db.UpdateSite(ctx, caller(c), slug, func(site *models.Site) error {
		return siteSettings{site.Name, site.Origins, site.Mode, site.Thresholds, site.Retention, site.Surge, site.Reasons, site.SecondLook}.read(data, site)
	})
	if err != nil {
		return err
	}
	s.node.Invalidate(models.Event{Kind: node.SiteChanged, Site: slug})
	return c.JSON(http.StatusOK, site)
}

// rotateKey replaces a site's secret key. The old one is worth nothing at once.
func (s *Server) rotateKey(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	key, err := s.db.RotateSiteKey(ctx, caller(c), slug)
	if err != nil {
		return err
	}
	s.node.Invalidate(models.Event{Kind: node.SiteChanged, Site: slug})
	site, err := s.db.Site(ctx, slug)
	if err != nil {
		return err
	}
	return keyShown(c, http.StatusOK, siteKeyReply{site, key})
}

func keyShown(c echo.Context, status int, reply siteKeyReply) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, reply)
}
