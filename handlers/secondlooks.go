package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// secondLookState replies how many second looks are open, and how far the training
// samples are.
func (s *Server) secondLookState(c echo.Context) error {
	q := queryOf(c)
	site := q.site()
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	state, err := s.db.SecondLookState(ctx, by, site)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, state)
}

// claimSecondLooks leases second looks to the caller.
func (s *Server) claimSecondLooks(c echo.Context) error {
	req, err := decode[struct {
		Site  string `json:"site"`
		Limit *int   `json:"limit"` // 1 to 50; 10 when absent
	}](c)
	if err != nil {
		return err
	}
	f, err := claimRequest{filterRequest: filterRequest{Site: req.Site}, Limit: req.Limit}.filter()
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, f.Site); err != nil {
		return err
	}
	looks, err := s.db.ClaimSecondLooks(ctx, by, f.Site, f.Limit, lease)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.SecondLook]{Items: looks})
}

// submitSecondLook stores what another moderator decides without knowing the
// first decision.
func (s *Server) submitSecondLook(c echo.Context) error {
	req, err := decode[struct {
		Action models.Action `json:"action"`
		Reason models.Reason `json:"reason"`
		Note   string        `json:"note"`
	}](c)
	if err != nil {
		return err
	}
	decision := models.DecisionRequest{Action: req.Action, Reason: req.Reason, Note: models.Clean(req.Note)}
	if err := decision.Validate(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	look, err := s.db.DecideSecondLook(ctx, caller(c), c.Param("id"), decision)
	if err != nil {
		return err
	}
	if !look.Agreed {
		s.node.Publish(ctx, commentEvent(models.CommentChanged, look.Comment))
	}
	return c.JSON(http.StatusOK, look)
}
