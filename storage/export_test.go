package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// Traced returns options with which note is called with each statement that is
// run: with SQLite when it is compiled, and without arguments.
func Traced(opt Options, note func(text string, args []any)) Options {
	opt.trace = note
	return opt
}

// MigrationsBefore hides the steps of the schema from one on, as an older program
// would not have them, until forget is called.
func MigrationsBefore(step string) (forget func()) {
	all := migrations
	migrations = all[:slices.IndexFunc(all, func(m migration) bool { return m.name == step })]
	return func() { migrations = all }
}

// LimitPages makes the disk as good as full for the writer of SQLite.
func (db *DB) LimitPages(ctx context.Context, n int) error {
	return apply(ctx, db, func(t *tx) error {
		_, err := t.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", n))
		return err
	})
}

// Versions is the number of steps of the schema.
func Versions() int { return len(migrations) }

// MigrateTo stops at a version of the schema.
func (db *DB) MigrateTo(ctx context.Context, version int) error {
	_, err := db.migrateTo(ctx, version)
	return err
}

// Columns returns the tables of a SQLite file, each after those that it refers
// to, with their columns.
func Columns(ctx context.Context, sqlite *sql.DB) (names []string, columns map[string][]string, err error) {
	all, err := tables(ctx, sqlite)
	columns = map[string][]string{}
	for _, t := range all {
		names = append(names, t.name)
		columns[t.name] = t.columns
	}
	return names, columns, err
}

// Grams are what the queue finds parts of a text by.
var Grams = grams
