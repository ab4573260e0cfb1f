// Package storage stores sites, comments, decisions, people and the audit trail
// in SQLite or in PostgreSQL.
//
// There is one schema and one SQL text for both; package sqldb runs it. Every
// change takes its caller and writes its audit row in the same transaction. Each
// exported method opens the transaction, a method of tx does the work. The
// package must not import handlers or classifier.
package storage

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Options configure a DB. The zero value is usable.
type Options struct {
	Now     func() time.Time // the database's clock, and Machine this machine's: see sqldb.Options
	Machine func() time.Time
	Log     *slog.Logger // discards when nil

	trace func(text string, args []any) // of sqldb.Options
}

// DB is the database of a newsroom. It is safe for concurrent use.
type DB struct {
	sql       *sqldb.DB
	opt       Options
	comments  *sqldb.Group[*insertRequest] // new ones
	decisions *sqldb.Group[*decisionRequest]
	reports   *sqldb.Group[*reportRequest] // of readers
	samples   trainingSamples
	tags      siteTags
	changes   changes
	numbered  numbered
	purged    atomic.Bool // by this process
}

// Open opens "sqlite:PATH", whose folder is made when missing, or
// "postgres://…". It does not migrate.
func Open(ctx context.Context, url string, opt Options) (*DB, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	engine, err := sqldb.Open(ctx, url, sqldb.Options{Now: opt.Now, Machine: opt.Machine, Log: opt.Log, Trace: opt.trace})
	if err != nil {
		return nil, err
	}
	db := &DB{sql: engine, opt: opt}
	db.comments = sqldb.NewGroup(engine, db.insertComments)
	db.decisions = sqldb.NewGroup(engine, db.decideTogether)
	db.reports = sqldb.NewGroup(engine, db.reportTogether)
	return db, nil
}

// Close waits for the changes that were accepted, then closes the database.
func (db *DB) Close() error { return db.sql.Close() }

// Now is the time of the database, which all nodes have in common.
func (db *DB) Now() time.Time { return db.sql.Now() }

// Queued returns how many changes wait for SQLite's writer.
func (db *DB) Queued() int { return db.sql.Queued() }

// Ping reports whether the database can be reached and has the schema that this
// program needs.
func (db *DB) Ping(ctx context.Context) error {
	have, err := read(ctx, db, func(t *tx) (int, error) { return schemaVersion(t) })
	if err != nil {
		return &models.Error{Kind: models.KindUnavailable, Message: "the database cannot be read", Cause: err}
	}
	if want := len(migrations); have < want {
		return models.Errorf(models.KindUnavailable, "the database has schema %d, %d is needed: run winnow migrate", have, want)
	}
	return refuseNewer(have)
}
