package storage_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"winnow/storage"
	"winnow/storage/storagetest"
)

// schema describes a version of the schema.
type schema struct {
	tables  []string // each after those that it refers to
	columns map[string][]string
	kinds   map[string]string    // by table and column
	refers  map[string][2]string // to a table and its column
}

// schemas are all versions of the schema, which are the same in both databases.
var schemas []schema

// schemaOf returns a version of the schema.
func schemaOf(t *testing.T, version int) schema {
	t.Helper()
	if schemas == nil {
		url := storagetest.SQLiteURL(t)
		db, raw := open(t, url), storagetest.Raw(t, url)
		for v := range storage.Versions() {
			if err := db.MigrateTo(t.Context(), v+1); err != nil {
				t.Fatal(err)
			}
			schemas = append(schemas, readSchema(t, raw))
		}
	}
	return schemas[version-1]
}

func readSchema(t *testing.T, sqlite *sql.DB) schema {
	t.Helper()
	s := schema{kinds: map[string]string{}, refers: map[string][2]string{}}
	var err error
	if s.tables, s.columns, err = storage.Columns(t.Context(), sqlite); err != nil {
		t.Fatal(err)
	}
	storagetest.Each(t, sqlite, `SELECT t.name || '.' || c.name, lower(c.type), '' FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'`,
		func(column, kind, _ string) { s.kinds[column] = kind })
	storagetest.Each(t, sqlite, `SELECT t.name || '.' || k."from", k."table", k."to" FROM sqlite_master t, pragma_foreign_key_list(t.name) k WHERE t.type = 'table'`,
		func(column, table, to string) { s.refers[column] = [2]string{table, to} })
	return s
}

// meanings are values for columns whose text must have a form.
var meanings = map[string]string{
	"sites.origins": "[]", "sites.rules": "{}", "sites.surge": "{}", "sites.reasons": "[]",
	"sites.reserved_names": "[]", "sites.reader_tokens": "{}", "sites.closing": "{}", "sites.url_parameters": "[]", "sites.notices": "{}", "sites.opinion": "{}", "moderators.totp": "{}", "moderators.settings": "{}", "handovers.answers": "[]", "articles.surge": "", "moderators.sites": "[]", "models.manifest": "{}", "comments.signals": "[]",
	"comments.status": "rejected", "audit.before": "{}", "audit.after": "{}", "labels.label": "ham", "labels.replaced_by": "", "akismet_checks.corrected": "",
}

// fill adds rows to every empty table of a database with this schema. Each column
// has another value in each row; foreign keys refer to rows that exist.
func (s schema) fill(t *testing.T, db *sql.DB, rows int) {
	t.Helper()
	for _, table := range s.tables {
		var has int
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&has); err != nil {
			t.Fatal(err)
		}
		if has > 0 {
			continue
		}
		var marks []string
		for i := range s.columns[table] {
			marks = append(marks, fmt.Sprintf("$%d", i+1))
		}
		query := "INSERT INTO " + table + " (" + strings.Join(s.columns[table], ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
		for n := range rows {
			var args []any
			for _, column := range s.columns[table] {
				args = append(args, s.value(table, column, n))
			}
			if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
				t.Fatalf("fill %s: %v", table, err)
			}
		}
	}
}

func (s schema) value(table, column string, n int) any {
	name := table + "." + column
	if column == "site" && table != "audit" && table != "audit_unchained" {
		return s.value("sites", "slug", n) // as that of its comment
	}
	if to, ok := s.refers[name]; ok {
		return s.value(to[0], to[1], n)
	}
	if fixed, ok := meanings[name]; ok {
		return fixed
	}
	if name == "audit.seq" {
		return int64(-n) // what comes later begins with 1
	}
	switch s.kinds[name] {
	case "integer": // which counts the rows
		return int64(1_000_000 + n)
	case "bigint":
		return int64(n + 1)
	case "boolean":
		return n%2 == 0
	case "double precision":
		return float64(n) + 0.25
	case "bytea":
		if n == 1 {
			return []byte{} // which is not NULL
		}
		return []byte{0, 255, byte(n)}
	}
	return fmt.Sprintf("%s %d 'quoted' \U0001F600", name, n)
}

// successors have the rows of tables that a later schema has not.
var successors = map[string]string{"audit_head": "audit_heads"}

// dropped are columns that a later schema has not.
var dropped = map[string]bool{"events.id": true}

// dump returns the rows of all tables, by table, in an order that does not depend
// on the database.
func (s schema) dump(t *testing.T, db *sql.DB) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range s.tables {
		columns := slices.DeleteFunc(slices.Clone(s.columns[table]), func(c string) bool { return dropped[table+"."+c] })
		query := "SELECT " + strings.Join(columns, ", ") + " FROM "
		found, err := db.QueryContext(t.Context(), query+table)
		if successor := successors[table]; err != nil && successor != "" {
			found, err = db.QueryContext(t.Context(), query+successor)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer found.Close()
		for found.Next() {
			row, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				into[i] = &row[i]
			}
			if err := found.Scan(into...); err != nil {
				t.Fatal(err)
			}
			for i, column := range columns {
				if n, whole := row[i].(int64); whole && s.kinds[table+"."+column] == "boolean" {
					row[i] = n != 0
				}
			}
			all[table] = append(all[table], fmt.Sprintf("%v", row))
		}
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all[table])
	}
	return all
}

// sameRows fails the test when two dumps differ.
func sameRows(t *testing.T, got, want map[string][]string) {
	t.Helper()
	for table := range want {
		if !slices.Equal(got[table], want[table]) {
			t.Errorf("%s has the rows\n%s\nwant\n%s", table, strings.Join(got[table], "\n"), strings.Join(want[table], "\n"))
		}
	}
}
