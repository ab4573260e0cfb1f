package storage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"winnow/storage"
	"winnow/storage/storagetest"
)

// However a transaction ends, nothing of it is left: no row, and no connection
// that still holds its locks.
func TestPostgresTakesBackWhatIsNotCommitted(t *testing.T) {
	url := storagetest.ReadyPostgresURL(t)
	db := storagetest.Open(t, url, storage.Options{})
	raw := storagetest.Raw(t, url)
	count := func(query string) (n int) {
		t.Helper()
		if err := raw.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for name, c := range map[string]struct {
		ids []string
		end func(leave context.CancelFunc) error
	}{
		"it fails":                      {[]string{"a"}, func(context.CancelFunc) error { return errors.New("odd") }},
		"the caller goes":               {[]string{"a"}, func(leave context.CancelFunc) error { leave(); return nil }},
		"the caller goes, and it fails": {[]string{"a"}, func(leave context.CancelFunc) error { leave(); return errors.New("odd") }},
		"a statement fails":             {[]string{"a", "b", "a"}, func(context.CancelFunc) error { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			if err := db.KeepEvents(ctx, c.ids, func() error { return c.end(leave) }); err == nil {
				t.Error("no error")
			}
			for count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'") > 0 {
				time.Sleep(time.Millisecond) // until the server has seen it go
			}
			if n := count("SELECT count(*) FROM events"); n != 0 {
				t.Errorf("%d rows are left", n)
			}
		})
	}
	if err := db.KeepEvents(t.Context(), []string{"a", "b"}, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if n := count("SELECT count(*) FROM events"); n != 2 {
		t.Errorf("%d rows were kept, want 2", n)
	}
}
