package storage

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"winnow/models"
)

// dialect names every difference between the databases. All other SQL is the
// same text for both.
type dialect struct {
	driver     string // of database/sql
	forUpdate  string // ends a SELECT whose rows are about to be changed
	skipLocked string // the same, passing over rows that others have locked
	inJSONList string // compares with the texts of a JSON list, $1
	lockSchema string // statement that makes other migrating nodes wait
	schema     func(text string) string
	insert     func(i insert, rows [][]any) (query string, calls [][]any)
	classify   func(error) fault
}

// fault is what a database error means to storage.
type fault int

const (
	faultOther fault = iota
	faultDuplicate
	faultMissing     // a row that another refers to is not there
	faultRetry       // the transaction lost against another one
	faultUnavailable // nothing wrong with the statement: busy, full or gone
)

// SQLite locks the whole file when a transaction begins, so it needs no lock
// clauses.
var sqliteDialect = &dialect{
	driver:     "sqlite",
	inJSONList: " IN (SELECT value FROM json_each($1))",
	schema:     strings.NewReplacer("/* ", "", " */", "").Replace,
	insert:     insertEach,
	classify:   sqliteFault,
}

var postgresDialect = &dialect{
	driver:     "pgx",
	forUpdate:  " FOR UPDATE",
	skipLocked: " FOR UPDATE SKIP LOCKED",
	inJSONList: " IN (SELECT json_array_elements_text($1::json))",
	lockSchema: "SELECT pg_advisory_xact_lock(7214913)", // any number that is only ours
	schema:     func(text string) string { return text },
	insert:     insertArrays,
	classify:   postgresFault,
}

func sqliteFault(err error) fault {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return faultOther
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return faultDuplicate
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return faultMissing
	}
	switch e.Code() & 0xff { // the primary code of an extended one
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return faultUnavailable
	}
	return faultOther
}

// isBusy tells whether another process holds the lock of a SQLite file.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

func postgresFault(err error) fault {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch {
		case e.Code == "23505":
			return faultDuplicate
		case e.Code == "23503":
			return faultMissing
		case e.Code == "40001", e.Code == "40P01":
			return faultRetry
		case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"),
			strings.HasPrefix(e.Code, "57P"), e.Code == "25006":
			return faultUnavailable
		}
		return faultOther
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return faultUnavailable
	}
	return faultOther
}

// explain turns an error of the database into one that may leave storage.
func (d *dialect) explain(err error) error {
	var known *models.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch d.classify(err) {
	case faultDuplicate:
		return &models.Error{Kind: models.KindConflict, Message: "it exists already", Cause: err}
	case faultMissing:
		return &models.Error{Kind: models.KindNotFound, Message: "what it belongs to does not exist", Cause: err}
	case faultRetry, faultUnavailable:
		return &models.Error{Kind: models.KindUnavailable, Message: "the database cannot do this now", Cause: err}
	}
	return fmt.Errorf("storage: %w", err)
}
