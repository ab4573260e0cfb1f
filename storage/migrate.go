package storage

import (
	"context"
	"embed"
	"fmt"
	"path"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema; the first has the number 1. A step that
// was released never changes.
type migration struct{ name, sql string }

// afterMigration has the Go code that runs after the SQL of a step, by its name without
// the number.
var afterMigration = map[string]func(*tx) error{
	"audit_chain.sql": (*tx).migrateAuditChain,
	"readers.sql":     (*tx).migrateSanctions,
	"articles.sql":    (*tx).mergeSpellings,
	"spellings.sql":   (*tx).foldNames,
	"event_order.sql": (*tx).migrateEventOrder,
}

var migrations = readMigrations()

func readMigrations() []migration {
	files, err := migrationFiles.ReadDir("migrations") // in the order of their names
	if err != nil {
		panic(err) // embedded
	}
	var all []migration
	for _, f := range files {
		text, err := migrationFiles.ReadFile(path.Join("migrations", f.Name()))
		if err != nil {
			panic(err)
		}
		all = append(all, migration{f.Name(), string(text)})
	}
	return all
}

// Migrate brings the schema up to date and returns how many steps that took.
// Several nodes may do so at once: one works, the others wait. Each step is a
// transaction of its own. A schema newer than this program is refused.
func (db *DB) Migrate(ctx context.Context) (applied int, err error) {
	if applied, err = db.migrateTo(ctx, len(migrations)); err != nil {
		return applied, err
	}
	return applied, db.cleanFile(ctx, applied == len(migrations))
}

// cleanFile writes a SQLite file of an earlier version anew, once: those versions
// did not overwrite what they deleted. A failure is tried again at the next start.
func (db *DB) cleanFile(ctx context.Context, isNew bool) error {
	if !db.sql.IsSQLite() {
		return nil
	}
	// The number is in the header of the file, and copies have it too.
	cleaned, err := read(ctx, db, func(t *tx) (int, error) { return sqldb.One(t, sqldb.ScanOne[int], `PRAGMA user_version`) })
	if err != nil || cleaned > 0 {
		return err
	}
	if !isNew {
		if err := db.sql.Vacuum(ctx); err != nil {
			db.opt.Log.WarnContext(ctx, "deleted rows of an earlier version are still in the database file: it could not be written anew", "error", err)
			return ctx.Err()
		}
	}
	return apply(ctx, db, func(t *tx) error {
		_, err := t.Exec(`PRAGMA user_version = 1`)
		return err
	})
}

// migrateTo stops at the schema with this number.
func (db *DB) migrateTo(ctx context.Context, last int) (applied int, err error) {
	for {
		did, err := update(ctx, db, func(t *tx) (string, error) { return t.migrateOnce(last) })
		if err != nil {
			return applied, fmt.Errorf("migrate: %w", err)
		}
		if did == "" {
			return applied, nil
		}
		db.opt.Log.InfoContext(ctx, "schema migrated", "step", did)
		applied++
	}
}

// migrateOnce applies the next step and returns its name, "" when none is left.
func (t *tx) migrateOnce(last int) (string, error) {
	if err := t.LockSchema(); err != nil {
		return "", err
	}
	if _, err := t.Exec(`CREATE TABLE IF NOT EXISTS migrations (
		version bigint PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)`); err != nil {
		return "", err
	}
	have, err := schemaVersion(t)
	if err == nil {
		err = refuseNewer(have)
	}
	if err != nil || have >= last {
		return "", err
	}
	next := migrations[have]
	if _, err := t.Exec(t.SchemaText(next.sql)); err != nil {
		return "", fmt.Errorf("%s: %w", next.name, err)
	}
	_, name, _ := strings.Cut(next.name, "_")
	if do := afterMigration[name]; do != nil {
		if err := do(t); err != nil {
			return "", fmt.Errorf("%s: %w", next.name, err)
		}
	}
	_, err = t.Exec(`INSERT INTO migrations (version, name, applied_at) VALUES ($1, $2, $3)`, have+1, next.name, micros(t.Now))
	return next.name, err
}

// schemaVersion returns the number of the last step applied, 0 when there is none.
func schemaVersion(t sqldb.Handle) (int, error) {
	return sqldb.One(t, sqldb.ScanOne[int], `SELECT coalesce(max(version), 0) FROM migrations`)
}

func refuseNewer(have int) error {
	if supported := len(migrations); have > supported {
		return models.Errorf(models.KindUnavailable,
			"the database has schema %d, this program knows up to %d: use a newer one", have, supported)
	}
	return nil
}
