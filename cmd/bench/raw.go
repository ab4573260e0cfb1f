package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"
)

// rawInserts returns how many rows per second one connection inserts into a separate
// table, each with a durable commit.
func rawInserts(ctx context.Context, o options, dir string) (float64, error) {
	driver, name := "pgx", o.program.Database
	if strings.HasPrefix(o.program.Database, "sqlite:") {
		driver = "sqlite"
		name = "file:" + filepath.Join(dir, "raw.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `CREATE TABLE bench_raw (id text PRIMARY KEY, article text, author text, body text, at bigint)`); err != nil {
		return 0, err
	}
	insert, err := db.PrepareContext(ctx, `INSERT INTO bench_raw (id, article, author, body, at) VALUES ($1, $2, $3, $4, $5)`)
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	n, begun := 0, time.Now()
	for time.Since(begun) < o.duration {
		if _, err := insert.ExecContext(ctx, fmt.Sprintf("%016d", n), "a1", "Reader", string(appendText(nil, uint64(n))), n); err != nil {
			return 0, err
		}
		n++
	}
	rate := float64(n) / time.Since(begun).Seconds()
	_, err = db.ExecContext(ctx, `DROP TABLE bench_raw`)
	return rate, err
}
