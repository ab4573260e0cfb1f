package storage_test

import (
	"context"
	"time"

	"winnow/models"
	"winnow/storage"
)

func (h *hotPaths) useWebhooks(ctx context.Context) {
	w, _, err := h.AddWebhook(ctx, h.ann, "gazette", models.Webhook{URL: "https://receiver.example"})
	h.check(err)
	_, _, _, err = h.CreateComment(ctx, storage.NewComment{Comment: models.Comment{Site: "gazette", Article: models.Article{ID: "a"}, Body: "b", Status: models.Approved}})
	h.check(err)
	targets, err := h.LeaseWebhooks(ctx, "node", time.Minute)
	h.check(err)
	for _, to := range targets {
		_, err := h.QueueDeliveries(ctx, "node", to)
		h.check(err)
		due, err := h.DueDeliveries(ctx, to, 10)
		h.check(err)
		_, err = h.OldestDelivery(ctx, to)
		h.check(err)
		for _, d := range due {
			_, err = h.PublicComments(ctx, to.Site, []string{d.Subject})
			h.check(err)
			h.check(h.StoreOutcomes(ctx, to, storage.PageOutcome{Deliveries: []storage.DeliveryOutcome{{Seq: d.Seq, Error: "down"}}}))
		}
	}
	_, err = h.Webhooks(ctx, "gazette")
	h.check(err)
	_, _, err = h.FailedDeliveries(ctx, "gazette", w.ID, 10, "")
	h.check(err)
}
