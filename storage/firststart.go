package storage

import (
	"context"
	"database/sql"
	"errors"

	"winnow/models"
	"winnow/storage/sqldb"
)

// AddFirstSite adds the first site and the first moderator in one transaction: if a
// node were killed between the two, nobody could log in. What seal returns for the
// site's key is kept until somebody logs in: see FirstCredentials.
func (db *DB) AddFirstSite(
	ctx context.Context, by models.Caller, s models.Site, m models.Moderator, seal func(key string) ([]byte, error),
) (key string, err error) {
	return update(ctx, db, func(t *tx) (string, error) {
		key, err := t.addSite(by, s)
		if err != nil {
			return "", err
		}
		if err := t.addModerator(by, m); err != nil {
			return "", err
		}
		sealed, err := seal(key)
		if err != nil {
			return "", err
		}
		_, err = t.Exec(`INSERT INTO settings (name, value) VALUES ('first_credentials', $1)`, sealed)
		return key, err
	})
}

// FirstCredentials returns what AddFirstSite has sealed, or nil after the first login.
func (db *DB) FirstCredentials(ctx context.Context) ([]byte, error) {
	return read(ctx, db, func(t *tx) ([]byte, error) {
		sealed, err := sqldb.One(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = 'first_credentials'`)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		return sealed, err
	})
}

// forgetFirstCredentials is part of every login.
func (t *tx) forgetFirstCredentials() error {
	_, err := t.Exec(`DELETE FROM settings WHERE name = 'first_credentials'`)
	return err
}
