package storage

import (
	"context"
	"crypto/rand"
	"time"

	"winnow/storage/sqldb"
)

// addressKeyPeriod is how long one key is used: hashes of addresses can be compared
// within a period.
const addressKeyPeriod = 7 * 24 * time.Hour

// AddressPeriod is the number of the period, of seven days, that a time is in.
func AddressPeriod(at time.Time) int64 { return at.Unix() / int64(addressKeyPeriod/time.Second) }

// AddressKey returns the key that addresses are hashed with in a period. The
// first call makes it. Keys of earlier periods are removed, by Purge at the
// latest: then nobody can compute any more which address a hash belongs to.
func (db *DB) AddressKey(ctx context.Context, period int64) ([]byte, error) {
	type found struct {
		key     []byte
		removed int64
	}
	now, err := update(ctx, db, func(t *tx) (now found, err error) {
		fresh := make([]byte, 32)
		rand.Read(fresh) // never fails
		if _, err := t.Exec(`INSERT INTO address_keys (period, key) VALUES ($1, $2) ON CONFLICT (period) DO NOTHING`, period, fresh); err != nil {
			return now, err
		}
		if now.removed, err = t.Exec(`DELETE FROM address_keys WHERE period < $1`, period); err != nil {
			return now, err
		}
		now.key, err = sqldb.One(t, sqldb.ScanOne[[]byte], `SELECT key FROM address_keys WHERE period = $1`, period)
		return now, err
	})
	if err == nil && now.removed > 0 {
		err = db.sql.ForgetSoon(ctx)
	}
	return now.key, err
}
