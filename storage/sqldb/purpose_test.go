package sqldb_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"winnow/storage/sqldb"
	"winnow/storage/storagetest"
)

// endless has a first row at once and would take hours for the second.
const endless = `SELECT n FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000000000) SELECT n FROM c) AS every
	WHERE n = 1 OR n = 1000000000000`

// TestSearchesEndWithTheirCallers fills the connections for searching, and reads meanwhile
// on the others.
func TestSearchesEndWithTheirCallers(t *testing.T) {
	for name, url := range map[string]string{"sqlite": storagetest.SQLiteURL(t), "postgres": storagetest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			db := open(t, url)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			started, failed := make(chan bool, 16), make(chan error, 16)
			var searches sync.WaitGroup
			for range 16 {
				searches.Go(func() {
					_, err := sqldb.Read(ctx, db, sqldb.Searching, func(t *sqldb.Tx) ([]int64, error) {
						started <- true
						return sqldb.List(t, sqldb.ScanOne[int64], endless)
					})
					failed <- err
				})
			}
			for range 16 {
				<-started
			}
			for _, purpose := range []sqldb.Purpose{sqldb.Serving, sqldb.Desk, sqldb.Exporting} {
				if _, err := sqldb.Read(t.Context(), db, purpose, func(t *sqldb.Tx) ([]string, error) {
					return sqldb.List(t, sqldb.ScanOne[string], `SELECT name FROM things`)
				}); err != nil {
					t.Errorf("purpose %d: %v", purpose, err)
				}
			}
			leave()
			searches.Wait()
			for range 16 {
				if err := <-failed; !errors.Is(err, context.Canceled) {
					t.Errorf("a search whose caller has left: %v", err)
				}
			}
			n, err := sqldb.Read(t.Context(), db, sqldb.Searching, func(t *sqldb.Tx) (int, error) {
				return sqldb.One(t, sqldb.ScanOne[int], `SELECT count(*) FROM things`)
			})
			if err != nil || n != 0 {
				t.Errorf("the next search: %d, %v", n, err)
			}
		})
	}
}
