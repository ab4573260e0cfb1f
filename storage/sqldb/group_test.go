package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"winnow/models"
	"winnow/storage/sqldb"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) {
	code := storagetest.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// open returns a database with a table of things.
func open(t *testing.T, url string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := sqldb.Update(t.Context(), db, func(t *sqldb.Tx) (int64, error) {
		return t.Exec(`CREATE TABLE things (name text PRIMARY KEY, length bigint NOT NULL CHECK (length < 5))`)
	}); err != nil {
		t.Fatal(err)
	}
	return db
}

var things = sqldb.NewInsert("things", "",
	sqldb.Text("name", func(name string) string { return name }),
	sqldb.Int("length", func(name string) int64 { return int64(len(name)) }),
)

func names(t *testing.T, db *sqldb.DB) []string {
	t.Helper()
	found, err := sqldb.Read(t.Context(), db, sqldb.Serving, func(t *sqldb.Tx) ([]string, error) {
		return sqldb.List(t, sqldb.ScanOne[string], `SELECT name FROM things ORDER BY name`)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// addThings adds names to the table. It refuses those that begin with r, and panics
// at those that begin with p.
func addThings(t *sqldb.Tx, names []string) ([]error, error) {
	errs := make([]error, len(names))
	var good []string
	for i, name := range names {
		switch name[0] {
		case 'p':
			panic("a bad request")
		case 'r':
			errs[i] = models.Errorf(models.KindInvalid, "refused")
		default:
			good = append(good, name)
		}
	}
	return errs, things.Add(t, good...)
}

// Many callers at once, some with requests that the database, the group or a
// panic refuses: the others are stored, and only they.
func TestABadRequestDoesNotFailItsGroup(t *testing.T) {
	for kind, url := range map[string]func(testing.TB) string{"SQLite": storagetest.SQLiteURL, "PostgreSQL": storagetest.PostgresURL} {
		t.Run(kind, func(t *testing.T) {
			db := open(t, url(t))
			largest := 0
			group := sqldb.NewGroup(db, func(t *sqldb.Tx, requests []string) ([]error, error) {
				largest = max(largest, len(requests))
				return addThings(t, requests)
			})
			gone, leave := context.WithCancel(t.Context())
			leave()
			var want []string
			var callers sync.WaitGroup
			for n := range 60 {
				name, ctx, check := fmt.Sprintf("a%d", n), t.Context(), func(err error) bool { return err == nil }
				switch {
				case n%20 == 3:
					name, check = "long "+name, func(err error) bool { return err != nil }
				case n%20 == 4:
					name, check = "p"+name, func(err error) bool { return err != nil }
				case n%20 == 5:
					name, check = "r"+name, func(err error) bool { return models.KindOf(err) == models.KindInvalid }
				case n%20 == 6:
					name, ctx, check = "g"+name, gone, func(err error) bool { return errors.Is(err, context.Canceled) }
				default:
					want = append(want, name)
				}
				callers.Go(func() {
					if err := group.Do(ctx, name); !check(err) {
						t.Errorf("%s: %v", name, err)
					}
				})
				callers.Go(func() { // changes of other kinds may share the transaction
					if _, err := sqldb.Update(t.Context(), db, func(t *sqldb.Tx) (int64, error) {
						return t.Exec(`DELETE FROM things WHERE name = $1`, "none")
					}); err != nil {
						t.Error(err)
					}
				})
			}
			callers.Wait()
			slices.Sort(want)
			got := slices.DeleteFunc(names(t, db), func(name string) bool { return name[0] == 'g' }) // may have been written
			if !slices.Equal(got, want) {
				t.Errorf("stored %v, want %v", got, want)
			}
			if largest < 2 {
				t.Error("no requests were ever grouped")
			}
		})
	}
}
