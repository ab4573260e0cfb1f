package handlers

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// decisionRequest is what a moderator says of one comment or of several.
type decisionRequest struct {
	Action  models.Action `json:"action"`
	Reason  models.Reason `json:"reason"`
	Detail  string        `json:"detail"`
	Note    string        `json:"note"`
	Message string        `json:"message"`
	Version int64         `json:"version"` // for decide: of the comment that was seen
}

func (r decisionRequest) decision() models.DecisionRequest {
	return models.DecisionRequest{
		Action: r.Action, Reason: r.Reason, Detail: r.Detail, Note: models.Clean(r.Note), Message: models.Clean(r.Message), Version: r.Version,
	}
}

// decisionReply is a decision with the comment as it stands now.
type decisionReply struct {
	models.Decision
	Comment models.Comment `json:"comment"`
}

// decide keeps a moderator's word on one comment.
func (s *Server) decide(c echo.Context) error {
	req, err := decode[decisionRequest](c)
	if err != nil {
		return err
	}
	word := req.decision()
	if err := word.Validate(); err != nil {
		return err
	}
	ctx, by, id := c.Request().Context(), caller(c), c.Param("id")
	d, cm, err := s.db.Decide(ctx, by, id, word)
	if err != nil {
		return s.withCurrent(ctx, by, id, err)
	}
	s.publish(ctx, s.changed(models.CommentChanged, cm))
	return c.JSON(http.StatusOK, decisionReply{d, cm})
}

// currentState is the state of a comment, in the reply to a request that came too late.
type currentState struct {
	Status  models.Status `json:"status"`
	Reason  models.Reason `json:"reason,omitempty"`
	Version int64         `json:"version"`
	// Decision is the last one that was not undone.
	Decision *models.Decision `json:"decision,omitempty"`
	Claim    *models.Claim    `json:"claim,omitempty"`
}

// conflictError is a refusal that says where the comment stands now.
type conflictError struct {
	error
	current currentState
}

func (e *conflictError) Unwrap() error { return e.error }

// withCurrent adds to a conflict where the comment stands now.
func (s *Server) withCurrent(ctx context.Context, by models.Caller, id string, err error) error {
	if models.KindOf(err) != models.KindConflict {
		return err
	}
	d, lookup := s.db.Detail(ctx, by, id)
	if lookup != nil {
		return err // the refusal matters more than the explanation
	}
	now := currentState{Status: d.Comment.Status, Reason: d.Comment.Reason, Version: d.Comment.Version, Claim: d.Claim}
	for _, h := range slices.Backward(d.History) {
		if h.UndoneAt == nil {
			now.Decision = &h
			break
		}
	}
	return &conflictError{err, now}
}

// escalate leaves a comment to an editor.
func (s *Server) escalate(c echo.Context) error {
	req, err := decode[struct {
		Note string `json:"note"`
	}](c)
	if err != nil {
		return err
	}
	ctx, by, id := c.Request().Context(), caller(c), c.Param("id")
	d, cm, err := s.db.Escalate(ctx, by, id, models.Clean(req.Note))
	if err != nil {
		return s.withCurrent(ctx, by, id, err)
	}
	s.publish(ctx, s.changed(models.CommentChanged, cm))
	return c.JSON(http.StatusOK, decisionReply{d, cm})
}

// undo takes back one decision or escalation, or one batch.
func (s *Server) undo(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("id")
	decisions, comments, err := s.db.Undo(ctx, caller(c), id)
	if len(comments) == 1 {
		s.publish(ctx, s.changed(models.CommentChanged, comments[0]))
	} else if len(comments) > 0 {
		s.publish(ctx, models.Event{Kind: models.CommentChanged, Subject: id, At: s.now().UTC()})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Count     int               `json:"count"`
		Decisions []models.Decision `json:"decisions"` // the first of them
		Comments  []models.Comment  `json:"comments"`
	}{len(decisions), decisions[:min(maxBatch, len(decisions))], comments[:min(maxBatch, len(comments))]})
}
