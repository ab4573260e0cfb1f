package labelfile

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const umlauts = "Müßiggang, Ärger und Öl – „schön“ für 5 €, René’s Café"

func encode(t *testing.T, e encoding.Encoding, s string) string {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEncodingIsFound(t *testing.T) {
	table := "text;label\n" + umlauts + ";ham\nGrüße;spam\n"
	jsonl := `{"text":"` + umlauts + `","label":"ham"}` + "\n" + `{"text":"Grüße","label":"spam"}` + "\n"
	padding := strings.Repeat("plain;ham\n", window/5) // the first window is ASCII
	for name, e := range map[string]encoding.Encoding{
		"UTF-8": encoding.Nop, "UTF-8 with mark": unicode.UTF8BOM, "Windows-1252": charmap.Windows1252,
		"UTF-16LE with mark": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16BE with mark": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		"UTF-16LE": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16BE": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	} {
		t.Run(name, func(t *testing.T) {
			rows := []string{"ham " + umlauts, "spam Grüße"}
			checkRows(t, "a.csv", encode(t, e, table), Options{}, rows)
			checkRows(t, "a.jsonl", encode(t, e, jsonl), Options{}, rows)
			labels, faults := readAll("a.csv", encode(t, e, "text;label\n"+padding+umlauts+";ham\n"), Options{})
			if len(faults) > 0 || labels[len(labels)-1].Text != umlauts {
				t.Errorf("%q %+v", faults, labels[len(labels)-1])
			}
		})
	}
	checkRows(t, "a.csv", encode(t, charmap.ISO8859_1, "text,label\nGrüße aus Köln,ham\nÄrger,ham\n"), Options{}, []string{"ham Grüße aus Köln", "ham Ärger"})
}

func TestEncodingIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		e    encoding.Encoding
		text string
	}{
		"windows-1251": {charmap.Windows1251, "Хорошая статья, спасибо"},
		"koi8-r":       {charmap.KOI8R, "Хорошая статья, спасибо"},
		"macintosh":    {charmap.Macintosh, "Schöne Grüße, Ärger"},
		"windows-1250": {charmap.Windows1250, "Příliš žluťoučký kůň"},
		"windows-1252": {charmap.Windows1252, umlauts},
		"iso-8859-1":   {charmap.ISO8859_1, "Grüße"},
		"latin1":       {charmap.ISO8859_1, "Grüße"},
		"utf-8":        {encoding.Nop, umlauts},
		"utf-16le":     {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), umlauts},
		"utf-16be":     {unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), umlauts},
	} {
		checkRows(t, "a.csv", encode(t, c.e, "text;label\n"+c.text+";ham\n"), Options{Encoding: name}, []string{"ham " + c.text})
	}
}

func TestEncodingThatCannotBeTold(t *testing.T) {
	const cannot = "a.csv:3: the line is not UTF-8, and it cannot be told what else it is; name the encoding with --encoding"
	for name, c := range map[string]struct {
		e    encoding.Encoding
		text string
	}{
		"windows-1251": {charmap.Windows1251, "Хорошая статья, спасибо"},
		"macintosh":    {charmap.Macintosh, "Schöne Grüße, Ärger"},
		"DOS":          {charmap.CodePage850, "Schöne Grüße, für mich"},
		"windows-1250": {charmap.Windows1250, "Příliš žluťoučký kůň"},
		"windows-1254": {charmap.Windows1254, "Teşekkürler, çok güzel bir yazı olmuş, kısa"},
		"one letter":   {charmap.Macintosh, "schön"},
	} {
		t.Run(name, func(t *testing.T) {
			content := encode(t, c.e, "text,label\nplain,ham\n\""+c.text+"\",ham\nplain,ham\n")
			checkRows(t, "a.csv", content, Options{Skip: func(err error) { t.Error("skipped", err) }}, []string{"ham plain"}, cannot)
		})
	}
	checkRows(t, "a.csv", "text,label\nGrüße,ham\nÄrger,ham\n", Options{Encoding: "windows-1251"}, nil, "a.csv: the file is UTF-8, not windows-1251; leave --encoding out")
	checkRows(t, "a.csv", "\xff\xfe\x00\x00t\x00\x00\x00", Options{}, nil, "a.csv: the file is UTF-32")
}

