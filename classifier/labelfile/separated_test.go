package labelfile

import (
	"strings"
	"testing"

	"winnow/models"
)

// checkRows reads a file and compares the rows, as "label text", and the errors.
func checkRows(t *testing.T, name, content string, opt Options, rows []string, faults ...string) {
	t.Helper()
	labels, got := readAll(name, content, opt)
	read := make([]string, len(labels))
	for i, l := range labels {
		read[i] = string(l.Label) + " " + l.Text
	}
	if strings.Join(read, "|") != strings.Join(rows, "|") {
		t.Errorf("%s %.80q:\nrows %.1000q\nwant %.1000q", name, content, strings.Join(read, "|"), strings.Join(rows, "|"))
	}
	if len(got) != len(faults) {
		t.Errorf("%s %.80q: errors %q, want %q", name, content, got, faults)
		return
	}
	for i := range got {
		if !strings.HasPrefix(got[i], faults[i]) {
			t.Errorf("%s %.80q: error %q, want %q", name, content, got[i], faults[i])
		}
	}
}

func TestSeparatorIsFound(t *testing.T) {
	rows := []string{"ham Ein Hafen, ein Boot; mehr", "spam Billig | jetzt\tkaufen"}
	for _, c := range []struct{ name, content string }{
		{"a.csv", "text,label\n\"Ein Hafen, ein Boot; mehr\",ham\nBillig | jetzt\tkaufen,spam\n"},
		{"a.csv", "text;label\n\"Ein Hafen, ein Boot; mehr\";ham\nBillig | jetzt\tkaufen;spam\n"},
		{"a.csv", "text\tlabel\nEin Hafen, ein Boot; mehr\tham\n\"Billig | jetzt\tkaufen\"\tspam\n"},
		{"a.csv", "text|label\nEin Hafen, ein Boot; mehr|ham\n\"Billig | jetzt\tkaufen\"|spam\n"},
		{"a.tsv", "text\tlabel\nEin Hafen, ein Boot; mehr\tham\n\"Billig | jetzt\tkaufen\"\tspam\n"},
		{"a.tsv", "text;label\n\"Ein Hafen, ein Boot; mehr\";ham\nBillig | jetzt\tkaufen;spam\n"},
		{"a.txt", "text;label\n\"Ein Hafen, ein Boot; mehr\";ham\nBillig | jetzt\tkaufen;spam\n"},
		{"a.csv", "sep=;\r\ntext;label\r\n\"Ein Hafen, ein Boot; mehr\";ham\r\nBillig | jetzt\tkaufen;spam\r\n"},
		{"a.csv", "text,label\r\"Ein Hafen, ein Boot; mehr\",ham\rBillig | jetzt\tkaufen,spam\r"},
		{"-", `{"text":"Ein Hafen, ein Boot; mehr","label":"ham"}` + "\n" + `{"text":"Billig | jetzt\tkaufen","label":"spam"}`},
	} {
		checkRows(t, c.name, c.content, Options{}, rows)
	}
	checkRows(t, "a.csv", "text^label\na, b^ham\n", Options{Separator: '^'}, []string{"ham a, b"})
}

func TestSeparatorOfFileWithoutHeader(t *testing.T) {
	opt := Options{Columns: map[string]string{"text": "2", "label": "1"}}
	checkRows(t, "a.csv", "ham;Um 8,50 Euro, meint er\nspam;Nur 3,99\n", opt, []string{"ham Um 8,50 Euro, meint er", "spam Nur 3,99"})
	checkRows(t, "a.csv", "ham,one\nspam,two\n", Options{}, nil,
		`a.csv:1: the header names no column for text and label, it has "ham", "one"; name the columns with --columns text=NAME,label=NAME, or by number`)
}

func TestOpenQuoteCostsItsOwnRow(t *testing.T) {
	tail := strings.Repeat("tail,ham\n", 500)
	more := make([]string, 500)
	for i := range more {
		more[i] = "ham tail"
	}
	rows := func(first ...string) []string { return append(first, more...) }
	for _, c := range []struct {
		content string
		rows    []string
		faults  []string
	}{
		// No other quote in the file.
		{"text,label\nfine,ham\n\"open,spam\n" + tail, rows("ham fine"), []string{"a.csv:3: the quote that opens in line 3 is not closed; close it"}},
		// The next quoted field seems to close it.
		{"text,label\n\"open,spam\none,ham\n\"two, 2\",spam\n" + tail, rows("ham one", "spam two, 2"), []string{"a.csv:2: the quote that opens in line 2 is not closed before line 4"}},
		// A quote at the end of a field does close it.
		{"text,label\n\"open,spam\none,ham\nsize 5\",ham\n" + tail, rows("ham one", `ham size 5"`), []string{"a.csv:2: the quote that opens in this row is closed only in line 4"}},
		{"label,text\nspam,\"open\nham,one\nham,size 5\"\n" + strings.ReplaceAll(tail, "tail,ham", "ham,tail"), rows("ham one", `ham size 5"`), []string{"a.csv:2: the quote that opens in this row is closed only in line 4"}},
		// In the second column, and in two rows.
		{"label,text\nspam,\"open\nham,one\nspam,\"open too\n" + strings.ReplaceAll(tail, "tail,ham", "ham,tail"), rows("ham one"), []string{"a.csv:2: the quote", "a.csv:4: the quote that opens in line 4 is not closed"}},
		// Quotes that are only characters.
		{"text,label\nhe said \"yes\" to 5\",ham\n" + tail, rows(`ham he said "yes" to 5"`), nil},
		// Texts of several lines are none of these.
		{"text,label\n\"one\ntwo, three\n\nfour \"\"4\"\"\" ,ham\n" + tail, rows("ham one\ntwo, three\n\nfour \"4\""), nil},
		{"label,text\nham,\"one\ntwo, three\"\n" + strings.ReplaceAll(tail, "tail,ham", "ham,tail"), rows("ham one\ntwo, three"), nil},
	} {
		checkRows(t, "a.csv", c.content, Options{}, c.rows, c.faults...)
	}
}

