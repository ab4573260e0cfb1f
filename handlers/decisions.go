package handlers

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// decisionRequest is a decision on one comment or on several.
type decisionRequest struct {
	Action  models.Action `json:"action"`
	Reason  models.Reason `json:"reason"`
	Detail  string        `json:"detail"`
	Note    string        `json:"note"`
	Message string        `json:"message"`
	Version int64         `json:"version"` // of the comment that the moderator saw; for decide alone
}

func (r decisionRequest) decision() models.DecisionRequest {
	return models.DecisionRequest{
		Action: r.Action, Reason: r.Reason, Detail: r.Detail, Note: models.Clean(r.Note), Message: models.Clean(r.Message), Version: r.Version,
		KeepFresh: true,
	}
}

// decisionReply is a decision with the comment as it is now.
type decisionReply struct {
	models.Decision
	Comment models.Comment `json:"comment"`
}

// decide stores a moderator's decision on one comment.
func (s *Server) decide(c echo.Context) error {
	req, err := decode[decisionRequest](c)
	if err != nil {
		return err
	}
	decision := req.decision()
	if err := decision.Validate(); err != nil {
		return err
	}
	ctx, by, id := c.Request().Context(), caller(c), c.Param("id")
	d, cm, err := s.db.Decide(ctx, by, id, decision)
	if err != nil {
		return s.withCurrent(ctx, by, id, err)
	}
	s.node.Publish(ctx, commentEvent(models.CommentChanged, cm))
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

// conflictError is a conflict with the current state of the comment.
type conflictError struct {
	error
	current currentState
}

func (e *conflictError) Unwrap() error { return e.error }

// withCurrent adds to a conflict the current state of the comment.
func (s *Server) withCurrent(ctx context.Context, by models.Caller, id string, err error) error {
	if models.KindOf(err) != models.KindConflict {
		return err
	}
	d, lookup := s.db.Detail(ctx, by, id)
	if lookup != nil {
		return err // the conflict matters more than its explanation
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

// escalate passes a comment on to an editor.
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
	s.node.Publish(ctx, commentEvent(models.CommentChanged, cm))
	return c.JSON(http.StatusOK, decisionReply{d, cm})
}

// undo reverts one decision or escalation, or one batch.
func (s *Server) undo(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("id")
	decisions, comments, err := s.db.Undo(ctx, caller(c), id)
	if len(comments) == 1 {
		s.node.Publish(ctx, commentEvent(models.CommentChanged, comments[0]))
	} else if len(comments) > 0 {
		s.node.Publish(ctx, models.Event{Kind: models.CommentChanged, Subject: id})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Count     int               `json:"count"`
		Decisions []models.Decision `json:"decisions"` // the first maxBatch of them
		Comments  []models.Comment  `json:"comments"`
	}{len(decisions), decisions[:min(maxBatch, len(decisions))], comments[:min(maxBatch, len(comments))]})
}

// batchRequest is one decision on several comments: those with the ids, or those
// that match a filter.
type batchRequest struct {
	decisionRequest
	CommentIDs []string         `json:"comment_ids"`
	Versions   map[string]int64 `json:"versions"` // of the comments that the moderator saw, by id
	Filter     *batchFilter     `json:"filter"`
	Expect     *int             `json:"expect"` // how many matched in the preview
	Token      string           `json:"token"`  // the preview's
}

// batchFilter selects the comments of a batch.
type batchFilter struct {
	filterRequest
	Text string `json:"text"` // of the campaign's comments: those with this text alone
}

func (r batchFilter) filter(bad *models.Invalid) models.QueueFilter {
	f := r.filterRequest.filter("filter.", bad)
	if f.Text = r.Text; f.Text != "" && f.Campaign == "" {
		bad.Add("filter.text", "goes with filter.campaign only")
	}
	return f
}

// filter returns the filter of the request, if it has one.
func (r batchRequest) filter(bad *models.Invalid) (f models.QueueFilter) {
	for id := range r.Versions {
		if !slices.Contains(r.CommentIDs, id) {
			bad.Add("versions", "contains an id that is not in comment_ids")
			break
		}
	}
	switch {
	case r.Filter == nil:
		checkIDs(r.CommentIDs, bad)
		return f
	case r.CommentIDs != nil:
		bad.Add("comment_ids", "cannot be combined with filter")
	case r.Expect == nil:
		bad.AddCode(models.FieldRequired, "expect", "is required with filter: the count from the preview")
	}
	if f = r.Filter.filter(bad); f.Campaign != "" && f.Text == "" && r.Action == models.Approve {
		// Its comments are alike and not equal: one may have something added that nobody has seen.
		bad.AddCode(models.FieldRequired, "filter.text", "is required to approve comments of a campaign: campaign.text of what was seen")
	}
	return f
}

// batchReply is the result of a decision on several comments. Batch is the id
// that undoes all of them.
type batchReply struct {
	Batch     string            `json:"batch"`
	Count     int               `json:"count"`     // of decided comments
	Decisions []models.Decision `json:"decisions"` // when the request had ids
	Failed    []batchFailure    `json:"failed"`
}

// batchFailure is why one comment of a batch was not decided.
type batchFailure struct {
	ID     string `json:"id"`
	Type   string `json:"type"` // of the problem, as in problem.Type
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// decideMany stores one decision on several comments, as one batch. Comments that
// cannot be decided do not stop the others.
func (s *Server) decideMany(c echo.Context) error {
	req, err := decode[batchRequest](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	f, decision := req.filter(&bad), req.decision()
	if decision.Versions = req.Versions; decision.Version != 0 {
		bad.Add("version", "is for a single comment: use versions")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, f.Site); err != nil {
		return err
	}
	var batch string
	var done []models.Decision
	var failed map[string]error
	ids := req.CommentIDs
	if req.Filter == nil {
		batch, done, failed, err = s.db.DecideBatch(ctx, by, ids, decision)
	} else {
		batch, done, failed, err = s.db.DecideFiltered(ctx, by, f, models.Expected{Count: *req.Expect, Token: req.Token}, decision)
		ids = slices.Sorted(maps.Keys(failed))
	}
	if err != nil {
		return err
	}
	reply := batchReply{Batch: batch, Count: len(done), Decisions: []models.Decision{}, Failed: []batchFailure{}}
	if req.Filter == nil {
		reply.Decisions = append(reply.Decisions, done...)
	}
	for _, id := range ids { // in the order of the request
		if why := failed[id]; why != nil {
			p := problemOf(why)
			reply.Failed = append(reply.Failed, batchFailure{id, p.Type, p.Status, p.Detail})
		}
	}
	if len(done) > 0 {
		s.node.Publish(ctx, models.Event{Kind: models.CommentChanged, Subject: batch})
	}
	return c.JSON(http.StatusOK, reply)
}

// previewBatch returns what a decision on all comments that match a filter would
// change.
func (s *Server) previewBatch(c echo.Context) error {
	req, err := decode[struct {
		Filter batchFilter `json:"filter"`
	}](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	f := req.Filter.filter(&bad)
	if err := bad.Err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	done, err := s.beginFiltered(c, f)
	if err != nil {
		return err
	}
	defer done()
	p, err := s.db.PreviewBatch(ctx, by, f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}
