package storage

import (
	"fmt"
	"strings"
)

// insert adds rows to a table. SQLite takes them one by one, in a statement
// that is compiled once; PostgreSQL all at once, as an array for each column.
type insert struct {
	columns []string // their types
	each    string
	arrays  string
}

// into describes an insert. columns have a name and, unless that is text, a
// type; those that are the same in every row have a value instead. clause says
// what happens to a row that is there already.
func into(table, columns, clause string) insert {
	var i insert
	var names, marks, casts, given, values []string
	for column := range strings.SplitSeq(columns, ",") {
		name, value, constant := strings.Cut(strings.TrimSpace(column), " = ")
		name, kind, typed := strings.Cut(name, " ")
		if !typed {
			kind = "text"
		}
		names = append(names, name)
		if constant {
			marks = append(marks, value)
			values = append(values, value)
			continue
		}
		i.columns = append(i.columns, kind)
		marks = append(marks, "?") // for SQLite, quicker than $1
		casts = append(casts, fmt.Sprintf("$%d::%s[]", len(i.columns), kind))
		given = append(given, name)
		values = append(values, "given."+name)
	}
	head := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") "
	i.each = head + "VALUES (" + strings.Join(marks, ", ") + ") " + clause
	i.arrays = head + "SELECT " + strings.Join(values, ", ") +
		" FROM unnest(" + strings.Join(casts, ", ") + ") AS given (" + strings.Join(given, ", ") + ") " + clause
	return i
}

func insertEach(i insert, rows [][]any) (string, [][]any) { return i.each, rows }

func insertArrays(i insert, rows [][]any) (string, [][]any) {
	if len(rows) == 0 {
		return i.arrays, nil
	}
	args := make([]any, len(i.columns))
	for n, kind := range i.columns {
		switch kind {
		case "text":
			args[n] = array[string](rows, n)
		case "bigint":
			args[n] = array[int64](rows, n)
		case "bytea":
			args[n] = array[[]byte](rows, n)
		default:
			args[n] = array[*float64](rows, n)
		}
	}
	return i.arrays, [][]any{args}
}

func array[T any](rows [][]any, column int) []T {
	values := make([]T, len(rows))
	for n, row := range rows {
		values[n] = sanitize(row[column]).(T)
	}
	return values
}

// inserting is what changes run on.
type inserting interface {
	runner
	// insert runs a statement once for each call, now or later, and returns how
	// many rows were added or changed as far as that is known.
	insert(query string, calls [][]any) (int64, error)
}

// insert adds rows now or later, but before anything is read.
func (t *tx) insert(i insert, rows [][]any) error {
	if len(rows) == 0 {
		return nil // what only reads has none
	}
	query, calls := t.d.insert(i, rows)
	n, err := t.on.(inserting).insert(query, calls)
	t.wrote = t.wrote || n > 0
	t.rows += n
	return err
}

// insertReturning reads what the clause of i returns.
func insertReturning[T any](t *tx, read func(scanner) (T, error), i insert, rows [][]any) ([]T, error) {
	var all []T
	query, calls := t.d.insert(i, rows)
	for _, args := range calls {
		found, err := list(t, read, query, args...)
		if err != nil {
			return nil, err
		}
		t.wrote = t.wrote || len(found) > 0
		t.rows += int64(len(found))
		all = append(all, found...)
	}
	return all, nil
}
