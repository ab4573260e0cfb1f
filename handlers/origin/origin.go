// Package origin writes the origins of a site's pages as browsers send them (RFC 6454),
// and compares the two. It imports nothing of this module.
package origin

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// maxLabels bounds the subdomains for which a host is compared with wildcards. A name of
// 253 bytes has at most 127 labels.
const maxLabels = 127

// wildcard stands for all subdomains of a host.
const wildcard = "*."

// Normalize returns the form in which a browser sends an origin: scheme and host in lower
// case, a name of other scripts in punycode, no default port. "https://*.example.org" stands
// for the subdomains of example.org, at any depth, not for example.org itself. The error
// says, for whoever wrote the setting, why no page can have such an origin.
func Normalize(s string) (string, error) {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", errors.New("it is not an address such as https://news.example")
	case u.Scheme == "" || u.Host == "" && !strings.Contains(s, "://"):
		return "", errors.New("it must begin with https:// or http://, as in https://news.example")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("browsers send no comments from pages of %s:, only of https:// and http://", u.Scheme)
	case u.User != nil:
		return "", errors.New("an origin has no user name")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return "", fmt.Errorf("an origin has no path: it must be %s://%s", u.Scheme, u.Host)
	}
	host, err := normalizeHost(u.Hostname())
	if err != nil {
		return "", err
	}
	port := u.Port()
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return "", errors.New("its port must be from 1 to 65535")
		}
		port = ":" + strconv.FormatUint(n, 10)
	}
	if u.Scheme == "https" && port == ":443" || u.Scheme == "http" && port == ":80" {
		port = ""
	}
	return u.Scheme + "://" + host + port, nil
}

func normalizeHost(host string) (string, error) {
	if host == "" {
		return "", errors.New("it has no host")
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if a.Zone() != "" {
			return "", errors.New("an address with a zone is no host of a page")
		}
		if a.Is6() {
			return "[" + a.String() + "]", nil
		}
		return a.String(), nil
	}
	name, wild := strings.CutPrefix(host, wildcard)
	if strings.Contains(name, "*") {
		return "", errors.New("a * stands only for all subdomains, as in https://*.news.example")
	}
	// Names with an underscore exist, and browsers show pages of them.
	profile := idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false))
	ascii, err := profile.ToASCII(name)
	if again, failed := profile.ToASCII(ascii); err != nil || failed != nil || again != ascii || !isHostName(ascii) {
		return "", fmt.Errorf("%q is not the name of a host", name)
	}
	if !wild {
		return ascii, nil
	}
	if suffix, _ := publicsuffix.PublicSuffix(ascii); suffix == ascii && ascii != "localhost" {
		return "", fmt.Errorf("*.%s would be the pages of strangers too", ascii)
	}
	return wildcard + ascii, nil
}

func isHostName(s string) bool {
	return s != "" && len(s) <= 253 && strings.IndexFunc(s, func(r rune) bool {
		return r >= 0x80 || !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_')
	}) < 0 && !strings.Contains(s, "..") && s[0] != '.'
}

// Patterns returns what a site may have set so that pages of an origin belong to it: the
// origin itself, and the wildcards for the hosts above it.
func Patterns(origin string) []string {
	if strings.Contains(origin, "*") { // no browser sends it
		return nil
	}
	patterns := []string{origin}
	scheme, host, found := strings.Cut(origin, "://")
	if !found || strings.Contains(host, "[") {
		return patterns
	}
	for range maxLabels {
		_, parent, found := strings.Cut(host, ".")
		if !found {
			break
		}
		patterns, host = append(patterns, scheme+"://"+wildcard+parent), parent
	}
	return patterns
}
