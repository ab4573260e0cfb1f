package sqldb

import (
	"fmt"
	"strings"
)

// InsertRow adds one row: pairs are names of columns, each with its value. It
// returns how many rows were added, which is 0 when the clause says to do
// nothing about a row that exists.
func (t *Tx) InsertRow(table, clause string, pairs ...any) (int64, error) {
	names, values := unpair(pairs)
	var marks strings.Builder
	for i := range values {
		if i > 0 {
			marks.WriteString(", ")
		}
		fmt.Fprintf(&marks, "$%d", i+1)
	}
	return t.Exec("INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+marks.String()+") "+clause, values...)
}

// UpdateRow changes the rows of a table in which key has a value, and returns
// how many there were. pairs are names of columns, each with its new value.
func (t *Tx) UpdateRow(table, key string, value any, pairs ...any) (int64, error) {
	var w Where
	w.Add(key+" = ?", value)
	return t.UpdateRows(table, &w, pairs...)
}

// UpdateRows is UpdateRow with any condition, to which it adds its values.
func (t *Tx) UpdateRows(table string, w *Where, pairs ...any) (int64, error) {
	names, values := unpair(pairs)
	for i, v := range values {
		names[i] += " = " + w.Arg(v)
	}
	return t.Exec("UPDATE "+table+" SET "+strings.Join(names, ", ")+w.String(), w.Args()...)
}

func unpair(pairs []any) (names []string, values []any) {
	if len(pairs)%2 != 0 {
		panic("a column without a value")
	}
	for i := 0; i < len(pairs); i += 2 {
		names, values = append(names, pairs[i].(string)), append(values, pairs[i+1])
	}
	return names, values
}