func TestOpenQuoteInLongFile(t *testing.T) {
	n := 0
	content := "text,label\nfine,ham\n\"open,ham\n" + strings.Repeat("x,ham\n", maxRow)
	var faults []error
	for _, err := range Read(strings.NewReader(content), "a.csv", Options{Skip: func(err error) { faults = append(faults, err) }}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != maxRow+1 || len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), "a.csv:3: the row is longer than 1048576 bytes: the quote that opens in line 3 is not closed") {
		t.Errorf("%d labels, %v", n, faults)
	}
}

func TestEmptyAndRaggedRows(t *testing.T) {
	checkRows(t, "a.csv", "v1,v2,,,\nham,\"Ok lar, see you\",,,\nspam,Win now,,,\n,,,,\n;\n\nham,cut, here,,\nham\n",
		Options{Columns: map[string]string{"text": "v2", "label": "v1"}},
		[]string{"ham Ok lar, see you", "spam Win now", "ham cut"}, "a.csv:5: text is missing", "a.csv:8: text is missing")
	checkRows(t, "a.csv", "text,label\na,ham,,\nb, with a comma,ham\nc\n,ham\n", Options{}, []string{"ham a"},
		"a.csv:3: more fields than the header has, which are 2: is a text with the separator not in quotes?",
		"a.csv:4: label is missing: the row has 1 field, the header 2",
		"a.csv:5: text is missing or empty")
}

func TestEmptyFilesHaveNoRows(t *testing.T) {
	for _, name := range []string{"a.csv", "a.jsonl", "a.tsv", "a.xlsx", "-"} {
		checkRows(t, name, "", Options{}, nil)
	}
	checkRows(t, "a.csv", "\n\ntext,label\n", Options{}, nil)
}

func TestColumnsAreFound(t *testing.T) {
	for _, header := range []string{
		"Text,Label", " TEXT , LABEL ", "comment,class", "Body,Category", "content,CLASS", "message,y", "Kommentar,Klasse", "comment_text,label", "comment-text,label",
		"Text,\"label\"",
	} {
		checkRows(t, "a.csv", header+"\na,Ham\nb, SPAM\nc,Abuse \n", Options{}, []string{"ham a", "spam b", "abuse c"})
		checkRows(t, "a.csv", "extra,"+header+",\nx,a,Ham,\nx,b, SPAM,\n,c,Abuse ,\n", Options{}, []string{"ham a", "spam b", "abuse c"})
	}
	named := Options{Columns: map[string]string{"text": "Beitrag (lang)", "label": "status"}}
	checkRows(t, "a.csv", "text,Beitrag (lang),Status,label\nx,a,ham,spam\n", named, []string{"ham a"})
	checkRows(t, "a.jsonl", `{"text":"x","Beitrag (lang)":"a","status":"ham","label":"spam"}`, named, []string{"ham a"})
	labels, faults := readAll("a.csv", "ID;Kommentar;Klasse;Autor;E-Mail;Datum;Sprache;labelled by;selected by;Selection Rate\n"+
		"17;Gut;HAM;Ada;ada@example.org;28.11.2026 14:03;de;bo;sample;0,05\n", Options{})
	if len(faults) > 0 || len(labels) != 1 {
		t.Fatal(labels, faults)
	}
	if l := labels[0]; l.ID != "17" || l.Author != "Ada" || l.AuthorEmail != "ada@example.org" || l.CreatedAt.Format("2006-01-02 15:04") != "2026-11-28 14:03" ||
		l.Lang != "de" || l.LabelledBy != "bo" || l.SelectedBy != models.SelectedSample || l.SelectionRate != 0.05 {
		t.Errorf("%+v", l)
	}
}

func TestUnclearColumnsAreRefused(t *testing.T) {
	for _, c := range []struct {
		content string
		columns map[string]string
		want    string
	}{
		{"Beitragstext;Status\na;ham\n", nil, `a.csv:1: the header names no column for text and label, it has "Beitragstext", "Status"; name the columns with --columns`},
		{"text;Status\na;ham\n", nil, `a.csv:1: the header names no column for label, it has "text", "Status"`},
		{"comment,content,label\na,b,ham\n", nil, `a.csv:1: more than one column can be the text; name it, such as --columns text=comment`},
		{"text,is_spam,toxic\na,0,1\n", nil, `a.csv:1: more than one column can be the label; name it, such as --columns label=is_spam`},
		{"text,text,label\na,b,ham\n", nil, `a.csv:1: two columns are named "text"`},
		{"text,class\na,ham\n", map[string]string{"text": "Kommentar"}, `a.csv:1: there is no column "Kommentar" for text: the header has "text", "class"`},
		{"a,ham\n", map[string]string{"text": "3", "label": "1"}, `a.csv:1: there is no column 3 for text: the first row has 2 fields`},
		{"text,label\na,ham\n", map[string]string{"text": "label", "label": "label"}, `a.csv:1: column "label" cannot be both text and label`},
		{"text,label\na,ham\n", map[string]string{"text": "1", "label": "label"}, `a.csv:1: --columns must give either names or numbers`},
	} {
		checkRows(t, "a.csv", c.content, Options{Columns: c.columns, Skip: func(err error) { t.Error("skipped", err) }}, nil, c.want)
	}
}
