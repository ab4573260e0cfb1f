package models

import (
	"time"
	"unicode/utf8"
)

// Role is what a person of the newsroom may do. Each role includes the ones
// before it.
type Role string

const (
	RoleModerator Role = "moderator" // works the queue
	RoleEditor    Role = "editor"    // also reads statistics and audit, exports labels, changes sites
	RoleAdmin     Role = "admin"     // also administers models, sites and moderators
)

var roleRank = map[Role]int{RoleModerator: 1, RoleEditor: 2, RoleAdmin: 3}

// Valid reports whether r is one of the three roles.
func (r Role) Valid() bool { return roleRank[r] > 0 }

// AtLeast reports whether r includes least.
func (r Role) AtLeast(least Role) bool { return r.Valid() && roleRank[r] >= roleRank[least] }

// Moderator is a person of the newsroom with a login.
type Moderator struct {
	Name         string   `json:"name"`
	Role         Role     `json:"role"`
	Sites        []string `json:"sites,omitempty"` // empty: all sites
	Disabled     bool     `json:"disabled,omitempty"`
	PasswordHash string   `json:"-"` // argon2id, PHC string format; empty: no password
	Subject      string   `json:"-"` // issuer and id at an OpenID provider; empty: none
	// TemporaryPassword says that somebody else has set the password. The console
	// asks for another one.
	TemporaryPassword bool      `json:"temporary_password,omitempty"`
	TOTP              TOTP      `json:"-"`
	HasTOTP           bool      `json:"totp,omitempty"` // derived from TOTP when it is read
	Settings          Settings  `json:"-"`
	CreatedAt         time.Time `json:"created_at"`
}

// Validate checks a moderator before it is stored.
func (m Moderator) Validate() error {
	var bad Invalid
	if n := utf8.RuneCountInString(m.Name); n == 0 || n > MaxName || Clean(m.Name) != m.Name || Blank(m.Name) {
		bad.Add("name", "must have 1 to %d visible characters", MaxName)
	}
	if !m.Role.Valid() {
		bad.Add("role", "must be moderator, editor or admin")
	}
	for _, s := range m.Sites {
		if !ValidSlug(s) {
			bad.Add("sites", "%q is not a site's slug", s)
		}
	}
	return bad.Err()
}

// IsGlobalAdmin reports whether m may administer all sites and people.
func (m Moderator) IsGlobalAdmin() bool {
	return m.Role == RoleAdmin && !m.Disabled && len(m.Sites) == 0
}
