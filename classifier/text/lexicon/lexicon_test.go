package lexicon

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestFilesParse(t *testing.T) {
	sections, err := parseAll(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, title := range titles {
		if len(sections[title]) == 0 {
			t.Errorf("no file has the section [%s]", title)
		}
	}
}

func TestFilesHaveNoDuplicates(t *testing.T) {
	sections, err := parseAll(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range duplicates(sections) {
		t.Error(problem)
	}
}

// duplicates finds entries that stand twice in a section of one file, and
// phrases with two intents.
func duplicates(sections map[string][]entry) []string {
	var problems []string
	for title, entries := range sections {
		first := map[string]int{}
		for _, e := range entries {
			key := e.language + " " + e.text
			if line, ok := first[key]; ok {
				problems = append(problems, fmt.Sprintf("%s.txt:%d: %q is in [%s] already, in line %d", e.language, e.line, e.text, title, line))
			}
			first[key] = e.line
		}
	}
	type place struct {
		title string
		entry entry
	}
	places := map[string]place{}
	for _, title := range intents {
		for _, e := range sections[title] {
			if other, ok := places[e.text]; ok && other.title != title {
				problems = append(problems, fmt.Sprintf("%s.txt:%d: %q is in [%s] and in [%s] of %s.txt:%d",
					e.language, e.line, e.text, title, other.title, other.entry.language, other.entry.line))
			}
			places[e.text] = place{title, e}
		}
	}
	return problems
}

func TestDuplicatesAreFound(t *testing.T) {
	sections, err := parseAll(fstest.MapFS{
		"de.txt": {Data: []byte("[prize]\ngratis\ngratis\n[media]\nkanal\n")},
		"es.txt": {Data: []byte("[media]\nkanal\n[earn]\ngratis\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(duplicates(sections)); got != 2 {
		t.Errorf("%d duplicates, want 2: %q", got, duplicates(sections))
	}
}

func TestErrorsNameFileAndLine(t *testing.T) {
	for content, want := range map[string]string{
		"# comment\n\n[promo]\n":   "xx.txt:3: unknown section [promo]",
		"[promote\n":               "xx.txt:1: unknown section [promote",
		"visita mi\n":              `xx.txt:1: "visita mi" stands before the first section`,
		"[promote]\nVisita mi\n":   `xx.txt:2: "Visita mi" must be in lower case`,
		"[promote]\nvisita, mi\n":  `xx.txt:2: "visita, mi" must be one phrase`,
		"[promote]\nvis*ta mi\n":   `xx.txt:2: "vis*ta mi" may have a star only`,
		"[promote]\nvisita *\n":    `xx.txt:2: "visita *" may have a star only`,
		"[promote]\nvisita  mi\n":  `xx.txt:2: "visita  mi" must be one phrase`,
		"[promote]\na\n\n[media\n": "xx.txt:4: unknown section [media",
	} {
		_, err := parseAll(fstest.MapFS{"xx.txt": {Data: []byte(content)}})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", content, err, want)
		}
	}
}

func TestSectionYieldsLanguage(t *testing.T) {
	found := false
	for language, text := range Section(Our) {
		found = found || language == "es" && text == "nuestro"
	}
	if !found {
		t.Error(`"nuestro" is not in [our] of es.txt`)
	}
}

func TestUnknownSectionPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Section("no such section")
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseAll(files); err != nil {
			b.Fatal(err)
		}
	}
}
