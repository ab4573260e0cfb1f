package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/handlers/node"
	"winnow/handlers/password"
	"winnow/handlers/totp"
	"winnow/models"
)

// me returns who is logged in, and what they may do.
func (s *Server) me(c echo.Context) error {
	by := caller(c)
	open, err := s.node.Session(c.Request().Context(), by.Session)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Name              string      `json:"name"`
		Role              models.Role `json:"role"`
		Sites             []string    `json:"sites,omitempty"` // absent: all
		TemporaryPassword bool        `json:"temporary_password,omitempty"`
		TOTP              bool        `json:"totp,omitempty"`
		models.Settings
	}{by.Name, by.Role, by.Sites, open.Of.TemporaryPassword, open.Of.HasTOTP, open.Of.Settings})
}

type calmPatch struct {
	Dim    Optional[bool] `json:"dim"`
	Mask   Optional[bool] `json:"mask"`
	Spread Optional[bool] `json:"spread"`
	Pause  Optional[bool] `json:"pause"`
}

func (p calmPatch) apply(c *models.Calm) {
	p.Dim.Set(&c.Dim)
	p.Mask.Set(&c.Mask)
	p.Spread.Set(&c.Spread)
	p.Pause.Set(&c.Pause)
}

// updateMe changes what the caller has set for themselves, as far as the request names it.
func (s *Server) updateMe(c echo.Context) error {
	req, err := decode[struct {
		Calm Optional[calmPatch] `json:"calm"`
	}](c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	settings, err := s.db.UpdateSettings(ctx, by, func(settings *models.Settings) { setFields(req.Calm, &settings.Calm) })
	if err != nil {
		return err
	}
	s.node.Publish(ctx, models.Event{Kind: node.ModeratorChanged, Subject: by.Name})
	return c.JSON(http.StatusOK, settings)
}

// setOwnPassword changes the caller's password. All sessions end, this one too,
// because somebody else may have its tokens; the reply is a new one.
func (s *Server) setOwnPassword(c echo.Context) error {
	req, err := decode[struct {
		Old    string `json:"old"`
		New    string `json:"new"`
		Cookie bool   `json:"cookie"`
	}](c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if _, err := s.provePassword(c, "old", req.Old); err != nil {
		return err
	}
	if req.New == req.Old {
		return invalid("new", "must not be the old one")
	}
	hash, err := s.hashPassword(ctx, "new", req.New, by.Name)
	if err != nil {
		return err
	}
	m, err := s.updateSelf(ctx, by, func(m *models.Moderator) error {
		m.PasswordHash, m.TemporaryPassword = hash, false
		return nil
	})
	if err != nil {
		return err
	}
	t, err := s.startSession(c, m, models.LoginPassword)
	if err != nil {
		return err
	}
	return s.replySession(c, m, t, req.Cookie)
}

// provePassword checks that the caller knows their password: whoever has found an
// open session must not be able to take over the account.
func (s *Server) provePassword(c echo.Context, field, pass string) (models.Moderator, error) {
	ctx, by := c.Request().Context(), caller(c)
	m, err := s.db.Moderator(ctx, by.Name)
	if err != nil {
		return m, err
	}
	switch {
	case m.PasswordHash == "":
		return m, models.Errorf(models.KindConflict, "this account has no password")
	case pass == "" || len(pass) > password.MaxLen:
		return m, invalid(field, "must have 1 to %d bytes", password.MaxLen)
	}
	if err := s.checkLimits(ctx, c, []models.Limit{{Name: "password", Key: by.Session, Rate: s.rates.Login}}); err != nil {
		s.countLogin(m, loginLimited, by.Address)
		return m, err
	}
	match, err := s.checkPassword(ctx, m, pass, true)
	if err == nil && !match {
		s.countLogin(m, loginWrong, by.Address)
		err = invalid(field, "is not your password")
	}
	return m, err
}

func (s *Server) updateSelf(ctx context.Context, by models.Caller, change func(*models.Moderator) error) (models.Moderator, error) {
	m, err := s.db.UpdateModerator(ctx, by, by.Name, change)
	if err == nil {
		s.node.Publish(ctx, models.Event{Kind: node.ModeratorChanged, Subject: by.Name})
	}
	return m, err
}

type passwordProof struct {
	Password string `json:"password"`
}

// setUpTOTP makes a secret for one-time codes. It is used once it is confirmed
// with a code.
func (s *Server) setUpTOTP(c echo.Context) error {
	req, err := decode[passwordProof](c)
	if err != nil {
		return err
	}
	if _, err := s.provePassword(c, "password", req.Password); err != nil {
		return err
	}
	by := caller(c)
	secret, url, err := totp.New("Winnow", by.Name)
	if err != nil {
		return err
	}
	if _, err := s.updateSelf(c.Request().Context(), by, func(m *models.Moderator) error {
		m.TOTP.Pending = secret
		return nil
	}); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Secret string `json:"secret"` // base32
		URL    string `json:"url"`    // otpauth, for the app
	}{secret, url})
}

