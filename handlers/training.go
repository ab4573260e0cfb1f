package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// trainModel starts to train a candidate on all labels, and replies at once.
// listModels shows progress and result.
func (s *Server) trainModel(c echo.Context) error {
	job, err := s.node.Trainer().Start(c.Request().Context(), caller(c))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Location", "/v1/models")
	return c.JSON(http.StatusAccepted, job)
}

// cancelTraining asks the node that trains to stop. It does so within seconds.
func (s *Server) cancelTraining(c echo.Context) error {
	job, err := s.db.CancelTraining(c.Request().Context(), caller(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, job)
}
