package handlers

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/classifier"
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
	if all == nil {
		all = []models.ModelInfo{}
	}
	return c.JSON(http.StatusOK, struct {
		Items    []models.ModelInfo `json:"items"`
		Training *models.Training   `json:"training,omitempty"`
	}{all, last})
}

// uploadModel stores a model file as a candidate.
func (s *Server) uploadModel(c echo.Context) error {
	if kind, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); err != nil || kind != "application/octet-stream" {
		return models.Errorf(models.KindMediaType, "Content-Type must be application/octet-stream")
	}
	data, err := readBody(c.Request())
	if err != nil {
		return err
	}
	m, err := classifier.Read(bytes.NewReader(data))
	if err != nil {
		return err
	}
	info, err := s.storeModel(c.Request().Context(), caller(c), m, "upload", data)
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

// promoteModel makes a model live: on this node before the reply, on the others
// when they receive the event.
func (s *Server) promoteModel(c echo.Context) error {
	ctx, version := c.Request().Context(), c.Param("version")
	data, err := s.db.ModelData(ctx, version)
	if err != nil {
		return err
	}
	if _, err := classifier.Read(bytes.NewReader(data)); err != nil {
		return fmt.Errorf("promote model %s: %w", version, err)
	}
	info, err := s.db.PromoteModel(ctx, caller(c), version)
	if err != nil {
		return err
	}
	return s.activated(c, info)
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
