package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/urfave/cli/v3"
	"golang.org/x/sync/errgroup"

	"winnow/handlers"
	"winnow/storage/memory"
	"winnow/storage/redis"
)

// serve connects the parts and runs them until ctx ends.
func serve(ctx context.Context, c *cli.Command) error {
	cfg, err := serveConfig(c)
	if err != nil {
		return err
	}
	// Listen first: when an address is taken, nothing has been created yet.
	at, err := listen(c)
	if err != nil {
		return err
	}
	defer at.close()
	cfg.Public = !isLoopback(at.api.Addr())
	if cfg.DB, err = openDatabase(ctx, c); err != nil {
		return err
	}
	defer cfg.DB.Close()
	if cfg.Secret, err = cfg.DB.AccessTokenSecret(ctx, []byte(c.String("secret"))); err != nil {
		return err
	}
	if url := c.String("redis"); url == "" {
		cfg.Limiter, cfg.Notifier, cfg.Campaigns = memory.NewLimiter(time.Now), memory.NewNotifier(), memory.NewCampaigns(time.Now)
	} else {
		client, err := redis.Open(ctx, url, cfg.Log)
		if err != nil {
			return err
		}
		defer client.Close()
		cfg.Limiter, cfg.Notifier, cfg.Campaigns, cfg.Redis = client.Limiter(), client.Notifier(), client.Campaigns(), client
	}
	first, err := firstStart(ctx, cfg.DB, cfg.Secret)
	if err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	server, err := handlers.New(ctx, cfg)
	if err != nil {
		return err
	}
	base := "http://" + at.api.Addr().String()
	if cfg.PublicURL != nil {
		base = cfg.PublicURL.String()
	}
	first.print(c.Root().Writer, base)
	if at.metrics != nil {
		cfg.Log.Info("serving metrics", "at", at.metrics.Addr().String())
	}
	cfg.Log.Info("listening", "address", at.api.Addr().String(), "version", cfg.Version)
	at.api = newConnections(at.api, cfg.TrustedProxies, maxDescriptors())
	err = runServer(ctx, server, at, c.Duration("shutdown-delay"), cfg.Log)
	cfg.Log.Info("stopped")
	return err
}

// listeners are the sockets of a server; metrics is nil without an address of its own.
type listeners struct{ api, metrics net.Listener }

func listen(c *cli.Command) (at listeners, err error) {
	if at.api, err = net.Listen("tcp", c.String("listen")); err != nil {
		return at, err
	}
	if address := c.String("metrics-listen"); address != "" {
		if at.metrics, err = net.Listen("tcp", address); err != nil {
			at.close()
			return at, err
		}
	}
	return at, nil
}

func (at listeners) close() {
	at.api.Close()
	if at.metrics != nil {
		at.metrics.Close()
	}
}

func isLoopback(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && at.Addr().IsLoopback()
}

// shutdownTimeout is how long requests may take to finish once the server has
// stopped to listen.
const shutdownTimeout = 10 * time.Second

// runServer serves the listeners until ctx ends. Then the server says that it is not
// ready, goes on for a while so that balancers notice, and waits for the open requests.
func runServer(ctx context.Context, server *handlers.Server, at listeners, delay time.Duration, log *slog.Logger) error {
	web := newWeb(server.Handler())
	if counted, ok := at.api.(*connections); ok {
		web.ConnState = counted.state
	}
	servers := map[*http.Server]net.Listener{web: at.api}
	if at.metrics != nil {
		servers[newWeb(server.Metrics())] = at.metrics
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	group, running := errgroup.WithContext(life)
	group.Go(func() error { return server.Run(running) })
	for s, l := range servers {
		group.Go(func() error {
			if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	group.Go(func() error {
		select {
		case <-running.Done(): // a part has failed
		case <-ctx.Done():
			log.Info("shutting down", "delay", delay)
			server.Drain()
			select {
			case <-running.Done():
			case <-time.After(delay):
			}
		}
		end()
		shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		var failed error
		for s := range servers {
			if err := s.Shutdown(shutdown); err != nil {
				log.Warn("some requests did not finish before the shutdown", "error", err)
				failed = errors.Join(failed, s.Close())
			}
		}
		return failed
	})
	return group.Wait()
}

func newWeb(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute, // event streams set their own deadlines
		IdleTimeout:       2 * time.Minute,
	}
}
