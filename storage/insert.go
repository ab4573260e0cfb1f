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
// type; clause says what happens to a row that is there already.
func into(table, columns, clause string) insert {
	var i insert
	var names, marks, casts []string
	for n, column := range strings.Split(columns, ",") {
		name, kind, typed := strings.Cut(strings.TrimSpace(column), " ")
		if !typed {
			kind = "text"
		}
		i.columns = append(i.columns, kind)
		names = append(names, name)
		marks = append(marks, "?") // for SQLite, quicker than $1
		casts = append(casts, fmt.Sprintf("$%d::%s[]", n+1, kind))
	}
	head := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") "
	i.each = head + "VALUES (" + strings.Join(marks, ", ") + ") " + clause
	i.arrays = head + "SELECT * FROM unnest(" + strings.Join(casts, ", ") + ") " + clause
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
		values[n] = storable(row[column]).(T)
	}
	return values
}

// insert returns how many rows were added or changed.
func (t *tx) insert(i insert, rows [][]any) (int64, error) {
	total := int64(0)
	query, calls := t.d.insert(i, rows)
	for _, args := range calls {
		n, err := t.exec(query, args...)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
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
