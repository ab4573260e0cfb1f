// Package outbound makes HTTP clients for addresses that are settings of a site. Such an
// address must not lead the server to machines that only the server can reach.
//
// It imports nothing of this module.
package outbound

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

const (
	timeout   = 10 * time.Second
	maxHeader = 64 << 10
)

// Client returns a client that reaches public addresses, and those in allowed; only there
// plain HTTP is accepted. It follows no redirects, which could lead elsewhere: the reply is
// the redirect.
func Client(allowed []netip.Prefix) *http.Client {
	dialer := &net.Dialer{Timeout: timeout, Control: func(_, address string, _ syscall.RawConn) error { return check(address, allowed) }}
	return &http.Client{
		Timeout: timeout,
		Transport: guard{allowed, &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
			DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeader, // no proxy: it would connect for us, unchecked
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// guard refuses plain HTTP to what is not listed.
type guard struct {
	allowed []netip.Prefix
	next    http.RoundTripper
}

func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" {
		ip, err := netip.ParseAddr(req.URL.Hostname())
		if req.URL.Scheme != "http" || err != nil || !isListed(ip.Unmap(), g.allowed) {
			return nil, errors.New("the address must begin with https://")
		}
	}
	return g.next.RoundTrip(req)
}

// check refuses addresses that are not public. It sees what a name was resolved to, so a name
// cannot lead elsewhere after the check.
func check(address string, allowed []netip.Prefix) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap().WithZone("")
	if isListed(ip, allowed) || isPublic(ip) {
		return nil
	}
	return fmt.Errorf("%s is not a public address", ip)
}

func isListed(ip netip.Addr, allowed []netip.Prefix) bool {
	return slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// notPublic are networks that netip.Addr has no method for (IANA special-purpose registries),
// those that lead to IPv4 addresses by NAT64, 6to4 and Teredo among them.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

func isPublic(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !isListed(ip, notPublic)
}
