package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// pinned is the connection of SQLite's writer, with its compiled statements.
// Rows are inserted past database/sql, which converts, checks and locks for
// each value and each call.
type sqliteConn struct {
	*prepared
	conn    *sql.Conn
	inserts map[string]driver.StmtExecContext
	args    []driver.NamedValue // of the row at hand
}

func newSQLiteConn(conn *sql.Conn) *sqliteConn {
	return &sqliteConn{
		prepared: &prepared{runner: conn, prepare: conn.PrepareContext, stmts: map[string]*sql.Stmt{}},
		conn:     conn,
		inserts:  map[string]driver.StmtExecContext{},
	}
}

// insert runs a statement once for each row, and returns how many rows were
// added or changed.
func (p *sqliteConn) insert(query string, rows [][]any) (changed int64, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	err = p.conn.Raw(func(on any) error {
		insert, err := p.compiled(on, query)
		if err != nil {
			return err
		}
		for _, row := range rows {
			p.args = p.args[:0]
			for n, v := range row {
				p.args = append(p.args, driver.NamedValue{Ordinal: n + 1, Value: driverValue(v)})
			}
			// With a context that can end, the driver would start a goroutine.
			result, err := insert.ExecContext(context.Background(), p.args)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			changed += n
		}
		return nil
	})
	return changed, err
}

func (p *sqliteConn) compiled(on any, query string) (driver.StmtExecContext, error) {
	if s := p.inserts[query]; s != nil {
		return s, nil
	}
	fresh, err := on.(driver.ConnPrepareContext).PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	s, ok := fresh.(driver.StmtExecContext)
	if !ok {
		return nil, fmt.Errorf("the driver has no quick inserts: %T", fresh)
	}
	p.inserts[query] = s
	return s, nil
}

func driverValue(v any) driver.Value {
	if f, ok := v.(*float64); ok {
		if f == nil {
			return nil
		}
		return *f
	}
	return sanitize(v)
}

// close gives all statements back.
func (p *sqliteConn) close() error {
	err := p.conn.Raw(func(any) (err error) {
		for _, s := range p.inserts {
			err = errors.Join(err, s.(driver.Stmt).Close())
		}
		return err
	})
	clear(p.inserts)
	return errors.Join(err, p.prepared.close())
}
