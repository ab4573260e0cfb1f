package node

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/models"
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
	home := func(a string) netip.Prefix { return models.HouseholdOf(netip.MustParseAddr(a)) }
	one, two, none := home("192.0.2.1"), home("192.0.2.2"), netip.Prefix{}
	limitOf := func(p netip.Prefix) string { return n.LimitKey("address", p.String()) }
	client := func(p netip.Prefix) string {
		t.Helper()
		h, err := n.ClientHash(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	before, limit, report, key := client(one), limitOf(one), n.ReporterID("c1", one), n.RepeatKey("k", "l")
	for name, ok := range map[string]bool{
		"a pseudonym is 128 bits in hexadecimal":           len(before) == 32 && strings.Trim(before, "0123456789abcdef") == "",
		"a household always has the same pseudonym":        client(one) == before,
		"two households have different pseudonyms":         client(two) != before,
		"each purpose has pseudonyms of its own":           limit != before && report != before && report != key,
		"addresses of one /64 are one client":              client(home("2001:db8::1")) == client(home("2001:db8::2")),
		"addresses of different /64 are not":               client(home("2001:db8::1")) != client(home("2001:db8:0:1::1")),
		"a household and an author have limits apart":      n.LimitKey("author", one.String()) != limit,
		"an unknown household has none":                    n.LimitKey("address", "") == "" && n.ReporterID("c1", none) == "",
		"a household reports each comment under a new one": n.ReporterID("c2", one) != report,
		"parts of a key cannot move into the next":         n.RepeatKey("kl") != key && n.RepeatKey("", "kl") != key && n.RepeatKey("k", "l", "") != key,
	} {
		if !ok {
			t.Errorf("not true: %s", name)
		}
	}
	at = at.AddDate(0, 0, 8)
	if client(one) == before || limitOf(one) == limit {
		t.Error("a pseudonym outlives its period")
	}
	if n.ReporterID("c1", one) != report || n.RepeatKey("k", "l") != key {
		t.Error("what is made with the secret changes with the period")
	}
	at = time.Unix(-1e9, 0)
	if _, err := n.ClientHash(t.Context(), one); err == nil {
		t.Error("an address is hashed with the key of another period")
	}
}

func TestPseudonymsAreSafeForConcurrentUse(t *testing.T) {
	n := pseudonymNode(t, time.Now)
	home := models.HouseholdOf(netip.MustParseAddr("192.0.2.1"))
	want := n.ReporterID("c1", home)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				if got := n.ReporterID("c1", home); got != want {
					t.Errorf("%s, want %s", got, want)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestTheHouseholdOfACommentIsFoundAmongItsNetwork(t *testing.T) {
	at := time.Unix(1e9, 0)
	n := pseudonymNode(t, func() time.Time { return at })
	for _, address := range []string{"192.0.2.0", "192.0.2.255", "2001:db8:1::1", "2001:db8:1:ffff::1", "255.255.255.255"} {
		who := models.Identity{}.At(netip.MustParseAddr(address))
		hash, err := n.ClientHash(t.Context(), who.Household)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := n.FindHousehold(t.Context(), hash, who.Network.String()); err != nil || got != who.Household {
			t.Errorf("of %s found %v, %v", address, got, err)
		}
		for _, other := range [][2]string{{hash, "198.51.100.0/24"}, {hash, ""}, {"", who.Network.String()}, {"x", "255.255.255.0/24"}} {
			if got, err := n.FindHousehold(t.Context(), other[0], other[1]); models.KindOf(err) != models.KindNotFound {
				t.Errorf("%q in %q is %v, %v", other[0], other[1], got, err)
			}
		}
		at = at.AddDate(0, 0, 8)
		if _, err := n.FindHousehold(t.Context(), hash, who.Network.String()); models.KindOf(err) != models.KindNotFound {
			t.Errorf("%s is found in the next period: %v", address, err)
		}
	}
}

func TestBrowserTokens(t *testing.T) {
	n := pseudonymNode(t, time.Now)
	id := NewBrowser()
	token := n.BrowserToken("gazette", id)
	if n.Browser("gazette", token) != id || NewBrowser() == id {
		t.Error("a token does not name its browser")
	}
	forged := token[:len(token)-1] + string("0123456789abcdef"[(strings.IndexByte("0123456789abcdef", token[len(token)-1])+1)%16])
	for _, bad := range []string{"", ".", id, id + ".", forged, token + "0", NewBrowser() + token[32:], strings.ToUpper(token)} {
		if got := n.Browser("gazette", bad); got != "" {
			t.Errorf("%q names the browser %q", bad, got)
		}
	}
	if n.Browser("herald", token) != "" {
		t.Error("a token is good on another site")
	}
}
