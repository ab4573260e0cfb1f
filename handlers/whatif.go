package handlers

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/classifier/rules"
	"winnow/handlers/whatif"
	"winnow/models"
)

// whatIfRequest proposes settings for a site. What it does not name stays as it is; null
// resets a field, as when the setting itself is changed.
type whatIfRequest struct {
	Comments   Optional[int]             `json:"comments"`
	Mode       Optional[models.Mode]     `json:"mode"`
	Thresholds Optional[thresholdsPatch] `json:"thresholds"`
	Burst      Optional[burstPatch]      `json:"surge"`
	Copies     Optional[int]             `json:"campaign_copies"`
	Rules      Optional[models.Rules]    `json:"rules"`
	Model      Optional[string]          `json:"model"` // version
}

// whatIf says what settings would have done with the last comments of a site. It changes
// nothing.
func (s *Server) whatIf(c echo.Context) error {
	req, err := decode[whatIfRequest](c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	changes := q.number("changes", 0, whatif.MaxChanges, whatif.DefaultChanges)
	if err := q.err(); err != nil {
		return err
	}
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	now, err := s.currentSetting(ctx, slug)
	if err != nil {
		return err
	}
	then, err := s.proposedSetting(ctx, now, req)
	if err != nil {
		return err
	}
	comments := whatif.DefaultComments
	req.Comments.Set(&comments)
	result, err := s.whatIfs.Run(ctx, whatif.Request{Now: now, Then: then, Comments: comments, Changes: changes})
	if models.KindOf(err) == models.KindUnavailable {
		c.Response().Header().Set("Retry-After", "10")
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, result.In(c.QueryParam("lang")))
}

func (s *Server) currentSetting(ctx context.Context, slug string) (whatif.Setting, error) {
	site, err := s.db.Site(ctx, slug)
	if err != nil {
		return whatif.Setting{}, err
	}
	set, err := s.node.Rules(ctx, slug)
	return whatif.Setting{Site: site, Rules: set, Model: s.node.Model()}, err
}

// proposedSetting applies a request to the settings as they are. It validates them as
// the calls that change them do.
func (s *Server) proposedSetting(ctx context.Context, now whatif.Setting, req whatIfRequest) (whatif.Setting, error) {
	then := now
	sitePatch{Mode: req.Mode, Thresholds: req.Thresholds, Burst: req.Burst, CampaignCopies: req.Copies}.apply(&then.Site)
	var bad models.Invalid
	bad.Join(then.Site.Validate())
	if req.Rules.Present {
		set, err := rules.CompileDocument(req.Rules.Value)
		bad.Join(within("rules", err))
		then.Rules = set
	}
	if err := bad.Err(); err != nil {
		return then, err
	}
	version, named := req.Model.Get()
	if !named || version == now.Model.Version() {
		return then, nil
	}
	var err error
	then.Model, err = s.comparer.Load(ctx, version)
	if models.KindOf(err) == models.KindNotFound {
		err = invalid("model", "is not the version of a stored model")
	}
	return then, err
}

// within returns an error about the fields of an object as one about the object's place
// in a request.
func within(object string, err error) error {
	var known *models.Error
	if !errors.As(err, &known) {
		return err
	}
	moved := *known
	moved.Fields = nil
	for _, f := range known.Fields {
		f.Field = object + "." + f.Field
		moved.Fields = append(moved.Fields, f)
	}
	return &moved
}
