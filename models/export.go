package models

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
)

// Column is one column of a CSV export.
type Column[T any] struct {
	Name  string
	Value func(T) string
}

// RowWriter writes an export as JSON Lines or as CSV with a header line. Text is
// written unchanged, also what a spreadsheet takes for a formula, because an
// export must be importable again without a difference; but for the audit trail,
// which is read by people and never imported.
type RowWriter[T any] struct {
	json    *json.Encoder // nil for CSV
	csv     *csv.Writer
	columns []Column[T]
}

// NewRowWriter returns a writer of rows to w in a format, "jsonl" or "csv". Any
// other format is KindInvalid.
func NewRowWriter[T any](w io.Writer, format string, columns []Column[T]) (*RowWriter[T], error) {
	switch format {
	case "jsonl":
		return &RowWriter[T]{json: json.NewEncoder(w)}, nil
	case "csv":
		r := &RowWriter[T]{csv: csv.NewWriter(w), columns: columns}
		head := make([]string, len(columns))
		for i, c := range columns {
			head[i] = c.Name
		}
		return r, r.csv.Write(head)
	}
	var bad Invalid
	bad.Add("format", "must be jsonl or csv")
	return nil, bad.Err()
}

// Write adds a row.
func (r *RowWriter[T]) Write(row T) error {
	if r.json != nil {
		return r.json.Encode(row)
	}
	line := make([]string, len(r.columns))
	for i, c := range r.columns {
		line[i] = c.Value(row)
	}
	return r.csv.Write(line)
}

// Flush writes what is still buffered.
func (r *RowWriter[T]) Flush() error {
	if r.json != nil {
		return nil
	}
	r.csv.Flush()
	return r.csv.Error()
}

// Columns of the CSV exports, named as in JSON, nested names with a dot.
var (
	LabelColumns = []Column[Label]{
		{"id", func(l Label) string { return l.ID }},
		{"text", func(l Label) string { return l.Text }},
		{"label", func(l Label) string { return string(l.Label) }},
		{"author", func(l Label) string { return l.Author }},
		{"author_email", func(l Label) string { return l.AuthorEmail }},
		{"author_url", func(l Label) string { return l.AuthorURL }},
		{"url", func(l Label) string { return l.URL }},
		{"site", func(l Label) string { return l.Site }},
		{"lang", func(l Label) string { return l.Lang }},
		{"source", func(l Label) string { return l.Source }},
		{"labelled_by", func(l Label) string { return l.LabelledBy }},
		{"created_at", func(l Label) string { return timeText(l.CreatedAt) }},
		{"selected_by", func(l Label) string { return l.SelectedBy }},
		{"selection_rate", func(l Label) string { return rateText(l.SelectionRate) }},
		{"weight", func(l Label) string { return rateText(l.Weight) }},
	}
	CommentColumns = []Column[Comment]{
		{"id", func(c Comment) string { return c.ID }},
		{"site", func(c Comment) string { return c.Site }},
		{"article.id", func(c Comment) string { return c.Article.ID }},
		{"article.url", func(c Comment) string { return c.Article.URL }},
		{"parent_id", func(c Comment) string { return c.ParentID }},
		{"author.id", func(c Comment) string { return c.Author.ID }},
		{"author.name", func(c Comment) string { return c.Author.Name }},
		{"author.email", func(c Comment) string { return c.Author.Email }},
		{"author.url", func(c Comment) string { return c.Author.URL }},
		{"body", func(c Comment) string { return c.Body }},
		{"status", func(c Comment) string { return string(c.Status) }},
		{"reason", func(c Comment) string { return string(c.Reason) }},
		{"flags", func(c Comment) string { return strconv.Itoa(c.Flags) }},
		{"created_at", func(c Comment) string { return timeText(c.CreatedAt) }},
		{"updated_at", func(c Comment) string { return timeText(c.UpdatedAt) }},
	}
	AuditColumns = []Column[Audit]{
		{"id", func(a Audit) string { return a.ID }},
		{"at", func(a Audit) string { return timeText(a.At) }},
		{"actor", func(a Audit) string { return cellText(a.Actor) }},
		{"site", func(a Audit) string { return a.Site }},
		{"action", func(a Audit) string { return cellText(a.Action) }},
		{"subject", func(a Audit) string { return cellText(a.Subject) }},
		{"address", func(a Audit) string { return a.Address }},
		{"before", func(a Audit) string { return cellText(string(a.Before)) }},
		{"after", func(a Audit) string { return cellText(string(a.After)) }},
		{"seq", func(a Audit) string { return strconv.FormatInt(a.Seq, 10) }},
		{"hash", func(a Audit) string { return a.Hash }},
	}
)

// cellText keeps a spreadsheet from taking a text for a formula.
func cellText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func rateText(p float64) string {
	if p == 0 {
		return ""
	}
	return strconv.FormatFloat(p, 'g', -1, 64)
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
