package webhooks

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"winnow/handlers/outbound"
	"winnow/models"
	"winnow/storage"
)

// page are the messages of a webhook that are sent together.
type page struct {
	sender   *Sender
	to       storage.WebhookTarget
	health   *health
	comments map[string]models.Comment

	mu        sync.Mutex
	outcome   storage.PageOutcome
	delivered int
	pause     time.Duration // that the receiver has asked for
}

// send tries what is due: what is about one thing in its order, up to the first failure, and
// atOnce things at a time. While the receiver is down, it tries one message after the other, up
// to the first success. It begins no request when starting has ended.
func (p *page) send(ctx, starting context.Context, due []storage.QueuedDelivery) {
	var order []string
	about := map[string][]storage.QueuedDelivery{}
	for _, d := range due {
		if about[d.Subject] == nil {
			order = append(order, d.Subject)
		}
		about[d.Subject] = append(about[d.Subject], d)
	}
	queue := make(chan []storage.QueuedDelivery, len(order))
	for _, subject := range order {
		queue <- about[subject]
	}
	close(queue)
	width := atOnce
	if p.health.down {
		width = 1
	}
	var running sync.WaitGroup
	for range width {
		running.Go(func() {
			for same := range queue {
				for _, d := range same {
					if starting.Err() != nil || p.enough() || !p.try(ctx, d) {
						break
					}
				}
			}
		})
	}
	running.Wait()
}

// enough reports whether no more of the page is to be tried now.
func (p *page) enough() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.outcome.Gone || p.pause > 0:
		return true
	case p.health.down:
		return p.delivered > 0
	}
	return p.delivered == 0 && len(p.outcome.Deliveries) >= giveUpAfter
}

// try sends one message, notes what became of it, and reports whether it was delivered.
func (p *page) try(ctx context.Context, d storage.QueuedDelivery) bool {
	body, err := messageOf(d.Event, p.comments)
	var r Result
	if err == nil {
		r, err = p.sender.post(ctx, p.to, models.WebhookMessageID(d.Seq), body)
	}
	if err != nil {
		p.sender.log.ErrorContext(ctx, "a webhook message could not be made", "site", p.to.Site, "webhook", p.to.ID, "error", err)
		r.Error = "the message could not be made"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Error != "" && ctx.Err() != nil {
		return false // the process stops: nobody knows what became of it
	}
	p.outcome.Deliveries = append(p.outcome.Deliveries, storage.DeliveryOutcome{
		Seq: d.Seq, Delivered: r.Error == "", Status: r.Status, Error: r.Error,
		NextAt: p.sender.now().Add(max(backoff(d.Attempts+1, maxRetry), min(r.retryAfter, maxAsked))),
	})
	if r.Error == "" {
		p.delivered++
		return true
	}
	p.outcome.Gone = p.outcome.Gone || r.Status == http.StatusGone
	p.pause = max(p.pause, r.retryAfter)
	return false
}

// Result is what became of a request to a receiver.
type Result struct {
	Status     int    `json:"status,omitempty"` // of the reply; 0: there was none
	Error      string `json:"error,omitempty"`  // empty: the message was accepted
	retryAfter time.Duration
}

// post sends a message. An error means that there is none to send.
func (s *Sender) post(ctx context.Context, w storage.WebhookTarget, id string, body []byte) (Result, error) {
	at := s.now()
	signature, err := sign(w.Secrets, id, at, body)
	if err != nil {
		return Result{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return Result{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", s.agent)
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("webhook-signature", signature)
	res, err := s.client.Do(req)
	if res != nil {
		res.Body.Close() // nothing is read of it
	}
	switch {
	case err != nil && res != nil: // a redirect
		return Result{Status: res.StatusCode, Error: outbound.Reason(err)}, nil
	case err != nil:
		return Result{Error: outbound.Reason(err)}, nil
	case res.StatusCode < 200 || res.StatusCode > 299:
		return Result{Status: res.StatusCode, Error: fmt.Sprintf("the reply was %d", res.StatusCode), retryAfter: retryAfter(res, at)}, nil
	}
	return Result{Status: res.StatusCode}, nil
}

// retryAfter returns how long a receiver asks to be left alone; 0: it does not.
func retryAfter(res *http.Response, now time.Time) time.Duration {
	if res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	said := res.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(said); err == nil {
		return time.Duration(max(0, min(seconds, int(maxAsked/time.Second)))) * time.Second
	}
	if until, err := http.ParseTime(said); err == nil {
		return max(0, until.Sub(now))
	}
	return 0
}

// Test sends a message of the type webhook.test at once, once.
func (s *Sender) Test(ctx context.Context, w storage.WebhookTarget) (Result, error) {
	body, err := json.Marshal(message{Type: models.WebhookTest, Timestamp: s.now().UTC(), Data: data{Site: w.Site, ID: w.ID}})
	if err != nil {
		return Result{}, err
	}
	return s.post(ctx, w, "test_"+rand.Text(), body)
}
