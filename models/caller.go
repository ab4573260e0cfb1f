package models

import (
	"net/netip"
	"slices"
)

// CallerKind says how a request proved who is behind it.
type CallerKind string

const (
	Anonymous   CallerKind = ""          // nobody known
	ByKey       CallerKind = "site"      // a front end's server, with the site's secret key
	ByOrigin    CallerKind = "browser"   // a reader's browser on one of the site's pages
	ByModerator CallerKind = "moderator" // a person of the newsroom
	ByCommand   CallerKind = "command"   // the operator, on the command line
)

// Caller is who asks. Storage writes it into the audit trail.
type Caller struct {
	Kind    CallerKind
	Site    string     // for ByKey and ByOrigin
	Name    string     // the moderator's name, or the operator's
	Role    Role       // for ByModerator
	Sites   []string   // a moderator's sites; empty: all
	Address netip.Addr // where the request came from; may be invalid
}

// Sees tells whether the caller may know that the site and what is in it exist.
func (c Caller) Sees(site string) bool {
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

// Edits tells whether the caller may do what editors may.
func (c Caller) Edits() bool {
	return c.Kind == ByCommand || c.Kind == ByModerator && c.Role.AtLeast(RoleEditor)
}

// String names the caller for logs and the audit trail.
func (c Caller) String() string {
	switch c.Kind {
	case ByKey, ByOrigin:
		return string(c.Kind) + ":" + c.Site
	case ByModerator, ByCommand:
		return string(c.Kind) + ":" + c.Name
	}
	return "anonymous"
}
