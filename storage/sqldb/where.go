package sqldb

import (
	"slices"
	"strconv"
	"strings"
)

// Where collects conditions. The zero value is ready to use.
type Where struct {
	conds []string
	args  []any
}

// Add adds a condition; each ? in it becomes the next $n.
func (w *Where) Add(cond string, args ...any) {
	for _, a := range args {
		cond = strings.Replace(cond, "?", w.Arg(a), 1)
	}
	w.conds = append(w.conds, cond)
}

// AddText adds a condition as it is, in which a ? is only a character.
func (w *Where) AddText(cond string) { w.conds = append(w.conds, cond) }

// Arg adds a value that belongs to no condition and returns its $n.
func (w *Where) Arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// Args are the values of all conditions, in the order of their numbers.
func (w *Where) Args() []any { return w.args }

// In adds the condition that a column has one of these values.
func (w *Where) In(column string, values []string) {
	marks := strings.TrimSuffix(strings.Repeat("?,", len(values)), ",")
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	w.Add(column+" IN ("+marks+")", args...)
}

// Beside returns a Where without conditions for another part of the same statement, whose
// values follow those of w.
func (w *Where) Beside() *Where { return &Where{args: slices.Clone(w.args)} }

// Clone returns a copy.
func (w *Where) Clone() *Where { return &Where{slices.Clone(w.conds), slices.Clone(w.args)} }

// And returns a copy with one condition more.
func (w *Where) And(cond string, args ...any) *Where {
	w = w.Clone()
	w.Add(cond, args...)
	return w
}

// String is the WHERE clause with a space before it; empty without conditions.
func (w *Where) String() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}
