package sqldb

import (
	"iter"
	"strconv"
	"strings"
)

// InsertRow adds one row: pairs are names of columns, each with its value. It
// returns how many rows were added, which is 0 when the clause says to do
// nothing about a row that exists.
func (t *Tx) InsertRow(table, clause string, pairs ...any) (int64, error) {
	var names, marks strings.Builder
	names.Grow(24 * len(pairs))
	marks.Grow(4 * len(pairs))
	values := make([]any, 0, len(pairs)/2)
	for name, value := range columns(pairs) {
		if len(values) > 0 {
			names.WriteString(", ")
			marks.WriteString(", ")
		}
		names.WriteString(name)
		values = append(values, value)
		marks.WriteByte('$')
		marks.WriteString(strconv.Itoa(len(values)))
	}
	return t.Exec("INSERT INTO "+table+" ("+names.String()+") VALUES ("+marks.String()+") "+clause, values...)
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
	var sets strings.Builder
	for name, value := range columns(pairs) {
		if sets.Len() > 0 {
			sets.WriteString(", ")
		}
		sets.WriteString(name + " = " + w.Arg(value))
	}
	return t.Exec("UPDATE "+table+" SET "+sets.String()+w.String(), w.Args()...)
}

// columns yields the pairs of names and values.
func columns(pairs []any) iter.Seq2[string, any] {
	if len(pairs)%2 != 0 {
		panic("a column without a value")
	}
	return func(yield func(string, any) bool) {
		for i := 0; i < len(pairs); i += 2 {
			if !yield(pairs[i].(string), pairs[i+1]) {
				return
			}
		}
	}
}
