package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// webhookWithSecret is a webhook with its new secret, which is never shown again.
type webhookWithSecret struct {
	models.Webhook
	Secret string `json:"secret"`
}

// webhooksOf returns the site of a call about webhooks, when the caller may see it.
func (s *Server) webhooksOf(c echo.Context) (slug string, err error) {
	slug = c.Param("slug")
	return slug, s.visible(c.Request().Context(), caller(c), slug)
}

// listWebhooks lists the webhooks of a site, with what waits for them.
func (s *Server) listWebhooks(c echo.Context) error {
	slug, err := s.webhooksOf(c)
	if err != nil {
		return err
	}
	all, err := s.db.Webhooks(c.Request().Context(), slug)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.Webhook]{Items: append([]models.Webhook{}, all...)})
}

// addWebhook adds a webhook to a site, and replies with its secret.
func (s *Server) addWebhook(c echo.Context) error {
	slug, err := s.webhooksOf(c)
	if err != nil {
		return err
	}
	req, err := decode[struct {
		URL    string               `json:"url"`
		Events []models.WebhookType `json:"events"`
	}](c)
	if err != nil {
		return err
	}
	w := models.Webhook{URL: models.Clean(req.URL), Events: req.Events}
	if err := s.refusePlainWebhook(w.URL); err != nil {
		return err
	}
	added, secret, err := s.db.AddWebhook(c.Request().Context(), caller(c), slug, w)
	if err != nil {
		return err
	}
	return replyKey(c, http.StatusCreated, webhookWithSecret{added, secret})
}

// refusePlainWebhook refuses plain HTTP where no network is listed for it. Otherwise it is
// refused when the address turns out not to be in one.
func (s *Server) refusePlainWebhook(url string) error {
	if s.plainWebhooks || !strings.HasPrefix(strings.ToLower(url), "http:") {
		return nil
	}
	return invalid("url", "must begin with https://")
}

// updateWebhook changes a webhook of a site.
func (s *Server) updateWebhook(c echo.Context) error {
	slug, err := s.webhooksOf(c)
	if err != nil {
		return err
	}
	patch, err := decodeKnown[struct {
		URL     Optional[string]               `json:"url"`
		Events  Optional[[]models.WebhookType] `json:"events"`
		Enabled Optional[bool]                 `json:"enabled"`
	}](c)
	if err != nil {
		return err
	}
	if err := s.refusePlainWebhook(patch.URL.Value); err != nil {
		return err
	}
	w, err := s.db.UpdateWebhook(c.Request().Context(), caller(c), slug, c.Param("id"), func(w *models.Webhook, enabled *bool) error {
		patch.URL.Set(&w.URL)
		w.URL = models.Clean(w.URL)
		patch.Events.Set(&w.Events)
		patch.Enabled.Set(enabled)
		return nil
	})
	if err != nil {
		return err
	}
	w.Events = append([]models.WebhookType{}, w.Events...)
	return c.JSON(http.StatusOK, w)
}

// removeWebhook removes a webhook of a site.
func (s *Server) removeWebhook(c echo.Context) error {
	slug, err := s.webhooksOf(c)
	if err != nil {
		return err
	}
	if err := s.db.RemoveWebhook(c.Request().Context(), caller(c), slug, c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// rotateWebhook replaces the secret of a webhook; the old one signs too for a day.
func (s *Server) rotateWebhook(c echo.Context) error {
	slug, err := s.webhooksOf(c)
	if err != nil {
		return err
	}
	w, secret, err := s.db.RotateWebhookSecret(c.Request().Context(), caller(c), slug, c.Param("id"))
	if err != nil {
		return err
	}
	return replyKey(c, http.StatusOK, webhookWithSecret{w, secret})
}

// testWebhook sends a message to a webhook, and replies with what became of it.
func (s *Server) testWebhook(c echo.Context) error {
	slug, err := s.webhooksOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	w, err := s.db.Webhook(ctx, slug, c.Param("id"))
	if err != nil {
		return err
	}
	result, err := s.webhooks.Test(ctx, w)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, result)
}

// listDeliveries lists what a webhook could not be sent so far, and its dead letters.
func (s *Server) listDeliveries(c echo.Context) error {
	slug, err := s.webhooksOf(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	cursor, limit := q.text("cursor", models.MaxID), q.number("limit", 1, maxPage, 50)
	if err := q.err(); err != nil {
		return err
	}
	page, next, err := s.db.FailedDeliveries(c.Request().Context(), slug, c.Param("id"), limit, cursor)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.WebhookDelivery]{Items: append([]models.WebhookDelivery{}, page...), Next: next})
}

// replayDeadLetters has dead letters sent again: one, or the oldest ones.
func (s *Server) replayDeadLetters(c echo.Context) error {
	slug, err := s.webhooksOf(c)
	if err != nil {
		return err
	}
	req, err := decodeOptional[struct {
		Delivery string `json:"delivery"`
	}](c)
	if err != nil {
		return err
	}
	n, err := s.db.ReplayDeadLetters(c.Request().Context(), caller(c), slug, c.Param("id"), req.Delivery)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]int64{"replayed": n})
}
