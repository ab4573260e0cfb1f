// Package accesstoken signs and checks the access tokens of moderators, which are
// JWT with HS256 (RFC 7519), and keeps the keys for that. A token names the
// session that it belongs to; whether the session goes on is for others to say.
// It imports models and nothing else of Winnow.
package accesstoken

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/models"
)

const (
	// TTL is how long a token can be used before the session must be refreshed.
	TTL = 15 * time.Minute

	issuer   = "winnow"
	audience = "winnow:moderator"
)

// Claims are what a token says. The role is for the client: the server looks it
// up.
type Claims struct {
	Session   string      `json:"sid"`
	Moderator string      `json:"-"`
	Role      models.Role `json:"role"`
}

type allClaims struct {
	jwt.RegisteredClaims
	Claims
}

// sign makes a token that is valid from now on.
func (r *ring) sign(c Claims, now time.Time) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, allClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: c.Moderator,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(TTL)),
		},
		Claims: c,
	})
	t.Header["kid"] = r.signing
	return t.SignedString(r.keys[r.signing].key)
}

// errUnknownKey is the error of a token whose key is not in the ring.
var errUnknownKey = errors.New("signed with an unknown key")

// read checks signature and times of a token. Only HS256 is accepted: the
// algorithm that the token names must not decide how it is checked.
func (r *ring) read(token string, now time.Time) (Claims, error) {
	var c allClaims
	_, err := jwt.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		k, found := r.keys[kid]
		if !found || !k.until.IsZero() && !now.Before(k.until) {
			return nil, errUnknownKey
		}
		return k.key, nil
	}, jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithIssuer(issuer), jwt.WithAudience(audience))
	if err == nil && (c.Session == "" || c.Subject == "") {
		err = jwt.ErrTokenRequiredClaimMissing
	}
	c.Moderator = c.Subject
	return c.Claims, err
}
