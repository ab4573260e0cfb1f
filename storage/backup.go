package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Progress is called from time to time with the bytes that are done and the
// approximate total.
type Progress func(done, total int64)

// Backup writes a consistent copy of the database, of either kind, into a SQLite
// file, while others read and write. The file appears when it is complete and on
// disk. One that exists already is a conflict, unless it may be replaced.
func (db *DB) Backup(ctx context.Context, file string, replace bool, progress Progress) error {
	have, err := read(ctx, db, func(t *tx) (int, error) { return schemaVersion(t) })
	if err == nil {
		err = refuseNewer(have)
	}
	if err != nil {
		return fmt.Errorf("read the schema: %w", err)
	}
	path, total, err := db.size(ctx)
	if err != nil {
		return err
	}
	return writeNewFile(file, replace, path, func(part string) error {
		return reportProgress(part, total, progress, func() error {
			if db.sql.IsSQLite() {
				live, err := sqldb.OpenShared(path)
				if err != nil {
					return err
				}
				return vacuumInto(ctx, live, part)
			}
			return db.copyOut(ctx, have, part)
		})
	})
}

// size returns about how many bytes the database has, and the path of a SQLite
// file.
func (db *DB) size(ctx context.Context) (path string, bytes int64, err error) {
	query := `SELECT '', pg_database_size(current_database())`
	if db.sql.IsSQLite() {
		query = `SELECT file, (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) FROM pragma_database_list WHERE name = 'main'`
	}
	bytes, err = read(ctx, db, func(t *tx) (int64, error) {
		return sqldb.One(t, func(scan sqldb.Scanner) (n int64, err error) { err = scan(&path, &n); return n, err }, query)
	})
	return path, bytes, err
}

// writeNewFile lets fill write a temporary file, and renames it once it is on
// disk. It does not replace the file named by never.
func writeNewFile(file string, replace bool, never string, fill func(part string) error) (err error) {
	checkTarget := func() error {
		info, err := os.Stat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !replace:
			return models.Errorf(models.KindConflict, "%s exists already", file)
		}
		if live, err := os.Stat(never); err == nil && os.SameFile(info, live) {
			return models.Errorf(models.KindConflict, "%s is the database itself", file)
		}
		return nil
	}
	if err := checkTarget(); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.part") // nobody else may read it
	if err != nil {
		return err
	}
	part := temp.Name()
	defer func() {
		err = errors.Join(err, temp.Close())
		if err != nil {
			for _, more := range []string{"", "-journal", "-wal", "-shm"} {
				_ = os.Remove(part + more) // what is wrong is in err
			}
		}
	}()
	if err := fill(part); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := checkTarget(); err != nil {
		return err
	}
	if err := os.Rename(part, file); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// reportProgress reports how a file grows while work runs.
func reportProgress(file string, total int64, progress Progress, work func() error) error {
	if progress == nil {
		return work()
	}
	var watcher sync.WaitGroup
	ended := make(chan struct{})
	watcher.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				if info, err := os.Stat(file); err == nil {
					progress(min(info.Size(), total), total)
				}
			}
		}
	})
	defer watcher.Wait()
	defer close(ended)
	return work()
}

// vacuumInto writes a consistent copy of a SQLite database into an empty file,
// without what was deleted, and closes the database.
func vacuumInto(ctx context.Context, db *sql.DB, file string) error {
	_, err := db.ExecContext(ctx, `VACUUM INTO $1`, file)
	return sqldb.ExplainSQLite(errors.Join(err, db.Close()))
}

// table is a table of the schema.
type table struct {
	name    string
	columns []string
	kinds   []string // types of the columns
	order   string   // ORDER BY, where the order matters
}

func (t table) selectAll() string {
	return "SELECT " + strings.Join(t.columns, ", ") + " FROM " + t.name + t.order
}

