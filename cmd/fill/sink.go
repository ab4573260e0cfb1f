package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"
)

// rows are the rows for one table.
type rows struct {
	table   string
	columns []string
	values  [][]any
}

// sink writes rows in bulk, with COPY in PostgreSQL.
type sink struct {
	sqlite *sql.DB
	copy   *pgx.Conn
}

func openSink(ctx context.Context, database string) (*sink, error) {
	path, ok := strings.CutPrefix(database, "sqlite:")
	if !ok {
		conn, err := pgx.Connect(ctx, database)
		return &sink{copy: conn}, err
	}
	// No durability needed: after a crash the database is filled again.
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(OFF)", "cache_size(-64000)", "busy_timeout(10000)"}}
	db, err := sql.Open("sqlite", "file:"+path+"?"+pragmas.Encode())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return &sink{sqlite: db}, err
}

func (s *sink) close() {
	if s.copy != nil {
		_ = s.copy.Close(context.Background())
		return
	}
	_ = s.sqlite.Close()
}

func (s *sink) exec(ctx context.Context, text string) (err error) {
	if s.copy != nil {
		_, err = s.copy.Exec(ctx, text)
	} else {
		_, err = s.sqlite.ExecContext(ctx, text)
	}
	return err
}

func (s *sink) write(ctx context.Context, r rows) error {
	if len(r.values) == 0 {
		return nil
	}
	if s.copy != nil {
		into := pgx.Identifier{r.table}
		// AddSite has already inserted the counter of the site.
		if r.table == "site_counts" {
			return s.replace(ctx, r)
		}
		_, err := s.copy.CopyFrom(ctx, into, r.columns, pgx.CopyFromRows(r.values))
		return err
	}
	tx, err := s.sqlite.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after a commit
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(r.columns)), ", ")
	insert, err := tx.PrepareContext(ctx, "INSERT OR REPLACE INTO "+r.table+" ("+strings.Join(r.columns, ", ")+") VALUES ("+marks+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, row := range r.values {
		if _, err := insert.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// replace writes rows whose key, the first column, may exist.
func (s *sink) replace(ctx context.Context, r rows) error {
	for _, row := range r.values {
		query := fmt.Sprintf("INSERT INTO %s (%s, %s) VALUES ($1, $2) ON CONFLICT (%[2]s) DO UPDATE SET %[3]s = excluded.%[3]s", r.table, r.columns[0], r.columns[1])
		if _, err := s.copy.Exec(ctx, query, row...); err != nil {
			return err
		}
	}
	return nil
}

// dropIndexes drops the indexes that are faster to build at the end, and returns the
// statements that create them.
func (s *sink) dropIndexes(ctx context.Context) (make []string, err error) {
	list := `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = 'comments'`
	query := func(into func(name, text string)) error {
		found, err := s.sqlite.QueryContext(ctx, list)
		if err != nil {
			return err
		}
		defer found.Close()
		for found.Next() {
			var name, text string
			if err := found.Scan(&name, &text); err != nil {
				return err
			}
			into(name, text)
		}
		return found.Err()
	}
	if s.copy != nil {
		list = `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'comments' AND indexname <> 'comments_pkey'`
		query = func(into func(name, text string)) error {
			found, err := s.copy.Query(ctx, list)
			if err != nil {
				return err
			}
			var name, text string
			_, err = pgx.ForEachRow(found, []any{&name, &text}, func() error { into(name, text); return nil })
			return err
		}
	}
	var names []string
	if err := query(func(name, text string) { names, make = append(names, name), append(make, text) }); err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := s.exec(ctx, "DROP INDEX "+name); err != nil {
			return nil, err
		}
	}
	return make, nil
}

// finish brings the database into the state after maintenance.
func (s *sink) finish(ctx context.Context) error {
	if s.copy != nil {
		return s.exec(ctx, "VACUUM ANALYZE")
	}
	return s.exec(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
}
