package models

import "time"

// How long a session lasts.
const (
	SessionIdleTime = 30 * 24 * time.Hour // without a refresh
	SessionLife     = 90 * 24 * time.Hour // however often it is refreshed
	// RefreshGrace is how long after a refresh the replaced token may be repeated,
	// once: its reply may have been lost.
	RefreshGrace = 10 * time.Second
)

// LoginMethod says how a moderator proved who they are.
type LoginMethod string

const (
	// LoginPassword is a login with name and password, and with a code where the
	// moderator has set that up.
	LoginPassword LoginMethod = "password"
	LoginOIDC     LoginMethod = "oidc" // a sign-in at the OpenID provider
)

// Session is one login of a moderator on one device.
type Session struct {
	ID        string      `json:"id"`
	Moderator string      `json:"moderator"`
	Method    LoginMethod `json:"method"`
	Address   string      `json:"address,omitempty"` // where it was started
	UserAgent string      `json:"user_agent,omitempty"`
	StartedAt time.Time   `json:"started_at"`
	UsedAt    time.Time   `json:"used_at"`    // when it was started or last refreshed
	ExpiresAt time.Time   `json:"expires_at"` // unless it is refreshed before
	EndsAt    time.Time   `json:"ends_at"`    // in any case
}

// OpenSession is a session that has not ended, with its moderator as of now.
type OpenSession struct {
	Session
	Of Moderator
}

// Valid reports whether requests of the session are accepted at a time.
func (s OpenSession) Valid(at time.Time) bool {
	return !s.Of.Disabled && at.Before(s.ExpiresAt)
}

// NewSession is what a login says about the session that it starts.
type NewSession struct {
	Method    LoginMethod
	UserAgent string // at most MaxUserAgent characters
	Network   string // keyed hash of the client's network, "" when unknown
}

// TOTP is what a moderator's one-time codes are checked with (RFC 6238).
type TOTP struct {
	Secret   string   `json:"secret,omitempty"`   // base32; empty: no code is asked for
	Pending  string   `json:"pending,omitempty"`  // of a set-up that is not confirmed
	Step     int64    `json:"step,omitempty"`     // of the last code that was used
	Recovery []string `json:"recovery,omitempty"` // SHA-256 of each unused recovery code, hexadecimal
}

// SigningKey is what the keys of access tokens are derived from.
type SigningKey struct {
	Key       []byte
	CreatedAt time.Time
}