// confirmTOTP begins to ask for codes at each login, and returns the recovery
// codes, which nobody can read later.
func (s *Server) confirmTOTP(c echo.Context) error {
	req, err := decode[struct {
		Code string `json:"code"`
	}](c)
	if err != nil {
		return err
	}
	codes, hashes := totp.NewRecoveryCodes()
	ctx, by := c.Request().Context(), caller(c)
	if err := s.checkLimits(ctx, c, []models.Limit{s.codeLimit(by.Name)}); err != nil {
		return err
	}
	if _, err := s.updateSelf(ctx, by, func(m *models.Moderator) error {
		if m.TOTP.Pending == "" {
			return models.Errorf(models.KindConflict, "there is no set-up to confirm: begin with POST /v1/me/totp")
		}
		step, ok := totp.Step(m.TOTP.Pending, req.Code, s.now())
		if !ok {
			return invalid("code", "is not the code that the app shows now")
		}
		m.TOTP = models.TOTP{Secret: m.TOTP.Pending, Step: step, Recovery: hashes}
		return nil
	}); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Codes []string `json:"recovery_codes"`
	}{codes})
}

// removeTOTP ends the codes of the caller's logins.
func (s *Server) removeTOTP(c echo.Context) error {
	req, err := decode[passwordProof](c)
	if err != nil {
		return err
	}
	if _, err := s.provePassword(c, "password", req.Password); err != nil {
		return err
	}
	if _, err := s.updateSelf(c.Request().Context(), caller(c), func(m *models.Moderator) error {
		m.TOTP = models.TOTP{}
		return nil
	}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// codeLimit slows down the guessing of codes by somebody who has the password.
func (s *Server) codeLimit(name string) models.Limit {
	return models.Limit{Name: "login-code", Key: name, Rate: s.rates.Login}
}

// checkCode checks the one-time code, or the recovery code, of a login whose
// password was right. Each works once.
func (s *Server) checkCode(c echo.Context, m models.Moderator, code string) error {
	if m.TOTP.Secret == "" {
		return nil
	}
	if code == "" {
		return models.Errorf(models.KindCodeRequired, "a code of your app, or a recovery code, is required")
	}
	ctx := c.Request().Context()
	if err := s.checkLimits(ctx, c, []models.Limit{s.codeLimit(m.Name)}); err != nil {
		return err
	}
	if totp.IsRecoveryCode(code) {
		by := models.Caller{Kind: models.ByModerator, Name: m.Name, Address: caller(c).Address}
		return s.db.UseRecoveryCode(ctx, by, totp.HashRecoveryCode(code))
	}
	step, ok := totp.Step(m.TOTP.Secret, code, s.now())
	if !ok {
		return models.Errorf(models.KindUnauthorized, "the code is wrong, or was used before")
	}
	return s.db.UseTOTPStep(ctx, m.Name, step)
}
