// Package storage keeps everything that must not be lost, in SQLite or in
// PostgreSQL.
//
// There is one schema and one SQL text for both; a dialect names each
// difference. Every change takes its caller and writes its audit row in the
// same transaction. The package knows neither HTTP nor what a classifier is.
package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql driver "pgx"

	"winnow/models"
)

// Options are what a DB takes from its surroundings. The zero value is usable.
type Options struct {
	Now func() time.Time // time.Now when nil
	Log *slog.Logger     // discards when nil
}

// DB keeps everything. It is safe for concurrent use.
type DB struct {
	d         *dialect
	clock     func() time.Time
	log       *slog.Logger
	pool      *sql.DB // reads; with PostgreSQL also writes
	readers   runner
	writer    *writer                  // of SQLite: all changes
	creations *batcher[*insertRequest] // comments alone
	closing   sync.Once
	closed    error // what went wrong then
}

// Open opens "sqlite:PATH", whose folder is made when missing, or
// "postgres://…". It does not migrate.
func Open(ctx context.Context, url string, opt Options) (*DB, error) {
	db := &DB{clock: opt.Now, log: opt.Log}
	if db.clock == nil {
		db.clock = time.Now
	}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	scheme, rest, _ := strings.Cut(url, ":")
	var err error
	switch scheme {
	case "sqlite":
		err = db.openSQLite(ctx, rest)
	case "postgres", "postgresql":
		err = db.openPostgres(ctx, url)
	default:
		err = errors.New("want sqlite:PATH or postgres://…")
	}
	if err != nil {
		// The address may hold a password, so it is not repeated here.
		return nil, fmt.Errorf("open %s database: %w", scheme, err)
	}
	return db, nil
}

func (db *DB) openSQLite(ctx context.Context, path string) error {
	if path == "" {
		return errors.New("the path is missing")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	db.d = sqliteDialect
	writer, err := startWriter(ctx, db, path)
	if err != nil {
		return err
	}
	db.writer = writer
	db.pool, err = sql.Open(db.d.driver, sqliteName(path, "query_only(1)"))
	if err != nil {
		return errors.Join(err, writer.close())
	}
	db.pool.SetMaxOpenConns(max(4, runtime.NumCPU()))
	db.pool.SetMaxIdleConns(max(4, runtime.NumCPU()))
	db.readers = &prepared{runner: db.pool, prepare: db.pool.PrepareContext, stmts: map[string]*sql.Stmt{}}
	db.creations = startBatcher(db.createAll)
	return nil
}

// busyTimeout is how long SQLite waits for another process.
const busyTimeout = 10 * time.Second

// sqliteName is the data source name of a file. The pragmas stand in it so
// that they reach every connection of a pool.
func sqliteName(path string, more ...string) string {
	pragmas := append([]string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"journal_mode(WAL)", // readers never wait for the writer
		"synchronous(FULL)", // a commit returns when it is on disk
		"foreign_keys(1)",
		"temp_store(MEMORY)",    // savepoints copy the pages they change
		"cache_size(-16000)",    // KiB for each connection
		"wal_autocheckpoint(0)", // a checkpointer does it, off the writer's way
	}, more...)
	return "file:" + escapePath.Replace(filepath.ToSlash(path)) + "?" + url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}.Encode()
}

// maxPostgresConns leaves room for several nodes below PostgreSQL's default of
// 100 connections.
const maxPostgresConns = 24

func (db *DB) openPostgres(ctx context.Context, url string) error {
	db.d = postgresDialect
	pool, err := sql.Open(db.d.driver, url)
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(maxPostgresConns)
	pool.SetMaxIdleConns(maxPostgresConns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		return errors.Join(db.d.explain(err), pool.Close())
	}
	db.pool, db.readers = pool, pool
	db.creations = startBatcher(db.createAll)
	return nil
}

// Close waits for the writes that were accepted, then closes the database.
func (db *DB) Close() error {
	db.closing.Do(func() {
		db.creations.close()
		db.closed = db.pool.Close()
		if db.writer != nil {
			db.closed = errors.Join(db.closed, db.writer.close())
		}
	})
	return db.closed
}

// Ping tells whether the database can be reached and has the schema that this
// program needs.
func (db *DB) Ping(ctx context.Context) error {
	have, err := read(ctx, db, func(t *tx) (int, error) { return t.schema() })
	if err != nil {
		return &models.Error{Kind: models.KindUnavailable, Message: "the database cannot be read", Cause: err}
	}
	if want := len(migrations); have < want {
		return models.Errorf(models.KindUnavailable, "the database has schema %d, %d is needed: run winnow migrate", have, want)
	}
	return refuseNewer(have)
}

// now has the precision that the database keeps.
func (db *DB) now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }
