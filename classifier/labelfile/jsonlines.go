package labelfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// readJSONLines reads a file with a JSON object on each line.
func (r *reader) readJSONLines(lines *lineReader) error {
	r.found.Format = "jsonl"
	keys := keyMatcher{columns: r.opt.Columns, unlabelled: r.opt.Unlabelled, known: map[string]keyMatch{}}
	for first := true; !r.stopped; {
		got, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return r.at(got.number, err)
		}
		text := strings.TrimSpace(got.text)
		if text == "" && got.err == nil {
			continue
		}
		var v values
		var used [fieldCount]string
		if err = got.err; err == nil {
			v, used, err = keys.read(text)
		}
		if first && err != nil && got.err == nil && text[0] != '{' {
			err = fmt.Errorf("%w; if the file is a table, name it .csv", err)
		}
		first = false
		r.deliverValues(got.number, &v, used[fieldLabel], err)
		for f, key := range used {
			if key != "" {
				r.found.column(field(f), key)
			}
		}
	}
	return nil
}

// keyMatcher finds the fields of a label among the keys of JSON objects.
type keyMatcher struct {
	columns    map[string]string   // as the options name them
	unlabelled bool                // Options.Unlabelled
	known      map[string]keyMatch // of keys seen
}

type keyMatch struct {
	field field
	rank  int
}

// maxKeys bounds the memory for keys seen: rows with random keys exist.
const maxKeys = 10_000

// match returns the field that a key holds. Columns name keys for some fields,
// which no other key then holds.
func (m *keyMatcher) match(key string, columns map[string]string) keyMatch {
	for name, column := range columns {
		if normalizeName(column) == normalizeName(key) {
			return keyMatch{fieldOf(name), 0}
		}
	}
	got, ok := m.known[key]
	if !ok {
		got.field, got.rank = match(key)
		if len(m.known) < maxKeys {
			m.known[strings.Clone(key)] = got
		}
	}
	if got.field >= 0 && columns[fieldNames[got.field]] != "" {
		return keyMatch{-1, 0}
	}
	return got
}

// read returns the values of one object, and the key that each comes from.
func (m *keyMatcher) read(text string) (v values, used [fieldCount]string, err error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return v, used, badRow("not a label row in JSON: %s", describeJSONError(err))
	}
	var ranks, rivals [fieldCount]int
	keys := slices.Sorted(maps.Keys(object))
	columns := m.columns
	if len(columns) > 0 && ownNames(keys, columns) {
		columns = nil
	}
	for _, key := range keys {
		got := m.match(key, columns)
		if got.field < 0 {
			continue
		}
		f := got.field
		rivals[f]++
		if used[f] == "" || got.rank < ranks[f] || key == fieldNames[f] {
			used[f], ranks[f] = key, got.rank
		}
	}
	for _, f := range []field{fieldText, fieldLabel} {
		if rivals[f] > 1 && ranks[f] > 0 {
			return v, used, badRow("more than one field can be the %s; name it, such as --columns %s=%s", fieldNames[f], fieldNames[f], quoteName(used[f]))
		}
		if used[f] == "" && len(keys) > 0 && (f == fieldText || !m.unlabelled) {
			return v, used, badRow("%s is missing: the row has %s; name the fields with --columns text=NAME,label=NAME", fieldNames[f], listNames(keys))
		}
	}
	for f, key := range used {
		if key == "" {
			continue
		}
		if v[f], err = jsonValue(object[key], key, field(f)); err != nil {
			return v, used, err
		}
	}
	return v, used, nil
}

// jsonValue returns a value as text. Numbers are taken for all fields but the
// text, true and false for the label.
func jsonValue(raw json.RawMessage, key string, f field) (s string, err error) {
	kind := ""
	switch c := raw[0]; {
	case c == '"':
		err := json.Unmarshal(raw, &s)
		return s, err
	case c == 'n':
		return "", nil
	case c == '{':
		kind = "object"
	case c == '[':
		kind = "array"
	case c == 't' || c == 'f':
		if f == fieldLabel {
			return string(raw), nil
		}
		kind = "bool"
	case f != fieldText:
		return string(raw), nil
	default:
		kind = "number"
	}
	return "", badRow("not a label row in JSON: field %q cannot be %s", key, kind)
}

// describeJSONError says what is wrong with a row without naming Go types.
func describeJSONError(err error) string {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return "it must be an object, not " + mismatch.Value
	}
	return err.Error()
}
