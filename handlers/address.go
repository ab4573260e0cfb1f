package handlers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"strings"

	"winnow/models"
)

// client is what may be kept of a client: never its address.
func (s *Server) client(address netip.Addr, r *clientRequest) models.Client {
	c := models.Client{UserAgent: shorten(models.Clean(r.UserAgent), models.MaxUserAgent), Referrer: shorten(models.Clean(r.Referrer), models.MaxURL)}
	if !address.IsValid() {
		return c
	}
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte("address " + address.String()))
	c.Hash = hex.EncodeToString(mac.Sum(nil)[:16])
	bits := 24
	if address.Is6() {
		bits = 48
	}
	net, _ := address.Prefix(bits) // both lengths are in range
	c.Net = net.String()
	return c
}

// shorten cuts s to at most n characters.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// idempotencyKey returns the key under which a request may be repeated. Those
// of browsers are kept apart by address: strangers must not meet in one key.
func idempotencyKey(r *http.Request, from speaker) (string, error) {
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
	return "browser " + from.client.Hash + " " + key, nil
}

// addressKey is what an address counts as: itself, or its /64, which is what
// one household has of IPv6. It is empty for an invalid address.
func addressKey(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	a = a.Unmap()
	if a.Is6() {
		p, _ := a.Prefix(64) // any IPv6 address has one
		return p.String()
	}
	return a.String()
}
