package handlers_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"winnow/handlers"
)

// keySet is a site's provider of public keys, with a key that signs.
type keySet struct {
	*httptest.Server
	private *ecdsa.PrivateKey
}

func newKeySet(t *testing.T) keySet {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &private.PublicKey, KeyID: "k1", Use: "sig"}}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	t.Cleanup(web.Close)
	return keySet{web, private}
}

func (k keySet) sign(t *testing.T, id string, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = id
	signed, err := token.SignedString(k.private)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestARefusedReaderTokenSaysWhichClaim(t *testing.T) {
	keys := newKeySet(t)
	f := newTestSite(t, func(c *handlers.Config) { c.KeySetNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	f.configure(object{"reader_tokens": object{
		"issuer": "https://id.gazette.example", "audience": "comments", "require_site": true, "jwks_url": keys.URL + "/jwks.json",
	}})
	now := f.now()
	claims := func(change jwt.MapClaims) jwt.MapClaims {
		all := jwt.MapClaims{
			"sub": "7", "name": "Ada", "iss": "https://id.gazette.example", "aud": []string{"shop", "comments"}, "site": "gazette", "exp": now.Add(time.Hour).Unix(),
		}
		for name, value := range change {
			if all[name] = value; value == nil {
				delete(all, name)
			}
		}
		return all
	}
	hs256 := func(change jwt.MapClaims) string { return reader(t, claims(change)) }
	other := newKeySet(t)
	for name, test := range map[string]struct{ token, words string }{
		"by the secret":                  {hs256(nil), ""},
		"by the key set":                 {keys.sign(t, "k1", claims(nil)), ""},
		"expired less than a minute ago": {hs256(jwt.MapClaims{"exp": now.Add(-50 * time.Second).Unix()}), ""},
		"valid in less than a minute":    {hs256(jwt.MapClaims{"nbf": now.Add(50 * time.Second).Unix()}), ""},
		"expired":                        {hs256(jwt.MapClaims{"exp": now.Add(-70 * time.Second).Unix()}), "exp: it has expired"},
		"not valid yet":                  {hs256(jwt.MapClaims{"nbf": now.Add(70 * time.Second).Unix()}), "nbf: it is not valid yet"},
		"without an end":                 {hs256(jwt.MapClaims{"exp": nil}), "exp is required"},
		"without a reader":               {hs256(jwt.MapClaims{"sub": nil}), "sub is required"},
		"a reader that cannot be seen":   {hs256(jwt.MapClaims{"sub": "\u200b"}), "sub is required"},
		"by another issuer":              {hs256(jwt.MapClaims{"iss": "https://evil.example"}), "iss is not"},
		"without an issuer":              {hs256(jwt.MapClaims{"iss": nil}), "iss is not"},
		"for another service":            {hs256(jwt.MapClaims{"aud": "shop"}), "aud is not"},
		"for another site":               {hs256(jwt.MapClaims{"site": "herald"}), "site names another site"},
		"without a site":                 {hs256(jwt.MapClaims{"site": nil}), "site is required"},
		"a number as a name":             {hs256(jwt.MapClaims{"name": 7}), "name has a wrong type"},
		"of an unknown key":              {keys.sign(t, "k2", claims(nil)), "kid: the site's key set has no such key"},
		"of another set's key":           {other.sign(t, "k1", claims(nil)), "its signature does not match"},
		"changed":                        {hs256(nil) + "x", "its signature does not match"},
		"unsigned":                       {"eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0.", "its signature does not match"},
		"no token":                       {"a.b.c", "it is not a JSON Web Token"},
	} {
		r := f.send("POST", "/v1/comments", headers{"Origin": page, "X-Reader-Token": test.token}, comment(object{"site": "gazette"}))
		if test.words == "" {
			r.must(http.StatusCreated)
			continue
		}
		r.must(http.StatusUnauthorized)
		if !strings.Contains(string(r.body), test.words) {
			t.Errorf("%s: %s, want %q", name, r.body, test.words)
		}
	}
}

func TestATokenForOneSiteIsRefusedByAnother(t *testing.T) {
	f := newTestSite(t)
	exp := f.now().Add(time.Hour).Unix()
	f.send("POST", "/v1/comments", headers{"Origin": page, "X-Reader-Token": reader(t, jwt.MapClaims{"sub": "7", "site": "herald", "exp": exp})},
		comment(object{"site": "gazette"})).must(http.StatusUnauthorized)
}

func TestAKeySetAtAPrivateAddressIsNotFetched(t *testing.T) {
	keys := newKeySet(t)
	f := newTestSite(t)
	f.configure(object{"reader_tokens": object{"jwks_url": keys.URL}})
	token := keys.sign(t, "k1", jwt.MapClaims{"sub": "7", "exp": f.now().Add(time.Hour).Unix()})
	r := f.send("POST", "/v1/comments", headers{"Origin": page, "X-Reader-Token": token}, comment(object{"site": "gazette"}))
	r.must(http.StatusUnauthorized)
	if !strings.Contains(string(r.body), "cannot be fetched") || strings.Contains(string(r.body), "127.0.0.1") {
		t.Errorf("%s", r.body)
	}
}
