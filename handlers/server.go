// Package handlers is Winnow over HTTP: routes, who may call them, limits,
// requests and replies. It calls storage and classifier directly and keeps
// nothing that another node would need. Echo is named here and nowhere else.
package handlers

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"winnow/classifier"
	"winnow/classifier/rules"
	"winnow/handlers/password"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/redis"
)

// Limiter counts what callers do. It counts all limits of a request or none.
type Limiter interface {
	Take(ctx context.Context, limits ...models.Limit) (models.Allowance, error)
}

// Notifier tells every node, the one that publishes included, that something
// changed. Notices may be lost; storage never depends on them.
type Notifier interface {
	Publish(ctx context.Context, e models.Event) error
	// Subscribe's channel is closed when ctx ends.
	Subscribe(ctx context.Context) (<-chan models.Event, error)
}

// Campaigns groups the near-copies of a site: See counts a comment by its id
// and returns the group that it belongs to. Keys tell authors and articles
// apart. Groups may be forgotten; storage keeps what was said of a comment.
type Campaigns interface {
	See(ctx context.Context, site string, sketch models.Sketch, id, author, article string) (models.Campaign, error)
}

// Config is what a Server needs. DB, Limiter, Notifier, Campaigns and Secret
// are required.
type Config struct {
	DB        *storage.DB
	Limiter   Limiter
	Notifier  Notifier
	Campaigns Campaigns
	Secret    []byte // signs access tokens, and hides who repeats or reports
	// TrustedProxies are the networks whose X-Forwarded-For is believed. None
	// is by default, private networks included.
	TrustedProxies []netip.Prefix
	Rates          Rates         // as given: see DefaultRates
	Redis          *redis.Client // for /readyz and the metrics; nil without one
	Log            *slog.Logger
	Now            func() time.Time
	Version        string // of the program, for /healthz and the metrics
}

// Server answers HTTP requests. Handler may be used before and after Run; Run
// keeps the live model current.
type Server struct {
	db        *storage.DB
	limiter   Limiter
	notifier  Notifier
	campaigns Campaigns
	secret    []byte
	hider     *hider // with secret
	trusted   []netip.Prefix
	rates     Rates
	redis     *redis.Client
	log       *slog.Logger
	now       func() time.Time
	version   string

	metrics   *metrics
	hashing   chan struct{} // has room for the passwords that may be hashed at once
	decoy     string        // hash of a password nobody has
	pages     pageCache
	notices   chan models.Event // on their way to the notifier
	feed      *feed             // of events, to the open streams
	live      atomic.Pointer[classifier.Model]
	addresses *addresses
	keys      *recent[models.Site] // by secret key
	people    *recent[models.Moderator]
	sites     *recent[models.Site]
	rules     *recent[*rules.Set]
	versions  *recent[int64] // of articles, by versionKey
	articles  *exceptions[models.ArticleEntry]
	sanctions *exceptions[*models.Sanction] // by models.Author.Key
	surges    surges
	statCache *recent[storage.Stats]
	origins   *recent[map[string][]string]
	trainer   *trainer
	handler   http.Handler
}

// New makes a server and loads the live model, which storage must hold.
func New(ctx context.Context, cfg Config) (*Server, error) {
	s := &Server{
		db: cfg.DB, limiter: cfg.Limiter, notifier: cfg.Notifier, campaigns: cfg.Campaigns,
		secret: cfg.Secret, hider: newHider(cfg.Secret), trusted: cfg.TrustedProxies, rates: cfg.Rates, redis: cfg.Redis,
		log: cfg.Log, now: cfg.Now, version: cfg.Version,
		hashing: make(chan struct{}, maxConcurrentHashes), notices: make(chan models.Event, maxNotices),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.keys = newRecent(keyTTL, s.now, s.db.SiteByKey)
	s.people = newRecent(moderatorTTL, s.now, s.db.Moderator)
	s.sites = newRecent(siteTTL, s.now, s.db.Site)
	s.rules = newRecent(siteTTL, s.now, s.loadRules)
	s.versions = newRecent(versionTTL, s.now, s.loadVersion)
	s.articles = newExceptions(s.now, s.db.SetArticles, s.db.Article)
	s.sanctions = newExceptions(s.now, s.db.Sanctions, s.db.Sanction)
	s.origins = newRecent(siteTTL, s.now, s.loadOrigins)
	s.statCache = newRecent(statsTTL, s.now, s.loadStats)
	s.feed, s.trainer = newFeed(s.db.EventsSince), newTrainer()
	s.metrics = s.newMetrics()
	s.addresses = &addresses{load: s.db.AddressKey, now: s.now}
	if err := s.addresses.renew(ctx); err != nil {
		return nil, err
	}
	var err error
	if s.decoy, err = password.Hash(rand.Text()); err != nil {
		return nil, err
	}
	if err := s.reload(ctx); err != nil {
		return nil, fmt.Errorf("load the live model: %w", err)
	}
	s.handler = s.router()
	return s, nil
}

// Handler returns the HTTP interface.
func (s *Server) Handler() http.Handler { return s.handler }

// Run does the background work until ctx ends, and returns when all of it has
// stopped.
func (s *Server) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.follow(ctx) })
	g.Go(func() error { return s.deliver(ctx) })
	g.Go(func() error { return s.purge(ctx) })
	g.Go(func() error { return s.feedStreams(ctx) })
	g.Go(func() error { return s.train(ctx) })
	return g.Wait()
}

// router mounts the list of routes.
func (s *Server) router() *echo.Echo {
	e := echo.New()
	e.HideBanner = true
	e.HTTPErrorHandler = s.handleError
	e.IPExtractor = func(r *http.Request) string { return s.clientIP(r).String() }
	e.Use(s.observe, secureHeaders, s.cors)
	for _, r := range s.routes() {
		h := s.guard(r)
		e.Add(r.method, r.path, h)
		if r.method == http.MethodGet && r.who <= anyone {
			e.Add(http.MethodHead, r.path, h)
		}
	}
	return e
}

// maxNotices is how many notices may wait for the notifier.
const maxNotices = 1024

// publish tells the other nodes and the open consoles, without making the
// request wait. What it tells of is already kept, so a notice may be lost.
func (s *Server) publish(ctx context.Context, e models.Event) {
	s.outdated(e)
	select {
	case s.notices <- e:
	default:
		s.log.WarnContext(ctx, "notification queue full, event dropped", "kind", e.Kind, "subject", e.Subject)
	}
}

// deliver hands the notices to the notifier until ctx ends.
func (s *Server) deliver(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-s.notices:
			if err := s.notifier.Publish(ctx, e); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "publishing an event failed", "kind", e.Kind, "subject", e.Subject, "error", err)
			}
		}
	}
}

// purge removes what has had its time, every hour, also the key of addresses in
// this node's memory, and logs how far the audit trail goes.
func (s *Server) purge(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := s.addresses.renew(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "renewing the address key failed", "error", err)
		}
		if n, err := s.db.Purge(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "purge failed", "error", err)
		} else if n > 0 {
			s.log.InfoContext(ctx, "purged", "rows", n)
		}
		s.logAuditHead(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
