package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/classifier"
	"winnow/classifier/card"
	"winnow/classifier/gate"
	"winnow/handlers/promotion"
	"winnow/models"
)

// listModels lists the models of the installation, newest first, and the last
// training of any node.
func (s *Server) listModels(c echo.Context) error {
	ctx := c.Request().Context()
	last, err := s.db.LastTraining(ctx) // read first: the model of a training that is done must be in the list
	if err != nil {
		return err
	}
	all, err := s.db.Models(ctx)
	if err != nil {
		return err
	}
	items := make([]listedModel, len(all))
	live := s.node.Model().Version()
	for i, info := range all {
		items[i] = listedModel{info, s.verdict(info.Version, live, c.QueryParam("lang"))}
	}
	return c.JSON(http.StatusOK, struct {
		Items    []listedModel    `json:"items"`
		Training *models.Training `json:"training,omitempty"`
	}{items, last})
}

type listedModel struct {
	models.ModelInfo
	Comparison *verdict `json:"comparison,omitempty"` // nil: this node knows none with the live model
}

// verdict is what the last comparison of a model with the live one said.
type verdict struct {
	Refused bool      `json:"refused"`
	Reason  string    `json:"reason,omitempty"` // the first one
	At      time.Time `json:"at"`
}

func (s *Server) verdict(candidate, live, lang string) *verdict {
	r, at, ok := s.comparer.Last(candidate, live)
	if !ok || candidate == live {
		return nil
	}
	v := &verdict{Refused: r.Refused, At: at}
	if r.Refused {
		v.Reason = r.In(lang).Reasons[0].Message
	}
	return v
}

// uploadModel stores a model file as a candidate. What is not one is refused when its
// first part has arrived.
func (s *Server) uploadModel(c echo.Context) error {
	if kind, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); err != nil || kind != "application/octet-stream" {
		return models.Errorf(models.KindMediaType, "Content-Type must be application/octet-stream")
	}
	done, err := s.uploads.begin()
	if err != nil {
		return err
	}
	defer done()
	m, err := classifier.Read(c.Request().Body)
	if err != nil {
		return bodyError(err)
	}
	var file bytes.Buffer // equal to the body
	if _, err := m.WriteTo(&file); err != nil {
		return err
	}
	info, err := s.storeModel(c.Request().Context(), caller(c), m, "upload", file.Bytes())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, info)
}

// storeModel stores a candidate. A model that is stored already is not changed.
func (s *Server) storeModel(ctx context.Context, by models.Caller, m *classifier.Model, origin string, data []byte) (models.ModelInfo, error) {
	none := models.ModelInfo{}
	if err := s.node.StoreModel(ctx, by, m, origin, data); err != nil {
		return none, err
	}
	all, err := s.db.Models(ctx)
	if err != nil {
		return none, err
	}
	for _, info := range all {
		if info.Version == m.Version() {
			return info, nil
		}
	}
	return none, fmt.Errorf("model %s is missing after it was stored", m.Version())
}

// comparisonTimeout is the time limit of requests that compare models.
const comparisonTimeout = time.Minute

// promoteModel makes a model live: on this node before the reply, on the others
// when they receive the event. A model that the comparison with the live one refuses
// must be forced with a note.
func (s *Server) promoteModel(c echo.Context) error {
	ctx := c.Request().Context()
	req, err := decodeOptional[struct {
		Force bool   `json:"force"`
		Note  string `json:"note"`
	}](c)
	if err != nil {
		return err
	}
	if req.Force && models.Blank(req.Note) {
		return invalid("note", "must not be empty when a model is forced")
	}
	candidate, err := s.comparer.Load(ctx, c.Param("version"))
	if err != nil {
		return err
	}
	if !req.Force {
		req.Note = ""
	}
	info, err := s.comparer.Promote(ctx, caller(c), candidate, s.node.Model(), req.Note)
	if refused := (*promotion.RefusedError)(nil); errors.As(err, &refused) {
		refused.Report = reportFor(c, refused.Report)
	}
	if err != nil {
		return err
	}
	return s.activated(c, info)
}

// compareModel reports what a model would change if it were promoted.
func (s *Server) compareModel(c echo.Context) error {
	ctx := c.Request().Context()
	candidate, err := s.comparer.Load(ctx, c.Param("version"))
	if err != nil {
		return err
	}
	report, err := s.comparer.Compare(ctx, candidate, s.node.Model())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, reportFor(c, report))
}

// modelCard describes a model for people, in Markdown.
func (s *Server) modelCard(c echo.Context) error {
	m, err := s.comparer.Load(c.Request().Context(), c.Param("version"))
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := card.Write(&text, m, c.QueryParam("lang"), caller(c).CanSee); err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "text/markdown; charset=utf-8", text.Bytes())
}

// reportFor returns a report in the language of the request, with what the caller may
// see.
func reportFor(c echo.Context, r gate.Report) gate.Report {
	return r.In(c.QueryParam("lang")).Visible(caller(c).CanSee)
}

// rollbackModel makes the previous model live again.
func (s *Server) rollbackModel(c echo.Context) error {
	info, err := s.db.RollbackModel(c.Request().Context(), caller(c))
	if err != nil {
		return err
	}
	return s.activated(c, info)
}

// activated loads the model that storage has made live, and replies.
func (s *Server) activated(c echo.Context, info models.ModelInfo) error {
	// The change is committed: it must take effect even if the client leaves.
	ctx := context.WithoutCancel(c.Request().Context())
	s.node.Publish(ctx, models.Event{Kind: models.ModelPromoted, Subject: info.Version})
	if err := s.node.ReloadModel(ctx); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, info)
}
