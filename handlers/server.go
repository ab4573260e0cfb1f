// Package handlers is Winnow over HTTP: routes, who may call them, limits,
// requests and replies. It calls storage and classifier directly. What becomes
// of a comment is decided in package screening; what a node keeps in memory is
// in package node. Echo is imported here and nowhere else.
package handlers

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"winnow/handlers/accesstoken"
	"winnow/handlers/jwks"
	"winnow/handlers/mailer"
	"winnow/handlers/node"
	"winnow/handlers/notices"
	"winnow/handlers/opinion"
	"winnow/handlers/outbound"
	"winnow/handlers/password"
	"winnow/handlers/promotion"
	"winnow/handlers/proofofwork"
	"winnow/handlers/screening"
	"winnow/handlers/searchindex"
	"winnow/handlers/selfcheck"
	"winnow/handlers/traffic"
	"winnow/handlers/webhooks"
	"winnow/handlers/whatif"
	"winnow/models"
	"winnow/storage"
)

// Limiter counts what callers do. It counts all limits of a request or none.
type Limiter interface {
	Allow(ctx context.Context, limits ...models.Limit) (models.Allowance, error)
}

// SharedService is a service that nodes share, and that each can do without.
type SharedService interface {
	// Ping reports whether the service can be used.
	Ping(ctx context.Context) error
	// Fallbacks is the number of calls that this node answered without the
	// service since its start.
	Fallbacks() int64
	selfcheck.Redis
}

// Config is what a Server needs. DB, Limiter, Notifier, Campaigns and Secret
// are required.
type Config struct {
	DB        *storage.DB
	Limiter   Limiter
	Notifier  node.Notifier
	Campaigns screening.Campaigns
	Secret    []byte // the keys of access tokens and of pseudonyms are derived from it
	// OldSecrets are accepted in access tokens, while Secret is changed node by node.
	OldSecrets [][]byte
	// TrustedProxies are the networks whose X-Forwarded-For is believed. By
	// default there are none, private networks included.
	TrustedProxies []netip.Prefix
	// KeySetNetworks are networks from which the key sets of sites may be fetched although
	// they are not public, by plain HTTP too.
	KeySetNetworks []netip.Prefix
	// WebhookNetworks are networks in which receivers of webhooks, and services for second
	// opinions, may be although they are not public, by plain HTTP too.
	WebhookNetworks []netip.Prefix
	Rates           Rates         // zero rates: no limits; see DefaultRates
	Redis           SharedService // for /readyz and the metrics; nil without one
	PublicURL       *url.URL      // where browsers reach the server; may be nil
	OwnMetrics      bool          // Handler has no /metrics: Metrics serves them
	LogRequests     bool
	Files           []string // that other users of the machine must not read
	Public          bool     // others than this machine reach the server
	Log             *slog.Logger
	Now             func() time.Time // the database's clock when nil, so that all nodes agree
	Version         string           // of the program, for /healthz and the metrics
	Training        node.TrainingConfig
	OIDC            OIDCConfig       // sign-in of moderators; without an issuer: none
	Mailer          *mailer.Mailer   // nil: no mail is sent
	MailPace        storage.MailPace // of mail to readers; zero: notices.DefaultPace
	NoticePoll      time.Duration    // between two looks at what is to be sent or told; zero: see notices.Config
	// SecurityContact is where vulnerabilities are reported, a URI; "" for nowhere.
	SecurityContact string
}

// Server answers HTTP requests. Handler may be used before and after Run; Run
// keeps the node current.
type Server struct {
	db       *storage.DB
	node     *node.Node
	comparer *promotion.Comparer
	whatIfs  *whatif.Runner
	traffic  *traffic.Reader
	webhooks *webhooks.Sender
	screener *screening.Screener
	limiter  Limiter
	redis    SharedService
	trusted  []netip.Prefix
	rates    Rates
	secret   []byte     // signs the cookie of a sign-in at the OpenID provider
	keySets  *jwks.Sets // of readers' tokens
	proofs   proofofwork.Issuer
	oidc     *oidcProvider // nil: moderators have passwords only
	notices  *notices.Runner
	opinions *opinion.Runner
	links    notices.Links // in mail
	log      *slog.Logger
	now      func() time.Time
	version  string
	contact  string // for security.txt
	base     string // path of the public address, without a final slash
	checker  *selfcheck.Checker
	outages  *outages
	draining context.Context // ends with Drain
	drain    context.CancelFunc

	logRequests bool
	ownMetrics  bool
	receivers   outbound.Networks // private networks in which receivers may be

	metrics    *metrics
	tokens     *accesstoken.Keys
	hashing    *hashing
	decoy      string // hash of a password that nobody has
	loginTrail *loginTrail
	pages      pageCache
	texts      htmlCache
	uploads    uploads
	searches   searches
	handler    http.Handler
}

