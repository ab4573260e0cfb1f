package node

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"winnow/models"
	"winnow/storage"
)

// ClientHash returns the pseudonym of a client's household that comments keep, with the
// key of the current period.
func (n *Node) ClientHash(ctx context.Context, household netip.Prefix) (string, error) {
	if err := n.addresses.renew(ctx); err != nil {
		return "", err
	}
	return n.addresses.clientHash(household), nil
}

func (a *addressKeys) clientHash(household netip.Prefix) string {
	return a.pseudonym("address " + household.Addr().String())
}

// FindHousehold returns the household that a ClientHash was made of, if that was in the
// current period: it tries all households of the network.
func (n *Node) FindHousehold(ctx context.Context, hash, network string) (netip.Prefix, error) {
	none := models.Errorf(models.KindNotFound, "the address of this comment is not known any more")
	within, err := netip.ParsePrefix(network)
	if err != nil || hash == "" {
		return netip.Prefix{}, none
	}
	if err := n.addresses.renew(ctx); err != nil {
		return netip.Prefix{}, err
	}
	for household := models.HouseholdOf(within.Addr()); within.Contains(household.Addr()); household = nextHousehold(household) {
		if n.addresses.clientHash(household) == hash {
			return household, nil
		}
	}
	return netip.Prefix{}, none
}

// nextHousehold returns the household after p, invalid after the last one.
func nextHousehold(p netip.Prefix) netip.Prefix {
	bytes := p.Addr().AsSlice()
	for i := p.Bits()/8 - 1; i >= 0; i-- {
		if bytes[i]++; bytes[i] != 0 {
			break
		}
	}
	next, _ := netip.AddrFromSlice(bytes)
	return models.HouseholdOf(next)
}

// LimitKey returns the pseudonym that an address, a household or an id counts as in rate
// limits; kind keeps them apart. It is empty for an invalid prefix's text, "".
func (n *Node) LimitKey(kind, value string) string {
	if value == "" {
		return ""
	}
	return n.addresses.pseudonym("limit " + kind + " " + value)
}

// RepeatKey returns the key under which a post is stored, so that it can be repeated. It is
// made with the secret, because it must outlive the keys of addresses. No two lists of parts
// have the same key.
func (n *Node) RepeatKey(parts ...string) string {
	size := len("repeat")
	for _, part := range parts {
		size += len(part) + len(" 12345 ")
	}
	text := append(make([]byte, 0, size), "repeat"...)
	for _, part := range parts {
		text = strconv.AppendInt(append(text, ' '), int64(len(part)), 10)
		text = append(append(text, ' '), part...)
	}
	return n.secret.pseudonym(string(text))
}

// ReporterID returns the pseudonym of a household that reports a comment. It
// differs for each comment, so that it does not show who reports what, and it
// is made with the secret, so that a report counts once also after the key of
// addresses has changed. It is empty for an unknown household.
func (n *Node) ReporterID(comment string, household netip.Prefix) string {
	if !household.IsValid() {
		return ""
	}
	return n.secret.pseudonym("report " + comment + " " + household.Addr().String())
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
