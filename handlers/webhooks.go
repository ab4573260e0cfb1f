package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/handlers/outbound"
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
	var bad models.Invalid
	bad.Join(s.checkReceiver("url", w.URL))
	bad.Join(w.Validate())
	if err := bad.Err(); err != nil {
		return err
	}
	added, secret, err := s.db.AddWebhook(c.Request().Context(), caller(c), slug, w)
	if err != nil {
		return err
	}
	return replyKey(c, http.StatusCreated, webhookWithSecret{added, secret})
}

// checkReceiver refuses the address of a receiver, or of a service, that this server would not
// connect to.
func (s *Server) checkReceiver(field, url string) error {
	switch err := s.receivers.CheckURL(url); {
	case errors.Is(err, outbound.ErrPlain):
		return invalid(field, "must begin with https://")
	case err != nil:
		return invalid(field, "must be a public address; winnow serve --webhook-networks lists private networks in which it may be")
	}
	return nil
}

// checkReceivers is checkReceiver for the settings of a site that were changed.
func (s *Server) checkReceivers(old, site models.Site) error {
	var bad models.Invalid
	for field, urls := range map[string][2]string{
		"notices.webhook_url": {old.Notices.WebhookURL, site.Notices.WebhookURL}, "opinion.url": {old.Opinion.URL, site.Opinion.URL},
	} {
		if urls[0] != urls[1] {
			bad.Join(s.checkReceiver(field, urls[1]))
		}
	}
	return bad.Err()
}

// updateWebhook changes a webhook of a site.
func (s *Server) updateWebhook(c echo.Context) error {
	slug, err := s.webhooksOf(c)
	if err != nil {
		return err
	}
	patch, err := decode[struct {
		URL     Optional[string]               `json:"url"`
		Events  Optional[[]models.WebhookType] `json:"events"`
		Enabled Optional[bool]                 `json:"enabled"`
	}](c)
	if err != nil {
		return err
	}
	if err := s.checkReceiver("url", models.Clean(patch.URL.Value)); err != nil {
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
