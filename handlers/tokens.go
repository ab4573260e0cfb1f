package handlers

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/models"
)

// Access tokens are short-lived, because a node checks them without asking the
// others; what they say of the role is checked against storage all the same.
const (
	accessTTL  = 15 * time.Minute
	refreshTTL = 30 * 24 * time.Hour
	issuer     = "winnow"
	audience   = "winnow:moderator"
)

// accessClaims is what an access token says.
type accessClaims struct {
	jwt.RegisteredClaims             // sub is the moderator's name
	Role                 models.Role `json:"role"`
}

// accessToken signs a token for a moderator (HS256, RFC 7519).
func (s *Server) accessToken(m models.Moderator) (string, error) {
	now := s.now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: m.Name,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(accessTTL)),
		},
		Role: m.Role,
	}).SignedString(s.secret)
}

// readAccessToken returns the name of the moderator that a token was given to.
func (s *Server) readAccessToken(token string) (name string, err error) {
	var claims accessClaims
	err = s.readToken(token, &claims, s.secret, jwt.WithIssuer(issuer), jwt.WithAudience(audience))
	if err != nil {
		return "", models.Errorf(models.KindUnauthorized, "%s", tokenFault("access token", err))
	}
	return claims.Subject, nil
}

// readerClaims is what a site says of one of its readers.
type readerClaims struct {
	jwt.RegisteredClaims        // sub becomes author.id
	Name                 string `json:"name"`
	Email                string `json:"email"`
}

// readReaderToken checks the token of a reader whom the site has logged in.
func (s *Server) readReaderToken(token string, site models.Site) (models.Author, error) {
	if site.SSOSecret == "" {
		return models.Author{}, models.Errorf(models.KindUnauthorized, "this site has no reader tokens")
	}
	var claims readerClaims
	err := s.readToken(token, &claims, []byte(site.SSOSecret))
	if err == nil && claims.Subject == "" {
		err = jwt.ErrTokenRequiredClaimMissing
	}
	if err != nil {
		return models.Author{}, models.Errorf(models.KindUnauthorized, "%s", tokenFault("reader token", err))
	}
	return models.Author{
		ID:   models.Clean(claims.Subject),
		Name: models.Clean(claims.Name), Email: models.Clean(claims.Email),
	}, nil
}

// readToken checks signature and times. The algorithm is pinned, so that no
// token can choose its own.
func (s *Server) readToken(token string, claims jwt.Claims, key []byte, more ...jwt.ParserOption) error {
	opts := append([]jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.now), jwt.WithStrictDecoding(),
	}, more...)
	_, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return key, nil }, opts...)
	return err
}

// tokenFault says what a caller may do about a token that was refused.
func tokenFault(what string, err error) string {
	if errors.Is(err, jwt.ErrTokenExpired) {
		return "the " + what + " has expired"
	}
	return "the " + what + " is not valid"
}
