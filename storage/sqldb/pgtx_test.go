package sqldb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"winnow/storage/sqldb"
	"winnow/storage/storagetest"
)

// However a transaction ends, nothing of it is left: no row, and no connection
// that still holds its locks.
func TestPostgresRollsBackWhatIsNotCommitted(t *testing.T) {
	url := storagetest.PostgresURL(t)
	db := open(t, url)
	raw := storagetest.Raw(t, url)
	count := func(query string) (n int) {
		t.Helper()
		if err := raw.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	insert := func(ctx context.Context, names []string, then func() error) error {
		_, err := sqldb.Update(ctx, db, func(t *sqldb.Tx) (int, error) {
			for _, name := range names {
				if err := things.Add(t, name); err != nil {
					return 0, err
				}
			}
			if _, err := sqldb.One(t, sqldb.ScanOne[int], `SELECT count(*) FROM things`); err != nil {
				return 0, err
			}
			return 0, then()
		})
		return err
	}
	for name, c := range map[string]struct {
		names []string
		end   func(leave context.CancelFunc) error
	}{
		"it fails":                        {[]string{"a"}, func(context.CancelFunc) error { return errors.New("failure") }},
		"the caller leaves":               {[]string{"a"}, func(leave context.CancelFunc) error { leave(); return nil }},
		"the caller leaves, and it fails": {[]string{"a"}, func(leave context.CancelFunc) error { leave(); return errors.New("failure") }},
		"a statement fails":               {[]string{"a", "b", "a"}, func(context.CancelFunc) error { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			if err := insert(ctx, c.names, func() error { return c.end(leave) }); err == nil {
				t.Error("no error")
			}
			for count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'") > 0 {
				time.Sleep(time.Millisecond) // until the server has seen it end
			}
			if n := count("SELECT count(*) FROM things"); n != 0 {
				t.Errorf("%d rows are left", n)
			}
		})
	}
	if err := insert(t.Context(), []string{"a", "b"}, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if n := count("SELECT count(*) FROM things"); n != 2 {
		t.Errorf("%d rows were stored, want 2", n)
	}
}
