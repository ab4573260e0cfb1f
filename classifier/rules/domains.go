package rules

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"winnow/models"
)

// domains is a set of canonical domain names.
type domains map[string]struct{}

func newDomains(bad *models.Invalid, field string, list []string) domains {
	d := make(domains, len(list))
	for i, s := range list {
		host := CanonicalHost(strings.TrimPrefix(s, "*."))
		if host == "" {
			bad.Add(fmt.Sprintf("%s[%d]", field, i), "must be a domain such as spam.example")
			continue
		}
		d[host] = struct{}{}
	}
	return d
}

// contains reports whether a canonical host is one of the domains or a subdomain.
func (d domains) contains(host string) bool {
	for len(d) > 0 && host != "" {
		if _, found := d[host]; found {
			return true
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return false
}

// idnaProfile maps names as browsers do (UTS #46, not transitional) and accepts
// names that registries would refuse.
var idnaProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false))

// CanonicalHost returns a host as browsers look it up: lower case, Punycode,
// percent-decoded, without the final dot. It returns "" for an invalid name, such
// as one with two dots in a row.
func CanonicalHost(host string) string {
	if strings.Contains(host, "%") {
		if decoded, err := url.PathUnescape(host); err == nil {
			host = decoded
		}
	}
	host = strings.TrimRight(strings.ToLower(host), ".")
	if !isASCII(host) {
		if mapped, err := idnaProfile.ToASCII(host); err == nil {
			host = strings.TrimRight(mapped, ".")
		}
	}
	if len(host) > 253 || strings.HasPrefix(host, ".") || strings.Contains(host, "..") {
		return ""
	}
	return host
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
