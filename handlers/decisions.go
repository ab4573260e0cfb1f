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
	CommentIDs []string      `json:"comment_ids"` // for decideMany
	Action     models.Action `json:"action"`
	Reason     models.Reason `json:"reason"`
	Note       string        `json:"note"`
	Version    int64         `json:"version"` // for decide: of the comment that was seen
}

func (r decisionRequest) decision() models.DecisionRequest {
	return models.DecisionRequest{Action: r.Action, Reason: r.Reason, Note: models.Clean(r.Note), Version: r.Version}
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

// standing is where a comment stands, for whoever was too late.
type standing struct {
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
	current standing
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
	now := standing{Status: d.Comment.Status, Reason: d.Comment.Reason, Version: d.Comment.Version, Claim: d.Claim}
	for _, h := range slices.Backward(d.History) {
		if h.UndoneAt == nil {
			now.Decision = &h
			break
		}
	}
	return &conflictError{err, now}
}

// batchReply is what became of a decision on several comments. Batch undoes
// all that were decided.
type batchReply struct {
	Batch     string            `json:"batch"`
	Decisions []models.Decision `json:"decisions"`
	Failed    []batchFailure    `json:"failed"`
}

// batchFailure is why one comment of a batch was left alone.
type batchFailure struct {
	ID     string `json:"id"`
	Type   string `json:"type"` // as of a problem
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// decideMany keeps one word on several comments, as one batch. Comments that
// cannot be decided do not stop the others.
func (s *Server) decideMany(c echo.Context) error {
	req, err := decode[decisionRequest](c)
	if err != nil {
		return err
	}
	word := req.decision()
	if err := validBatch(req.CommentIDs, word); err != nil {
		return err
	}
	ctx := c.Request().Context()
	batch, done, failed, err := s.db.DecideAll(ctx, caller(c), req.CommentIDs, word)
	if err != nil {
		return err
	}
	reply := batchReply{Batch: batch, Decisions: done, Failed: []batchFailure{}}
	if done == nil {
		reply.Decisions = []models.Decision{}
	}
	for _, id := range req.CommentIDs { // in the order of the request
		if why := failed[id]; why != nil {
			p := problemOf(why)
			reply.Failed = append(reply.Failed, batchFailure{id, p.Type, p.Status, p.Detail})
		}
	}
	if len(done) > 0 {
		s.publish(ctx, models.Event{Kind: models.CommentChanged, Subject: batch, At: s.now().UTC()})
	}
	return c.JSON(http.StatusOK, reply)
}

func validBatch(ids []string, word models.DecisionRequest) error {
	var bad models.Invalid
	checkIDs(ids, &bad)
	if word.Version != 0 {
		bad.Add("version", "goes with one comment only")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return word.Validate()
}

// undo takes back one decision or one batch.
func (s *Server) undo(c echo.Context) error {
	ctx := c.Request().Context()
	decisions, comments, err := s.db.Undo(ctx, caller(c), c.Param("id"))
	if err != nil {
		return err
	}
	for _, cm := range comments {
		s.publish(ctx, s.changed(models.CommentChanged, cm))
	}
	return c.JSON(http.StatusOK, struct {
		Decisions []models.Decision `json:"decisions"`
		Comments  []models.Comment  `json:"comments"`
	}{decisions, comments})
}
