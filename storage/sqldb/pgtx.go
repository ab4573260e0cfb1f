package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const maxAttempts = 6

// transact runs a change in a transaction of PostgreSQL, again when it lost
// against another one.
func (db *DB) transact(ctx context.Context, purpose Purpose, change func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.attempt(ctx, purpose, change)
		if attempt == maxAttempts || db.d.classify(err) != faultRetry {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(4 * time.Millisecond << attempt)):
		}
	}
}

func (db *DB) attempt(ctx context.Context, purpose Purpose, change func(*Tx) error) error {
	own, err := db.begin(ctx, purpose)
	if err != nil {
		return err
	}
	defer own.end(ctx)
	t := &Tx{ctx: ctx, on: own, d: db.d, Now: db.Now()}
	if err := change(t); err != nil {
		return err
	}
	if err := t.beforeCommit(); err != nil {
		return err
	}
	return own.commit(ctx)
}

// pgTx is a transaction of PostgreSQL. Its begin, its inserts and what it writes unread are queued
// until something is read or all is done, and sent together with that: each round trip
// costs both sides more than most statements do.
type pgTx struct {
	conn   *sql.Conn
	queued *pgx.Batch
	begun  bool   // the server may know of the transaction
	trace  tracer // of what is not written unread; may be nil
}

func (db *DB) begin(ctx context.Context, purpose Purpose) (*pgTx, error) {
	conn, err := db.pools[purpose].Conn(ctx)
	if err != nil {
		return nil, err
	}
	p := &pgTx{conn: conn, queued: &pgx.Batch{}, trace: db.opt.Trace}
	p.queued.Queue("BEGIN")
	return p, nil
}

// insert returns no number of rows: what is wrong with them shows later.
func (p *pgTx) insert(rows bulkRows) (int64, error) {
	query, args := rows.arrays()
	p.queue(query, args)
	return 0, nil
}

func (p *pgTx) queue(query string, args []any) { p.queued.Queue(query, args...) }

func (p *pgTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if len(args) == 0 { // may be several statements, which cannot be prepared
		if err := p.send(ctx); err != nil {
			return nil, err
		}
		return p.conn.ExecContext(ctx, query)
	}
	p.note(query, args)
	var changed int64
	p.queued.Queue(query, args...).Exec(func(done pgconn.CommandTag) error {
		changed = done.RowsAffected()
		return nil
	})
	err := p.send(ctx)
	return driver.RowsAffected(changed), err
}

// QueryContext is for callers of database/sql; List has list.
func (p *pgTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.send(ctx); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(ctx, query, args...)
}

// list sends a query with what is queued before it, and calls row for each row.
func (p *pgTx) list(ctx context.Context, query string, args []any, row func(Scanner) error) error {
	p.note(query, args)
	p.queued.Queue(query, args...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := row(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return p.send(ctx)
}

// note traces a statement that pgx, which sends it with others, does not.
func (p *pgTx) note(query string, args []any) {
	if p.trace != nil {
		p.trace(query, args)
	}
}

// send returns the first error of what was queued; nothing after it was done.
func (p *pgTx) send(ctx context.Context) error {
	if p.queued.Len() == 0 {
		return nil
	}
	batch := p.queued
	p.queued, p.begun = &pgx.Batch{}, true
	return p.conn.Raw(func(on any) error {
		return on.(*stdlib.Conn).Conn().SendBatch(ctx, batch).Close()
	})
}

func (p *pgTx) commit(ctx context.Context) error {
	p.queued.Queue("COMMIT").Exec(func(done pgconn.CommandTag) error {
		if done.String() != "COMMIT" {
			return errors.New("the transaction had failed before its commit")
		}
		p.begun = false
		return nil
	})
	return p.send(ctx)
}

// end gives the connection back, or closes it when that is the only way to end
// a transaction that was not committed.
func (p *pgTx) end(ctx context.Context) {
	if p.begun {
		if _, err := p.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
			_ = p.conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}
	_ = p.conn.Close() // says only whether it was closed
}
