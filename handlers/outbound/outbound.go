// Package outbound makes HTTP clients for addresses that admins of sites have set. Such an
// address must not lead the server to machines that only the server can reach (server-side
// request forgery): what a name was resolved to is checked when it is connected to, redirects
// are not followed, and no proxy is used, which would connect for us, unchecked.
//
// It imports nothing of this module.
package outbound

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

var (
	// ErrAddress is the cause of a request that fails because it leads to an address that is
	// not public.
	ErrAddress = errors.New("not a public address")
	// ErrPlain is the cause of one by plain HTTP to a public address.
	ErrPlain = errors.New("its address must begin with https://")
	// ErrRedirect is the cause of one that is answered by a redirect, unless the client hands
	// redirects out.
	ErrRedirect = errors.New("redirects are not followed")
)

const maxHeaderBytes = 64 << 10

// Networks are networks that may be connected to although they are not public, by plain HTTP
// too.
type Networks []netip.Prefix

// Client returns a client that connects to public addresses by HTTPS, and to those of the
// networks by any. timeout is for a whole request.
func (n Networks) Client(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		Transport:     schemes{http: n.transport(timeout, n.checkListed), https: n.transport(timeout, n.Check)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return ErrRedirect },
	}
}

// schemes has a transport for plain HTTP, which may connect to fewer addresses.
type schemes struct{ http, https http.RoundTripper }

func (s schemes) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return s.https.RoundTrip(r)
	}
	return s.http.RoundTrip(r)
}

// CloseIdleConnections is called by http.Client.
func (s schemes) CloseIdleConnections() {} // there are none

func (n Networks) transport(timeout time.Duration, check func(address string) error) *http.Transport {
	dialer := &net.Dialer{Timeout: timeout, Control: func(_, address string, _ syscall.RawConn) error { return check(address) }}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
		DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// Check refuses an address, IP:PORT, that is neither public nor in the networks.
func (n Networks) Check(address string) error {
	ip, err := ipOf(address)
	if err != nil || n.contain(ip) || isPublic(ip) {
		return err
	}
	return fmt.Errorf("%s is %w", ip, ErrAddress)
}

// CheckURL refuses a URL that Client would refuse whatever names lead to: an IP address, or
// this machine by its name, and plain HTTP where no network is listed. What else a name leads
// to shows when it is connected to.
func (n Networks) CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil // which is no URL of a receiver: others say so
	}
	isPlain := strings.EqualFold(u.Scheme, "http")
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	ip, err := netip.ParseAddr(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") { // RFC 6761
		ip, err = netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	}
	switch {
	case err != nil && isPlain && len(n) == 0:
		return ErrPlain
	case err != nil:
		return nil
	case isPlain:
		return n.checkListed(netip.AddrPortFrom(ip, 1).String())
	}
	return n.Check(netip.AddrPortFrom(ip, 1).String())
}

// checkListed refuses an address that is not in the networks.
func (n Networks) checkListed(address string) error {
	ip, err := ipOf(address)
	switch {
	case err != nil || n.contain(ip):
		return err
	case isPublic(ip):
		return ErrPlain
	}
	return fmt.Errorf("%s is %w", ip, ErrAddress)
}

func ipOf(address string) (netip.Addr, error) {
	at, err := netip.ParseAddrPort(address)
	return at.Addr().Unmap().WithZone(""), err
}

func (n Networks) contain(ip netip.Addr) bool {
	return slices.ContainsFunc(n, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// Reason says in a few words why a request failed: without the address that a name led to, or
// what else the network said.
func Reason(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	var failed *url.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrAddress):
		return "its address is not public"
	case errors.Is(err, ErrPlain):
		return ErrPlain.Error()
	case errors.Is(err, ErrRedirect):
		return ErrRedirect.Error()
	case errors.As(err, &dns):
		return "its name cannot be resolved"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no reply in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.As(err, &failed):
		return "the connection failed"
	}
	return "the request failed"
}

// notPublic are networks that netip.Addr has no method for: those of the special-purpose
// registries of the IANA, which include those that stand for IPv4 addresses in IPv6, and one
// address that reaches the host of a virtual machine.
var notPublic = parse(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"168.63.129.16/32",
	"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func parse(prefixes ...string) (parsed []netip.Prefix) {
	for _, p := range prefixes {
		parsed = append(parsed, netip.MustParsePrefix(p))
	}
	return parsed
}

func isPublic(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(ip) })
}
