package labelfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// field is a field of models.Label.
type field int

const (
	fieldID field = iota
	fieldText
	fieldLabel
	fieldAuthor
	fieldAuthorEmail
	fieldAuthorURL
	fieldURL
	fieldSite
	fieldLang
	fieldSource
	fieldLabelledBy
	fieldCreatedAt
	fieldSelectedBy
	fieldSelectionRate
	fieldWeight
	fieldCount
)

var fieldNames = [fieldCount]string{
	"id", "text", "label", "author", "author_email", "author_url", "url", "site", "lang", "source", "labelled_by",
	"created_at", "selected_by", "selection_rate", "weight",
}

// synonyms are column names that are taken for a field when no column has the
// field's own name, the first of them first.
var synonyms = [fieldCount][]string{
	fieldID: {"comment_id", "message_id", "row_id", "nr"},
	fieldText: {
		"comment", "body", "message", "content", "comment_text", "comment_body", "text_content", "post", "tweet", "review",
		"kommentar", "kommentartext", "nachricht", "inhalt", "beitrag",
	},
	fieldLabel: {
		"class", "category", "target", "y", "klasse", "kategorie",
		"is_spam", "isspam", "spam", "is_abuse", "abuse", "abusive", "is_toxic", "toxic", "toxicity",
	},
	fieldAuthor:      {"author_name", "username", "user_name", "user", "nickname", "name", "autor", "verfasser", "benutzer"},
	fieldAuthorEmail: {"email", "e_mail", "mail"},
	fieldAuthorURL:   {"website", "homepage"},
	fieldURL:         {"article_url", "link", "permalink", "article"},
	fieldLang:        {"language", "sprache"},
	fieldSource:      {"quelle"},
	fieldLabelledBy:  {"labeled_by", "annotator", "moderator", "rater"},
	fieldCreatedAt:   {"created", "date", "datetime", "timestamp", "time", "datum", "zeit", "published_at", "posted_at"},
}

// normalizeName makes "Is-Spam " and "is_spam" the same column name.
func normalizeName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' || r == '\u00a0' {
			return '_'
		}
		return r
	}, strings.ToLower(strings.TrimSpace(name)))
}

// fieldOf returns the field with a JSON name, or -1.
func fieldOf(name string) field {
	return field(slices.Index(fieldNames[:], strings.ToLower(name)))
}

// match tells which field the column name may hold, and how well it fits: 0 for
// the field's own name, more for each synonym. Unknown names are field -1.
func match(name string) (f field, rank int) {
	n := normalizeName(name)
	if f := fieldOf(n); f >= 0 {
		return f, 0
	}
	for f, list := range synonyms {
		if i := slices.Index(list, n); i >= 0 {
			return field(f), i + 1
		}
	}
	return -1, 0
}

// columnError is a header that does not say where text and label are.
type columnError struct{ why string }

func (e *columnError) Error() string { return e.why }

func badColumns(format string, args ...any) error { return &columnError{fmt.Sprintf(format, args...)} }

// layout says which column of a table holds which field.
type layout struct {
	fields   []field // of each column; -1: not read
	headless bool    // the first row is data, because the columns were named by number
}

// find returns the column of a field, or -1.
func (l layout) find(f field) int { return slices.Index(l.fields, f) }

// resolve finds the columns of a table by the names in its first row, or as the
// options name them.
func resolve(names []string, columns map[string]string, unlabelled bool) (layout, error) {
	l := layout{fields: make([]field, len(names))}
	for i := range l.fields {
		l.fields[i] = -1
	}
	if ownNames(names, columns) {
		columns = nil
	}
	named, err := l.takeNamed(names, columns)
	if err != nil {
		return l, err
	}
	if l.headless {
		return l, l.complete(names, unlabelled)
	}
	for f := range fieldCount {
		if named[f] {
			continue
		}
		best, bestRank, rivals := -1, 0, 0
		for i, name := range names {
			got, rank := match(name)
			if got != f || l.fields[i] >= 0 {
				continue
			}
			if rivals++; best < 0 || rank < bestRank {
				best, bestRank = i, rank
			} else if rank == 0 {
				return l, badColumns("two columns are named %q", name)
			}
		}
		if rivals > 1 && bestRank > 0 && (f == fieldText || f == fieldLabel) {
			return l, badColumns("more than one column can be the %s; name it, such as --columns %s=%s", fieldNames[f], fieldNames[f], quoteName(names[best]))
		}
		if best >= 0 {
			l.fields[best] = f
		}
	}
	return l, l.complete(names, unlabelled)
}

// ownNames reports whether a file has fields named text and label, and none of the
// columns that the options name: those are of another file of the same command.
func ownNames(names []string, columns map[string]string) bool {
	own := 0
	for _, name := range names {
		n := normalizeName(name)
		if n == fieldNames[fieldText] || n == fieldNames[fieldLabel] {
			own++
		}
		for _, column := range columns {
			if normalizeName(column) == n {
				return false
			}
		}
	}
	return own == 2
}

// takeNamed assigns the columns that the options name.
func (l *layout) takeNamed(names []string, columns map[string]string) (named [fieldCount]bool, err error) {
	byNumber := 0
	for f := range fieldCount {
		name, ok := columns[fieldNames[f]]
		if !ok {
			continue
		}
		at := slices.Index(names, name)
		if at < 0 {
			at = slices.IndexFunc(names, func(n string) bool { return normalizeName(n) == normalizeName(name) })
		}
		if n, err := strconv.Atoi(name); at < 0 && err == nil {
			if n < 1 || n > len(names) {
				return named, badColumns("there is no column %d for %s: the first row has %s", n, fieldNames[f], countOf(len(names), "field"))
			}
			at = n - 1
			byNumber++
		}
		if at < 0 {
			return named, badColumns("there is no column %q for %s: the header has %s", name, fieldNames[f], listNames(names))
		}
		if l.fields[at] >= 0 {
			return named, badColumns("column %q cannot be both %s and %s", names[at], fieldNames[l.fields[at]], fieldNames[f])
		}
		l.fields[at], named[f] = f, true
	}
	l.headless = byNumber > 0
	if l.headless && byNumber < len(columns) {
		return named, badColumns("--columns must give either names or numbers, not both")
	}
	return named, nil
}

// complete reports what is missing of the two fields that must be there.
func (l layout) complete(names []string, unlabelled bool) error {
	var missing []string
	for _, f := range []field{fieldText, fieldLabel} {
		if l.find(f) < 0 && (f == fieldText || !unlabelled) {
			missing = append(missing, fieldNames[f])
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return badColumns("the header names no column for %s, it has %s; name the columns with --columns text=NAME,label=NAME, or by number if there is no header: --columns text=1,label=2",
		strings.Join(missing, " and "), listNames(names))
}

// listNames prints the names of columns for a message.
func listNames(names []string) string {
	const most = 12
	var quoted []string
	for i, name := range names {
		if i == most {
			quoted = append(quoted, fmt.Sprintf("%d more", len(names)-most))
			break
		}
		quoted = append(quoted, fmt.Sprintf("%.40q", name))
	}
	if len(quoted) == 0 {
		return "no columns"
	}
	return strings.Join(quoted, ", ")
}

// quoteName writes a name as it must be typed after a flag.
func quoteName(name string) string {
	switch {
	case strings.ContainsFunc(name, unicode.IsControl):
		return strconv.Quote(name)
	case strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.=", r)
	}):
		return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	return name
}

func countOf(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
