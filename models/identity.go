package models

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// Identity is who a request comes from, as far as that is known: limits, reports, bans,
// repeated posts and campaigns tell readers apart by it. A reader whom the site vouches
// for is the ID; of a stranger there are the browser, the household and the name.
type Identity struct {
	ID        string       // that the site's key or a reader token vouches for; "": a stranger
	Browser   string       // id in the browser's signed token; "": no valid token
	Household netip.Prefix // see HouseholdOf; invalid: unknown
	Network   netip.Prefix // see NetworkOf; invalid: unknown
	Name      string       // folded, see package names
	Email     string       // folded, see FoldEmail
}

// At returns the identity with the household and the network of an address.
func (i Identity) At(a netip.Addr) Identity {
	i.Household, i.Network = HouseholdOf(a), NetworkOf(a)
	return i
}

// Vouched reports whether the site vouches for the reader.
func (i Identity) Vouched() bool { return i.ID != "" }

// Writer names the author of a text among those who write from one household: the ID, or
// else the household and the folded name. A household that is unknown is one for all.
func (i Identity) Writer() string {
	if i.Vouched() {
		return "id " + i.ID
	}
	return "household " + PrefixText(i.Household) + " name " + i.Name
}

// HouseholdOf returns what one household has: an IPv4 address, or an IPv6 /64. It is
// invalid for an invalid address.
func HouseholdOf(a netip.Addr) netip.Prefix { return prefixOf(a, 32, 64) }

// NetworkOf returns the network around a household: an IPv4 /24, or an IPv6 /48.
func NetworkOf(a netip.Addr) netip.Prefix { return prefixOf(a, 24, 48) }

func prefixOf(a netip.Addr, bits4, bits6 int) netip.Prefix {
	bits := bits4
	if a = a.Unmap().WithZone(""); a.Is6() {
		bits = bits6
	}
	p, _ := a.Prefix(bits) // both lengths are in range
	return p
}

// PrefixText is a prefix as text, "" when it is invalid.
func PrefixText(p netip.Prefix) string {
	if !p.IsValid() {
		return ""
	}
	return p.String()
}

// ParseAddress reads an IP address as proxies and front ends write it: with a port
// (192.0.2.1:443, [2001:db8::1]:443), in brackets, or alone. The port and the zone are
// dropped, and an IPv4 address in IPv6 form becomes IPv4.
func ParseAddress(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	bare := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare = s[1 : len(s)-1]
	}
	a, err := netip.ParseAddr(bare)
	if err != nil {
		var withPort netip.AddrPort
		withPort, err = netip.ParseAddrPort(s)
		a = withPort.Addr()
	}
	return a.Unmap().WithZone(""), err == nil
}

// FoldEmail returns the form in which e-mail addresses are compared: in lower case, without
// what follows a plus sign in the mailbox, with the domain in ASCII; for Gmail, which
// ignores dots, without these. What is no address is only put into lower case.
func FoldEmail(email string) string {
	email = strings.ToLower(strings.TrimSpace(email))
	at := strings.LastIndexByte(email, '@')
	if at <= 0 {
		return email
	}
	mailbox, domain := email[:at], strings.TrimSuffix(email[at+1:], ".")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	if i := strings.IndexByte(mailbox, '+'); i > 0 {
		mailbox = mailbox[:i]
	}
	if domain == "gmail.com" || domain == "googlemail.com" {
		domain = "gmail.com"
		if plain := strings.ReplaceAll(mailbox, ".", ""); plain != "" {
			mailbox = plain
		}
	}
	return mailbox + "@" + domain
}

// ParsePrefix reads what PrefixText wrote; what is none becomes an invalid prefix.
func ParsePrefix(s string) netip.Prefix {
	p, _ := netip.ParsePrefix(s)
	return p
}
