package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Purpose is what a connection is for. Each purpose has connections of its own, so that what
// takes long waits for its equals, and nobody else for it.
type Purpose int

const (
	// Serving is for what readers and all requests wait for: short reads by an index.
	Serving Purpose = iota
	// Desk is for what a moderator opens: the queue, a comment, an author, the audit trail.
	Desk
	// Searching is for reads that look at many rows and find few. Their statements end with
	// their contexts, on SQLite too.
	Searching
	// Exporting is for reads of all rows, a page at a time.
	Exporting
	// grouped is for what groups write to PostgreSQL: many callers wait for one of its
	// transactions, which must not wait for a connection behind single changes.
	grouped

	numPurposes
)

// connections are how many a purpose has. PostgreSQL's leave room for four nodes below its
// default of 100; those for Serving also write there.
var connections = [numPurposes]struct {
	sqlite, postgres int
	cache            int // SQLite's, in KiB for each connection
}{
	Serving:   {max(4, runtime.NumCPU()), 12, 16_000},
	Desk:      {max(2, runtime.NumCPU()/2), 5, 8_000},
	Searching: {max(1, runtime.NumCPU()/2), 3, 8_000}, // each may take a processor of this process
	Exporting: {2, 2, 4_000},
	grouped:   {0, 2, 0},
}

// pools are the connections by purpose.
type pools [numPurposes]pool

type pool struct {
	*sql.DB
	runner Runner
}

func (all *pools) close() (err error) {
	for _, p := range all {
		if p.DB != nil {
			err = errors.Join(err, p.Close())
		}
	}
	return err
}

func openSQLitePools(path string, trace func(string, []any)) (all pools, err error) {
	for purpose := range numPurposes {
		size := connections[purpose]
		if size.sqlite == 0 {
			continue
		}
		db, err := OpenShared(path, "query_only(1)", "cache_size(-"+strconv.Itoa(size.cache)+")")
		if err != nil {
			return all, errors.Join(err, all.close())
		}
		db.SetMaxOpenConns(size.sqlite)
		db.SetMaxIdleConns(size.sqlite)
		p := pool{DB: db, runner: newStmtCache(db, trace)}
		if purpose == Searching {
			p.runner = interruptible{p.runner}
		}
		all[purpose] = p
	}
	return all, nil
}

func openPostgresPools(config pgx.ConnConfig) (all pools) {
	for purpose := range numPurposes {
		config := config
		// Compiling a short statement takes longer than running it.
		config.RuntimeParams = map[string]string{"jit": "off"}
		if purpose != Exporting {
			// Every statement but those has an index. PostgreSQL, which knows little of a
			// table that grows fast, or of a rare word, would read whole tables.
			config.RuntimeParams["enable_seqscan"] = "off"
		}
		maps.Copy(config.RuntimeParams, config.Config.RuntimeParams)
		db := stdlib.OpenDB(config)
		db.SetMaxOpenConns(connections[purpose].postgres)
		db.SetMaxIdleConns(connections[purpose].postgres)
		db.SetConnMaxIdleTime(5 * time.Minute)
		all[purpose] = pool{DB: db, runner: db}
	}
	return all
}

// interruptible runs queries of SQLite so that they end with their context. The driver
// interrupts a statement only until its first row, so all rows are found before that one.
type interruptible struct{ Runner }

func (i interruptible) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if strings.HasPrefix(query, "SELECT") {
		query = "WITH found AS MATERIALIZED (" + query + ") SELECT * FROM found"
	}
	return i.Runner.QueryContext(ctx, query, args...)
}
