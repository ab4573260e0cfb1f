package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/password"
	"winnow/models"
)

// The console's cookies. Scripts cannot read them, they are HttpOnly; their paths
// limit them to the calls that need them.
const (
	accessCookie  = "winnow_access"
	refreshCookie = "winnow_refresh"
	accessPath    = "/v1"
	refreshPath   = "/v1/auth"
)

// maxConcurrentHashes limits how many passwords are hashed at once: a flood of
// logins must not take processor and memory from the comments.
const maxConcurrentHashes = 2

type loginRequest struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Cookie   bool   `json:"cookie"`
}

type refreshRequest struct {
	RefreshToken string `json:"refresh_token"`
	Cookie       bool   `json:"cookie"`
}

// session is the reply to a login. The tokens are absent when they are sent as
// cookies.
type session struct {
	AccessToken  string           `json:"access_token,omitempty"`
	TokenType    string           `json:"token_type"`
	ExpiresIn    int              `json:"expires_in"` // seconds, of the access token
	RefreshToken string           `json:"refresh_token,omitempty"`
	Moderator    models.Moderator `json:"moderator"`
}

// login checks name and password, and starts a session.
func (s *Server) login(c echo.Context) error {
	req, err := decode[loginRequest](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	if req.Name == "" || len(req.Name) > 4*models.MaxName {
		bad.Add("name", "must have 1 to %d characters", models.MaxName)
	}
	if req.Password == "" || len(req.Password) > password.MaxLen {
		bad.Add("password", "must have 1 to %d bytes", password.MaxLen)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if req.Cookie && !sameOrigin(c.Request()) {
		return models.Errorf(models.KindForbidden, "cookies are accepted only from the console's own origin")
	}
	if err := s.checkLimits(c.Request().Context(), c, s.loginLimits(caller(c).Address, req.Name)); err != nil {
		return err
	}
	ctx := c.Request().Context()
	m, err := s.checkPassword(ctx, req.Name, req.Password)
	if err != nil {
		return err
	}
	t, err := s.startSession(c, m)
	if err != nil {
		return err
	}
	return s.replySession(c, m, t.refresh, req.Cookie)
}

// tokens are what a client proves a session with.
type tokens struct{ access, refresh string }

// startSession starts a session of a moderator who has proved who they are, by whatever
// method.
func (s *Server) startSession(c echo.Context, m models.Moderator) (t tokens, err error) {
	by := models.Caller{Kind: models.ByModerator, Name: m.Name, Role: m.Role, Sites: m.Sites, Address: caller(c).Address}
	if t.refresh, err = s.db.StartSession(c.Request().Context(), by, refreshTTL); err != nil {
		return t, err
	}
	t.access, err = s.accessToken(m)
	return t, err
}

// checkPassword returns the moderator with that name and password. An unknown
// name takes as long as a wrong password, so that names cannot be found by timing.
func (s *Server) checkPassword(ctx context.Context, name, pass string) (models.Moderator, error) {
	m, err := s.db.Moderator(ctx, name)
	hash := m.PasswordHash
	switch {
	case models.KindOf(err) == models.KindNotFound:
		hash = s.decoy
	case err != nil:
		return m, err
	}
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return m, ctx.Err()
	}
	if match := password.Verify(hash, pass); err != nil || !match || m.Disabled {
		return m, models.Errorf(models.KindUnauthorized, "wrong name or password")
	}
	return m, nil
}

// refresh exchanges a refresh token for new tokens. Each works once.
func (s *Server) refresh(c echo.Context) error {
	req, err := s.refreshToken(c)
	if err != nil {
		return err
	}
	m, next, err := s.db.RefreshSession(c.Request().Context(), req.RefreshToken, caller(c).Address, refreshTTL)
	if err != nil {
		if req.Cookie && models.KindOf(err) == models.KindUnauthorized {
			s.setCookies(c, "", "")
		}
		return err
	}
	return s.replySession(c, m, next, req.Cookie)
}

// logout ends a session. The reply is the same for an unknown token.
func (s *Server) logout(c echo.Context) error {
	req, err := s.refreshToken(c)
	if err != nil {
		return err
	}
	err = s.db.EndSession(c.Request().Context(), req.RefreshToken, caller(c).Address)
	if err != nil && models.KindOf(err) != models.KindUnauthorized && models.KindOf(err) != models.KindNotFound {
		return err
	}
	if req.Cookie {
		s.setCookies(c, "", "")
	}
	return c.NoContent(http.StatusNoContent)
}

// refreshToken reads the refresh token from the body, or from the cookie when the
// request says so.
func (s *Server) refreshToken(c echo.Context) (refreshRequest, error) {
	req, err := decode[refreshRequest](c)
	if err != nil {
		return req, err
	}
	if req.Cookie {
		if !sameOrigin(c.Request()) {
			return req, models.Errorf(models.KindForbidden, "cookies are accepted only from the console's own origin")
		}
		if cookie, err := c.Request().Cookie(refreshCookie); err == nil {
			req.RefreshToken = cookie.Value
		}
	}
	if req.RefreshToken == "" {
		return req, models.Errorf(models.KindUnauthorized, "refresh token required")
	}
	return req, nil
}

func (s *Server) replySession(c echo.Context, m models.Moderator, refresh string, cookie bool) error {
	access, err := s.accessToken(m)
	if err != nil {
		return err
	}
	reply := session{TokenType: "Bearer", ExpiresIn: int(accessTTL / time.Second), Moderator: m}
	if cookie {
		s.setCookies(c, access, refresh)
	} else {
		reply.AccessToken, reply.RefreshToken = access, refresh
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, reply)
}

// setCookies sets the console's cookies, or deletes them when the tokens are empty.
func (s *Server) setCookies(c echo.Context, access, refresh string) {
	set := func(name, value, path string, ttl time.Duration) {
		age := int(ttl / time.Second)
		if value == "" {
			age = -1
		}
		c.SetCookie(&http.Cookie{
			Name: name, Value: value, Path: path, MaxAge: age,
			HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.isHTTPS(c.Request()),
		})
	}
	set(accessCookie, access, s.base+accessPath, accessTTL)
	set(refreshCookie, refresh, s.base+refreshPath, refreshTTL)
}
