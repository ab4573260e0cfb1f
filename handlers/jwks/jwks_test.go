package jwks

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"winnow/handlers/outbound"
)

// provider serves a key set that tests replace.
type provider struct {
	*httptest.Server
	body    atomic.Value // string
	status  atomic.Int32
	fetched atomic.Int32
}

func newProvider(t *testing.T) *provider {
	p := &provider{}
	p.status.Store(http.StatusOK)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p.fetched.Add(1)
		w.WriteHeader(int(p.status.Load()))
		_, _ = w.Write([]byte(p.body.Load().(string)))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) serve(t *testing.T, keys ...jose.JSONWebKey) {
	t.Helper()
	data, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	p.body.Store(string(data))
}

func ecKey(t *testing.T, id string) jose.JSONWebKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: &k.PublicKey, KeyID: id}
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func TestKeysAreFetchedOnceAndAgainWhenTheyAreRotated(t *testing.T) {
	p, now := newProvider(t), time.Now()
	sets := New(loopback, func() time.Time { return now })
	want := func(id string, wantErr error, fetches int32) {
		t.Helper()
		if _, err := sets.Key(t.Context(), p.URL, id, "ES256"); !errors.Is(err, wantErr) {
			t.Errorf("key %s: %v, want %v", id, err, wantErr)
		}
		if n := p.fetched.Load(); n != fetches {
			t.Errorf("fetched %d times, want %d", n, fetches)
		}
	}
	one, two := ecKey(t, "one"), ecKey(t, "two")
	p.serve(t, one)
	want("one", nil, 1)
	want("one", nil, 1)
	p.serve(t, one, two)
	want("two", ErrUnknownKey, 1) // a stranger cannot make the server fetch all the time
	now = now.Add(minInterval)
	want("two", nil, 2)
	now = now.Add(freshFor)
	p.serve(t, two)
	want("one", ErrUnknownKey, 3)
	p.status.Store(http.StatusInternalServerError)
	now = now.Add(freshFor)
	want("two", nil, 4) // the provider may be down for a while
	want("", nil, 4)
	now = now.Add(usableFor)
	if _, err := sets.Key(t.Context(), p.URL, "two", "ES256"); err == nil || errors.Is(err, ErrUnknownKey) {
		t.Errorf("after a day: %v", err)
	}
}

func TestAKeyIsUsedOnlyForItsAlgorithm(t *testing.T) {
	p := newProvider(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	fixed, forEncryption := ecKey(t, "fixed"), ecKey(t, "enc")
	fixed.Algorithm, forEncryption.Use = "ES256", "enc"
	p.serve(t, fixed, forEncryption, jose.JSONWebKey{Key: &small.PublicKey, KeyID: "small"}, jose.JSONWebKey{Key: ed, KeyID: "ed"}, jose.JSONWebKey{Key: []byte("shared secret of thirty-two bytes"), KeyID: "oct"})
	sets := New(loopback, time.Now)
	for _, test := range []struct {
		id, algorithm string
		found         bool
	}{
		{"fixed", "ES256", true},
		{"ed", "EdDSA", true},
		{"fixed", "ES384", false},
		{"fixed", "RS256", false},
		{"enc", "ES256", false},
		{"small", "RS256", false},
		{"oct", "HS256", false},
		{"fixed", "HS256", false},
		{"fixed", "none", false},
		{"ed", "ES256", false},
	} {
		if _, err := sets.Key(t.Context(), p.URL, test.id, test.algorithm); (err == nil) != test.found {
			t.Errorf("key %s for %s: %v", test.id, test.algorithm, err)
		}
	}
}

func TestPrivateAddressesAreNotReached(t *testing.T) {
	p := newProvider(t)
	p.serve(t, ecKey(t, "one"))
	if _, err := New(nil, time.Now).Key(t.Context(), strings.Replace(p.URL, "http:", "https:", 1), "one", "ES256"); !errors.Is(err, outbound.ErrAddress) {
		t.Errorf("loopback: %v", err)
	}
	if _, err := New(nil, time.Now).Key(t.Context(), p.URL, "one", "ES256"); !errors.Is(err, outbound.ErrAddress) {
		t.Errorf("plain HTTP: %v", err)
	}
	if p.fetched.Load() != 0 {
		t.Error("the provider was reached")
	}
}

func TestRedirectsAndLargeSetsAreRefused(t *testing.T) {
	p := newProvider(t)
	p.serve(t, ecKey(t, "one"))
	elsewhere := httptest.NewServer(http.RedirectHandler(p.URL, http.StatusFound))
	t.Cleanup(elsewhere.Close)
	if _, err := New(loopback, time.Now).Key(t.Context(), elsewhere.URL, "one", "ES256"); err == nil || p.fetched.Load() != 0 {
		t.Errorf("redirected: %v", err)
	}
	p.body.Store(`{"keys":[` + strings.Repeat(" ", maxBytes) + `]}`)
	if _, err := New(loopback, time.Now).Key(t.Context(), p.URL, "one", "ES256"); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("large: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"a"},{"kty":"new"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"oct","k":"AAAA"},{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := Parse(data)
		if (err == nil) != (len(keys) > 0) || len(keys) > maxKeys {
			t.Errorf("%d keys, %v", len(keys), err)
		}
		for _, k := range keys {
			if !k.IsPublic() {
				t.Errorf("%+v is not public", k)
			}
		}
	})
}
