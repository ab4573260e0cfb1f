package sqldb

import (
	"database/sql"
	"strings"
	"unicode/utf8"
)

// Scanner reads the columns of the current row.
type Scanner func(into ...any) error

// List returns every row of a query, never nil. The query may also be a change
// that ends in RETURNING: its rows count as written.
func List[T any](h Handle, read func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	t := h.tx()
	all, changes := []T{}, isChange(query)
	err := t.each(query, sanitizeAll(args), func(scan Scanner) error {
		if changes {
			t.countWritten(1)
		}
		row, err := read(scan)
		if err == nil {
			all = append(all, row)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// each calls row for each row of a query.
func (t *Tx) each(query string, args []any, row func(Scanner) error) error {
	if on, ok := t.on.(*pgTx); ok {
		return on.list(t.ctx, query, args, row)
	}
	rows, err := t.on.QueryContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func isChange(query string) bool {
	return strings.HasPrefix(query, "INSERT") || strings.HasPrefix(query, "UPDATE") || strings.HasPrefix(query, "DELETE")
}

// One returns the first row of a query, or sql.ErrNoRows.
func One[T any](h Handle, read func(Scanner) (T, error), query string, args ...any) (T, error) {
	all, err := List(h, read, query, args...)
	if err == nil && len(all) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return all[0], nil
}

// ScanOne reads rows of one column.
func ScanOne[T any](scan Scanner) (v T, err error) {
	err = scan(&v)
	return v, err
}

// sanitizeAll replaces what PostgreSQL refuses and SQLite would store: NUL and
// invalid UTF-8 become U+FFFD in every text.
func sanitizeAll(args []any) []any {
	for i, a := range args {
		args[i] = sanitize(a)
	}
	return args
}

func sanitize(v any) any {
	if s, ok := v.(string); ok {
		if p := SanitizeText(s); p != s {
			return p
		}
	}
	return v
}

// SanitizeText returns a text as both databases return it once it is stored:
// with U+FFFD for NUL and for invalid UTF-8.
func SanitizeText(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s // the usual case, and quicker to find out than to replace
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
