package models

import (
	"slices"
	"strings"
	"time"
)

// KeyScope is one kind of use that a site's key is allowed.
type KeyScope string

const (
	ScopePost     KeyScope = "post"     // posts, edits and reports comments
	ScopeRead     KeyScope = "read"     // reads public comments, and what became of one
	ScopeArticles KeyScope = "articles" // lists and describes articles
	ScopeModerate KeyScope = "moderate" // works the queue of the site, with the rights of the role moderator
	ScopeExport   KeyScope = "export"   // exports labels, statistics and the audit trail of the site
	ScopeAkismet  KeyScope = "akismet"  // calls the Akismet-compatible endpoints; a key has it alone
)

// KeyScopes are all scopes.
var KeyScopes = []KeyScope{ScopePost, ScopeRead, ScopeArticles, ScopeModerate, ScopeExport, ScopeAkismet}

// FrontEndScopes are the scopes of a key that is made without any: what a front
// end's server needs.
func FrontEndScopes() []KeyScope { return []KeyScope{ScopePost, ScopeRead, ScopeArticles} }

// MainKey is the name of the key that a site is added with.
const MainKey = "main"

// MaxSiteKeys is how many keys a site may have, those that end soon included.
const MaxSiteKeys = 50

// SiteKey is one of the secret keys of a site, without the secret. After a rotation
// two keys have the same name, until the older one ends.
type SiteKey struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Scopes    []KeyScope `json:"scopes"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by,omitempty"`
	Until     *time.Time `json:"until,omitempty"`   // when it stops working; nil: never
	UsedAt    *time.Time `json:"used_at,omitempty"` // last use, to a few minutes
}

// Allows reports whether the key has a scope.
func (k SiteKey) Allows(s KeyScope) bool { return s != "" && slices.Contains(k.Scopes, s) }

// AkismetKeyDigits is the length of the secret of a key with the scope akismet, in hexadecimal
// digits: the WordPress plugin takes no other. 48 bits are enough for a key that is accepted on
// these endpoints only, where each network can try but a few.
const AkismetKeyDigits = 12

// IsAkismetKey reports whether a secret has the form of a key with the scope akismet.
func IsAkismetKey(secret string) bool {
	return len(secret) == AkismetKeyDigits && strings.Trim(secret, "0123456789abcdef") == ""
}

// Validate checks a key before it is stored.
func (k SiteKey) Validate(now time.Time) error {
	var bad Invalid
	if !ValidSlug(k.Name) {
		bad.Add("name", "must be 1 to 63 lower-case letters, digits or hyphens")
	}
	if len(k.Scopes) == 0 {
		bad.AddCode(FieldRequired, "scopes", "must not be empty")
	}
	for _, s := range k.Scopes {
		if !slices.Contains(KeyScopes, s) {
			bad.Add("scopes", "%q is not one of %s", s, scopeList())
		}
	}
	if len(k.Scopes) > 1 && k.Allows(ScopeAkismet) {
		bad.Add("scopes", "%s must be the only one: its keys are short", ScopeAkismet)
	}
	if k.Until != nil && !k.Until.After(now) {
		bad.Add("until", "must be later than now")
	}
	return bad.Err()
}

func scopeList() string {
	names := make([]string, len(KeyScopes))
	for i, s := range KeyScopes {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}
