package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Restore fills an empty database of either kind from a backup, which may be
// older than this program: then a copy of it is migrated. A database with rows
// is a conflict. It is restored whole or not at all.
func Restore(ctx context.Context, url, backup string, progress Progress) error {
	info, err := os.Stat(backup)
	if err != nil {
		return err
	}
	version, err := checkBackup(ctx, backup)
	if err != nil {
		return fmt.Errorf("%s: %w", backup, err)
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return restoreFile(ctx, path, backup, info.Size(), progress)
	}
	if version < len(migrations) {
		folder, err := os.MkdirTemp("", "winnow-restore")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		current := filepath.Join(folder, "backup")
		if err := migratedCopy(ctx, backup, current); err != nil {
			return err
		}
		backup = current
	}
	db, err := Open(ctx, url, Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	return db.copyIn(ctx, backup, info.Size(), progress)
}

func openBackup(file string) (*sql.DB, error) {
	return sqldb.OpenExclusive(file, "ro", "query_only(1)")
}

// checkBackup returns the version of a backup's schema, or why the file is not a
// backup.
func checkBackup(ctx context.Context, file string) (version int, err error) {
	db, err := openBackup(file)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	t := sqldb.On(ctx, db)
	if version, err = schemaVersion(t); err != nil {
		return 0, fmt.Errorf("not a backup of Winnow: %w", err)
	}
	if err := refuseNewer(version); err != nil {
		return 0, err
	}
	result, err := sqldb.One(t, sqldb.ScanOne[string], `PRAGMA quick_check(1)`)
	if err != nil {
		return 0, err
	}
	if result != "ok" {
		return 0, fmt.Errorf("the backup is damaged: %s", result)
	}
	return version, nil
}

// migratedCopy copies a backup and makes the copy a database of this program.
func migratedCopy(ctx context.Context, backup, file string) error {
	from, err := sqldb.OpenExclusive(backup, "ro")
	if err != nil {
		return err
	}
	if err := vacuumInto(ctx, from, file); err != nil {
		return err
	}
	db, err := Open(ctx, "sqlite:"+file, Options{})
	if err != nil {
		return err
	}
	if _, err = db.Migrate(ctx); err == nil {
		err = apply(ctx, db, (*tx).leaveEventGap)
	}
	return errors.Join(err, db.Close())
}

// restoreFile puts a copy of a backup where a SQLite database is missing or
// empty.
func restoreFile(ctx context.Context, path, backup string, size int64, progress Progress) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		if err := refuseOccupiedFile(ctx, path); err != nil {
			return err
		}
	}
	// The log of a file that is replaced: SQLite would take it for the new file's.
	if _, err := os.Stat(path + "-wal"); err == nil {
		return models.Errorf(models.KindConflict, "%s is open in another process", path)
	}
	return writeNewFile(path, true, backup, func(part string) error {
		return reportProgress(part, size, progress, func() error { return migratedCopy(ctx, backup, part) })
	})
}

// refuseOccupiedFile refuses a SQLite database that has rows.
func refuseOccupiedFile(ctx context.Context, path string) error {
	db, err := Open(ctx, "sqlite:"+path, Options{})
	if err != nil {
		return err
	}
	all, err := tables(ctx, db.sql.Pool())
	if err == nil {
		err = refuseOccupied(ctx, db.sql.Pool(), all)
	}
	return errors.Join(db.sql.Explain(err), db.Close())
}

// occupiedTables have rows in every database that is in use.
var occupiedTables = []string{"sites", "moderators", "models", "labels"}

func refuseOccupied(ctx context.Context, on sqldb.Runner, all []table) error {
	t := sqldb.On(ctx, on)
	for _, table := range all {
		if !slices.Contains(occupiedTables, table.name) {
			continue
		}
		found, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM `+table.name+` LIMIT 1`)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return models.Errorf(models.KindConflict, "the database is not empty: there are %s", table.name)
		}
	}
	return nil
}

// copyIn fills PostgreSQL from a file of the same schema, in one transaction.
func (db *DB) copyIn(ctx context.Context, file string, size int64, progress Progress) error {
	from, err := openBackup(file)
	if err != nil {
		return err
	}
	defer from.Close()
	all, err := tables(ctx, from)
	if err != nil {
		return err
	}
	if err := refuseOccupied(ctx, db.sql.Pool(), all); err != nil {
		return db.sql.Explain(err)
	}
	conn, err := db.sql.Pool().Conn(ctx)
	if err != nil {
		return db.sql.Explain(err)
	}
	defer conn.Close()
	done := int64(0)
	err = conn.Raw(func(raw any) error {
		return pgx.BeginFunc(ctx, raw.(*stdlib.Conn).Conn(), func(to pgx.Tx) error {
			for _, t := range slices.Backward(all) { // a migration, or a start, may have added rows
				if _, err := to.Exec(ctx, `DELETE FROM `+t.name); err != nil {
					return err
				}
			}
			for _, t := range all {
				if err := t.copyToPostgres(ctx, from, to, func(row []any) {
					if done += rowSize(row); progress != nil {
						progress(min(done, size), size)
					}
				}); err != nil {
					return fmt.Errorf("copy %s: %w", t.name, err)
				}
			}
			if _, err := to.Exec(ctx, fmt.Sprintf(`UPDATE event_head SET seq = greatest(seq, (SELECT coalesce(max(seq), 0) FROM events)) + %d`, restoredGap)); err != nil {
				return err
			}
			return advanceIdentities(ctx, to)
		})
	})
	if err != nil {
		return db.sql.Explain(err)
	}
	_, err = db.sql.Pool().ExecContext(ctx, `ANALYZE`)
	return db.sql.Explain(err)
}

// advanceIdentities makes columns that count rows go on after the rows that were copied.
func advanceIdentities(ctx context.Context, to pgx.Tx) error {
	found, err := to.Query(ctx, `SELECT table_name, column_name FROM information_schema.columns WHERE is_identity = 'YES' AND table_schema = current_schema()`)
	if err != nil {
		return err
	}
	columns, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (c [2]string, err error) {
		return c, row.Scan(&c[0], &c[1])
	})
	if err != nil {
		return err
	}
	for _, c := range columns {
		if _, err := to.Exec(ctx, fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%s', '%s'), coalesce(max(%[2]s), 0) + 1, false) FROM %[1]s`, c[0], c[1])); err != nil {
			return err
		}
	}
	return nil
}

func (t table) copyToPostgres(ctx context.Context, from sqldb.Runner, to pgx.Tx, passed func([]any)) error {
	found, err := from.QueryContext(ctx, t.selectAll())
	if err != nil {
		return err
	}
	defer found.Close()
	_, err = to.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromFunc(func() ([]any, error) {
		if !found.Next() {
			return nil, found.Err()
		}
		row, err := t.row(found)
		passed(row)
		return row, err
	}))
	return err
}

// rowSize is about how many bytes a row has.
func rowSize(row []any) (n int64) {
	for _, v := range row {
		switch v := v.(type) {
		case string:
			n += int64(len(v))
		case []byte:
			n += int64(len(v))
		default:
			n += 8
		}
	}
	return n
}