// decoyHash is the hash of a password that nobody has. It takes as long as a login.
var decoyHash = sync.OnceValues(func() (string, error) { return password.Hash(rand.Text()) })

// New makes a server and loads the live model, which storage must have.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Log = slog.New(newSparse(cfg.Log.Handler()))
	if cfg.Now == nil {
		cfg.Now = cfg.DB.Now
	}
	n, err := node.New(ctx, node.Config{DB: cfg.DB, Notifier: cfg.Notifier, Secret: cfg.Secret, Now: cfg.Now, Log: cfg.Log, Training: cfg.Training})
	if err != nil {
		return nil, err
	}
	decoy, err := decoyHash()
	if err != nil {
		return nil, err
	}
	tokens, err := accesstoken.NewKeys(ctx, cfg.DB.SigningKeys, cfg.Now, append([][]byte{cfg.Secret}, cfg.OldSecrets...)...)
	if err != nil {
		return nil, err
	}
	s := &Server{
		db: cfg.DB, node: n, limiter: cfg.Limiter, redis: cfg.Redis, secret: cfg.Secret, proofs: proofofwork.NewIssuer(cfg.Secret), trusted: cfg.TrustedProxies, rates: cfg.Rates, keySets: jwks.New(cfg.KeySetNetworks, cfg.Now),
		log: cfg.Log, now: cfg.Now, version: cfg.Version, contact: cfg.SecurityContact, tokens: tokens, hashing: newHashing(), decoy: decoy, loginTrail: newLoginTrail(),
		screener: screening.New(screening.Config{Source: n, Campaigns: cfg.Campaigns, Bursts: n.Bursts(), Now: cfg.Now, Log: cfg.Log}),
	}
	if err := s.prepareNotices(cfg); err != nil {
		return nil, err
	}
	if cfg.OIDC.Issuer != "" {
		s.oidc = &oidcProvider{cfg: cfg.OIDC, client: &http.Client{Timeout: oidcTimeout}}
	}
	s.operate(cfg)
	if _, ok := cfg.Campaigns.(screening.RestorableCampaigns); ok {
		if err := s.restoreCampaigns(ctx); err != nil {
			return nil, fmt.Errorf("restore the campaigns: %w", err)
		}
	}
	s.comparer, s.whatIfs = promotion.New(cfg.DB, cfg.Now), whatif.New(cfg.DB)
	s.traffic = traffic.New(traffic.Config{DB: cfg.DB, Node: n, Comparer: s.comparer, Now: cfg.Now, Log: cfg.Log})
	s.webhooks, s.receivers = webhooks.New(webhooks.Config{
		DB: cfg.DB, Networks: cfg.WebhookNetworks, Version: cfg.Version, Now: cfg.Now, Log: cfg.Log,
	}), cfg.WebhookNetworks
	s.metrics = s.newMetrics()
	s.handler = below(s.base, s.router())
	return s, nil
}

// prepareNotices prepares what is sent to newsrooms and readers, and to services that judge.
func (s *Server) prepareNotices(cfg Config) (err error) {
	s.links, err = notices.NewLinks(cfg.PublicURL, append([][]byte{cfg.Secret}, cfg.OldSecrets...)...)
	s.opinions = opinion.New(opinion.Config{DB: cfg.DB, Node: rand.Text(), Networks: cfg.WebhookNetworks, Log: cfg.Log, Poll: cfg.NoticePoll, Check: cfg.NoticePoll})
	s.notices = notices.New(notices.Config{
		DB: cfg.DB, Node: rand.Text(), Mailer: cfg.Mailer, Networks: cfg.WebhookNetworks, Links: s.links, Address: commentAddress, Log: cfg.Log,
		Pace: cfg.MailPace, Poll: cfg.NoticePoll, Check: cfg.NoticePoll,
	})
	return err
}

