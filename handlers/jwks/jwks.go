// Package jwks fetches the public keys with which the sites sign their readers' tokens
// (JSON Web Key Sets, RFC 7517). An address of a key set is a setting of a site, so it must
// not lead the server to machines that only the server can reach: see package outbound.
//
// It imports nothing else of this module.
package jwks

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"winnow/handlers/outbound"
)

const (
	maxBytes = 256 << 10 // of a key set
	maxKeys  = 50
	maxSets  = 1_000 // that are kept
	minRSA   = 2048  // bits
	timeout  = 5 * time.Second

	// freshFor is how long a key set is used without a look for a newer one.
	freshFor = 10 * time.Minute
	// usableFor is how long it is used while a newer one cannot be fetched.
	usableFor = 24 * time.Hour
	// minInterval is how often a set is fetched at most: strangers can send tokens with
	// ids of keys that do not exist.
	minInterval = 30 * time.Second
)

// ErrUnknownKey is returned when a key set has no key with an id.
var ErrUnknownKey = errors.New("the key set has no such key")

// Sets keeps the key sets of all sites. It is safe for concurrent use.
type Sets struct {
	client *http.Client
	now    func() time.Time

	mu   sync.Mutex
	sets map[string]*set // by URL
}

// set is one key set.
type set struct {
	mu       sync.Mutex
	keys     []jose.JSONWebKey
	fetched  time.Time // of keys; zero: never
	tried    time.Time
	err      error         // of the last try
	fetching chan struct{} // closed at its end; nil: nobody fetches the set
}

// New returns key sets that are fetched from public addresses and from those in allow; only
// there plain HTTP is accepted.
func New(allow []netip.Prefix, now func() time.Time) *Sets {
	return &Sets{client: outbound.Networks(allow).Client(timeout), now: now, sets: map[string]*set{}}
}

// Key returns the key with an id in the set at a URL, for a signature algorithm (RFC 7518).
// An empty id is accepted when the set has one key for the algorithm. A key that is not there
// makes Sets look for a newer set, because keys are rotated. The errors are for the log,
// except for ErrUnknownKey.
func (s *Sets) Key(ctx context.Context, url, id, algorithm string) (crypto.PublicKey, error) {
	k := s.set(url)
	k.mu.Lock()
	defer k.mu.Unlock()
	now := s.now()
	key := k.find(id, algorithm)
	switch wanted := key == nil || now.Sub(k.fetched) >= freshFor; {
	case wanted && k.fetching == nil && now.Sub(k.tried) >= minInterval:
		s.refresh(ctx, k, url, now)
		key = k.find(id, algorithm)
	case key == nil && k.fetching != nil: // with an older key nobody waits
		if err := k.wait(ctx); err != nil {
			return nil, err
		}
		key = k.find(id, algorithm)
	}
	if now.Sub(k.fetched) >= usableFor {
		return nil, fmt.Errorf("key set %s: %w", url, k.err)
	}
	if key == nil {
		return nil, ErrUnknownKey
	}
	return key, nil
}

func (s *Sets) set(url string) *set {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.sets[url]
	if k == nil {
		if len(s.sets) >= maxSets { // of settings that were changed very often
			clear(s.sets)
		}
		k = &set{}
		s.sets[url] = k
	}
	return k
}

// refresh replaces the keys of a locked set, which is unlocked meanwhile. When that fails,
// the old ones stay. It does not end with the request that needs them: others wait for it.
func (s *Sets) refresh(ctx context.Context, k *set, url string, now time.Time) {
	k.tried, k.fetching = now, make(chan struct{})
	k.mu.Unlock()
	keys, err := s.fetch(context.WithoutCancel(ctx), url)
	k.mu.Lock()
	if k.err = err; err == nil {
		k.keys, k.fetched = keys, now
	}
	close(k.fetching)
	k.fetching = nil
}

// wait waits until the one who fetches a locked set is done.
func (k *set) wait(ctx context.Context) error {
	done := k.fetching
	k.mu.Unlock()
	defer k.mu.Lock()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Sets) fetch(ctx context.Context, url string) ([]jose.JSONWebKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

// Parse returns the keys of a set that can check signatures. Keys of unknown kinds are left
// out, as RFC 7517 wants.
func Parse(data []byte) ([]jose.JSONWebKey, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("it has more than %d bytes", maxBytes)
	}
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("it is no key set: %w", err)
	}
	if len(raw.Keys) > maxKeys {
		return nil, fmt.Errorf("it has more than %d keys", maxKeys)
	}
	var keys []jose.JSONWebKey
	for _, text := range raw.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(text) == nil && k.Valid() && k.IsPublic() && (k.Use == "" || k.Use == "sig") && len(algorithmsOf(k.Key)) > 0 {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("it has no key that can check signatures")
	}
	return keys, nil
}

// Algorithms are the signature algorithms that keys of a set may be for.
var Algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

func algorithmsOf(key any) []string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() >= minRSA {
			return Algorithms[:6]
		}
	case *ecdsa.PublicKey:
		switch k.Curve.Params().BitSize {
		case 256:
			return Algorithms[6:7]
		case 384:
			return Algorithms[7:8]
		case 521:
			return Algorithms[8:9]
		}
	case ed25519.PublicKey:
		return Algorithms[9:]
	}
	return nil
}

// find returns the key with an id for an algorithm, nil when there is none or, without an
// id, more than one.
func (k *set) find(id, algorithm string) crypto.PublicKey {
	var found crypto.PublicKey
	for _, key := range k.keys {
		if id != "" && key.KeyID != id || key.Algorithm != "" && key.Algorithm != algorithm || !slices.Contains(algorithmsOf(key.Key), algorithm) {
			continue
		}
		if found != nil {
			return nil
		}
		found = key.Key
	}
	return found
}
