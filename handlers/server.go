// Package handlers is Winnow over HTTP: routes, who may call them, limits,
// requests and replies. It calls storage and classifier directly and keeps
// nothing that another node would need. Echo is named here and nowhere else.
package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"winnow/classifier"
	"winnow/models"
	"winnow/storage"
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

// Config is what a Server needs. DB, Limiter, Notifier and Secret are required.
type Config struct {
	DB       *storage.DB
	Limiter  Limiter
	Notifier Notifier
	Secret   []byte // signs access tokens and keys the hashes of addresses
	// TrustedProxies are the networks whose X-Forwarded-For is believed. None
	// is by default, private networks included.
	TrustedProxies []netip.Prefix
	Rates          Rates // DefaultRates when zero
	Log            *slog.Logger
	Now            func() time.Time
	Version        string // of the program, for /healthz and the metrics
}

// Server answers HTTP requests. Handler may be used before and after Run; Run
// keeps the live model current.
type Server struct {
	db       *storage.DB
	limiter  Limiter
	notifier Notifier
	secret   []byte
	trusted  []netip.Prefix
	rates    Rates
	log      *slog.Logger
	now      func() time.Time
	version  string

	live    atomic.Pointer[classifier.Model]
	people  *recent[models.Moderator]
	sites   *recent[models.Site]
	handler http.Handler
}

// New makes a server and loads the live model, which storage must hold.
func New(ctx context.Context, cfg Config) (*Server, error) {
	s := &Server{
		db: cfg.DB, limiter: cfg.Limiter, notifier: cfg.Notifier,
		secret: cfg.Secret, trusted: cfg.TrustedProxies, rates: cfg.Rates,
		log: cfg.Log, now: cfg.Now, version: cfg.Version,
	}
	if s.rates == (Rates{}) {
		s.rates = DefaultRates
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.people = newRecent(moderatorTTL, s.now, s.db.Moderator)
	s.sites = newRecent(siteTTL, s.now, s.db.Site)
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
	return g.Wait()
}

// router mounts the list of routes.
func (s *Server) router() *echo.Echo {
	e := echo.New()
	e.HideBanner = true
	e.HTTPErrorHandler = s.fail
	e.IPExtractor = func(r *http.Request) string { return s.peer(r).String() }
	e.Use(s.observe)
	for _, r := range s.routes() {
		h := s.guard(r)
		e.Add(r.method, r.path, h)
		if r.method == http.MethodGet && r.who == anyone {
			e.Add(http.MethodHead, r.path, h)
		}
	}
	return e
}

// publish tells the other nodes and the open consoles. What it tells of is
// already kept, so a lost notice is logged and no fault of the request.
func (s *Server) publish(ctx context.Context, e models.Event) {
	if err := s.notifier.Publish(ctx, e); err != nil {
		s.log.WarnContext(ctx, "notice not published", "kind", e.Kind, "subject", e.Subject, "error", err)
	}
}
