package models

import (
	"net/netip"
	"slices"
)

// CallerKind says how a caller was authenticated.
type CallerKind string

const (
	Anonymous   CallerKind = ""          // no credentials
	ByKey       CallerKind = "site"      // a front end's server, with the site's secret key
	ByOrigin    CallerKind = "browser"   // a reader's browser on one of the site's pages
	ByModerator CallerKind = "moderator" // a person of the newsroom
	ByCommand   CallerKind = "command"   // the operator, on the command line
	BySystem    CallerKind = "system"    // the server itself
)

// Caller is the principal of a request. Storage writes it into the audit trail.
type Caller struct {
	Kind    CallerKind
	Site    string     // for ByKey and ByOrigin
	Name    string     // the moderator's name, or the operator's; for ByKey: as String
	Role    Role       // for ByModerator
	Sites   []string   // a moderator's sites; empty: all. For ByKey: its site alone
	Session string     // id of a moderator's session
	Address netip.Addr // where the request came from; may be invalid
}

// KeyCaller is the caller of a request with a key of a site.
func KeyCaller(site, key string) Caller {
	c := Caller{Kind: ByKey, Site: site, Sites: []string{site}}
	c.Name = c.String() + "/" + key
	return c
}

// System is the caller of what the server does by itself, because it is set up to.
var System = Caller{Kind: ByCommand, Name: "winnow"}

// CanSee reports whether the caller may know of the site and its records.
func (c Caller) CanSee(site string) bool {
	switch c.Kind {
	case ByCommand:
		return true
	case ByModerator:
		return len(c.Sites) == 0 || slices.Contains(c.Sites, site)
	case ByKey, ByOrigin:
		return c.Site == site
	}
	return false
}

// IsEditor reports whether the caller has the rights of an editor.
func (c Caller) IsEditor() bool {
	return c.Kind == ByCommand || c.Kind == ByModerator && c.Role.AtLeast(RoleEditor)
}

// String names the caller in logs and in the audit trail.
func (c Caller) String() string {
	switch c.Kind {
	case ByKey, ByOrigin:
		if c.Name != "" {
			return c.Name
		}
		return string(c.Kind) + ":" + c.Site
	case ByModerator, ByCommand:
		return string(c.Kind) + ":" + c.Name
	case BySystem:
		return string(c.Kind)
	}
	return "anonymous"
}
