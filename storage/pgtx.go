package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// pipeline is a transaction of PostgreSQL. Its begin and its inserts wait until
// something is read or all is done, and are sent together: each way to the
// server and back costs both sides more than most statements do.
type pgTx struct {
	conn   *sql.Conn
	queued *pgx.Batch
	begun  bool // the server may know of the transaction
}

func (db *DB) begin(ctx context.Context) (*pgTx, error) {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	p := &pgTx{conn: conn, queued: &pgx.Batch{}}
	p.queued.Queue("BEGIN")
	return p, nil
}

// insert returns no number of rows: what is wrong with them shows later.
func (p *pgTx) insert(query string, calls [][]any) (int64, error) {
	for _, args := range calls {
		p.queued.Queue(query, args...)
	}
	return 0, nil
}

func (p *pgTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.send(ctx); err != nil {
		return nil, err
	}
	return p.conn.ExecContext(ctx, query, args...)
}

func (p *pgTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.send(ctx); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(ctx, query, args...)
}

// send returns the first error of what has waited; nothing after it was done.
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
