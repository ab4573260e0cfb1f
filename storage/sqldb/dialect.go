package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"winnow/models"
)

// dialect names every difference between the databases. All other SQL is the
// same text for both.
type dialect struct {
	forUpdate   string // ends a SELECT whose rows are about to be changed
	skipLocked  string // the same, passing over rows that others have locked
	inJSONList  string // compares with the texts of a JSON list, $1
	unindexed   string // stands before a column that no index is to be used for
	tablesWith  string // lists the tables that have a column, $1
	lockSchema  string // statement that makes other migrating nodes wait
	arrays      bool   // inserts take all rows at once
	listed      string // see ListedRows
	listedPairs string
	schema      func(text string) string
	classify    func(error) fault
	fullText    fullText
}

const sqliteDriver = "sqlite" // name in database/sql

// fault is what an error of the database means.
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
	inJSONList:  " IN (SELECT value FROM json_each($1))",
	listed:      "SELECT * FROM {table} WHERE {site} = $2 AND {column} IN (SELECT value FROM json_each($1))",
	listedPairs: "SELECT * FROM {table} WHERE {site} IN (SELECT value FROM json_each($2)) AND {column} IN (SELECT value FROM json_each($1))",
	unindexed:   "+",
	tablesWith:  "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = $1 ORDER BY 1",
	schema:      strings.NewReplacer("/* ", "", " */", "").Replace,
	classify:    sqliteFault,
	fullText:    sqliteFullText,
}

var postgresDialect = &dialect{
	forUpdate:  " FOR UPDATE",
	skipLocked: " FOR UPDATE SKIP LOCKED",
	inJSONList: " = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
	listed: "SELECT found.* FROM json_array_elements_text($1::json) AS wanted (value)," +
		" LATERAL (SELECT * FROM {table} WHERE site = $2 AND {column} = wanted.value OFFSET 0{lock}) AS found",
	listedPairs: "SELECT found.* FROM ROWS FROM (json_array_elements_text($1::json), json_array_elements_text($2::json)) AS wanted (value, site)," +
		" LATERAL (SELECT * FROM {table} t WHERE t.site = wanted.site AND {column} = wanted.value OFFSET 0{lock}) AS found",
	tablesWith: `SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attname = $1 AND NOT a.attisdropped
		AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace ORDER BY 1`,
	lockSchema: "SELECT pg_advisory_xact_lock(7214913)", // any number that is only ours
	schema:     func(text string) string { return text },
	arrays:     true,
	classify:   postgresFault,
	fullText:   postgresFullText,
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

// isBusy reports whether another process holds the lock of a SQLite file.
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

// explain turns an error of the database into one that callers can act on.
func (d *dialect) explain(err error) error {
	var known *models.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch d.classify(err) {
	case faultDuplicate:
		return &models.Error{Kind: models.KindConflict, Message: "it exists already", Cause: err}
	case faultMissing:
		return &models.Error{Kind: models.KindNotFound, Message: "what it refers to does not exist", Cause: err}
	case faultRetry, faultUnavailable:
		return &models.Error{Kind: models.KindUnavailable, Message: "the database is not available now", Cause: err}
	}
	return fmt.Errorf("database: %w", err)
}

// IsDuplicate reports whether an error says that a row with the same key exists.
func (t *Tx) IsDuplicate(err error) bool { return t.d.classify(err) == faultDuplicate }

// ForUpdate ends a SELECT whose rows are about to be changed, so that nobody
// else changes them first. SQLite needs none: a change has the whole file.
func (t *Tx) ForUpdate() string { return t.d.forUpdate }

// ForUpdateOf is ForUpdate for the rows of one table of a join.
func (t *Tx) ForUpdateOf(alias string) string {
	if t.d.forUpdate == "" {
		return ""
	}
	return t.d.forUpdate + " OF " + alias
}

// SkipLocked is ForUpdate that passes over rows that others have locked.
func (t *Tx) SkipLocked() string { return t.d.skipLocked }

// TablesWith returns the tables that have a column of that name.
func (t *Tx) TablesWith(column string) ([]string, error) {
	return List(t, ScanOne[string], t.d.tablesWith, column)
}

// InJSONList compares a column with the texts of a JSON list, which is a parameter.
func (t *Tx) InJSONList(parameter int) string {
	return strings.Replace(t.d.inJSONList, "$1", "$"+strconv.Itoa(parameter), 1)
}

// ListedRows selects the rows of a table with the texts of a JSON list, the first parameter, in
// a column, on the site that is the second one; or, with pairs, on the sites that are a second
// list beside the first. With lock PostgreSQL locks them in the order of the list. It looks
// each up by an index, also in a table that has just begun to grow, of which it knows no sizes.
func (t *Tx) ListedRows(table, siteColumn, column string, pairs, lock bool) string {
	text, locking := t.d.listed, ""
	if pairs {
		text = t.d.listedPairs
	}
	if lock {
		locking = t.d.forUpdate
	}
	return strings.NewReplacer("{table}", table, "{site}", siteColumn, "{column}", column, "{lock}", locking).Replace(text)
}

// Unindexed is a column that SQLite is not to look up by an index. It knows no sizes, and
// would read all rows of a site to find those with a few ids, or that few have in common.
// PostgreSQL knows better.
func (t *Tx) Unindexed(column string) string { return t.d.unindexed + column }

// SchemaText is the text of a migration for this database: what stands between
// /* and */ is for SQLite alone.
func (t *Tx) SchemaText(text string) string { return t.d.schema(text) }

// LockSchema makes other nodes that migrate wait until this transaction ends.
func (t *Tx) LockSchema() error {
	if t.d.lockSchema == "" {
		return nil
	}
	_, err := t.Exec(t.d.lockSchema)
	return err
}
