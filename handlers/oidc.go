package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	"github.com/labstack/echo/v4"
	"golang.org/x/oauth2"

	"winnow/classifier/text/names"
	"winnow/models"
)

// OIDCConfig is an OpenID provider with which moderators sign in (OpenID Connect Core 1.0,
// authorization code with PKCE). Without an issuer there is none.
type OIDCConfig struct {
	Issuer       string
	ClientID     string
	ClientSecret string // empty: a public client
	PublicURL    string // of this server, such as https://comments.gazette.example; the provider returns to callbackPath there
	Label        string // of the button
	GroupsClaim  string
	Scopes       []string // beside openid
	Groups       []OIDCGroup
}

// OIDCGroup says what the members of a group may do. Whoever is in several groups has the
// highest of their roles, on the sites of all groups with that role.
type OIDCGroup struct {
	Name  string
	Role  models.Role
	Sites []string // empty: all
}

const (
	callbackPath = "/v1/auth/oidc/callback"
	oidcCookie   = "winnow_oidc"
	oidcPath     = "/v1/auth/oidc"
	oidcAudience = "winnow:oidc"
	oidcTimeout  = 5 * time.Second  // of a request to the provider
	oidcTime     = 10 * time.Minute // for a sign-in at the provider
)

// oidcProvider is what a sign-in needs. The provider is asked for its addresses and keys at
// the first sign-in: it may be down when the server starts.
type oidcProvider struct {
	cfg    OIDCConfig
	client *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
}

// discover returns the provider, as its discovery document describes it.
func (p *oidcProvider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.provider != nil {
		return p.provider, nil
	}
	// The provider keeps the context for its keys, so it must not be the request's.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.cfg.Issuer)
	if err != nil {
		return nil, &models.Error{Kind: models.KindUnavailable, Message: "the sign-in service cannot be reached", Cause: err}
	}
	p.provider = found
	return found, nil
}

func (p *oidcProvider) oauth(provider *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: provider.Endpoint(),
		RedirectURL: strings.TrimSuffix(p.cfg.PublicURL, "/") + callbackPath, Scopes: append([]string{oidc.ScopeOpenID}, p.cfg.Scopes...),
	}
}

// oidcClaims are what the browser keeps of a sign-in that it has begun. They are signed, so
// that nobody else can begin one for it.
type oidcClaims struct {
	jwt.RegisteredClaims
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // of PKCE (RFC 7636)
}

// loginMethods says how moderators can log in.
func (s *Server) loginMethods(c echo.Context) error {
	reply := struct {
		Password bool   `json:"password"`
		OIDC     string `json:"oidc,omitempty"` // the label of the button
	}{Password: true}
	if s.oidc != nil {
		reply.OIDC = s.oidc.cfg.Label
	}
	return c.JSON(http.StatusOK, reply)
}

// startOIDC sends the browser to the provider.
func (s *Server) startOIDC(c echo.Context) error {
	if s.oidc == nil {
		return models.Errorf(models.KindNotFound, "this server has no sign-in service")
	}
	provider, err := s.oidc.discover(c.Request().Context())
	if err != nil {
		return err
	}
	now := s.now()
	begun := oidcClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{oidcAudience}, ExpiresAt: jwt.NewNumericDate(now.Add(oidcTime)),
		},
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, begun).SignedString(s.secret)
	if err != nil {
		return err
	}
	s.setOIDCCookie(c, signed)
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Redirect(http.StatusFound, s.oidc.oauth(provider).AuthCodeURL(begun.State, oidc.Nonce(begun.Nonce), oauth2.S256ChallengeOption(begun.Verifier)))
}

// setOIDCCookie sets the cookie of a sign-in that has begun, or deletes it. It is Lax, because
// the provider's page leads back here.
func (s *Server) setOIDCCookie(c echo.Context, value string) {
	age := int(oidcTime / time.Second)
	if value == "" {
		age = -1
	}
	c.SetCookie(&http.Cookie{
		Name: oidcCookie, Value: value, Path: s.base + oidcPath, MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.isHTTPS(c.Request()),
	})
}

// finishOIDC takes the provider's answer, and starts a session of the console. What went wrong
// is shown by the console's login page; details are only logged.
func (s *Server) finishOIDC(c echo.Context) error {
	if s.oidc == nil {
		return models.Errorf(models.KindNotFound, "this server has no sign-in service")
	}
	s.setOIDCCookie(c, "") // it works once
	c.Response().Header().Set("Cache-Control", "no-store")
	m, err := s.moderatorOfOIDC(c)
	if err == nil {
		var t tokens
		if t, err = s.startSession(c, m); err == nil {
			s.setCookies(c, t.access, t.refresh)
			return c.Redirect(http.StatusSeeOther, "/console/?signed-in=1")
		}
	}
	var refused refusedSignIn
	if !errors.As(err, &refused) {
		if refused = signInFailed; models.KindOf(err) == models.KindForbidden {
			refused = signInDisabled
		}
	}
	s.log.WarnContext(c.Request().Context(), "sign-in refused", "reason", string(refused), "error", err)
	return c.Redirect(http.StatusSeeOther, "/console/?refused="+string(refused))
}

