// Package webhooks tells receivers what happens on a site, by Standard Webhooks
// (https://www.standardwebhooks.com). It reads the queues that storage makes of the events, in
// the order of their commits. Of several nodes, one at a time has the lease of a webhook.
//
// A message is sent at least once, and always under the same id. What failed is tried again,
// with growing gaps; later events about the same comment wait for it, others do not. While a
// receiver is down, only one message is tried now and then.
//
// It does not depend on the API. It imports storage and handlers/outbound, and nothing else of
// handlers.
package webhooks

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"winnow/handlers/outbound"
	"winnow/storage"
)

const (
	tick = time.Second // between two looks for events

	// The lease of a webhook lasts longer than a node works on it without looking at the lease
	// again: half of it is left for the requests to start, to end, and to be stored.
	lease          = time.Minute
	startTime      = 15 * time.Second
	requestTimeout = 10 * time.Second
	storeTimeout   = 5 * time.Second

	pageSize    = 50 // messages of a webhook in memory
	maxPages    = 8  // of all webhooks
	atOnce      = 4  // requests to a receiver at a time
	giveUpAfter = 8  // failures in a page without any success
)

// Config is what a Sender needs. All fields but Networks and Version are required.
type Config struct {
	DB       *storage.DB
	Networks outbound.Networks // private networks in which receivers may be
	Version  string            // of the program
	Now      func() time.Time  // the database's clock
	Log      *slog.Logger
}

// Sender sends the messages of all webhooks whose leases this node has.
type Sender struct {
	db     *storage.DB
	client *http.Client
	agent  string
	now    func() time.Time
	log    *slog.Logger
	node   string
	pages  chan struct{} // one for each page in memory

	mu       sync.Mutex
	busy     map[key]bool
	health   map[key]*health
	requests sync.WaitGroup
}

// key names a webhook.
type key struct{ site, id string }

// New returns a sender. Test may be used before and after Run.
func New(cfg Config) *Sender {
	return &Sender{
		db: cfg.DB, client: cfg.Networks.Client(requestTimeout), agent: "Winnow/" + cfg.Version, now: cfg.Now, log: cfg.Log, node: rand.Text(),
		pages: make(chan struct{}, maxPages), busy: map[key]bool{}, health: map[key]*health{},
	}
}

// Run sends messages until ctx ends, and returns when nothing is sent any more.
func (s *Sender) Run(ctx context.Context) error {
	next := time.NewTicker(tick)
	defer next.Stop()
	for ctx.Err() == nil {
		if err := s.start(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "sending webhooks failed", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-next.C:
		}
	}
	s.requests.Wait()
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if err := s.db.ReleaseWebhooks(release, s.node); err != nil {
		s.log.WarnContext(ctx, "releasing the webhooks failed", "error", err)
	}
	return nil
}

// start begins to work on each webhook of this node that it does not work on already.
func (s *Sender) start(ctx context.Context) error {
	targets, err := s.db.LeaseWebhooks(ctx, s.node, lease)
	for _, w := range targets {
		of := key{w.Site, w.ID}
		if !s.begin(of) {
			continue
		}
		s.requests.Go(func() {
			defer s.end(of)
			if err := s.work(ctx, w, s.healthOf(w)); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "sending to a webhook failed", "site", w.Site, "webhook", w.ID, "error", err)
			}
		})
	}
	return err
}

func (s *Sender) begin(of key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[of] {
		return false
	}
	s.busy[of] = true
	return true
}

func (s *Sender) end(of key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, of)
}

// healthOf returns what this node knows of a receiver. A node that takes over learns from the
// database that a receiver may be down. Only who works on the webhook uses it.
func (s *Sender) healthOf(w storage.WebhookTarget) *health {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := key{w.Site, w.ID}
	h := s.health[of]
	if h == nil {
		if len(s.health) >= maxHealth { // of webhooks that were removed
			clear(s.health)
		}
		h = &health{down: w.FailingSince != nil}
		s.health[of] = h
	}
	return h
}

const maxHealth = 10_000

// work sends a webhook what is due, for startTime at most.
func (s *Sender) work(ctx context.Context, w storage.WebhookTarget, h *health) error {
	starting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for starting.Err() == nil {
		more, err := s.db.QueueDeliveries(starting, s.node, w)
		if err == nil && h.waits(s.now()) {
			return nil
		}
		sent := 0
		if err == nil {
			sent, err = s.sendPage(ctx, starting, w, h)
		}
		switch {
		case err != nil && starting.Err() != nil: // its time is over, the next look goes on
			return nil
		case err != nil || sent == 0 && !more:
			return err
		}
	}
	return nil
}

// sendPage sends what is due, up to pageSize messages, and returns how many were tried.
func (s *Sender) sendPage(ctx, starting context.Context, w storage.WebhookTarget, h *health) (int, error) {
	select {
	case s.pages <- struct{}{}:
		defer func() { <-s.pages }()
	case <-starting.Done():
		return 0, nil
	}
	due, err := s.due(starting, w, h)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	p := &page{sender: s, to: w, health: h}
	if p.comments, err = s.db.PublicComments(starting, w.Site, commentsOf(due)); err != nil {
		return 0, err
	}
	p.send(ctx, starting, due)
	if len(p.outcome.Deliveries) == 0 {
		return 0, nil
	}
	p.outcome.Recovered = h.note(p.outcome.Deliveries, p.pause, s.now())
	// Also while the process stops: else the messages would be sent twice.
	storing, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	return len(p.outcome.Deliveries), s.db.StoreOutcomes(storing, w, p.outcome)
}

// due returns what is to be tried. While the receiver is down, that is the oldest message,
// whenever it is to be tried next, so that the order is kept after an outage; and the next one,
// in case it is the oldest message that the receiver cannot handle.
func (s *Sender) due(ctx context.Context, w storage.WebhookTarget, h *health) ([]storage.QueuedDelivery, error) {
	if !h.down {
		return s.db.DueDeliveries(ctx, w, pageSize)
	}
	oldest, err := s.db.OldestDelivery(ctx, w)
	if err != nil || oldest == nil {
		return nil, err
	}
	others, err := s.db.DueDeliveries(ctx, w, pageSize)
	probes := []storage.QueuedDelivery{*oldest}
	for _, d := range others {
		if d.Subject != oldest.Subject {
			return append(probes, d), err
		}
	}
	return probes, err
}
