package storage

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"

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

// AccessTokenSecret returns the key that access tokens are signed with: the given one, or
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
