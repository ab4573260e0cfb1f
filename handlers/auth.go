package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"winnow/handlers/selfcheck"
	"winnow/models"
	"winnow/storage"
)

// principal is the authenticated caller of a request. guard sets it in Echo's
// context, principalOf reads it.
type principal struct {
	models.Caller
	owner *storage.KeyOwner // for models.ByKey: the key and its site
}

const principalKey = "principal"

// principalOf returns the principal that guard has set.
func principalOf(c echo.Context) principal {
	if a, ok := c.Get(principalKey).(*principal); ok {
		return *a
	}
	return principal{}
}

func caller(c echo.Context) models.Caller { return principalOf(c).Caller }

// authenticate checks the credentials of a request. The console's cookie is
// ignored on routes that readers' pages may call: a moderator who reads a page
// of a site comments as a reader there.
func (s *Server) authenticate(req *http.Request, who access) (by principal, err error) {
	if who.ignored {
		return by, nil
	}
	if key := queryKey(req, who); key != "" {
		return s.keyOwner(req.Context(), key)
	}
	if header := req.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		token = strings.TrimSpace(token)
		switch {
		case !strings.EqualFold(scheme, "Bearer") || token == "":
			return by, models.Errorf(models.KindUnauthorized, "Authorization must have the form: Bearer <site key or access token>")
		case strings.Count(token, ".") == 2:
			by.Caller, err = s.moderatorByToken(req.Context(), token)
			return by, err
		}
		return s.keyOwner(req.Context(), token)
	}
	cookie, err := req.Cookie(s.cookieName(req, accessCookie))
	if err != nil || who.role == "" {
		return by, nil
	}
	if !safeMethod(req.Method) && !sameOrigin(req) {
		return by, models.Errorf(models.KindForbidden, "cookies are accepted only from the console's own origin")
	}
	by.Caller, err = s.moderatorByToken(req.Context(), cookie.Value)
	return by, err
}

// queryKey returns the key in the query of a request, on the routes that accept it there.
func queryKey(req *http.Request, who access) string {
	if !who.queryKey {
		return ""
	}
	return req.URL.Query().Get("key")
}

// keyOwner returns the owner of a key. Those of Akismet clients are too short to be accepted
// here, where nothing limits how many somebody tries.
func (s *Server) keyOwner(ctx context.Context, key string) (by principal, err error) {
	if models.IsAkismetKey(key) {
		return by, models.Errorf(models.KindUnauthorized, "unknown site key")
	}
	return s.ownerOf(ctx, key)
}

func (s *Server) ownerOf(ctx context.Context, key string) (by principal, err error) {
	owner, err := s.node.SiteByKey(ctx, key)
	if err == nil {
		by = principal{models.KeyCaller(owner.Site.Slug, owner.Key.Name), &owner}
	}
	return by, err
}

// moderatorByToken returns the caller of an access token. Whether its session
// goes on, and the moderator's role and sites, come from storage: they may have
// changed since it was signed.
func (s *Server) moderatorByToken(ctx context.Context, token string) (models.Caller, error) {
	claims, err := s.tokens.Read(ctx, token)
	if err != nil {
		return models.Caller{}, err
	}
	session, err := s.node.Session(ctx, claims.Session)
	if models.KindOf(err) == models.KindNotFound || err == nil && (!session.Valid(s.now()) || session.Moderator != claims.Moderator) {
		return models.Caller{}, models.Errorf(models.KindUnauthorized, "the session has ended")
	}
	if err != nil {
		return models.Caller{}, err
	}
	m := session.Of
	return models.Caller{Kind: models.ByModerator, Name: m.Name, Role: m.Role, Sites: m.Sites, Session: session.ID}, nil
}

// originOf returns the origin of the page that sent a request, "" when it does not say. Browsers
// leave it out when a page reads from its own origin.
func (s *Server) originOf(req *http.Request) string {
	if origin := req.Header.Get("Origin"); origin != "" || req.Header.Get("Sec-Fetch-Site") != "same-origin" {
		return origin
	}
	if s.isHTTPS(req) {
		return "https://" + req.Host
	}
	return "http://" + req.Host
}

// pageSite returns the named site if the page that sent the request belongs to
// it, by its origin. The demo site, while it is the only one, also accepts the
// pages of this server.
func (s *Server) pageSite(c echo.Context, slug string) (models.Site, error) {
	req := c.Request()
	if slug == "" {
		return models.Site{}, models.Errorf(models.KindUnauthorized, "a request without a site key must name its site")
	}
	site, err := s.node.Site(req.Context(), slug)
	if err != nil && models.KindOf(err) != models.KindNotFound {
		return models.Site{}, err
	}
	known := false
	if err == nil {
		if known, err = s.knownOrigin(req.Context(), s.originOf(req), slug); err != nil {
			return models.Site{}, err
		}
		if !known {
			if known, err = s.servesDemo(req, slug); err != nil {
				return models.Site{}, err
			}
		}
	}
	if !known {
		return models.Site{}, models.Errorf(models.KindForbidden, "the origin of this page is not registered for the site")
	}
	return site, nil
}

// servesDemo reports whether a page of this server may post to a site without a key:
// the demo site, as long as there is no other.
func (s *Server) servesDemo(req *http.Request, slug string) (bool, error) {
	if slug != selfcheck.DemoSite || !sameOrigin(req) {
		return false, nil
	}
	n, err := s.node.SiteCount(req.Context())
	return n == 1, err
}

func safeMethod(m string) bool {
	return m == http.MethodGet || m == http.MethodHead || m == http.MethodOptions
}

// sameOrigin reports whether a request comes from a page of this server. The header
// Sec-Fetch-Site is right even behind a proxy that changes the host; older
// browsers, and all over plain HTTP, send only Origin. The scheme of Origin is not
// compared, because a proxy may have terminated TLS.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, r.Host)
}
