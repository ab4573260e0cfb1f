package handlers

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"winnow/handlers/node"
	"winnow/handlers/password"
	"winnow/models"
)

// listModerators lists all moderators by name.
func (s *Server) listModerators(c echo.Context) error {
	all, err := s.db.Moderators(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.Moderator]{Items: slices.Concat([]models.Moderator{}, all)})
}

// moderatorPatch holds the settings of a moderator that a request names; the
// others stay. Null counts as absent: none of them can be reset.
type moderatorPatch struct {
	Name     string                `json:"name"` // only for a new moderator
	Role     Optional[models.Role] `json:"role"`
	Sites    Optional[[]string]    `json:"sites"` // empty: all
	Disabled Optional[bool]        `json:"disabled"`
	Password Optional[string]      `json:"password"`
	TOTP     Optional[bool]        `json:"totp"` // false: no codes are asked for any more
}

// hashPassword returns the hash of a new password for a moderator.
func (s *Server) hashPassword(ctx context.Context, field, pass, name string) (hash string, err error) {
	if fault := password.Check(pass, name); fault != "" {
		return "", invalid(field, "%s", fault)
	}
	busy := s.hashing.do(ctx, true, func() { hash, err = password.Hash(pass) })
	return hash, cmp.Or(busy, err)
}

// hash returns the hash of the password in a request, "" when it has none.
func (p moderatorPatch) hash(ctx context.Context, s *Server, name string) (string, error) {
	pass, ok := p.Password.Get()
	if !ok {
		return "", nil
	}
	return s.hashPassword(ctx, "password", pass, name)
}

// apply changes a moderator; hash is that of the new password, "" for none. The
// password is temporary, because another person knows it.
func (p moderatorPatch) apply(m *models.Moderator, hash string) {
	if role, ok := p.Role.Get(); ok {
		m.Role = role
	}
	if sites, ok := p.Sites.Get(); ok {
		m.Sites = sites
	}
	if disabled, ok := p.Disabled.Get(); ok {
		m.Disabled = disabled
	}
	if hash != "" {
		m.PasswordHash, m.TemporaryPassword = hash, true
	}
	if totp, ok := p.TOTP.Get(); ok && !totp {
		m.TOTP = models.TOTP{}
	}
}

// readModeratorPatch reads a request, and checks that the sites in it exist.
func (s *Server) readModeratorPatch(c echo.Context) (moderatorPatch, error) {
	req, err := decode[moderatorPatch](c)
	if err != nil {
		return req, err
	}
	var bad models.Invalid
	for _, slug := range req.Sites.Value {
		_, err := s.node.Site(c.Request().Context(), slug)
		switch {
		case models.KindOf(err) == models.KindNotFound:
			bad.Add("sites", "contains %q, which is not a site", slug)
		case err != nil:
			return req, err
		}
	}
	return req, bad.Err()
}

// addModerator adds a moderator.
func (s *Server) addModerator(c echo.Context) error {
	req, err := s.readModeratorPatch(c)
	if err != nil {
		return err
	}
	m := models.Moderator{Name: req.Name, Role: models.RoleModerator}
	req.apply(&m, "")
	if err := m.Validate(); err != nil {
		return err
	}
	if _, ok := req.Password.Get(); !ok {
		return invalid("password", "is required")
	}
	ctx := c.Request().Context()
	hash, err := req.hash(ctx, s, m.Name)
	if err != nil {
		return err
	}
	req.apply(&m, hash)
	if err := s.db.AddModerator(ctx, caller(c), m); err != nil {
		return err
	}
	if m, err = s.db.Moderator(ctx, m.Name); err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, m)
}

// moderatorName returns the name in the path. Echo does not decode it when the
// path has escapes that net/url would not write, such as %2F.
func moderatorName(c echo.Context) (string, error) {
	name := c.Param("name")
	if c.Request().URL.RawPath == "" {
		return name, nil
	}
	name, err := url.PathUnescape(name)
	if err != nil {
		return "", models.Errorf(models.KindMalformed, "the name in the path is not valid percent-encoding")
	}
	return name, nil
}

// updateModerator changes role, sites or password, or disables the login. Admins
// cannot reduce their own access, so that it does not happen by accident; storage
// refuses to lose the last admin.
func (s *Server) updateModerator(c echo.Context) error {
	req, err := s.readModeratorPatch(c)
	if err != nil {
		return err
	}
	name, err := moderatorName(c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if name == by.Name && (req.Password.Present || req.TOTP.Present) {
		return models.Errorf(models.KindConflict, "your own password and codes are changed below /v1/me, with the password")
	}
	hash, err := req.hash(ctx, s, name)
	if err != nil {
		return err
	}
	m, err := s.db.UpdateModerator(ctx, by, name, func(m *models.Moderator) error {
		req.apply(m, hash)
		if name == by.Name && !m.IsGlobalAdmin() {
			return models.Errorf(models.KindConflict, "you cannot reduce your own access: another admin must do it")
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.node.Publish(ctx, models.Event{Kind: node.ModeratorChanged, Subject: name})
	return c.JSON(http.StatusOK, m)
}
