package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// principal is the authenticated caller of a request: guard sets it, principalOf reads it.
type principal struct {
	models.Caller
	site models.Site // of a site's key
}

const principalKey = "principal"

// How long a node believes what it knows: within it a change of role, a
// disabled login, a replaced key or a changed site bites. The key's is just
// long enough to spare a busy front end the query.
const (
	keyTTL       = 100 * time.Millisecond
	moderatorTTL = 2 * time.Second
	siteTTL      = 5 * time.Second
)

// principalOf returns the principal that guard has set.
func principalOf(c echo.Context) principal {
	if a, ok := c.Get(principalKey).(*principal); ok {
		return *a
	}
	return principal{}
}

func caller(c echo.Context) models.Caller { return principalOf(c).Caller }

// guard lets a request through to its handler when its caller may call it, and
// sees to it that it is answered in time.
func (s *Server) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		if r.time > 0 {
			ctx, cancel := context.WithTimeout(req.Context(), r.time)
			defer cancel()
			req = req.WithContext(ctx)
			c.SetRequest(req)
		}
		by, err := s.identify(req, r.who)
		if err != nil {
			return err
		}
		by.Address = s.peer(req)
		if err := allow(by.Caller, r.who, req.Header.Get("Origin") != ""); err != nil {
			return err
		}
		c.Set(principalKey, &by)
		if req.ContentLength > r.body {
			return tooLarge(r.body)
		}
		if req.ContentLength < 0 { // net/http reads no more of a length that is known
			req.Body = http.MaxBytesReader(c.Response(), req.Body, r.body)
		}
		return r.handler(c)
	}
}

// leastRole is what a moderator must be.
var leastRole = map[access]models.Role{moderators: models.RoleModerator, editors: models.RoleEditor, admins: models.RoleAdmin}

// allow tells whether a caller may call what is open to who.
func allow(by models.Caller, who access, fromPage bool) error {
	switch {
	case who == everyone || who == anyone:
		return nil
	case who == frontEnd && (by.Kind == models.ByKey || by.Kind == models.Anonymous && fromPage):
		return nil // a page's site is named in the request: see pageSite
	case by.Kind == models.Anonymous:
		return models.Errorf(models.KindUnauthorized, "credentials required")
	case who == frontEnd:
		return models.Errorf(models.KindForbidden, "a site key, or a page of the site, is required")
	case by.Kind != models.ByModerator:
		return models.Errorf(models.KindForbidden, "moderator credentials required")
	case !by.Role.AtLeast(leastRole[who]):
		return models.Errorf(models.KindForbidden, "role %s required", leastRole[who])
	}
	return nil
}

// identify reads the credentials. The console's cookie counts only where
// moderators are wanted, so that it turns no reader's page into a moderator.
func (s *Server) identify(req *http.Request, who access) (by principal, err error) {
	if who == everyone {
		return by, nil
	}
	if header := req.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		token = strings.TrimSpace(token)
		switch {
		case !strings.EqualFold(scheme, "Bearer") || token == "":
			return by, models.Errorf(models.KindUnauthorized, "Authorization must have the form: Bearer <site key or access token>")
		case strings.Count(token, ".") == 2:
			by.Caller, err = s.moderator(req.Context(), token)
			return by, err
		}
		by.site, err = s.keys.get(req.Context(), token)
		if err == nil {
			by.Kind, by.Site = models.ByKey, by.site.Slug
		}
		return by, err
	}
	cookie, err := req.Cookie(accessCookie)
	if err != nil || who < moderators {
		return by, nil
	}
	if !safeMethod(req.Method) && !sameOrigin(req) {
		return by, models.Errorf(models.KindForbidden, "cookies are accepted only from the console's own origin")
	}
	by.Caller, err = s.moderator(req.Context(), cookie.Value)
	return by, err
}

// moderator turns an access token into a caller, with the role and sites that
// storage knows now.
func (s *Server) moderator(ctx context.Context, token string) (models.Caller, error) {
	name, err := s.readAccessToken(token)
	if err != nil {
		return models.Caller{}, err
	}
	m, err := s.people.get(ctx, name)
	if models.KindOf(err) == models.KindNotFound || err == nil && m.Disabled {
		return models.Caller{}, models.Errorf(models.KindUnauthorized, "the access token is not valid")
	}
	if err != nil {
		return models.Caller{}, err
	}
	return models.Caller{Kind: models.ByModerator, Name: m.Name, Role: m.Role, Sites: m.Sites}, nil
}

// pageSite returns the site that a browser's page belongs to. The demo site is
// also open to the pages of this installation, wherever it is served.
func (s *Server) pageSite(c echo.Context, slug string) (models.Site, error) {
	req := c.Request()
	if slug == "" {
		return models.Site{}, models.Errorf(models.KindUnauthorized, "a request without a site key must name its site")
	}
	site, err := s.sites.get(req.Context(), slug)
	if err != nil && models.KindOf(err) != models.KindNotFound {
		return models.Site{}, err
	}
	origin := req.Header.Get("Origin")
	if err != nil || !slices.Contains(site.Origins, origin) && (slug != demoSite || !sameOrigin(req)) {
		return models.Site{}, models.Errorf(models.KindForbidden, "the origin of this page is not registered for the site")
	}
	return site, nil
}

// demoSite is the site of the installation's own pages.
const demoSite = "demo"

func safeMethod(m string) bool {
	return m == http.MethodGet || m == http.MethodHead || m == http.MethodOptions
}

// sameOrigin tells whether a browser says that the request comes from a page of
// this very server. Sec-Fetch-Site holds behind a proxy that changes the host;
// older browsers, and plain HTTP, send Origin alone. Its scheme is left out
// because a proxy may have taken TLS off.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, r.Host)
}

// secure tells whether the caller's side of the connection is encrypted.
func (s *Server) secure(r *http.Request) bool {
	return r.TLS != nil || s.trusts(tcpPeer(r)) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// peer is the address a request comes from: the TCP peer, or, when that is a
// trusted proxy, the last address in X-Forwarded-For that is not.
func (s *Server) peer(r *http.Request) netip.Addr {
	addr := tcpPeer(r)
	if !s.trusts(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusts(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap().WithZone("")
	}
	return addr
}

func (s *Server) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(s.trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// tcpPeer is the other end of the connection; invalid when it has no address,
// as on a Unix socket.
func tcpPeer(r *http.Request) netip.Addr {
	ap, _ := netip.ParseAddrPort(r.RemoteAddr)
	return ap.Addr().Unmap().WithZone("")
}
