// Package node is what a running node keeps in memory: caches of storage and
// the table of which event invalidates which, the live model, the training of a
// model, the hub that brings events to open streams, and the keys that
// pseudonyms of addresses are made with. Nothing here is lost with the process:
// storage has it all.
//
// It does not depend on HTTP. It imports storage, classifier, handlers/screening and
// handlers/promotion, and nothing else of handlers.
package node

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"winnow/classifier"
	"winnow/handlers/screening"
	"winnow/models"
	"winnow/storage"
)

// Notifier brings notices of events to every node, the one that publishes included. A
// notice may be lost: each node reads the events that storage has.
type Notifier interface {
	Publish(ctx context.Context, e models.Event) error
	// Subscribe's channel is closed when ctx ends.
	Subscribe(ctx context.Context) (<-chan models.Event, error)
}

// Config is what a Node needs. All fields but Training are required.
type Config struct {
	DB       *storage.DB
	Notifier Notifier
	Secret   []byte // key of the pseudonyms that must outlive the weekly keys of addresses
	Now      func() time.Time
	Log      *slog.Logger
	Training TrainingConfig
}

// Node is one running node. It is safe for concurrent use. Its methods work
// before and after Run; Run keeps it current.
type Node struct {
	db       *storage.DB
	notifier Notifier
	now      func() time.Time
	log      *slog.Logger

	caches     caches
	stale      map[models.EventKind]invalidation
	outbox     chan models.Event // waiting for the notifier
	model      atomic.Pointer[classifier.Model]
	modelStale chan struct{} // holds one signal
	bursts     screening.BurstCounter
	attacks    screening.AttackDetector
	hub        *Hub
	streams    streams
	counts     counts
	trainer    *Trainer
	secret     *pseudonymizer
	addresses  *addressKeys
	keyUses    keyUses
}

var _ screening.Source = (*Node)(nil)

// New makes a node and loads the live model, which storage must have.
func New(ctx context.Context, cfg Config) (*Node, error) {
	n := &Node{
		db: cfg.DB, notifier: cfg.Notifier, now: cfg.Now, log: cfg.Log,
		outbox: make(chan models.Event, maxOutbox), modelStale: make(chan struct{}, 1),
		streams: streams{find: cfg.DB.OpenSessions, now: cfg.Now, open: map[*stream]struct{}{}, changed: make(chan struct{}, 1)},
		counts:  counts{source: cfg.DB, of: map[netip.Addr]int{}, topics: map[models.ArticleRef]*countTopic{}},
		secret:  newPseudonymizer(cfg.Secret), addresses: &addressKeys{load: cfg.DB.AddressKey, now: cfg.Now},
	}
	n.trainer = newTrainer(n, cfg.Training)
	n.caches = n.newCaches()
	n.stale = n.invalidations()
	var err error
	if n.hub, err = newHub(ctx, cfg.DB, n.follow, n.invalidateAll); err != nil {
		return nil, fmt.Errorf("find the newest event: %w", err)
	}
	if err := n.addresses.renew(ctx); err != nil {
		return nil, err
	}
	if err := n.ReloadModel(ctx); err != nil {
		return nil, fmt.Errorf("load the live model: %w", err)
	}
	return n, nil
}

// Run does the work in the background until ctx ends, and returns when all of
// it has stopped.
func (n *Node) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.receiveEvents(ctx) })
	g.Go(func() error { return n.followModel(ctx) })
	g.Go(func() error { return n.deliver(ctx) })
	g.Go(func() error { return n.runHub(ctx) })
	g.Go(func() error { return n.runStreams(ctx) })
	g.Go(func() error { return n.runCounts(ctx) })
	g.Go(func() error { return n.storeKeyUses(ctx) })
	g.Go(func() error { return n.sealAudit(ctx) })
	g.Go(func() error { return n.trainer.run(ctx) })
	g.Go(func() error { return n.trainer.schedule(ctx) })
	return g.Wait()
}

// Bursts returns the counter of comments on each article.
func (n *Node) Bursts() *screening.BurstCounter { return &n.bursts }

// Attacks returns what counts the spam on each site.
func (n *Node) Attacks() *screening.AttackDetector { return &n.attacks }

// Hub returns the hub of events.
func (n *Node) Hub() *Hub { return n.hub }

// Trainer returns what trains models on this node.
func (n *Node) Trainer() *Trainer { return n.trainer }

// AuthorRecord returns the record of an identified author, and how many of the
// last comments, at most limit, were rejected since a time.
func (n *Node) AuthorRecord(ctx context.Context, site, authorID string, since time.Time, limit int) (models.AuthorRecord, int, error) {
	return n.db.AuthorRecord(ctx, site, authorID, since, limit)
}

// ApprovedCount returns how many comments of an author are published on a site.
func (n *Node) ApprovedCount(ctx context.Context, site, authorKey string) (int, error) {
	return n.db.ApprovedCount(ctx, site, authorKey)
}

// CampaignDecisions returns how many comments of a campaign of a site moderators approved and
// rejected since it is held.
func (n *Node) CampaignDecisions(ctx context.Context, site, id string) (approved, rejected int, err error) {
	return n.db.CampaignDecisions(ctx, site, id)
}

// PublishedComment returns a comment by its id, and false when it is not published.
func (n *Node) PublishedComment(ctx context.Context, id string) (models.Comment, bool, error) {
	c, err := n.db.Comment(ctx, id)
	if models.KindOf(err) == models.KindNotFound {
		return c, false, nil
	}
	return c, err == nil && c.Status == models.Approved && !c.ContentRemoved(), err
}

// StartBurst stores that the comments on an article are held until a time, and
// notifies the other nodes.
func (n *Node) StartBurst(ctx context.Context, site, article string, until time.Time) error {
	if _, err := n.db.StartBurst(ctx, site, article, until); err != nil {
		return err
	}
	n.Publish(ctx, models.Event{Kind: models.ArticleChanged, Site: site, Subject: article, Article: article})
	return nil
}