// tables returns the tables of a SQLite file, each after those that it refers
// to, without the list of migrations and the search index, which has another form in
// PostgreSQL and is made anew.
func tables(ctx context.Context, sqlite sqldb.Runner) ([]table, error) {
	t := sqldb.On(ctx, sqlite)
	names, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search\_%' ESCAPE '\' AND name <> 'migrations' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	var all []table
	done := map[string]bool{}
	var add func(name string) error
	add = func(name string) error {
		if done[name] {
			return nil
		}
		done[name] = true
		parents, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT "table" FROM pragma_foreign_key_list($1)`, name)
		if err != nil {
			return err
		}
		for _, p := range parents {
			if err := add(p); err != nil {
				return err
			}
		}
		found := table{name: name}
		_, err = sqldb.List(t, func(scan sqldb.Scanner) (struct{}, error) {
			var column, kind string
			err := scan(&column, &kind)
			found.columns, found.kinds = append(found.columns, column), append(found.kinds, kind)
			return struct{}{}, err
		}, `SELECT name, lower(type) FROM pragma_table_info($1) ORDER BY cid`, name)
		all = append(all, found)
		return err
	}
	for _, name := range names {
		if err := add(name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// row returns the current row with values that both databases accept.
func (t table) row(found *sql.Rows) ([]any, error) {
	row, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range row {
		into[i] = &row[i]
	}
	err := found.Scan(into...)
	for i, v := range row {
		switch v := v.(type) {
		case int64:
			if t.kinds[i] == "boolean" { // SQLite has none
				row[i] = v != 0
			}
		case []byte:
			if v == nil { // no bytes, which is not NULL
				row[i] = []byte{}
			}
		}
	}
	return row, err
}

// copyOut fills an empty SQLite file with a snapshot of PostgreSQL's tables, in a
// schema of the same version.
func (db *DB) copyOut(ctx context.Context, version int, file string) error {
	sqlite, err := Open(ctx, "sqlite:"+file, db.opt)
	if err != nil {
		return err
	}
	_, err = sqlite.migrateTo(ctx, version)
	if err := errors.Join(err, sqlite.Close()); err != nil {
		return err
	}
	// The file is temporary until it is renamed, so nothing has to survive a crash.
	to, err := sqldb.OpenExclusive(file, "rw", "journal_mode(DELETE)", "journal_mode(OFF)", "synchronous(OFF)", "temp_store(FILE)")
	if err != nil {
		return err
	}
	to.SetMaxOpenConns(1)
	err = db.copyTables(ctx, to)
	return errors.Join(err, to.Close())
}

func (db *DB) copyTables(ctx context.Context, to *sql.DB) error {
	from, err := db.sql.Pool().BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return db.sql.Explain(err)
	}
	defer from.Rollback() // it has changed nothing
	all, err := tables(ctx, to)
	if err != nil {
		return err
	}
	// Indexes are made at the end, which is quicker than to update them.
	indexes, err := sqldb.List(sqldb.On(ctx, to), func(scan sqldb.Scanner) (i [2]string, err error) {
		err = scan(&i[0], &i[1])
		return i, err
	}, `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`)
	if err != nil {
		return err
	}
	in, err := to.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer in.Rollback() // does nothing after a commit
	for _, i := range indexes {
		if _, err := in.ExecContext(ctx, `DROP INDEX `+i[0]); err != nil {
			return err
		}
	}
	for _, t := range all {
		// A migration may have added rows.
		if _, err := in.ExecContext(ctx, `DELETE FROM `+t.name); err != nil {
			return err
		}
		if t.name == "events" && slices.Contains(t.columns, "seq") {
			t.order = " ORDER BY seq, n" // the last ones may have no numbers yet, and SQLite gives them the next
		}
		if err := t.copyInto(ctx, from, in); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, db.sql.Explain(err))
		}
	}
	for _, i := range indexes {
		if _, err := in.ExecContext(ctx, i[1]); err != nil {
			return err
		}
	}
	return in.Commit()
}

// copyInto adds the rows of a table to the same table of a SQLite file.
func (t table) copyInto(ctx context.Context, from sqldb.Runner, to *sql.Tx) error {
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ")
	insert, err := to.PrepareContext(ctx, "INSERT INTO "+t.name+" ("+strings.Join(t.columns, ", ")+") VALUES ("+marks+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	found, err := from.QueryContext(ctx, t.selectAll())
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		row, err := t.row(found)
		if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return found.Err()
}
