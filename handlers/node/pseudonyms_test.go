package node

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// pseudonymNode is a node whose keys of addresses are named after their period.
func pseudonymNode(t *testing.T, now func() time.Time) *Node {
	t.Helper()
	n := &Node{secret: newPseudonymizer([]byte("secret")), addresses: &addressKeys{now: now, load: func(_ context.Context, period int64) ([]byte, error) {
		if period < 0 {
			return nil, errors.New("the database does not answer")
		}
		return []byte{byte(period)}, nil
	}}}
	if err := n.RenewAddressKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPseudonyms(t *testing.T) {
	at := time.Unix(1e9, 0)
	n := pseudonymNode(t, func() time.Time { return at })
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	home, same, other := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("2001:db8:0:1::1")
	client := func(a netip.Addr) string {
		t.Helper()
		h, err := n.ClientHash(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	before, limit, report, key := client(one), n.LimitKey(one), n.ReporterID("c1", one), n.IdempotencyKey(one, "k")
	for name, ok := range map[string]bool{
		"a pseudonym is 128 bits in hexadecimal":                len(before) == 32 && strings.Trim(before, "0123456789abcdef") == "",
		"an address always has the same pseudonym":              client(one) == before,
		"two addresses have different pseudonyms":               client(two) != before,
		"each purpose has pseudonyms of its own":                limit != before && report != before && report != key,
		"addresses of one /64 share a limit":                    n.LimitKey(home) == n.LimitKey(same),
		"addresses of different /64 do not":                     n.LimitKey(home) != n.LimitKey(other),
		"an IPv4 address in IPv6 form counts as itself":         n.LimitKey(netip.MustParseAddr("::ffff:192.0.2.1")) == limit,
		"an invalid address has none":                           n.LimitKey(netip.Addr{}) == "" && n.ReporterID("c1", netip.Addr{}) == "",
		"an address reports each comment under another name":    n.ReporterID("c2", one) != report,
		"equal idempotency keys of two addresses are different": n.IdempotencyKey(two, "k") != key,
	} {
		if !ok {
			t.Errorf("not true: %s", name)
		}
	}
	at = at.AddDate(0, 0, 8)
	if client(one) == before || n.LimitKey(one) == limit {
		t.Error("a pseudonym outlives its period")
	}
	if n.ReporterID("c1", one) != report || n.IdempotencyKey(one, "k") != key {
		t.Error("what is made with the secret changes with the period")
	}
	at = time.Unix(-1e9, 0)
	if _, err := n.ClientHash(t.Context(), one); err == nil {
		t.Error("an address is hashed with the key of another period")
	}
}

func TestPseudonymsAreSafeForConcurrentUse(t *testing.T) {
	n := pseudonymNode(t, time.Now)
	want := n.ReporterID("c1", netip.MustParseAddr("192.0.2.1"))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				if got := n.ReporterID("c1", netip.MustParseAddr("192.0.2.1")); got != want {
					t.Errorf("%s, want %s", got, want)
					return
				}
			}
		})
	}
	all.Wait()
}
