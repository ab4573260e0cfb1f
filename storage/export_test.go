package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Statements calls note with each statement that is run from here on: with
// SQLite when it is compiled, and without arguments.
func (db *DB) Statements(url string, note func(text string, args []any)) error {
	if db.writer == nil {
		config, err := pgx.ParseConfig(url)
		if err != nil {
			return err
		}
		config.Tracer = tracer(note)
		old := db.pool
		db.pool = stdlib.OpenDB(*config)
		db.readers = db.pool
		return old.Close()
	}
	for _, p := range []*prepared{db.writer.on.prepared, db.readers.(*prepared)} {
		p.mu.Lock()
		prepare := p.prepare
		p.prepare = func(ctx context.Context, text string) (*sql.Stmt, error) {
			note(text, nil)
			return prepare(ctx, text)
		}
		p.mu.Unlock()
	}
	return nil
}

// MigrationsBefore makes this a program that knows the schema only up to a
// step, until forget is called.
func MigrationsBefore(step string) (forget func()) {
	all := migrations
	migrations = all[:slices.IndexFunc(all, func(m migration) bool { return m.name == step })]
	return func() { migrations = all }
}

type tracer func(text string, args []any)

func (t tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	t(q.SQL, q.Args)
	return ctx
}

func (tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// KeepEvents runs a change that keeps events with these ids, reads, and does
// something else before its end.
func (db *DB) KeepEvents(ctx context.Context, ids []string, then func() error) error {
	return apply(ctx, db, func(t *tx) error {
		for _, id := range ids {
			row := t.eventRow("", "", "", "", "")
			row[0] = id
			if err := t.insert(insertEvents, [][]any{row}); err != nil {
				return err
			}
		}
		if _, err := t.schema(); err != nil {
			return err
		}
		return then()
	})
}

// LimitPages makes the disk as good as full for the writer of SQLite.
func (db *DB) LimitPages(n int) error {
	return db.writer.exec(fmt.Sprintf("PRAGMA max_page_count = %d", n))
}
