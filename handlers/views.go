package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// The time limits of counting views: of one, and of all in the list.
const (
	countTimeout  = 2 * time.Second
	countsTimeout = 5 * time.Second
)

// listViews returns the caller's views and those that are shared with them, each with how
// many comments wait in it, where that is counted in time.
func (s *Server) listViews(c echo.Context) error {
	ctx, by := c.Request().Context(), caller(c)
	views, err := s.db.Views(ctx, by)
	if err != nil {
		return err
	}
	if views == nil {
		views = []models.View{}
	}
	done, err := s.beginSearch(c) // a view may be of words in the text
	if err != nil {
		return err
	}
	defer done()
	counting, cancel := context.WithTimeout(ctx, countsTimeout)
	defer cancel()
	for i := range views {
		if err := s.countView(counting, by, &views[i]); err != nil {
			s.log.WarnContext(ctx, "counting a view failed", "view", views[i].ID, "error", err)
		}
	}
	return c.JSON(http.StatusOK, list[models.View]{Items: views})
}

// countView counts what a view selects: nothing when it is of a site that the caller does
// not see any more, or that is not there any more.
func (s *Server) countView(ctx context.Context, by models.Caller, v *models.View) error {
	ctx, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	var saved filterRequest
	if err := json.Unmarshal(v.Filter, &saved); err != nil {
		return err
	}
	var bad models.Invalid
	f := saved.filter("", &bad)
	err := s.visible(ctx, by, f.Site)
	if err == nil {
		err = bad.Err()
	}
	var waiting int
	if err == nil {
		waiting, v.More, err = s.db.CountQueue(ctx, by, f)
	}
	if kind := models.KindOf(err); err != nil && kind != models.KindNotFound && kind != models.KindInvalid {
		return err
	}
	v.Waiting = &waiting
	return nil
}

// addView saves a filter of the queue, and counts nothing. A shared view is of one site.
func (s *Server) addView(c echo.Context) error {
	req, err := decode[struct {
		Name   string        `json:"name"`
		Shared bool          `json:"shared"`
		Filter filterRequest `json:"filter"`
	}](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	f := req.Filter.filter("filter.", &bad)
	v := models.View{Name: models.Clean(req.Name)}
	if req.Shared {
		if v.SharedWith = f.Site; f.Site == "" {
			bad.AddCode(models.FieldRequired, "filter.site", "is required in a view that is shared: it is for the moderators of the site")
		}
	}
	bad.Join(v.Validate())
	if err := bad.Err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, f.Site); err != nil {
		return err
	}
	if v.Filter, err = json.Marshal(req.Filter); err != nil {
		return err
	}
	if v, err = s.db.AddView(ctx, by, v); err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, v)
}

// removeView removes a view.
func (s *Server) removeView(c echo.Context) error {
	if err := s.db.RemoveView(c.Request().Context(), caller(c), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
