package handlers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"winnow/models"
	"winnow/storage"
)

// addresses hashes addresses with the key of the current period, which all
// nodes share. When the period is over nobody has the key any more.
type addresses struct {
	load func(ctx context.Context, period int64) ([]byte, error)
	now  func() time.Time

	asking  sync.Mutex
	current atomic.Pointer[addressKey]
}

type addressKey struct {
	period int64
	*hider
}

// renew gets the key of a period that has begun since the last call.
func (a *addresses) renew(ctx context.Context) error {
	period := storage.AddressPeriod(a.now())
	if k := a.current.Load(); k != nil && k.period == period {
		return nil
	}
	a.asking.Lock()
	defer a.asking.Unlock()
	if k := a.current.Load(); k != nil && k.period == period {
		return nil
	}
	key, err := a.load(ctx, period)
	if err != nil {
		return fmt.Errorf("key of addresses: %w", err)
	}
	a.current.Store(&addressKey{period, newHider(key)})
	return nil
}

// hash hides a text with the key of the last renewal, of which there was one.
func (a *addresses) hash(text string) string { return a.current.Load().hide(text) }

// hider hides texts with a key. It keeps what is made of the key, which takes
// longer than a text.
type hider struct{ macs sync.Pool }

type mac struct {
	hash.Hash
	text []byte // room for a text, then for its sum
}

func newHider(key []byte) *hider {
	return &hider{sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, key)} }}}
}

// hide returns 128 bits of the HMAC-SHA256 (RFC 2104) of a text, in hexadecimal.
func (h *hider) hide(text string) string {
	m := h.macs.Get().(*mac)
	defer h.macs.Put(m)
	m.Reset()
	m.text = append(m.text[:0], text...)
	m.Write(m.text)
	m.text = m.Sum(m.text[:0])
	return hex.EncodeToString(m.text[:16])
}

// client is what may be kept of a client: never its address.
func (s *Server) client(ctx context.Context, address netip.Addr, r *clientRequest) (models.Client, error) {
	c := models.Client{UserAgent: shorten(models.Clean(r.UserAgent), models.MaxUserAgent), Referrer: shorten(models.Clean(r.Referrer), models.MaxURL)}
	if !address.IsValid() {
		return c, nil
	}
	if err := s.addresses.renew(ctx); err != nil {
		return c, err
	}
	c.Hash = s.addresses.hash("address " + address.String())
	bits := 24
	if address.Is6() {
		bits = 48
	}
	net, _ := address.Prefix(bits) // both lengths are in range
	c.Net = net.String()
	return c, nil
}

// shorten cuts s to at most n characters.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// idempotencyKey returns the key under which a request may be repeated. Those
// of browsers are kept apart by address: strangers must not meet in one key. It
// says nothing of the address to whoever does not know the browser's own key,
// and outlives the keys of addresses.
func (s *Server) idempotencyKey(r *http.Request, from speaker) (string, error) {
	key := r.Header.Get("Idempotency-Key")
	hidden := func(r rune) bool { return r < '!' || r > '~' }
	switch {
	case key == "":
		return "", nil
	case len(key) > models.MaxID || strings.IndexFunc(key, hidden) >= 0:
		return "", invalid("Idempotency-Key", "must have 1 to 200 visible ASCII characters")
	case from.key:
		return "key " + key, nil
	}
	return "browser " + s.hider.hide("repeat "+from.address.String()+" "+key), nil
}

// witness stands for an address that reports a comment. It is another one for
// each comment, so that it tells nothing about who reports what, and it stays
// when the key of addresses changes.
func (s *Server) witness(comment string, address netip.Addr) string {
	if !address.IsValid() {
		return ""
	}
	return s.hider.hide("report " + comment + " " + address.String())
}

// addressKey is what an address counts as in limits, hidden: itself, or its /64,
// which is what one household has of IPv6. It is empty for an invalid address.
func (s *Server) addressKey(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	a = a.Unmap()
	if a.Is6() {
		p, _ := a.Prefix(64) // any IPv6 address has one
		a = p.Addr()
	}
	return s.addresses.hash("limit " + a.String())
}
