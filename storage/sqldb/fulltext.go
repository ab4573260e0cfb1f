package sqldb

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// fullText is how a database finds documents by their terms: SQLite in a table of FTS5,
// PostgreSQL by a GIN index. A table of documents has the columns doc and terms; SQLite has
// an FTS5 table beside it, its name followed by _terms, which triggers keep.
//
// Terms are letters, digits and _, so that neither database takes a part of one for
// something else.
type fullText struct {
	find            string // selects the documents of a table that match $1, below $2, newest first, at most $3
	findRows        string // selects columns of the documents that match $1, at most $2
	count           string // counts them
	and, or, prefix string // of an expression of terms
}

var sqliteFullText = fullText{
	find:     "SELECT rowid FROM %[1]s_terms WHERE %[1]s_terms MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3",
	findRows: "SELECT %[2]s FROM %[1]s WHERE doc IN (SELECT rowid FROM %[1]s_terms WHERE %[1]s_terms MATCH $1 LIMIT $2)",
	count:    "SELECT count(*) FROM (SELECT rowid FROM %[1]s_terms WHERE %[1]s_terms MATCH $1 LIMIT $2) AS part",
	and:      " AND ",
	or:       " OR ",
	prefix:   "*",
}

// With more beside the condition, PostgreSQL might walk down all documents until enough match.
// OFFSET 0 keeps them apart.
var postgresFullText = fullText{
	find:     "SELECT doc FROM (SELECT doc FROM %[1]s WHERE terms @@ CAST($1 AS tsquery) OFFSET 0) AS found WHERE doc < $2 ORDER BY doc DESC LIMIT $3",
	findRows: "SELECT %[2]s FROM %[1]s WHERE terms @@ CAST($1 AS tsquery) LIMIT $2",
	count:    "SELECT count(*) FROM (SELECT 1 FROM %[1]s WHERE terms @@ CAST($1 AS tsquery) LIMIT $2) AS part",
	and:      " & ",
	or:       " | ",
	prefix:   ":*",
}

// Terms is a column with the terms of a document, each with a scope before it.
func Terms[R any](name string, scope func(R) string, terms func(R) []string) Column[R] {
	value := func(row R) string {
		var b strings.Builder
		for i, term := range terms(row) {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(scope(row) + "_" + SanitizeText(term))
		}
		return b.String()
	}
	return Column[R]{
		name: name, kind: "text[]::tsvector",
		value: func(row R) driver.Value { return value(row) },
		array: arrayOf(value),
	}
}

// Term is a term of a document, or with Prefix the beginning of one.
type Term struct {
	Text   string
	Prefix bool
}

// TermQuery is a condition on the terms of a document: of each of its elements it must have
// all terms of one alternative.
type TermQuery [][][]Term

// FindDocuments returns the newest documents of a table, below a number, that match within
// one of the scopes.
func FindDocuments(h Handle, table string, scopes []string, q TermQuery, below int64, limit int) ([]int64, error) {
	f := h.tx().d.fullText
	return List(h, ScanOne[int64], fmt.Sprintf(f.find, table), f.expression(scopes, q), below, limit)
}

// CountDocuments counts the documents of a table that match within one of the scopes, up to a
// limit. It costs less than to read them.
func CountDocuments(h Handle, table string, scopes []string, q TermQuery, limit int) (int, error) {
	f := h.tx().d.fullText
	return One(h, ScanOne[int], fmt.Sprintf(f.count, table), f.expression(scopes, q), limit)
}

// FindRows reads columns of those documents of a table that match within one of the scopes, in
// any order.
func FindRows[T any](h Handle, table, columns string, read func(Scanner) (T, error), scopes []string, q TermQuery, limit int) ([]T, error) {
	f := h.tx().d.fullText
	return List(h, read, fmt.Sprintf(f.findRows, table, columns), f.expression(scopes, q), limit)
}

// expression writes a query once for each scope.
func (f fullText) expression(scopes []string, q TermQuery) string {
	each := make([]string, len(scopes))
	for i, scope := range scopes {
		clauses := make([]string, len(q))
		for j, alternatives := range q {
			of := make([]string, len(alternatives))
			for k, terms := range alternatives {
				of[k] = f.all(scope, terms)
			}
			clauses[j] = "(" + strings.Join(of, f.or) + ")"
		}
		each[i] = "(" + strings.Join(clauses, f.and) + ")"
	}
	return strings.Join(each, f.or)
}

func (f fullText) all(scope string, terms []Term) string {
	texts := make([]string, len(terms))
	for i, t := range terms {
		texts[i] = scope + "_" + SanitizeText(t.Text)
		if t.Prefix {
			texts[i] += f.prefix
		}
	}
	return "(" + strings.Join(texts, f.and) + ")"
}
