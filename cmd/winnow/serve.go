package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/handlers"
	"winnow/models"
)

const serveName = "serve"

func serveCommand() *cli.Command {
	return &cli.Command{
		Name: serveName, Usage: "run the server",
		Description: "Without flags it stores all records in one SQLite file and counts limits in process. The first start\n" +
			"creates a site \"demo\" and a moderator \"admin\", and prints the password, until somebody has logged in.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:8080", Sources: env("listen"), Usage: "`ADDRESS` to listen on"},
			&cli.StringFlag{Name: "public-url", Sources: env("public-url"), Usage: "`URL` at which browsers reach the server, such as https://news.example/winnow; its path may be left on requests or removed by the proxy"},
			&cli.StringFlag{Name: "metrics-listen", Sources: env("metrics-listen"), Usage: "serve /metrics on this `ADDRESS`, and no longer on that of --listen"},
			databaseFlag(),
			&cli.StringFlag{Name: "redis", Sources: secretEnv("redis"), Usage: "share limits, events and campaigns between nodes through redis://… (default: in process)"},
			&cli.StringSliceFlag{Name: "trusted-proxies", Sources: env("trusted-proxies"), Usage: "networks whose X-Forwarded-For is trusted (`CIDR`, repeatable or separated by commas)"},
			&cli.StringSliceFlag{Name: "key-set-networks", Sources: env("key-set-networks"), Usage: "private networks from which the key sets of sites may be fetched (`CIDR`, repeatable; default: none)"},
			&cli.StringSliceFlag{Name: "webhook-networks", Sources: env("webhook-networks"), Usage: "private networks in which receivers of webhooks and notices, and services for second opinions, may be, by plain HTTP too (`CIDR`, repeatable; default: none)"},
			&cli.StringFlag{Name: "secret", Sources: secretEnv("secret"), Usage: "`KEY` that signing keys are derived from, at least 16 bytes (default: generated once and stored in the database)"},
			&cli.StringFlag{Name: "old-secret", Sources: env("old-secret"), Usage: "the `KEY` before this one, while --secret is changed node by node: its access tokens are accepted"},
			&cli.IntFlag{Name: "train-after", Sources: env("train-after"), Usage: "train a candidate whenever there are `N` more labels (0: off)"},
			&cli.StringFlag{Name: "train-at", Sources: env("train-at"), Usage: "train a candidate every day at this `HOUR`, 0 to 23, by the local clock, when there are new labels (default: off)"},
			&cli.BoolFlag{Name: "auto-promote", Sources: env("auto-promote"), Usage: "let a model that the server has trained by itself run beside the live one, and promote it after a day when nothing speaks against it"},
			&cli.StringFlag{Name: "security-contact", Sources: env("security-contact"), Usage: "`URI` for reports of vulnerabilities in /.well-known/security.txt, such as mailto:security@news.example (default: none)"},
			&cli.StringFlag{Name: "log-level", Value: "info", Sources: env("log-level"), Usage: "debug, info, warn or error"},
			&cli.StringFlag{Name: "log-format", Value: "text", Sources: env("log-format"), Usage: "text or json"},
			&cli.BoolFlag{Name: "log-requests", Sources: env("log-requests"), Usage: "log each request: route, status, time and caller; never queries, bodies or credentials"},
			&cli.DurationFlag{Name: "shutdown-delay", Value: time.Second, Sources: env("shutdown-delay"), Usage: "how long requests are still accepted after SIGTERM, while /readyz says 503"},
		}, slices.Concat(rateFlags(), oidcFlags(), mailFlags())...),
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
	if err := checkSecretFiles(c); err != nil {
		return cfg, err
	}
	if cfg.Log, err = logger(c); err != nil {
		return cfg, err
	}
	if cfg.PublicURL, err = publicURL(c); err != nil {
		return cfg, err
	}
	for _, v := range unknownVariables(c.Root()) {
		if v.nearest == "" {
			cfg.Log.Warn("unknown environment variable", "name", v.name)
		} else {
			cfg.Log.Warn("unknown environment variable", "name", v.name, "known", v.nearest)
		}
	}
	for flag, networks := range map[string]*[]netip.Prefix{
		"trusted-proxies": &cfg.TrustedProxies, "key-set-networks": &cfg.KeySetNetworks, "webhook-networks": &cfg.WebhookNetworks,
	} {
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
	for _, read := range []func(*cli.Command, *handlers.Config) error{readOIDC, readTraining, readMail} {
		if err := read(c, &cfg); err != nil {
			return cfg, err
		}
	}
	if cfg.SecurityContact, err = securityContact(c); err != nil {
		return cfg, err
	}
	cfg.Version = version()
	cfg.LogRequests, cfg.OwnMetrics = c.Bool("log-requests"), c.String("metrics-listen") != ""
	cfg.Files = append(databaseFiles(c), secretFiles(c)...)
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

// logger makes the log of the flags.
func logger(c *cli.Command) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.String("log-level"))); err != nil {
		return nil, usagef(c, "--log-level must be debug, info, warn or error")
	}
	out, options := c.Root().ErrWriter, &slog.HandlerOptions{Level: level}
	switch c.String("log-format") {
	case "text":
		return slog.New(slog.NewTextHandler(out, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(out, options)), nil
	}
	return nil, usagef(c, "--log-format must be text or json")
}

// publicURL returns the address of --public-url without a final slash, or nil.
func publicURL(c *cli.Command) (*url.URL, error) {
	text := c.String("public-url")
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, usagef(c, "--public-url must be an address such as https://news.example/winnow")
	}
	if u.Path != "" && path.Clean(u.Path) != u.Path {
		return nil, usagef(c, "--public-url: the path must not have empty or dot segments")
	}
	return u, nil
}
