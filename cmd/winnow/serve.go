package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"
	"golang.org/x/sync/errgroup"

	"winnow/handlers"
	"winnow/models"
	"winnow/storage/memory"
	"winnow/storage/redis"
)

const serveName = "serve"

func serveCommand() *cli.Command {
	return &cli.Command{
		Name: serveName, Usage: "run the server",
		Description: "Without flags it stores all records in one SQLite file and counts limits in process. The first start\n" +
			"creates a site \"demo\" and a moderator \"admin\", and prints the password once.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:8080", Sources: env("listen"), Usage: "`ADDRESS` to listen on"},
			databaseFlag(),
			&cli.StringFlag{Name: "redis", Sources: env("redis"), Usage: "share limits, events and campaigns between nodes through redis://… (default: in process)"},
			&cli.StringSliceFlag{Name: "trusted-proxies", Sources: env("trusted-proxies"), Usage: "networks whose X-Forwarded-For is trusted (`CIDR`, repeatable or separated by commas)"},
			&cli.StringSliceFlag{Name: "key-set-networks", Sources: env("key-set-networks"), Usage: "private networks from which the key sets of sites may be fetched (`CIDR`, repeatable; default: none)"},
			&cli.StringFlag{Name: "secret", Sources: env("secret"), Usage: "`KEY` that signing keys are derived from, at least 16 bytes (default: generated once and stored in the database)"},
			&cli.StringFlag{Name: "old-secret", Sources: env("old-secret"), Usage: "the `KEY` before this one, while --secret is changed node by node: its access tokens are accepted"},
			&cli.IntFlag{Name: "train-after", Sources: env("train-after"), Usage: "train a candidate whenever there are `N` more labels (0: off)"},
			&cli.StringFlag{Name: "train-at", Sources: env("train-at"), Usage: "train a candidate every day at this `HOUR`, 0 to 23, by the local clock, when there are new labels (default: off)"},
			&cli.BoolFlag{Name: "auto-promote", Sources: env("auto-promote"), Usage: "let a model that the server has trained by itself run beside the live one, and promote it after a day when nothing speaks against it"},
			&cli.StringFlag{Name: "security-contact", Sources: env("security-contact"), Usage: "`URI` for reports of vulnerabilities in /.well-known/security.txt, such as mailto:security@news.example (default: none)"},
			&cli.StringFlag{Name: "log-level", Value: "info", Sources: env("log-level"), Usage: "debug, info, warn or error"},
		}, append(rateFlags(), oidcFlags()...)...),
		Action: serve,
	}
}

// rateFlags are the rate limits, each as COUNT/PERIOD; 0 turns one off.
func rateFlags() []cli.Flag {
	d := handlers.DefaultRates()
	flag := func(name string, r models.Rate, usage string) cli.Flag {
		return &cli.StringFlag{Name: name, Value: formatRate(r), Sources: env(name), Usage: usage + " (`COUNT/PERIOD`; 0: no limit)"}
	}
	return []cli.Flag{
		flag("limit-address", d.Address, "comments from one household (an IPv4 address or an IPv6 /64); ten times that from a network (/24 or /48), and 600 a minute from servers that name no client"),
		flag("limit-author", d.Author, "comments by one author whom the site vouches for"),
		flag("limit-site", d.Site, "comments on one site"),
		flag("limit-login", d.Login, "login attempts from one device or household that the moderator has used; of all others, from one address for one name"),
	}
}

func formatRate(r models.Rate) string {
	// Print 5m0s as 5m.
	return fmt.Sprintf("%d/%s", r.Count, strings.TrimSuffix(strings.TrimSuffix(r.Period.String(), "0s"), "0m"))
}

func parseRate(s string) (models.Rate, error) {
	if s == "0" {
		return models.Rate{}, nil
	}
	count, period, _ := strings.Cut(s, "/")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 {
		return models.Rate{}, fmt.Errorf("%q must be COUNT/PERIOD, such as 30/5m", s)
	}
	d, err := time.ParseDuration(period)
	if err != nil || d <= 0 {
		return models.Rate{}, fmt.Errorf("%q must be COUNT/PERIOD, such as 30/5m", s)
	}
	return models.Rate{Count: n, Period: d}, nil
}

