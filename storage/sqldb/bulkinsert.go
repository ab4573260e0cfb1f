package sqldb

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// Insert adds rows to a table. SQLite takes them one by one, in a statement
// that is compiled once; PostgreSQL all at once, as an array for each column.
type Insert[R any] struct {
	columns []Column[R] // those with a value for each row
	single  string
	arrays  string
}

// Column is a column of an Insert and where a row has its value.
type Column[R any] struct {
	name, kind string
	constant   string // SQL of a value that is the same in every row
	derived    string // SQL of a value that depends on other columns
	value      func(R) driver.Value
	array      func([]R) any
}

// Text is a column of type text.
func Text[R any](name string, value func(R) string) Column[R] {
	return Column[R]{
		name: name, kind: "text",
		value: func(row R) driver.Value { return SanitizeText(value(row)) },
		array: arrayOf(func(row R) string { return SanitizeText(value(row)) }),
	}
}

// Int is a column of type bigint.
func Int[R any](name string, value func(R) int64) Column[R] {
	return Column[R]{
		name: name, kind: "bigint",
		value: func(row R) driver.Value { return value(row) },
		array: arrayOf(value),
	}
}

// Bool is a column of type boolean.
func Bool[R any](name string, value func(R) bool) Column[R] {
	return Column[R]{
		name: name, kind: "boolean",
		value: func(row R) driver.Value { return value(row) },
		array: arrayOf(value),
	}
}

// Float is a column of type double precision; nil is NULL.
func Float[R any](name string, value func(R) *float64) Column[R] {
	return Column[R]{
		name: name, kind: "double precision",
		value: func(row R) driver.Value {
			if f := value(row); f != nil {
				return *f
			}
			return nil
		},
		array: arrayOf(value),
	}
}

// Bytes is a column of type bytea; nil is empty, not NULL.
func Bytes[R any](name string, value func(R) []byte) Column[R] {
	notNil := func(row R) []byte {
		if b := value(row); b != nil {
			return b
		}
		return []byte{}
	}
	return Column[R]{
		name: name, kind: "bytea",
		value: func(row R) driver.Value { return notNil(row) },
		array: arrayOf(notNil),
	}
}

// Constant is a column with the same value in every row, parameters as SQL.
func Constant[R any](name, sql string) Column[R] { return Column[R]{name: name, constant: sql} }

// Derived is a column whose value the database finds for each row: SQL in which {name} is
// the value of a column that stands before it.
func Derived[R any](name, sql string) Column[R] { return Column[R]{name: name, derived: sql} }

func arrayOf[R, T any](value func(R) T) func([]R) any {
	return func(rows []R) any {
		values := make([]T, len(rows))
		for i, row := range rows {
			values[i] = value(row)
		}
		return values
	}
}

// NewInsert describes an insert. clause ends the statement: it says what
// happens to a row that exists.
func NewInsert[R any](table, clause string, columns ...Column[R]) *Insert[R] {
	return NewInsertIf(table, "", clause, columns...)
}

// NewInsertIf is NewInsert of the rows for which a condition holds: SQL in which {name} is the
// value of a column.
func NewInsertIf[R any](table, condition, clause string, columns ...Column[R]) *Insert[R] {
	i := new(Insert[R])
	var names, marks, casts, arrayNames, values, numbered, named []string
	for _, c := range columns {
		names = append(names, c.name)
		if c.constant != "" {
			marks = append(marks, c.constant)
			values = append(values, c.constant)
			continue
		}
		if c.derived != "" {
			marks = append(marks, strings.NewReplacer(numbered...).Replace(c.derived))
			values = append(values, strings.NewReplacer(named...).Replace(c.derived))
			continue
		}
		i.columns = append(i.columns, c)
		numbered = append(numbered, "{"+c.name+"}", fmt.Sprintf("?%d", len(i.columns)))
		named = append(named, "{"+c.name+"}", "input."+c.name)
		marks = append(marks, "?") // for SQLite, quicker than $1
		casts = append(casts, fmt.Sprintf("$%d::%s[]", len(i.columns), c.kind))
		arrayNames = append(arrayNames, c.name)
		values = append(values, "input."+c.name)
	}
	head := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") "
	single, arrays := "VALUES ("+strings.Join(marks, ", ")+") ", ""
	if condition != "" {
		single = "SELECT " + strings.Join(marks, ", ") + " WHERE " + strings.NewReplacer(numbered...).Replace(condition) + " "
		arrays = "WHERE " + strings.NewReplacer(named...).Replace(condition) + " "
	}
	i.single = head + single + clause
	i.arrays = head + "SELECT " + strings.Join(values, ", ") +
		" FROM unnest(" + strings.Join(casts, ", ") + ") AS input (" + strings.Join(arrayNames, ", ") + ") " + arrays + clause
	return i
}

// Returning makes an insert one for AddReturning, which returns some columns of each row
// that was added or changed.
func (i *Insert[R]) Returning(columns string) *Insert[R] {
	i.arrays += " RETURNING " + columns
	return i
}

// bulkRows are the rows of an Insert, without their type.
type bulkRows interface {
	len() int
	single() string
	bind(row int, args []driver.NamedValue) []driver.NamedValue // appends the values of a row
	report(row int)                                             // a row was added or changed
	arrays() (query string, args []any)
}

type rowsOf[R any] struct {
	into    *Insert[R]
	rows    []R
	changed func(R) // nil: nobody asks
}

func (r rowsOf[R]) len() int       { return len(r.rows) }
func (r rowsOf[R]) single() string { return r.into.single }

func (r rowsOf[R]) bind(row int, args []driver.NamedValue) []driver.NamedValue {
	return bindColumns(r.into.columns, r.rows[row], args)
}

func bindColumns[R any](columns []Column[R], row R, args []driver.NamedValue) []driver.NamedValue {
	for i := range columns {
		args = append(args, driver.NamedValue{Ordinal: i + 1, Value: columns[i].value(row)})
	}
	return args
}

func (r rowsOf[R]) report(row int) {
	if r.changed != nil {
		r.changed(r.rows[row])
	}
}

func (r rowsOf[R]) arrays() (string, []any) {
	return r.into.arrays, columnArrays(r.into.columns, r.rows)
}

func columnArrays[R any](columns []Column[R], rows []R) []any {
	args := make([]any, len(columns))
	for i, c := range columns {
		args[i] = c.array(rows)
	}
	return args
}

// inserter is what changes run on.
type inserter interface {
	Runner
	// insert adds rows, now or later, and returns how many were added or changed
	// as far as that is known.
	insert(rows bulkRows) (int64, error)
}

// Add adds rows, now or later, but before anything is read.
func (i *Insert[R]) Add(h Handle, rows ...R) error {
	if len(rows) == 0 {
		return nil
	}
	t := h.tx()
	n, err := t.on.(inserter).insert(rowsOf[R]{into: i, rows: rows})
	t.countWritten(n)
	return err
}

// AddReturning adds rows, and returns the keys of those that were added or changed: what
// the insert returns on PostgreSQL, and on SQLite, where each row is a statement of its
// own, the key of the row.
func AddReturning[R, K any](h Handle, i *Insert[R], read func(Scanner) (K, error), key func(R) K, rows []R) ([]K, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	t := h.tx()
	if t.d.arrays {
		query, args := rowsOf[R]{into: i, rows: rows}.arrays()
		return List(h, read, query, args...)
	}
	var keys []K
	n, err := t.on.(inserter).insert(rowsOf[R]{into: i, rows: rows, changed: func(row R) { keys = append(keys, key(row)) }})
	t.countWritten(n)
	return keys, err
}
