package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/labstack/echo/v4"

	"winnow/handlers/selfcheck"
	"winnow/models"
)

// principal is the authenticated caller of a request. guard sets it in Echo's
// context, principalOf reads it.
type principal struct {
	models.Caller
	site models.Site // for models.ByKey: the site of the key
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

// minRole is the lowest role that may call a route.
var minRole = map[access]models.Role{moderators: models.RoleModerator, editors: models.RoleEditor, admins: models.RoleAdmin, articleEditors: models.RoleEditor}

// authorize reports whether a caller may call a route that is open to who. fromPage
// is true for a request with an Origin header.
func authorize(by models.Caller, who access, fromPage bool) error {
	switch {
	case who == noCredentials || who == optionalCredentials:
		return nil
	case who == frontEnd && (by.Kind == models.ByKey || by.Kind == models.Anonymous && fromPage):
		return nil // the handler checks the page's origin: see pageSite
	case who == articleEditors && by.Kind == models.ByKey:
		return nil
	case by.Kind == models.Anonymous:
		return models.Errorf(models.KindUnauthorized, "credentials required")
	case who == frontEnd:
		return models.Errorf(models.KindForbidden, "a site key, or a page of the site, is required")
	case by.Kind != models.ByModerator:
		return models.Errorf(models.KindForbidden, "moderator credentials required")
	case !by.Role.AtLeast(minRole[who]):
		return models.Errorf(models.KindForbidden, "role %s required", minRole[who])
	}
	return nil
}

// authenticate checks the credentials of a request. The console's cookie is
// ignored on routes that readers' pages may call: a moderator who reads a page
// of a site comments as a reader there.
func (s *Server) authenticate(req *http.Request, who access) (by principal, err error) {
	if who == noCredentials {
		return by, nil
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
		by.site, err = s.node.SiteByKey(req.Context(), token)
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
	by.Caller, err = s.moderatorByToken(req.Context(), cookie.Value)
	return by, err
}

// moderatorByToken returns the caller of an access token. Role and sites come
// from storage, not from the token: they may have changed since it was signed.
func (s *Server) moderatorByToken(ctx context.Context, token string) (models.Caller, error) {
	name, err := s.readAccessToken(token)
	if err != nil {
		return models.Caller{}, err
	}
	m, err := s.node.Moderator(ctx, name)
	if models.KindOf(err) == models.KindNotFound || err == nil && m.Disabled {
		return models.Caller{}, models.Errorf(models.KindUnauthorized, "the access token is not valid")
	}
	if err != nil {
		return models.Caller{}, err
	}
	return models.Caller{Kind: models.ByModerator, Name: m.Name, Role: m.Role, Sites: m.Sites}, nil
}

// pageSite returns the named site if the page that sent the request belongs to
// it, by its Origin header. The demo site, while it is the only one, also accepts the
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
		if known, err = s.knownOrigin(req.Context(), req.Header.Get("Origin"), slug); err != nil {
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

// Access tokens are short-lived, because they cannot be revoked: a node checks
// only their signature and times, and the moderator's current role.
const (
	accessTTL  = 15 * time.Minute
	refreshTTL = 30 * 24 * time.Hour
	issuer     = "winnow"
	audience   = "winnow:moderator"
)

// accessClaims are the claims of an access token.
type accessClaims struct {
	jwt.RegisteredClaims             // sub is the moderator's name
	Role                 models.Role `json:"role"`
}

// accessToken signs a token for a moderator (HS256, RFC 7519).
func (s *Server) accessToken(m models.Moderator) (string, error) {
	now := s.now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: m.Name,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(accessTTL)),
		},
		Role: m.Role,
	}).SignedString(s.secret)
}

// readAccessToken checks an access token and returns the moderator's name.
func (s *Server) readAccessToken(token string) (name string, err error) {
	var claims accessClaims
	err = s.readToken(token, &claims, s.secret, jwt.WithIssuer(issuer), jwt.WithAudience(audience))
	if err != nil {
		return "", models.Errorf(models.KindUnauthorized, "%s", tokenErrorMessage("access token", err))
	}
	return claims.Subject, nil
}

// readToken checks signature and times of a JWT. Only HS256 is accepted: the
// algorithm that the token names must not decide how it is checked.
func (s *Server) readToken(token string, claims jwt.Claims, key []byte, more ...jwt.ParserOption) error {
	opts := append([]jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.now), jwt.WithStrictDecoding(),
	}, more...)
	_, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return key, nil }, opts...)
	return err
}

// tokenErrorMessage distinguishes an expired token from one that was never valid.
func tokenErrorMessage(what string, err error) string {
	if errors.Is(err, jwt.ErrTokenExpired) {
		return "the " + what + " has expired"
	}
	return "the " + what + " is not valid"
}