// One command may read files of several kinds.
func TestOptionsOfAnotherFile(t *testing.T) {
	opt := Options{Encoding: "windows-1251", Columns: map[string]string{"text": "Kommentar", "label": "Status"}, Separator: ';'}
	checkRows(t, "a.jsonl", `{"text":"Хорошая статья","label":"ham"}`, opt, []string{"ham Хорошая статья"})
	checkRows(t, "a.csv", encode(t, unicode.UTF8BOM, "text;label\nХорошая статья;ham\n"), opt, []string{"ham Хорошая статья"})
	checkRows(t, "a.csv", encode(t, charmap.Windows1251, "Kommentar;Status;text\nХорошая статья;ham;x\n"), opt, []string{"ham Хорошая статья"})
	checkRows(t, "a.jsonl", `{"kommentar":"a","Status":"ham","text":"b","label":"spam"}`, opt, []string{"ham a"})
	checkRows(t, "a.csv", "text;label;Status\na;ham;spam\n", opt, nil, `a.csv:1: there is no column "Kommentar" for text`)
	numbered := Options{Columns: map[string]string{"text": "1", "label": "2"}}
	checkRows(t, "a.csv", "label,text\nham,a\n", numbered, []string{"ham a"})
	checkRows(t, "a.jsonl", `{"text":"a","label":"ham"}`, numbered, []string{"ham a"})
}

func TestLinesInAnotherEncoding(t *testing.T) {
	checkRows(t, "a.csv", "text,label\nGrüße,ham\nGr\xfc\xdfe,ham\nÄrger,spam\n", Options{}, []string{"ham Grüße", "spam Ärger"},
		"a.csv:3: the line is not UTF-8, unlike the others")
	checkRows(t, "a.csv", "text,label\nGr\xfc\xdfe,ham\nGr\xfc\xdfe,ham\nGr\xfc\xdfe,ham\nGrüße,ham\n", Options{}, []string{"ham Grüße", "ham Grüße", "ham Grüße"},
		"a.csv:5: the line is UTF-8, but lines before it are Windows-1252")
	checkRows(t, "a.csv", "text,label\nGr\xfc\xdfe aus K\xf6ln, \xc4rger und \xd6l,ham\n\"Gr\xfc\xdfe aus K\xf6ln, \xc4rger und \xd6l\",ham\nA\x81B,ham\n", Options{},
		[]string{"ham Grüße aus Köln, Ärger und Öl"}, "a.csv:2: more fields", "a.csv:4: the line is neither UTF-8 nor likely")
	checkRows(t, "a.jsonl", "{\"text\":\"Grüße\",\"label\":\"ham\"}\n{\"text\":\"Gr\xfc\xdfe\",\"label\":\"ham\"}\n", Options{}, []string{"ham Grüße"},
		"a.jsonl:2: the line is not UTF-8")
	checkRows(t, "a.csv", encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "text,label\na,ham\nb")+"\x00\xd8,\x00h\x00a\x00m\x00\n\x00", Options{},
		[]string{"ham a"}, "a.csv:3: the line has bytes that are no characters in UTF-16LE")
	checkRows(t, "a.csv", "text,label\nplain\x81,ham\n", Options{Encoding: "windows-1252"}, nil, "a.csv:2: the line has bytes that are no characters in windows-1252")
}

func TestFaultsOfEncodingWithinQuotes(t *testing.T) {
	checkRows(t, "a.csv", "text,label\nGrüße,ham\n\"Ärger,\nGr\xfc\xdfe\nspam,no\",spam\nÖl,ham\n", Options{}, []string{"ham Grüße", "ham Öl"},
		"a.csv:3: line 4: the line is not UTF-8, unlike the others")
	checkRows(t, "a.csv", "text,\"label\nGr\xfc\xdfe\"\nGrüße,ham\nÄrger,spam\n", Options{}, nil, "a.csv:1: line 2: the line is not UTF-8")
}
