package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// knownByLast is how many of the last comments of a browser say whether it is known.
const knownByLast = 20

// KnownBrowser reports whether a browser is known on a site: of its last comments one at least
// is published, and none was rejected but those that their author took back.
func (db *DB) KnownBrowser(ctx context.Context, site, browser string) (known bool, err error) {
	last, err := read(ctx, db, func(t *tx) ([]models.Comment, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (c models.Comment, err error) {
			err = scan(&c.Status, &c.Reason)
			return c, err
		}, `SELECT status, reason FROM comments WHERE site = $1 AND browser = $2 AND browser <> '' ORDER BY id DESC LIMIT $3`, site, browser, knownByLast)
	})
	for _, c := range last {
		if c.Status == models.Rejected && !c.Reason.IsOfAuthor() {
			return false, nil
		}
		known = known || c.Status == models.Approved
	}
	return known, err
}
