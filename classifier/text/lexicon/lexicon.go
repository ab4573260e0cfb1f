// Package lexicon holds the words and phrases that the classifier knows, one
// text file a language, for those who know the language and not Go. The format
// is described at the top of each file.
//
// It imports nothing of this module.
package lexicon

import (
	"embed"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed *.txt address/*.txt
var files embed.FS

// Sections that say what a comment asks of its readers, or offers them, by the
// name of the token that it gives; see features.Scanner.Name. A phrase stands
// in one of them only, whatever the language.
var intents = []string{
	"promote", "follow", "act", "prize", "earn", "crypto", "loan", "pharmacy", "gamble", "dating", "ranking",
	"contact", "beg", "donate", "flatter", "business", "terms", "testify", "rescue", "job", Possessive, Media,
	Favourite, PersonTitles, House, Our, Customer, Service, Bargain, Summons,
	Urgency, Helper, Trouble, Self, Reach, Span,
}

// Roles are the sections of address/*.txt: what words are in the patterns of
// insults and threats, see features/addressrules.go. A phrase may stand in several,
// and in those of several languages.
var Roles = []string{
	"you", "you are", "object", "like you", "them", "group", "these", "be", "insult", "slur", "vermin", "intend", "harm", "i harm",
	"maim", "make", "ought", "harmed", "killing", "deserved", "wish", "die", "better", "without", "hate", "disgust",
	"denial", "threat", "curse", "scorn",
}

// Titles of sections.
const (
	Possessive               = "possessive"
	Media                    = "media"
	Favourite                = "favourite"
	PersonTitles             = "titles of persons"
	House                    = "house"
	Our                      = "our"
	Customer                 = "customer"
	Service                  = "service"
	Bargain                  = "bargain"
	Summons                  = "summons"
	Urgency                  = "urgency"
	Helper                   = "helper"
	Trouble                  = "trouble"
	Self                     = "self"
	Reach                    = "reach"
	Span                     = "span"
	Occupations              = "occupations"
	NameCalls                = "calls in names"
	NamePlaces               = "places in names"
	Currency                 = "currency"
	DoubleLetters            = "double letters"
	CommonWords              = "common words"
	FunctionWords            = "function words"
	TopLevelDomains          = "top-level domains"
	AmbiguousTopLevelDomains = "ambiguous top-level domains"
	PlainWords               = "plain words"
	Shorteners               = "shorteners"
	Messengers               = "messengers"
	Commerce                 = "commerce"
	CompanyNames             = "company names"
	PromotionalDomains       = "promotional top-level domains"
	ReferenceDomains         = "reference domains"
	ThrowAwayMail            = "throw-away mail"
)

var titles = slices.Concat([]string{
	Currency, DoubleLetters, CommonWords, FunctionWords, TopLevelDomains, AmbiguousTopLevelDomains, PlainWords, Shorteners, Messengers,
	Commerce, CompanyNames, Occupations, NameCalls, NamePlaces, PromotionalDomains, ReferenceDomains, ThrowAwayMail,
}, intents, Roles)

// entry is one word or phrase.
type entry struct {
	language string // the name of the file without its extension
	text     string
	line     int
}

// Section yields each entry of a section, with the file that it is in: an ISO
// 639-1 code, or "international". It panics when a file cannot be parsed or the
// title is unknown; both are found by the tests of this package.
func Section(title string) iter.Seq2[string, string] {
	entries, ok := sections()[title]
	if !ok {
		panic("lexicon: no section " + title)
	}
	return func(yield func(language, text string) bool) {
		for _, e := range entries {
			if !yield(e.language, e.text) {
				return
			}
		}
	}
}

// Set returns the entries of sections in all languages.
func Set(titles ...string) map[string]bool {
	set := map[string]bool{}
	for _, title := range titles {
		for _, text := range Section(title) {
			set[text] = true
		}
	}
	return set
}

// sections parses the files when they are first needed.
var sections = sync.OnceValue(func() map[string][]entry {
	s, err := parseAll(files)
	if err != nil {
		panic("lexicon: " + err.Error())
	}
	return s
})

func parseAll(files fs.FS) (map[string][]entry, error) {
	names, err := fs.Glob(files, "*.txt")
	if err != nil {
		return nil, err
	}
	address, err := fs.Glob(files, "address/*.txt")
	if err != nil {
		return nil, err
	}
	names = append(names, address...)
	sections := map[string][]entry{}
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if err := parse(sections, name, string(content)); err != nil {
			return nil, err
		}
	}
	return sections, nil
}

// parse adds the entries of one file. Errors begin with the file and the line.
func parse(sections map[string][]entry, name, content string) error {
	language := strings.TrimSuffix(path.Base(name), path.Ext(name))
	title := ""
	line := 0
	for text := range strings.SplitSeq(content, "\n") {
		line++
		text = strings.TrimSpace(text)
		fail := func(message string) error { return fmt.Errorf("%s:%d: %s", name, line, message) }
		switch {
		case text == "" || text[0] == '#':
		case text[0] == '[':
			title = strings.Trim(text, "[]")
			if text != "["+title+"]" || !slices.Contains(titles, title) {
				return fail(fmt.Sprintf("unknown section %s, must be one of [%s]", text, strings.Join(titles, "] [")))
			}
		case title == "":
			return fail(fmt.Sprintf("%q stands before the first section", text))
		default:
			if problem := problemOf(text); problem != "" {
				return fail(fmt.Sprintf("%q %s", text, problem))
			}
			sections[title] = append(sections[title], entry{language, text, line})
		}
	}
	return nil
}

// problemOf says why an entry can never match, or returns "".
func problemOf(text string) string {
	stem := strings.TrimSuffix(text, "*")
	switch {
	case strings.ToLower(text) != text:
		return "must be in lower case"
	case strings.ContainsAny(text, ",;\"\t") || strings.Contains(text, "  "):
		return "must be one phrase, with single spaces and without punctuation"
	case strings.Contains(stem, "*") || stem == "" || strings.HasSuffix(stem, " "):
		return "may have a star only at the end of its last word"
	}
	return ""
}