// operate prepares what is for the operator.
func (s *Server) operate(cfg Config) {
	s.logRequests, s.ownMetrics = cfg.LogRequests, cfg.OwnMetrics
	if cfg.PublicURL != nil {
		s.base = strings.TrimRight(cfg.PublicURL.Path, "/")
	}
	s.draining, s.drain = context.WithCancel(context.Background())
	s.outages = &outages{now: cfg.Now, log: cfg.Log, ping: cfg.DB.Ping, began: make(chan struct{}, 1)}
	check := selfcheck.Config{
		DB: cfg.DB, Secret: cfg.Secret, Files: cfg.Files, Public: cfg.Public, Version: cfg.Version, Now: cfg.Now, Log: cfg.Log,
	}
	if cfg.Redis != nil {
		check.Redis = cfg.Redis
	}
	s.checker = selfcheck.New(check)
}

// restoreCampaigns continues with the campaigns of the last day, which a node
// without Redis keeps in memory.
func (s *Server) restoreCampaigns(ctx context.Context) error {
	sites, err := s.db.Sites(ctx)
	if err != nil {
		return err
	}
	bySlug := make(map[string]models.Site, len(sites))
	for _, site := range sites {
		bySlug[site.Slug] = site
	}
	stored, err := s.db.RecentCampaigns(ctx)
	if err != nil {
		return err
	}
	members := make([]screening.Member, len(stored))
	for i, m := range stored {
		members[i] = screening.Member(m)
	}
	return s.screener.RestoreCampaigns(ctx, bySlug, members)
}

// Handler returns the HTTP interface.
func (s *Server) Handler() http.Handler { return s.handler }

// Metrics returns the metrics for a listener of their own.
func (s *Server) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.metrics.handler)
	return mux
}

// Run does the work in the background until ctx ends, and returns when all of
// it has stopped.
func (s *Server) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.node.Run(ctx) })
	g.Go(func() error { return s.purge(ctx) })
	g.Go(func() error { return s.traffic.Run(ctx) })
	g.Go(func() error { return s.webhooks.Run(ctx) })
	g.Go(func() error { return searchindex.Indexer{DB: s.db, Log: s.log}.Run(ctx) })
	g.Go(func() error { return s.notices.Run(ctx) })
	g.Go(func() error { return s.opinions.Run(ctx) })
	g.Go(func() error { return s.tokens.Run(ctx, s.log) })
	g.Go(func() error { return s.writeLogins(ctx) })
	g.Go(func() error { return s.checker.Run(ctx) })
	g.Go(func() error { return s.outages.watch(ctx) })
	return g.Wait()
}

// router mounts the list of routes.
func (s *Server) router() *echo.Echo {
	e := echo.New()
	e.HideBanner = true
	e.HTTPErrorHandler = s.handleError
	e.IPExtractor = func(r *http.Request) string { return s.clientIP(r).String() }
	e.Use(s.observe, s.cors)
	for _, r := range s.routes() {
		if s.ownMetrics && r.path == metricsPath {
			continue
		}
		h := compressed(r, s.guard(r))
		path := echoPath(r.path)
		if path != r.path {
			h = named(r.path, h)
		}
		e.Add(r.method, path, h)
		if r.method == http.MethodGet && r.who.open {
			e.Add(http.MethodHead, path, h)
		}
	}
	return e
}

// echoPath escapes the colons of a path that begin no parameter.
func echoPath(path string) string {
	first := strings.ReplaceAll(path, "/:", "\x00")
	return strings.ReplaceAll(strings.ReplaceAll(first, ":", `\:`), "\x00", "/:")
}

// named gives a route its own name in the log and the metrics, without the escapes.
func named(path string, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.SetPath(path)
		return next(c)
	}
}

// visible returns an error when a site does not exist for the caller. The empty
// slug stands for all sites that the caller sees.
func (s *Server) visible(ctx context.Context, by models.Caller, site string) error {
	switch {
	case site == "":
		return nil
	case !by.CanSee(site):
		return models.Errorf(models.KindNotFound, "there is no site %s", site)
	}
	_, err := s.node.Site(ctx, site)
	return err
}

// signingKeyAge is how old a signing key gets.
const signingKeyAge = 30 * 24 * time.Hour

// purge removes every hour what has expired, also the old key of addresses in
// memory, replaces an old signing key, and logs the head of the audit trail.
func (s *Server) purge(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := s.node.RenewAddressKey(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "renewing the address key failed", "error", err)
		}
		if n, err := s.db.Purge(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "purge failed", "error", err)
		} else if n > 0 {
			s.log.InfoContext(ctx, "purged", "rows", n)
		}
		if _, err := s.db.RotateSigningKey(ctx, models.System, signingKeyAge); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "rotating the signing key failed", "error", err)
		}
		s.logAuditHead(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
