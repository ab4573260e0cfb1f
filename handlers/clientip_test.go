package handlers_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"winnow/handlers"
	"winnow/storage/memory"
)

func TestForwardedAddresses(t *testing.T) {
	// Everything here comes from 127.0.0.1.
	f := newTestSite(t)
	for name, test := range map[string]struct {
		trusted, forwarded, net string
	}{
		"nobody is trusted":            {"", "192.0.2.1", "127.0.0.0/24"},
		"the proxy is trusted":         {"127.0.0.0/8", "192.0.2.1", "192.0.2.0/24"},
		"the last untrusted one":       {"127.0.0.0/8", "203.0.113.9, 192.0.2.1", "192.0.2.0/24"},
		"trusted hops are passed":      {"127.0.0.0/8,10.0.0.0/8", "203.0.113.9, 192.0.2.1, 10.1.1.1", "192.0.2.0/24"},
		"private is not trusted":       {"127.0.0.0/8", "192.0.2.1, 10.1.1.1", "10.1.1.0/24"},
		"IPv6":                         {"127.0.0.0/8", "2001:db8:1:2::3", "2001:db8:1::/48"},
		"IPv4 in IPv6":                 {"127.0.0.0/8", "::ffff:192.0.2.1", "192.0.2.0/24"},
		"nonsense ends the walk":       {"127.0.0.0/8", "192.0.2.1, unknown", "127.0.0.0/24"},
		"trusted all the way":          {"127.0.0.0/8,10.0.0.0/8", "10.2.2.2", "10.2.2.0/24"},
		"a proxy that sends no header": {"127.0.0.0/8", "", "127.0.0.0/24"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := handlers.Config{DB: f.db, Limiter: memory.NewLimiter(f.now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil), Secret: secret}
			for p := range strings.SplitSeq(test.trusted, ",") {
				if p != "" {
					cfg.TrustedProxies = append(cfg.TrustedProxies, netip.MustParsePrefix(p))
				}
			}
			f.base, _ = start(t, cfg)
			h := headers{"Origin": page}
			if test.forwarded != "" {
				h["X-Forwarded-For"] = test.forwarded
			}
			var p posted
			f.send("POST", "/v1/comments", h, comment(object{"site": "gazette"})).into(http.StatusCreated, &p)
			c, err := f.db.Comment(t.Context(), p.ID)
			f.must(err)
			if c.Client.Net != test.net {
				t.Errorf("the client's network is %s, want %s", c.Client.Net, test.net)
			}
		})
	}
}
