package handlers

import (
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// batchRequest is one word on several comments: those named, or those that a
// filter lets through.
type batchRequest struct {
	decisionRequest
	CommentIDs []string         `json:"comment_ids"`
	Versions   map[string]int64 `json:"versions"` // of those that were seen, by id
	Filter     *filterRequest   `json:"filter"`
	Expect     *int             `json:"expect"` // how many the filter let through in the preview
	Token      string           `json:"token"`  // the preview's
}

// filter returns what a filter of the request asks for, if it is one.
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
		bad.Add("expect", "is required with filter: the count from the preview")
	}
	return r.Filter.filter("filter.", bad)
}

// batchReply is what became of a decision on several comments. Batch undoes
// all that were decided.
type batchReply struct {
	Batch     string            `json:"batch"`
	Count     int               `json:"count"`     // of comments that were decided
	Decisions []models.Decision `json:"decisions"` // of comments that were named
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
	req, err := decode[batchRequest](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	f, word := req.filter(&bad), req.decision()
	if word.Versions = req.Versions; word.Version != 0 {
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
	named := req.CommentIDs
	if req.Filter == nil {
		batch, done, failed, err = s.db.DecideAll(ctx, by, named, word)
	} else {
		batch, done, failed, err = s.db.DecideFound(ctx, by, f, models.Expected{Count: *req.Expect, Token: req.Token}, word)
		named = slices.Sorted(maps.Keys(failed))
	}
	if err != nil {
		return err
	}
	reply := batchReply{Batch: batch, Count: len(done), Decisions: []models.Decision{}, Failed: []batchFailure{}}
	if req.Filter == nil {
		reply.Decisions = append(reply.Decisions, done...)
	}
	for _, id := range named { // in the order of the request
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

// previewBatch tells what a decision on all that a filter lets through would be
// about.
func (s *Server) previewBatch(c echo.Context) error {
	req, err := decode[struct {
		Filter filterRequest `json:"filter"`
	}](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	f := req.Filter.filter("filter.", &bad)
	if err := bad.Err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, f.Site); err != nil {
		return err
	}
	p, err := s.db.Preview(ctx, by, f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}
