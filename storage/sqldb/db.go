// Package sqldb runs SQL on SQLite and on PostgreSQL, with one text for both.
//
// It opens a database, groups what many callers write into few transactions,
// reads rows and names every difference between the two databases. It does not
// depend on what the tables contain: of this module it imports nothing but the
// error kinds of models.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options configure a DB. The zero value is usable.
type Options struct {
	// Now is the database's clock. When nil, it is that of PostgreSQL's server, so that nodes
	// with different clocks agree, and with SQLite that of this machine.
	Now     func() time.Time
	Machine func() time.Time // this machine's clock; time.Now when nil
	Log     *slog.Logger     // discards when nil
	// Trace, unless nil, is called with each statement that is run; with SQLite
	// when it is compiled, and without arguments.
	Trace func(text string, args []any)
}

// DB is a database of either kind. It is safe for concurrent use.
type DB struct {
	d      *dialect
	opt    Options
	pools  pools
	writer *writer // nil with PostgreSQL
	path   string  // of SQLite's file
	clock  clock

	background sync.WaitGroup
	running    context.Context    // of what runs in the background; ends with Close
	stop       context.CancelFunc // ends running
	unused     unusedSpace        // of SQLite's file

	mu     sync.Mutex
	groups []*group

	closing sync.Once
	closed  error // result of closing
}

// Open opens "sqlite:PATH", whose folder is made when missing, or
// "postgres://…".
func Open(ctx context.Context, url string, opt Options) (*DB, error) {
	if opt.Machine == nil {
		opt.Machine = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	db := &DB{opt: opt, clock: clock{fixed: opt.Now, machine: opt.Machine}}
	db.running, db.stop = context.WithCancel(context.WithoutCancel(ctx))
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
		db.stop()
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
	if err := createPrivate(path); err != nil {
		return err
	}
	db.d, db.path = sqliteDialect, path
	if db.clock.fixed == nil {
		db.clock.fixed = db.opt.Machine
	}
	writer, err := startWriter(ctx, db, path)
	if err != nil {
		return err
	}
	db.writer = writer
	if db.pools, err = openSQLitePools(path, db.opt.Trace); err != nil {
		return errors.Join(err, writer.close())
	}
	return nil
}

func (db *DB) openPostgres(ctx context.Context, url string) error {
	db.d = postgresDialect
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	if db.opt.Trace != nil {
		config.Tracer = tracer(db.opt.Trace)
	}
	db.pools = openPostgresPools(*config)
	err = db.Pool().PingContext(ctx) // connects, so that the clock's answer is quick
	if err == nil {
		err = db.clock.ask(ctx, db.Pool())
	}
	if err != nil {
		return errors.Join(db.d.explain(err), db.pools.close())
	}
	if db.clock.fixed == nil {
		db.background.Go(func() { db.clock.follow(db.running, db.Pool()) })
	}
	return nil
}

// tracer implements pgx.QueryTracer.
type tracer func(text string, args []any)

func (t tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	t(q.SQL, q.Args)
	return ctx
}

func (tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// Close waits for the changes that were accepted, then closes the database.
func (db *DB) Close() error {
	db.closing.Do(func() {
		db.stop()
		db.background.Wait()
		db.mu.Lock()
		groups := db.groups
		db.mu.Unlock()
		for _, g := range groups {
			g.close()
		}
		db.closed = db.pools.close()
		if db.writer != nil {
			db.closed = errors.Join(db.closed, db.writer.close())
		}
	})
	return db.closed
}

// IsSQLite reports whether the database is SQLite; otherwise it is PostgreSQL.
func (db *DB) IsSQLite() bool { return db.writer != nil }

// Pool returns the connections of Serving; with PostgreSQL they also write. It is
// for what transactions cannot do, such as copying whole tables.
func (db *DB) Pool() *sql.DB { return db.pools[Serving].DB }

// Now is the time of the database's clock, with the precision of its columns.
func (db *DB) Now() time.Time { return db.clock.now().UTC().Truncate(time.Microsecond) }

// Queued returns how many changes wait for SQLite's writer.
func (db *DB) Queued() int {
	if db.writer == nil {
		return 0
	}
	return len(db.writer.queue)
}

// Explain turns an error of the database into one that callers can act on: a
// models.Error where there is a kind for it.
func (db *DB) Explain(err error) error { return db.d.explain(err) }
