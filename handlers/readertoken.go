package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/classifier/text/names"
	"winnow/handlers/jwks"
	"winnow/models"
)

// readerLeeway is how far the clocks of a site and of this server may be apart.
const readerLeeway = time.Minute

// readerClaims are the claims of a reader token, which the site signs.
type readerClaims struct {
	jwt.RegisteredClaims        // sub becomes author.id
	Name                 string `json:"name"`
	Email                string `json:"email"`
	Site                 string `json:"site"`  // slug, for which alone the token is
	Staff                bool   `json:"staff"` // the reader works for the site
}

// refusedToken is why a token is refused, for whoever makes the site's tokens: it names the
// claim.
type refusedToken string

func (r refusedToken) Error() string { return string(r) }

// readReaderToken checks a reader token, and returns the author it stands for.
func (s *Server) readReaderToken(ctx context.Context, token string, site models.Site) (models.Author, error) {
	if site.SSOSecret == "" && site.ReaderTokens.JWKSURL == "" {
		return models.Author{}, models.Errorf(models.KindUnauthorized, "this site has no reader tokens")
	}
	var claims readerClaims
	_, err := jwt.ParseWithClaims(token, &claims, s.readerKey(ctx, site),
		jwt.WithValidMethods(readerAlgorithms), jwt.WithExpirationRequired(), jwt.WithLeeway(readerLeeway),
		jwt.WithTimeFunc(s.now), jwt.WithStrictDecoding())
	if err == nil {
		err = claims.checkSite(site)
	}
	if err != nil {
		refused := models.Errorf(models.KindUnauthorized, "the reader token is not valid: %s", whyRefused(err))
		refused.Cause = err
		return models.Author{}, refused
	}
	return models.Author{
		ID: models.Clean(claims.Subject), Staff: claims.Staff,
		Name: names.Clean(claims.Name), Email: models.Clean(claims.Email),
	}, nil
}

// readerAlgorithms are all that readerKey has keys for.
var readerAlgorithms = append([]string{jwt.SigningMethodHS256.Alg()}, jwks.Algorithms...)

// readerKey returns the function that finds the key of a token. The secret is for HS256
// alone, and the keys of the set each for its own algorithms: what a token says must not
// decide how it is checked.
func (s *Server) readerKey(ctx context.Context, site models.Site) jwt.Keyfunc {
	return func(t *jwt.Token) (any, error) {
		algorithm := t.Method.Alg()
		if algorithm == jwt.SigningMethodHS256.Alg() {
			if site.SSOSecret == "" {
				return nil, refusedToken("alg: this site does not sign with HS256")
			}
			return []byte(site.SSOSecret), nil
		}
		if site.ReaderTokens.JWKSURL == "" {
			return nil, refusedToken("alg: this site signs with HS256")
		}
		id, _ := t.Header["kid"].(string)
		key, err := s.keySets.Key(ctx, site.ReaderTokens.JWKSURL, id, algorithm)
		switch {
		case errors.Is(err, jwks.ErrUnknownKey):
			return nil, refusedToken("kid: the site's key set has no such key for this algorithm")
		case err != nil:
			s.log.WarnContext(ctx, "the key set of a site cannot be fetched", "site", site.Slug, "error", err)
			return nil, refusedToken("kid: the site's key set cannot be fetched at the moment")
		}
		return key, nil
	}
}

// checkSite checks what a site has configured.
func (c *readerClaims) checkSite(site models.Site) error {
	want := site.ReaderTokens
	switch {
	case models.Blank(c.Subject):
		return refusedToken("sub is required")
	case want.Issuer != "" && c.Issuer != want.Issuer:
		return refusedToken("iss is not the one that the site has set")
	case want.Audience != "" && !slices.Contains(c.Audience, want.Audience):
		return refusedToken("aud is not the one that the site has set")
	case c.Site == "" && want.RequireSite:
		return refusedToken("site is required")
	case c.Site != "" && c.Site != site.Slug:
		return refusedToken("site names another site")
	}
	return nil
}

// whyRefused names the claim for which a token is refused.
func whyRefused(err error) string {
	var refused refusedToken
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return "exp is required"
	case errors.Is(err, jwt.ErrTokenExpired):
		return "exp: it has expired"
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return "nbf: it is not valid yet"
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return wrongType.Field + " has a wrong type"
	case errors.Is(err, jwt.ErrTokenMalformed):
		return "it is not a JSON Web Token"
	case errors.Is(err, jwt.ErrTokenUnverifiable), errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return "its signature does not match"
	}
	return "it cannot be read"
}
