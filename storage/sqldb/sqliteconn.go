package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// sqliteConn is the connection of SQLite's writer, with its compiled statements.
// Rows are inserted past database/sql, which converts, checks and locks for
// each value and each call.
type sqliteConn struct {
	*stmtCache
	conn    *sql.Conn
	inserts map[string]driver.StmtExecContext
	args    []driver.NamedValue // of the current row
}

func newSQLiteConn(conn *sql.Conn, trace func(string, []any)) *sqliteConn {
	return &sqliteConn{
		stmtCache: newStmtCache(conn, trace),
		conn:      conn,
		inserts:   map[string]driver.StmtExecContext{},
	}
}

// insert runs a statement once for each row, and returns how many rows were
// added or changed.
func (c *sqliteConn) insert(rows bulkRows) (changed int64, err error) {
	err = c.conn.Raw(func(on any) error {
		insert, err := c.compiled(on, rows.single())
		if err != nil {
			return err
		}
		for i := range rows.len() {
			c.args = rows.bind(i, c.args[:0])
			// With a context that can end, the driver would start a goroutine.
			result, err := insert.ExecContext(context.Background(), c.args)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			if n > 0 {
				rows.report(i)
			}
			changed += n
		}
		return nil
	})
	return changed, err
}

func (c *sqliteConn) compiled(on any, query string) (driver.StmtExecContext, error) {
	if s := c.inserts[query]; s != nil {
		return s, nil
	}
	stmt, err := on.(driver.ConnPrepareContext).PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	s, ok := stmt.(driver.StmtExecContext)
	if !ok {
		return nil, fmt.Errorf("statements of the driver cannot be executed directly: %T", stmt)
	}
	c.inserts[query] = s
	return s, nil
}

// close releases all statements and the connection.
func (c *sqliteConn) close() error {
	err := c.conn.Raw(func(any) (err error) {
		for _, s := range c.inserts {
			err = errors.Join(err, s.(driver.Stmt).Close())
		}
		return err
	})
	clear(c.inserts)
	return errors.Join(err, c.stmtCache.close(), c.conn.Close())
}
