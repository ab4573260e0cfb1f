package selfcheck

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"winnow/models"
)

const (
	// memory is how long an observation counts.
	memory = time.Hour
	// maxPeers bounds what strangers can make this node remember.
	maxPeers = 64
	// minForwarded is how many different addresses a peer on the internet must forward
	// before it looks like a proxy. One on a private network always does.
	minForwarded = 20
	maxHop       = 40 // bytes of an unreadable hop that are shown
)

// Traffic is what the requests of a node show about its set-up. It remembers little:
// anybody can send headers.
type Traffic struct {
	now  func() time.Time
	news chan struct{} // holds one signal: there is something new

	mu        sync.Mutex
	forwarded map[netip.Addr]*peer
	hops      map[netip.Addr]badHop
	unnamed   map[string]time.Time // sites whose server names no client
}

// peer is an untrusted one that sends X-Forwarded-For.
type peer struct {
	seen      time.Time
	addresses map[string]bool
}

type badHop struct {
	seen time.Time
	hop  string
}

func newTraffic(now func() time.Time) *Traffic {
	return &Traffic{
		now: now, news: make(chan struct{}, 1),
		forwarded: map[netip.Addr]*peer{}, hops: map[netip.Addr]badHop{}, unnamed: map[string]time.Time{},
	}
}

// Forwarded notes that a peer that is not trusted has sent X-Forwarded-For.
func (t *Traffic) Forwarded(from netip.Addr, header string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.forwarded[from]
	if p == nil {
		if len(t.forwarded) >= maxPeers {
			return
		}
		p = &peer{addresses: map[string]bool{}}
		t.forwarded[from] = p
		t.signal()
	}
	p.seen = t.now()
	if len(p.addresses) < minForwarded {
		if p.addresses[strings.Clone(header[:min(len(header), maxHop)])] = true; len(p.addresses) == minForwarded {
			t.signal()
		}
	}
}

// UnreadableHop notes that a trusted proxy has sent an address that is none.
func (t *Traffic) UnreadableHop(from netip.Addr, hop string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.hops[from]; !known {
		if len(t.hops) >= maxPeers {
			return
		}
		t.signal()
	}
	t.hops[from] = badHop{t.now(), strings.Clone(hop[:min(len(hop), maxHop)])}
}

// UnnamedClient notes that a site's server has posted without client.ip.
func (t *Traffic) UnnamedClient(site string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.unnamed[site]; !known {
		t.signal()
	}
	t.unnamed[site] = t.now()
}

func (t *Traffic) signal() {
	select {
	case t.news <- struct{}{}:
	default:
	}
}

// findings forgets what is long ago, and returns what the rest means.
func (t *Traffic) findings() []models.Finding {
	t.mu.Lock()
	defer t.mu.Unlock()
	since := t.now().Add(-memory)
	var proxies, hops, sites []string
	for a, p := range t.forwarded {
		switch {
		case p.seen.Before(since):
			delete(t.forwarded, a)
		case isPrivate(a) || len(p.addresses) >= minForwarded:
			proxies = append(proxies, a.String())
		}
	}
	for a, h := range t.hops {
		if h.seen.Before(since) {
			delete(t.hops, a)
			continue
		}
		hops = append(hops, fmt.Sprintf("%q (from %s)", h.hop, a))
	}
	for site, seen := range t.unnamed {
		if seen.Before(since) {
			delete(t.unnamed, site)
			continue
		}
		sites = append(sites, site)
	}
	var found list
	if len(proxies) > 0 {
		slices.Sort(proxies)
		found.add("proxies", models.SeverityError, "addresses", strings.Join(proxies, ","))
	}
	if len(hops) > 0 {
		slices.Sort(hops)
		found.add("hops", models.SeverityError, "entries", strings.Join(hops, ", "))
	}
	if len(sites) > 0 {
		slices.Sort(sites)
		found.add("client-ip", models.SeverityWarning, "sites", strings.Join(sites, ", "))
	}
	return found
}

func isPrivate(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || carrier.Contains(a)
}

// carrier is the shared address space of RFC 6598, which cloud networks use too.
var carrier = netip.MustParsePrefix("100.64.0.0/10")
