package storage

import (
	"context"
	"database/sql"
)

// Versions is the number of steps of the schema.
func Versions() int { return len(migrations) }

// MigrateTo stops at a version of the schema.
func (db *DB) MigrateTo(ctx context.Context, version int) error {
	_, err := db.migrateTo(ctx, version)
	return err
}

// Columns returns the tables of a SQLite file, each after those that it refers
// to, with their columns.
func Columns(ctx context.Context, lite *sql.DB) (names []string, columns map[string][]string, err error) {
	all, err := tables(ctx, lite)
	columns = map[string][]string{}
	for _, t := range all {
		names = append(names, t.name)
		columns[t.name] = t.columns
	}
	return names, columns, err
}
