package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/accesstoken"
	"winnow/handlers/node"
	"winnow/handlers/password"
	"winnow/handlers/totp"
	"winnow/models"
	"winnow/storage"
)

// The console's cookies. Scripts cannot read them, they are HttpOnly.
const (
	accessCookie  = "winnow_access"
	refreshCookie = "winnow_refresh"
)

type loginRequest struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Code     string `json:"code"` // of the moderator's app, or a recovery code
	Cookie   bool   `json:"cookie"`
}

func (r loginRequest) validate() error {
	var bad models.Invalid
	if r.Name == "" || len(r.Name) > 4*models.MaxName {
		bad.Add("name", "must have 1 to %d characters", models.MaxName)
	}
	if r.Password == "" || len(r.Password) > password.MaxLen {
		bad.Add("password", "must have 1 to %d bytes", password.MaxLen)
	}
	if len(r.Code) > totp.MaxLen {
		bad.Add("code", "must have at most %d characters", totp.MaxLen)
	}
	return bad.Err()
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

// tokens are what a client proves a session with.
type tokens struct{ access, refresh string }

// login checks name, password and, where it is set up, a code, and starts a
// session.
func (s *Server) login(c echo.Context) error {
	req, err := decodeTolerant[loginRequest](c)
	if err != nil {
		return err
	}
	if err := req.validate(); err != nil {
		return err
	}
	if req.Cookie && !sameOrigin(c.Request()) {
		return models.Errorf(models.KindForbidden, "cookies are accepted only from the console's own origin")
	}
	m, err := s.identify(c, req)
	if err != nil {
		return err
	}
	t, err := s.startSession(c, m, models.LoginPassword)
	if err != nil {
		return err
	}
	s.countLogin(m, loginAccepted, caller(c).Address)
	return s.replySession(c, m, t, req.Cookie)
}

// identify returns the moderator who has the name, password and code of a login.
func (s *Server) identify(c echo.Context, req loginRequest) (models.Moderator, error) {
	ctx, address := c.Request().Context(), caller(c).Address
	m, err := s.db.Moderator(ctx, req.Name)
	if err != nil && models.KindOf(err) != models.KindNotFound {
		return m, err
	}
	from, err := s.loginOrigin(c, req.Name)
	if err != nil {
		return m, err
	}
	if err := s.checkLimits(ctx, c, s.loginLimits(from, req.Name)); err != nil {
		s.countLogin(m, loginLimited, address)
		return m, err
	}
	match, err := s.checkPassword(ctx, m, req.Password, from.isKnown())
	switch {
	case errors.Is(err, errHashingBusy):
		s.countLogin(m, loginBusy, address)
		c.Response().Header().Set("Retry-After", "5")
		return m, err
	case err != nil:
		return m, err
	case !match:
		s.countLogin(m, loginWrong, address)
		return m, models.Errorf(models.KindUnauthorized, "wrong name or password")
	}
	if err := s.checkCode(c, m, req.Code); err != nil {
		if req.Code != "" {
			s.countLogin(m, loginWrongCode, address)
		}
		return m, err
	}
	return m, nil
}

// checkPassword reports whether a password is a moderator's. One who does not
// exist, or is disabled, takes as long as a wrong password, so that names cannot
// be found by timing. A hash with old parameters is replaced.
func (s *Server) checkPassword(ctx context.Context, m models.Moderator, pass string, known bool) (match bool, err error) {
	hash, fresh := m.PasswordHash, ""
	if hash == "" {
		hash = s.decoy
	}
	if err := s.hashing.do(ctx, known, func() {
		match = password.Verify(hash, pass) && m.PasswordHash != "" && !m.Disabled
		if match && password.IsOutdated(hash) {
			fresh, _ = password.Hash(pass)
		}
	}); err != nil {
		return false, err
	}
	if fresh != "" {
		err = s.db.RehashPassword(ctx, m.Name, hash, fresh)
	}
	return match, err
}

// startSession starts a session of a moderator who has proved who they are, by
// whatever method. replySession, or setCookies, hands the tokens over.
func (s *Server) startSession(c echo.Context, m models.Moderator, method models.LoginMethod) (tokens, error) {
	address := caller(c).Address
	by := models.Caller{Kind: models.ByModerator, Name: m.Name, Role: m.Role, Sites: m.Sites, Address: address}
	started, refresh, err := s.db.StartSession(c.Request().Context(), by, models.NewSession{
		Method: method, UserAgent: truncate(models.Clean(c.Request().UserAgent()), models.MaxUserAgent), Network: s.node.LoginNetwork(m.Name, address),
	})
	if err != nil {
		return tokens{}, err
	}
	return s.tokensOf(started, m, refresh)
}

func (s *Server) tokensOf(of models.Session, m models.Moderator, refresh string) (tokens, error) {
	access, err := s.tokens.Sign(accesstoken.Claims{Session: of.ID, Moderator: m.Name, Role: m.Role})
	return tokens{access, refresh}, err
}

// refresh exchanges a refresh token for new tokens. Each works once.
func (s *Server) refresh(c echo.Context) error {
	req, err := s.refreshToken(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	done, err := s.db.RefreshSession(ctx, req.RefreshToken, caller(c).Address)
	if done.Ended != "" {
		s.node.Publish(ctx, models.Event{Kind: node.SessionEnded, Subject: done.Ended})
	}
	if err != nil {
		if req.Cookie && models.KindOf(err) == models.KindUnauthorized {
			s.setCookies(c, tokens{})
		}
		return err
	}
	t, err := s.tokensOf(done.Session, done.Of, done.Token)
	if err != nil {
		return err
	}
	return s.replySession(c, done.Of, t, req.Cookie)
}

// logout ends a session. The reply is the same for an unknown token.
func (s *Server) logout(c echo.Context) error {
	req, err := s.refreshToken(c)
	if err != nil {
		return err
	}
	ctx, id := c.Request().Context(), storage.SessionOfToken(req.RefreshToken)
	if err := s.db.Logout(ctx, id, caller(c).Address); err != nil {
		return err
	}
	s.node.Publish(ctx, models.Event{Kind: node.SessionEnded, Subject: id})
	if req.Cookie {
		s.setCookies(c, tokens{})
	}
	return c.NoContent(http.StatusNoContent)
}

// refreshToken reads the refresh token from the body, or from the cookie when the
// request says so.
func (s *Server) refreshToken(c echo.Context) (refreshRequest, error) {
	req, err := decodeTolerant[refreshRequest](c)
	if err != nil {
		return req, err
	}
	if req.Cookie {
		if !sameOrigin(c.Request()) {
			return req, models.Errorf(models.KindForbidden, "cookies are accepted only from the console's own origin")
		}
		if cookie, err := c.Request().Cookie(s.cookieName(c.Request(), refreshCookie)); err == nil {
			req.RefreshToken = cookie.Value
		}
	}
	if req.RefreshToken == "" {
		return req, models.Errorf(models.KindUnauthorized, "refresh token required")
	}
	return req, nil
}

func (s *Server) replySession(c echo.Context, m models.Moderator, t tokens, cookie bool) error {
	reply := session{TokenType: "Bearer", ExpiresIn: int(accesstoken.TTL / time.Second), Moderator: m}
	if cookie {
		s.setCookies(c, t)
		s.setCookie(c, deviceCookie, newDevice(s.node.DeviceTag, m.Name), deviceTTL)
	} else {
		reply.AccessToken, reply.RefreshToken = t.access, t.refresh
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, reply)
}

// setCookies sets the console's cookies, or deletes them when the tokens are empty.
func (s *Server) setCookies(c echo.Context, t tokens) {
	s.setCookie(c, accessCookie, t.access, accesstoken.TTL)
	s.setCookie(c, refreshCookie, t.refresh, models.SessionIdleTime)
}

func (s *Server) setCookie(c echo.Context, name, value string, ttl time.Duration) {
	age := int(ttl / time.Second)
	if value == "" {
		age = -1
	}
	c.SetCookie(&http.Cookie{
		Name: s.cookieName(c.Request(), name), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.isHTTPS(c.Request()),
	})
}
