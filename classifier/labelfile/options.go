package labelfile

import (
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"winnow/models"
)

// Options changes how label files are read. With the zero value everything is
// found in the file, and the first bad row is yielded as an error.
type Options struct {
	// Skip, unless nil, is called with the error of each bad row, which is then
	// left out. If it is nil, the error is yielded.
	Skip func(bad error)

	// Columns names the column of the file for a field of models.Label (by its JSON
	// name), such as "text": "Kommentar". The number of a column, from 1, instead of
	// its name says that a table has no header. A file that has none of these columns,
	// but fields named text and label, is read by its own names.
	Columns map[string]string

	// LabelMap gives the class for a value of the label column, in any case of
	// letters, such as "1": spam.
	LabelMap map[string]models.Class

	// Unlabelled reads rows without a label too, as for scoring.
	Unlabelled bool

	Separator rune      // between the fields of a table; 0: found
	Encoding  string    // name as in HTML, such as "windows-1251", of files that do not show theirs; "": found
	DateOrder DateOrder // of dates such as 03/04/2026; "": found
}

// DateOrder says whether day or month comes first where a date does not tell.
type DateOrder string

const (
	DayFirst   DateOrder = "dmy"
	MonthFirst DateOrder = "mdy"
)

// Validate reports options that cannot be used as an error of models.KindInvalid.
func (o Options) Validate() error {
	var bad models.Invalid
	for _, name := range slices.Sorted(maps.Keys(o.Columns)) {
		if fieldOf(name) < 0 {
			bad.Add("columns", "has no field %q, only %s", name, strings.Join(fieldNames[:], ", "))
		} else if strings.TrimSpace(o.Columns[name]) == "" {
			bad.Add("columns", "names no column for %s", name)
		}
	}
	for _, value := range slices.Sorted(maps.Keys(o.LabelMap)) {
		if class := o.LabelMap[value]; !class.Valid() {
			bad.Add("label_map", "must give ham, spam or abuse for %q, not %q", value, string(class))
		}
	}
	if o.Encoding != "" {
		if _, err := htmlindex.Get(o.Encoding); err != nil {
			bad.Add("encoding", "%q is not known; use a name such as utf-8, windows-1252, windows-1251, ibm866 or utf-16le", o.Encoding)
		}
	}
	switch {
	case o.Separator == '"' || o.Separator == '\n' || o.Separator == '\r' || o.Separator >= utf8.RuneSelf:
		bad.Add("separator", "must be one ASCII character other than a quote")
	case o.DateOrder != "" && o.DateOrder != DayFirst && o.DateOrder != MonthFirst:
		bad.Add("date_order", "must be dmy or mdy")
	}
	return bad.Err()
}

// ParseColumns reads pairs such as "text=Kommentar,label=Status". A name with a
// comma is put in double quotes, with its field: "\"text=Text, long\"".
func ParseColumns(pairs string) (map[string]string, error) {
	columns := map[string]string{}
	err := parsePairs(pairs, "columns", "text=Kommentar,label=Status", func(key, value string) bool {
		key = strings.ToLower(key)
		_, twice := columns[key]
		columns[key] = value
		return !twice
	})
	return columns, err
}

// ParseLabelMap reads pairs such as "1=spam,0=ham,toxic=abuse".
func ParseLabelMap(pairs string) (map[string]models.Class, error) {
	classes := map[string]models.Class{}
	err := parsePairs(pairs, "label_map", "1=spam,0=ham,toxic=abuse", func(key, value string) bool {
		key = strings.ToLower(key)
		_, twice := classes[key]
		classes[key] = models.Class(strings.ToLower(value))
		return !twice
	})
	return classes, err
}

// parsePairs calls add with both sides of each pair; add reports whether the
// left side is new.
func parsePairs(pairs, option, example string, add func(key, value string) bool) error {
	var bad models.Invalid
	if strings.TrimSpace(pairs) == "" {
		return nil
	}
	r := csv.NewReader(strings.NewReader(pairs))
	r.LazyQuotes = true
	list, err := r.Read()
	if err != nil {
		bad.Add(option, "must be pairs such as %s", example)
	}
	for _, pair := range list {
		// The last "=" divides: a value on the left of a label map may hold one.
		at := strings.LastIndexByte(pair, '=')
		if option == "columns" {
			at = strings.IndexByte(pair, '=')
		}
		if at < 1 {
			bad.Add(option, "must be pairs such as %s, not %q", example, pair)
			continue
		}
		key := strings.TrimSpace(pair[:at])
		if !add(key, strings.TrimSpace(pair[at+1:])) {
			bad.Add(option, "has %q twice", key)
		}
	}
	return bad.Err()
}

// separators are those that are looked for, with their names.
var separators = []struct {
	char byte
	name string
}{{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}, {'|', "pipe"}}

// ParseSeparator reads the name of a separator (comma, semicolon, tab, pipe) or
// the character itself.
func ParseSeparator(name string) (rune, error) {
	for _, s := range separators {
		if strings.EqualFold(name, s.name) {
			return rune(s.char), nil
		}
	}
	if name == `\t` {
		return '\t', nil
	}
	if r, size := utf8.DecodeRuneInString(name); size == len(name) && size == 1 && r != '"' {
		return r, nil
	}
	var bad models.Invalid
	bad.Add("separator", "must be comma, semicolon, tab, pipe or one character, not %q", name)
	return 0, bad.Err()
}

func separatorName(char byte) string {
	for _, s := range separators {
		if s.char == char {
			return s.name
		}
	}
	return string(rune(char))
}
