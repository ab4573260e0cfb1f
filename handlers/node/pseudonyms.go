package node

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"winnow/storage"
)

// ClientHash returns the pseudonym of a client's address that comments keep. It
// is made with the key of the current period.
func (n *Node) ClientHash(ctx context.Context, address netip.Addr) (string, error) {
	if err := n.addresses.renew(ctx); err != nil {
		return "", err
	}
	return n.addresses.pseudonym("address " + address.String()), nil
}

// LimitKey returns the pseudonym that an address counts as in rate limits. IPv6
// addresses count by their /64, which is what one household has. It is empty
// for an invalid address.
func (n *Node) LimitKey(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	a = a.Unmap()
	if a.Is6() {
		p, _ := a.Prefix(64) // any IPv6 address has one
		a = p.Addr()
	}
	return n.addresses.pseudonym("limit " + a.String())
}

// LimitPseudonym returns what a limiter counts in place of a text that may name a
// reader. It is another one in each period.
func (n *Node) LimitPseudonym(text string) string { return n.addresses.pseudonym("counted " + text) }

// IdempotencyKey returns the key under which a browser's request is stored. It
// depends on the address as well, so that two clients that choose the same key
// do not share a reply. It is made with the secret, because it must outlive the
// keys of addresses; whoever does not know the browser's own key cannot find
// the address by trying all.
func (n *Node) IdempotencyKey(address netip.Addr, key string) string {
	return n.secret.pseudonym("repeat " + address.String() + " " + key)
}

// ReporterID returns the pseudonym of an address that reports a comment. It
// differs for each comment, so that it does not show who reports what, and it
// is made with the secret, so that a report counts once also after the key of
// addresses has changed. It is empty for an invalid address.
func (n *Node) ReporterID(comment string, address netip.Addr) string {
	if !address.IsValid() {
		return ""
	}
	return n.secret.pseudonym("report " + comment + " " + address.String())
}

// RenewAddressKey gets the key of addresses of a new period, and drops that of
// the period before.
func (n *Node) RenewAddressKey(ctx context.Context) error { return n.addresses.renew(ctx) }

// addressKeys makes pseudonyms of addresses with the key of the current period,
// which all nodes share. After the period nobody has the key any more, so
// pseudonyms of different periods cannot be compared.
type addressKeys struct {
	load func(ctx context.Context, period int64) ([]byte, error)
	now  func() time.Time

	loading sync.Mutex
	current atomic.Pointer[addressKey]
}

type addressKey struct {
	period int64
	*pseudonymizer
}

// renew loads the key of the current period, if it is not that of the last call.
func (a *addressKeys) renew(ctx context.Context) error {
	period := storage.AddressPeriod(a.now())
	if k := a.current.Load(); k != nil && k.period == period {
		return nil
	}
	a.loading.Lock()
	defer a.loading.Unlock()
	if k := a.current.Load(); k != nil && k.period == period {
		return nil
	}
	key, err := a.load(ctx, period)
	if err != nil {
		return fmt.Errorf("key of addresses: %w", err)
	}
	a.current.Store(&addressKey{period, newPseudonymizer(key)})
	return nil
}

// pseudonym uses the key of the last renewal, of which there was one.
func (a *addressKeys) pseudonym(text string) string { return a.current.Load().pseudonym(text) }

// pseudonymizer makes pseudonyms with one key. It reuses HMAC states: to make
// one of the key takes longer than to hash a text.
type pseudonymizer struct{ states sync.Pool }

type hmacState struct {
	hash.Hash
	buffer []byte // for the text, then for its sum
}

func newPseudonymizer(key []byte) *pseudonymizer {
	return &pseudonymizer{sync.Pool{New: func() any { return &hmacState{Hash: hmac.New(sha256.New, key)} }}}
}

// pseudonym returns the first 128 bits of the HMAC-SHA256 (RFC 2104) of a text,
// in hexadecimal.
func (p *pseudonymizer) pseudonym(text string) string {
	m := p.states.Get().(*hmacState)
	defer p.states.Put(m)
	m.Reset()
	m.buffer = append(m.buffer[:0], text...)
	m.Write(m.buffer)
	m.buffer = m.Sum(m.buffer[:0])
	return hex.EncodeToString(m.buffer[:16])
}