// serve connects the parts and runs them until ctx ends.
func serve(ctx context.Context, c *cli.Command) error {
	cfg, err := serveConfig(c)
	if err != nil {
		return err
	}
	if cfg.DB, err = openDatabase(ctx, c); err != nil {
		return err
	}
	defer cfg.DB.Close()
	if cfg.Secret, err = cfg.DB.AccessTokenSecret(ctx, []byte(c.String("secret"))); err != nil {
		return err
	}
	first, err := firstStart(ctx, cfg.DB)
	if err != nil {
		return fmt.Errorf("first start: %w", err)
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

	server, err := handlers.New(ctx, cfg)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.String("listen"))
	if err != nil {
		return err
	}
	first.print(c.Root().Writer, listener.Addr())
	cfg.Log.Info("listening", "address", listener.Addr().String(), "version", cfg.Version)
	return runServer(ctx, server, listener)
}

// runServer serves the listener until ctx ends, then waits for the open requests.
func runServer(ctx context.Context, server *handlers.Server, listener net.Listener) error {
	web := &http.Server{
		Handler:           server.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute, // event streams set their own deadlines
		IdleTimeout:       2 * time.Minute,
	}
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return server.Run(running) })
	group.Go(func() error {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-running.Done()
		shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := web.Shutdown(shutdown); err != nil {
			return errors.Join(fmt.Errorf("some requests did not finish before the shutdown: %w", err), web.Close())
		}
		return nil
	})
	return group.Wait()
}

// serveConfig reads the flags that do not need the database.
func serveConfig(c *cli.Command) (cfg handlers.Config, err error) {
	if _, err := arguments(c); err != nil {
		return cfg, err
	}
	for _, name := range []string{"secret", "old-secret"} {
		if n := len(c.String(name)); n > 0 && n < 16 {
			return cfg, usagef(c, "--%s must have at least 16 bytes", name)
		}
	}
	if old := c.String("old-secret"); old != "" {
		cfg.OldSecrets = [][]byte{[]byte(old)}
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.String("log-level"))); err != nil {
		return cfg, usagef(c, "--log-level must be debug, info, warn or error")
	}
	cfg.Log = slog.New(slog.NewTextHandler(c.Root().ErrWriter, &slog.HandlerOptions{Level: level}))
	for _, v := range unknownVariables(c.Root()) {
		if v.nearest == "" {
			cfg.Log.Warn("unknown environment variable", "name", v.name)
		} else {
			cfg.Log.Warn("unknown environment variable", "name", v.name, "known", v.nearest)
		}
	}
	for flag, networks := range map[string]*[]netip.Prefix{"trusted-proxies": &cfg.TrustedProxies, "key-set-networks": &cfg.KeySetNetworks} {
		for _, s := range list(c, flag) {
			prefix, err := netip.ParsePrefix(s)
			if err != nil {
				return cfg, usagef(c, "--%s: %q is not a network such as 10.0.0.0/8", flag, s)
			}
			*networks = append(*networks, prefix)
		}
	}
	for name, rate := range map[string]*models.Rate{
		"limit-address": &cfg.Rates.Address, "limit-author": &cfg.Rates.Author,
		"limit-site": &cfg.Rates.Site, "limit-login": &cfg.Rates.Login,
	} {
		if *rate, err = parseRate(c.String(name)); err != nil {
			return cfg, usagef(c, "--%s: %v", name, err)
		}
	}
	if err := readOIDC(c, &cfg); err != nil {
		return cfg, err
	}
	if err := readTraining(c, &cfg); err != nil {
		return cfg, err
	}
	if cfg.SecurityContact, err = securityContact(c); err != nil {
		return cfg, err
	}
	cfg.Now, cfg.Version = time.Now, version()
	return cfg, nil
}

// securityContact returns the contact of security.txt, which RFC 9116 wants as a URI.
func securityContact(c *cli.Command) (string, error) {
	contact := c.String("security-contact")
	u, err := url.Parse(contact)
	if contact != "" && (err != nil || (u.Scheme != "mailto" && u.Scheme != "https" && u.Scheme != "tel")) {
		return "", usagef(c, "--security-contact must begin with mailto:, https: or tel:")
	}
	return contact, nil
}

// credentials are created by the first start. They are not stored in clear, so they
// can be shown only once.
type credentials struct{ password, key string }

// print shows them with the addresses of the server. A nil w prints nothing.
func (w *credentials) print(out io.Writer, listening net.Addr) {
	if w == nil {
		return
	}
	base := "http://" + listening.String()
	fmt.Fprintf(out, `
Winnow is ready. This is shown once:

  Demo article   %[1]s/demo
  Console        %[1]s/console/    name: admin   password: %[2]s
  API            %[1]s/v1/         described in %[1]s/openapi.yaml
  Site "demo"    secret key: %[3]s

`, base, w.password, w.key)
}

// randomPassword returns 120 random bits as 20 URL-safe characters.
func randomPassword() string {
	b := make([]byte, 15)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
