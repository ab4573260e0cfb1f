// Package knownnames says which known name a misspelled one may stand for, so that who
// sent it can correct it. It imports nothing of this program.
package knownnames

import (
	"errors"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
)

const (
	maxTypos  = 2  // the edit distance up to which a known name is suggested
	maxListed = 12 // known names that a message lists when none is near
)

// Nearest returns the known name with the smallest edit distance, or "" when none is
// close.
func Nearest(name string, known []string) string {
	best, found := maxTypos+1, ""
	for _, k := range known {
		if d := editDistance(name, k); d < best {
			best, found = d, k
		}
	}
	return found
}

// editDistance is the Levenshtein distance: the number of bytes to insert, to
// remove or to replace (Wagner and Fischer, 1974; one row of the table at a
// time).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(row[j]+1, row[j+1]+1, replaced)
		}
	}
	return row[len(b)]
}

// UnknownField reports whether an error of package json is about a name that is no field
// of its object. It returns the field as "authors.hold_frist", and a message that names
// the field that was probably meant, or those there are.
func UnknownField(err error) (field, message string, ok bool) {
	var at *json.SemanticError
	if !errors.As(err, &at) || !errors.Is(at.Err, json.ErrUnknownName) {
		return "", "", false
	}
	var path []string
	for name := range at.JSONPointer.Tokens() {
		path = append(path, name)
	}
	message = "is not a known field"
	if len(path) > 0 {
		message += hint(path[len(path)-1], fieldsOf(at.GoType))
	}
	return strings.Join(path, "."), message, true
}

func hint(name string, known []string) string {
	if near := Nearest(strings.ToLower(name), known); near != "" {
		return ", was " + near + " meant?"
	}
	if len(known) == 0 || len(known) > maxListed {
		return ""
	}
	return "; the known ones are " + strings.Join(known, ", ")
}

// fieldsOf returns the names of a struct in JSON, those of embedded structs included.
func fieldsOf(t reflect.Type) (names []string) {
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			names = append(names, fieldsOf(f.Type)...)
		case f.IsExported() && name != "" && name != "-":
			names = append(names, name)
		}
	}
	return names
}
