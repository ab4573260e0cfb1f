package commentfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// eachLine calls do with each line of JSON Lines that is not blank, and its place. An
// array of the same objects is read too, as some programs write on demand.
func (f *file) eachLine(do func(place string, raw []byte)) error {
	if head, _ := f.in.src.Peek(1); bytes.Equal(head, []byte("[")) {
		return f.eachElement([]string{""}, func(_, place string, raw []byte) { do(place, raw) })
	}
	for number := 1; !f.stopped; number++ {
		line, size, err := f.line()
		place := fmt.Sprintf(":%d", number)
		switch trimmed := bytes.TrimSpace(line); {
		case err != nil && !errors.Is(err, io.EOF):
			return fmt.Errorf("line %d: %w", number, err)
		case size > maxRecord:
			f.bad(place, errTooLong)
		case len(trimmed) == 0:
		case !utf8.Valid(trimmed):
			f.bad(place, errNotUTF8)
		default:
			do(place, trimmed)
		}
		if err != nil {
			return nil
		}
	}
	return nil
}

var errNotUTF8 = invalid("it is not UTF-8; save the file as UTF-8")

// line returns the next line, which is cut when it is too long, and its size.
func (f *file) line() (line []byte, size int, err error) {
	for {
		part, err := f.in.src.ReadSlice('\n')
		if size += len(part); size <= maxRecord {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, size, readError(err)
		}
	}
}

// eachElement calls do with each element of the arrays that have one of some paths in a
// JSON document, such as "data.Comment"; "" is the document itself.
func (f *file) eachElement(paths []string, do func(path, place string, raw []byte)) error {
	w := &documentWalker{file: f, d: json.NewDecoder(f.in), do: do, paths: paths}
	err := w.value("", 0)
	if err == nil && !f.stopped {
		err = w.ending()
	}
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return invalid("the file is cut after %d bytes", w.d.InputOffset())
	case errors.As(err, &syntax):
		return invalid("byte %d, after %s: %v", w.d.InputOffset(), w.last(), err)
	}
	return err
}

type documentWalker struct {
	*file
	d     *json.Decoder
	do    func(path, place string, raw []byte)
	paths []string
	found bool   // one of them
	at    string // place of the last element
}

func (w *documentWalker) last() string {
	if w.at == "" {
		return "the beginning"
	}
	return w.at
}

// ending checks that nothing is lost: that there was what was looked for, and is no more.
func (w *documentWalker) ending() error {
	if !w.found {
		return invalid("the file is JSON of another kind: it has no list %s", strings.TrimPrefix(strings.Join(w.paths, " or "), " or "))
	}
	w.in.next()
	if _, err := w.d.Token(); !errors.Is(err, io.EOF) {
		return invalid("byte %d: more follows behind the end of the document", w.d.InputOffset())
	}
	return nil
}

// value reads one value of the document.
func (w *documentWalker) value(path string, depth int) error {
	w.in.next()
	token, err := w.d.Token()
	if err != nil {
		return err
	}
	switch open, _ := token.(json.Delim); {
	case open == '{' && depth < 3:
		for w.d.More() && !w.stopped {
			w.in.next()
			key, err := w.d.Token()
			if err != nil {
				return err
			}
			if err := w.value(strings.TrimPrefix(fmt.Sprintf("%s.%v", path, key), "."), depth+1); err != nil {
				return err
			}
		}
	case open == '[' && w.wants(path):
		if err := w.elements(path); err != nil {
			return err
		}
	case open == '{' || open == '[':
		return w.skip()
	default:
		return nil
	}
	if w.stopped {
		return nil
	}
	_, err = w.d.Token()
	return err
}

func (w *documentWalker) wants(path string) bool {
	for _, p := range w.paths {
		if p == path {
			return true
		}
	}
	return false
}

func (w *documentWalker) elements(path string) error {
	w.found = true
	for n := 0; w.d.More() && !w.stopped; n++ {
		w.in.next()
		var raw json.RawMessage
		if err := w.d.Decode(&raw); err != nil {
			return err
		}
		place := fmt.Sprintf(":%s[%d]", path, n)
		if w.at = strings.TrimPrefix(place, ":"); !utf8.Valid(raw) {
			w.bad(place, errNotUTF8)
			continue
		}
		w.do(path, place, raw)
	}
	return nil
}

// skip reads past a value whose beginning has been read.
func (w *documentWalker) skip() error {
	for depth := 1; depth > 0; {
		w.in.next()
		token, err := w.d.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxDepth {
				return invalid("byte %d: values are nested more than %d deep", w.d.InputOffset(), maxDepth)
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

// parse reads a record, or says what is wrong with it.
func (f *file) parse(place string, raw []byte, into any) bool {
	err := json.Unmarshal(raw, into)
	if err == nil {
		return true
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		field := kind.Field[strings.LastIndexByte(kind.Field, '.')+1:]
		err = fmt.Errorf("%q cannot be a JSON %s", field, kind.Value)
	}
	f.bad(place, err)
	return false
}

// text is a value that programs write as a string or as a number, or as MongoDB and
// LeanCloud do.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	switch {
	case bytes.Equal(raw, []byte("null")):
		*t = ""
		return nil
	case raw[0] == '"':
		err := json.Unmarshal(raw, &s)
		*t = text(s)
		return err
	case raw[0] == '{':
		var wrapped map[string]text
		if err := json.Unmarshal(raw, &wrapped); err != nil {
			return err
		}
		for _, key := range []string{"$oid", "$numberLong", "$numberInt", "$date", "iso", "objectId"} {
			if v, ok := wrapped[key]; ok {
				*t = v
				return nil
			}
		}
		return errors.New("an object stands where there should be a text")
	case raw[0] == '[':
		return errors.New("a list stands where there should be a text")
	}
	*t = text(raw)
	return nil
}

// isTrue reports whether a text is a yes.
func (t text) isTrue() bool { return t == "true" || t == "1" }

// instant is a time in one of the forms that programs write: text, or milliseconds or
// seconds since 1970.
type instant struct{ time.Time }

func (i *instant) UnmarshalJSON(raw []byte) error {
	var t text
	if err := t.UnmarshalJSON(raw); err != nil {
		return err
	}
	at, err := parseTime(string(t))
	i.Time = at
	return err
}

var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05Z07:00", time.DateTime, "2006-01-02T15:04:05", "2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02 15:04:05.999999999 -0700 MST", "Mon Jan 02 2006 15:04:05 GMT-0700", time.DateOnly,
}

// parseTime returns the zero time for "".
func parseTime(s string) (time.Time, error) {
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, nil
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && n > 0 && n < 1e14 {
		if n < 1e11 {
			n *= 1000
		}
		return time.UnixMicro(int64(n * 1000)).UTC(), nil
	}
	bare, _, _ := strings.Cut(s, " (") // JavaScript names the zone too
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, bare); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no time", s)
}
