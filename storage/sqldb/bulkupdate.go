package sqldb

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
)

// RowUpdate changes rows of a table. SQLite changes them one by one, in a statement that is
// compiled once; PostgreSQL all at once, as an array for each column: each statement opens
// all indexes of the table.
type RowUpdate[R any] struct {
	columns []Column[R] // that of the site first, then that of the key
	single  string
	arrays  string
	oneSite string // arrays for rows of one site, which is all that it reads of a table split by site
}

// NewUpdate describes a change of rows that site, and the column of the key, find. set says
// what changes, and condition which of the rows, unless it is empty: SQL in which {name} is
// the value of a column.
func NewUpdate[R any](table, set, condition string, site, key Column[R], values ...Column[R]) *RowUpdate[R] {
	u := &RowUpdate[R]{
		columns: append([]Column[R]{site, key}, values...),
	}
	var numbered, named, casts, names []string
	for i, c := range u.columns {
		numbered = append(numbered, "{"+c.name+"}", fmt.Sprintf("?%d", i+1))
		named = append(named, "{"+c.name+"}", "input.new_"+c.name)
		casts = append(casts, fmt.Sprintf("$%d::%s[]", i+1, c.kind))
		names = append(names, "new_"+c.name)
	}
	if condition != "" {
		condition = " AND " + condition
	}
	where := " WHERE " + table + "." + site.name + " = {" + site.name + "} AND " + table + "." + key.name + " = {" + key.name + "}" + condition
	u.single = strings.NewReplacer(numbered...).Replace("UPDATE " + table + " SET " + set + where)
	from := " FROM unnest(" + strings.Join(casts, ", ") + ") AS input (" + strings.Join(names, ", ") + ")"
	u.arrays = strings.NewReplacer(named...).Replace("UPDATE " + table + " SET " + set + from + where)
	u.oneSite = strings.Replace(u.arrays, " = input.new_"+site.name, " = ($1::"+site.kind+"[])[1]", 1)
	return u
}

// Change changes rows, now or later, but before anything is read. No two have the same key.
func (u *RowUpdate[R]) Change(h Handle, rows ...R) error {
	if len(rows) == 0 {
		return nil
	}
	t := h.tx()
	n, err := t.on.(inserter).insert(rowsOfUpdate[R]{u, rows})
	t.countWritten(n)
	return err
}

type rowsOfUpdate[R any] struct {
	update *RowUpdate[R]
	rows   []R
}

func (r rowsOfUpdate[R]) len() int       { return len(r.rows) }
func (r rowsOfUpdate[R]) single() string { return r.update.single }
func (r rowsOfUpdate[R]) report(int)     {}

func (r rowsOfUpdate[R]) bind(row int, args []driver.NamedValue) []driver.NamedValue {
	return bindColumns(r.update.columns, r.rows[row], args)
}

func (r rowsOfUpdate[R]) arrays() (string, []any) {
	site := r.update.columns[0].value
	query := r.update.oneSite
	if slices.ContainsFunc(r.rows, func(row R) bool { return site(row) != site(r.rows[0]) }) {
		query = r.update.arrays
	}
	return query, columnArrays(r.update.columns, r.rows)
}
