package accesstoken

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/models"
)

var secret = []byte("a secret of the tests alone")

// newKeys returns keys with one stored key and a clock that stands still.
func newKeys(t *testing.T, stored *[]models.SigningKey, now *time.Time) *Keys {
	t.Helper()
	k, err := NewKeys(t.Context(), func(context.Context) ([]models.SigningKey, error) { return *stored, nil }, func() time.Time { return *now }, secret)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestInvalidTokensAreRefused(t *testing.T) {
	now := time.Now()
	keys := newKeys(t, &[]models.SigningKey{{Key: []byte("stored"), CreatedAt: now}}, &now)
	ring := keys.current.Load()
	key := ring.keys[ring.signing].key
	good := jwt.MapClaims{"iss": issuer, "aud": audience, "sub": "bob", "sid": "s1", "exp": now.Add(time.Minute).Unix()}
	with := func(name string, value any) jwt.MapClaims {
		claims := maps.Clone(good)
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
		return claims
	}
	sign := func(method jwt.SigningMethod, key any, kid any, claims jwt.MapClaims) string {
		token := jwt.NewWithClaims(method, claims)
		if token.Header["kid"] = kid; kid == nil {
			delete(token.Header, "kid")
		}
		s, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	hs256 := jwt.SigningMethodHS256
	for name, test := range map[string]struct{ token, fault string }{
		"as it should be":   {sign(hs256, key, ring.signing, good), ""},
		"another key":       {sign(hs256, []byte("guessed"), ring.signing, good), "not valid"},
		"the secret itself": {sign(hs256, secret, ring.signing, good), "not valid"},
		"no key id":         {sign(hs256, key, nil, good), "not valid"},
		"a key id too many": {sign(hs256, key, []string{ring.signing}, good), "not valid"},
		"another algorithm": {sign(jwt.SigningMethodHS384, key, ring.signing, good), "not valid"},
		"no algorithm":      {sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, ring.signing, good), "not valid"},
		"another issuer":    {sign(hs256, key, ring.signing, with("iss", "else")), "not valid"},
		"another audience":  {sign(hs256, key, ring.signing, with("aud", "winnow:reader")), "not valid"},
		"no end":            {sign(hs256, key, ring.signing, with("exp", nil)), "not valid"},
		"ended":             {sign(hs256, key, ring.signing, with("exp", now.Add(-time.Second).Unix())), "has expired"},
		"no session":        {sign(hs256, key, ring.signing, with("sid", nil)), "not valid"},
		"nobody's":          {sign(hs256, key, ring.signing, with("sub", nil)), "not valid"},
		"nothing":           {"", "not valid"},
	} {
		c, err := keys.Read(t.Context(), test.token)
		if (err == nil) != (test.fault == "") || err != nil && (models.KindOf(err) != models.KindUnauthorized || !strings.Contains(err.Error(), test.fault)) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (c.Session != "s1" || c.Moderator != "bob") {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestRotation(t *testing.T) {
	now := time.Now()
	first := models.SigningKey{Key: []byte("first"), CreatedAt: now}
	stored := []models.SigningKey{first}
	old, current := newKeys(t, &[]models.SigningKey{first}, &now), newKeys(t, &stored, &now)
	before, err := old.Sign(Claims{Session: "s1", Moderator: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	stored = []models.SigningKey{{Key: []byte("second"), CreatedAt: now}, first}
	if err := current.reload(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	late, err := old.Sign(Claims{Session: "s1", Moderator: "bob"}) // by a node that has not reloaded
	if err != nil {
		t.Fatal(err)
	}
	if _, err := current.Read(t.Context(), late); err != nil {
		t.Errorf("a token of the key before: %v", err)
	}
	if _, err := current.Read(t.Context(), before); err == nil {
		t.Error("an hour-old token is accepted")
	}
	after, err := current.Sign(Claims{Session: "s1", Moderator: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Read(t.Context(), after); err == nil {
		t.Error("a token of an unknown key is accepted")
	}
	now = now.Add(overlap)
	if late, err = old.Sign(Claims{Session: "s1", Moderator: "bob"}); err != nil {
		t.Fatal(err)
	}
	if _, err := current.Read(t.Context(), late); err == nil {
		t.Error("the key before still signs after the overlap")
	}
}

func TestStorageWithoutKeysIsAnError(t *testing.T) {
	for _, err := range []error{nil, errors.New("down")} {
		if _, got := NewKeys(t.Context(), func(context.Context) ([]models.SigningKey, error) { return nil, err }, time.Now, secret); got == nil {
			t.Error("there are no keys, and no error")
		}
	}
}

func FuzzRead(f *testing.F) {
	now := time.Now()
	keys, err := NewKeys(f.Context(), func(context.Context) ([]models.SigningKey, error) {
		return []models.SigningKey{{Key: []byte("stored"), CreatedAt: now}}, nil
	}, func() time.Time { return now }, secret)
	if err != nil {
		f.Fatal(err)
	}
	good, err := keys.Sign(Claims{Session: "s1", Moderator: "bob"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "a.b.c", good[:len(good)-1], "eyJhbGciOiJub25lIiwia2lkIjpudWxsfQ.e30."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := keys.Read(t.Context(), token); err == nil && token != good {
			t.Errorf("%q is accepted", token)
		}
	})
}
