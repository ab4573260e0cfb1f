package storage

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// newToken makes a secret of 32 random bytes, for site keys and sessions.
func newSecret(prefix string) string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// hashToken is how random secrets are stored; passwords need a slow hash.
func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// AccessTokenSecret returns the server's secret, which signing keys and pseudonyms
// are derived from: the given one, or
// the stored one. The first call without one makes a random key of 32 bytes and
// stores it.
func (db *DB) AccessTokenSecret(ctx context.Context, given []byte) ([]byte, error) {
	if len(given) > 0 {
		return given, nil
	}
	return update(ctx, db, func(t *tx) ([]byte, error) {
		fresh := make([]byte, 32)
		rand.Read(fresh) // never fails
		added, err := t.Exec(`INSERT INTO settings (name, value) VALUES ('secret', $1) ON CONFLICT (name) DO NOTHING`, fresh)
		if err == nil && added > 0 {
			err = t.audit(models.Caller{Kind: models.ByCommand, Name: "winnow"}, "", "settings.add", "secret", nil, nil)
		}
		if err != nil {
			return nil, err
		}
		return sqldb.One(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = 'secret'`)
	})
}

// SigningKeys returns the keys of access tokens, the newest first. The first call
// makes one.
func (db *DB) SigningKeys(ctx context.Context) ([]models.SigningKey, error) {
	keys, err := read(ctx, db, (*tx).signingKeys)
	if err != nil || len(keys) > 0 {
		return keys, err
	}
	if _, err := db.RotateSigningKey(ctx, models.System, 0); err != nil {
		return nil, err
	}
	return read(ctx, db, (*tx).signingKeys)
}

func (t *tx) signingKeys() ([]models.SigningKey, error) {
	return sqldb.List(t, func(scan sqldb.Scanner) (k models.SigningKey, err error) {
		var at int64
		err = scan(&k.Key, &at)
		k.CreatedAt = fromMicros(at)
		return k, err
	}, `SELECT key, created_at FROM signing_keys ORDER BY created_at DESC, id DESC`)
}

// RotateSigningKey adds a signing key when the newest is older than an age, and
// reports whether it did. The key that was the newest stays, for the tokens that
// it has signed; those before it are removed.
func (db *DB) RotateSigningKey(ctx context.Context, by models.Caller, age time.Duration) (rotated bool, err error) {
	return update(ctx, db, func(t *tx) (bool, error) {
		keys, err := t.signingKeys()
		if err != nil || len(keys) > 0 && t.Now.Sub(keys[0].CreatedAt) < age {
			return false, err
		}
		if len(keys) > 0 {
			if _, err := t.Exec(`DELETE FROM signing_keys WHERE created_at < $1`, micros(keys[0].CreatedAt)); err != nil {
				return false, err
			}
		}
		fresh := make([]byte, 32)
		rand.Read(fresh) // never fails
		if _, err := t.InsertRow("signing_keys", "", "id", newID(), "key", fresh, "created_at", micros(t.Now)); err != nil {
			return false, err
		}
		return true, t.audit(by, "", "signing_key.rotate", "", nil, nil)
	})
}