// refusedSignIn is why somebody whom the provider knows cannot log in. The console has a text
// for each.
type refusedSignIn string

const (
	signInFailed   refusedSignIn = "failed"   // the answer is not one to a sign-in that this browser began
	signInNoGroup  refusedSignIn = "group"    // no group of theirs has a role here
	signInNoName   refusedSignIn = "name"     // the provider sends no name
	signInTaken    refusedSignIn = "taken"    // somebody else has the name
	signInDisabled refusedSignIn = "disabled" // the account is disabled
)

func (r refusedSignIn) Error() string { return "sign-in refused: " + string(r) }

// moderatorOfOIDC checks the provider's answer, and returns the moderator it stands for. Role
// and sites are those of the groups, each time anew.
func (s *Server) moderatorOfOIDC(c echo.Context) (models.Moderator, error) {
	ctx := c.Request().Context()
	var begun oidcClaims
	cookie, err := c.Cookie(oidcCookie)
	if err == nil {
		err = s.readToken(cookie.Value, &begun, s.secret, jwt.WithIssuer(issuer), jwt.WithAudience(oidcAudience))
	}
	if err != nil || begun.State == "" || c.QueryParam("state") != begun.State {
		return models.Moderator{}, fmt.Errorf("%w: no sign-in with this state was begun here (%w)", signInFailed, errors.Join(err))
	}
	if problem := c.QueryParam("error"); problem != "" {
		return models.Moderator{}, fmt.Errorf("%w: the provider says %.200q", signInFailed, problem)
	}
	token, claims, err := s.oidc.exchange(ctx, c.QueryParam("code"), begun)
	if err != nil {
		return models.Moderator{}, err
	}
	role, sites := s.oidc.cfg.rights(claims)
	if role == "" {
		return models.Moderator{}, signInNoGroup
	}
	name := nameOf(claims)
	if name == "" {
		return models.Moderator{}, signInNoName
	}
	m, err := s.db.SignInModerator(ctx, models.Moderator{Name: name, Role: role, Sites: sites, Subject: token.Issuer + " " + token.Subject})
	switch models.KindOf(err) {
	case models.KindConflict:
		return m, fmt.Errorf("%w: %w", signInTaken, err)
	case "":
		if m.Disabled {
			return m, signInDisabled
		}
	}
	return m, err
}

// exchange turns a code into the claims of who signed in: of the ID token, and where it lacks
// the groups, of the userinfo endpoint.
func (p *oidcProvider) exchange(ctx context.Context, code string, begun oidcClaims) (*oidc.IDToken, map[string]any, error) {
	provider, err := p.discover(ctx)
	if err != nil {
		return nil, nil, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	config := p.oauth(provider)
	got, err := config.Exchange(ctx, code, oauth2.VerifierOption(begun.Verifier))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: exchange the code: %w", signInFailed, err)
	}
	raw, _ := got.Extra("id_token").(string)
	token, err := provider.Verifier(&oidc.Config{ClientID: p.cfg.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", signInFailed, err)
	}
	if token.Nonce != begun.Nonce {
		return nil, nil, fmt.Errorf("%w: the ID token is for another sign-in", signInFailed)
	}
	claims := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", signInFailed, err)
	}
	if claims[p.cfg.GroupsClaim] == nil && provider.UserInfoEndpoint() != "" {
		info, err := provider.UserInfo(ctx, config.TokenSource(ctx, got))
		if err != nil {
			return nil, nil, fmt.Errorf("%w: userinfo: %w", signInFailed, err)
		}
		if info.Subject != token.Subject { // section 5.3.2 of the standard
			return nil, nil, fmt.Errorf("%w: userinfo is of somebody else", signInFailed)
		}
		if err := info.Claims(&claims); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", signInFailed, err)
		}
	}
	return token, claims, nil
}

// nameOf returns the name of a moderator: as people know it from the console.
func nameOf(claims map[string]any) string {
	for _, claim := range []string{"preferred_username", "email", "name"} {
		text, _ := claims[claim].(string)
		if name := names.Clean(text); name != "" && len([]rune(name)) <= models.MaxName {
			return name
		}
	}
	return ""
}

// rights returns what the groups in the claims allow; no role when that is nothing.
func (c OIDCConfig) rights(claims map[string]any) (role models.Role, sites []string) {
	groups := groupsOf(claims[c.GroupsClaim])
	all := false
	for _, g := range c.Groups {
		switch {
		case !slices.Contains(groups, g.Name), role != "" && !g.Role.AtLeast(role):
			continue
		case g.Role != role:
			role, sites, all = g.Role, nil, false
		}
		all = all || len(g.Sites) == 0
		for _, site := range g.Sites {
			if !slices.Contains(sites, site) {
				sites = append(sites, site)
			}
		}
	}
	if all {
		sites = nil
	}
	return role, sites
}

// groupsOf reads a claim that is a list of names, or one name.
func groupsOf(claim any) (groups []string) {
	switch v := claim.(type) {
	case string:
		groups = []string{v}
	case []any:
		for _, g := range v {
			if name, ok := g.(string); ok {
				groups = append(groups, name)
			}
		}
	}
	return groups
}
