package accesstoken

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/models"
)

const (
	reloadEvery = 10 * time.Second // then a node signs with the newest key
	reloadPause = time.Second      // between two reloads because of unknown keys, which strangers can send
	// overlap is how long the replaced key is accepted: a node may have signed with
	// it just before it reloaded.
	overlap = TTL + time.Minute
)

// Keys are the keys that a node signs with and accepts. Each is derived from a
// key that all nodes read from storage and from the server's secret: whoever can
// read only one of the two cannot sign. It is safe for concurrent use.
type Keys struct {
	load    func(context.Context) ([]models.SigningKey, error)
	secrets [][]byte
	now     func() time.Time

	current atomic.Pointer[ring]
	loading sync.Mutex
	loaded  time.Time // by the machine's clock; guarded by loading
}

// NewKeys loads the keys. The first of the secrets signs; the others are accepted
// too, while the secret is changed node by node.
func NewKeys(ctx context.Context, load func(context.Context) ([]models.SigningKey, error), now func() time.Time, secrets ...[]byte) (*Keys, error) {
	k := &Keys{load: load, secrets: secrets, now: now}
	return k, k.reload(ctx, 0)
}

// Sign makes a token for a session.
func (k *Keys) Sign(c Claims) (string, error) { return k.current.Load().sign(c, k.now()) }

// Read checks a token. An error is models.KindUnauthorized, with a message for
// the client.
func (k *Keys) Read(ctx context.Context, token string) (Claims, error) {
	c, err := k.current.Load().read(token, k.now())
	if errors.Is(err, errUnknownKey) && k.reload(ctx, reloadPause) == nil {
		c, err = k.current.Load().read(token, k.now())
	}
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return c, models.Errorf(models.KindUnauthorized, "the access token has expired")
	case err != nil:
		return c, models.Errorf(models.KindUnauthorized, "the access token is not valid")
	}
	return c, nil
}

// Run reloads the keys from time to time, until ctx ends.
func (k *Keys) Run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(reloadEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := k.reload(ctx, 0); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "loading the signing keys failed", "error", err)
		}
	}
}

// reload loads the keys, unless that was done within the pause.
func (k *Keys) reload(ctx context.Context, pause time.Duration) error {
	k.loading.Lock()
	defer k.loading.Unlock()
	if pause > 0 && time.Since(k.loaded) < pause {
		return nil
	}
	stored, err := k.load(ctx)
	if err == nil && len(stored) == 0 {
		err = errors.New("there are none")
	}
	if err != nil {
		return fmt.Errorf("signing keys: %w", err)
	}
	r, err := newRing(k.secrets, stored)
	if err != nil {
		return err
	}
	k.current.Store(r)
	k.loaded = time.Now()
	return nil
}

// ring is what one state of storage allows. It does not change.
type ring struct {
	keys    map[string]acceptedKey // by their ids, the header "kid" of tokens
	signing string
}

type acceptedKey struct {
	key   []byte
	until time.Time // zero: as long as the ring is current
}

// newRing derives the keys (HKDF, RFC 5869). stored begins with the newest.
func newRing(secrets [][]byte, stored []models.SigningKey) (*ring, error) {
	r := &ring{keys: map[string]acceptedKey{}}
	for i, s := range stored {
		var until time.Time
		if i > 0 {
			until = stored[i-1].CreatedAt.Add(overlap)
		}
		for j, secret := range secrets {
			key, err := hkdf.Key(sha256.New, secret, s.Key, "winnow access token", sha256.Size)
			if err != nil {
				return nil, fmt.Errorf("derive a signing key: %w", err)
			}
			sum := sha256.Sum256(key)
			id := hex.EncodeToString(sum[:8])
			r.keys[id] = acceptedKey{key, until}
			if i == 0 && j == 0 {
				r.signing = id
			}
		}
	}
	return r, nil
}
