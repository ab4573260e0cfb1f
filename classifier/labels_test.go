package classifier

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"winnow/models"
)

func readAll(name, content string, opt LabelOptions) (labels []models.Label, faults []string) {
	for l, err := range ReadLabels(strings.NewReader(content), name, opt) {
		if err != nil {
			faults = append(faults, err.Error())
		} else {
			labels = append(labels, l)
		}
	}
	return labels, faults
}

func TestReadLabels(t *testing.T) {
	for name, content := range map[string]string{
		"plain.jsonl":  `{"text":"one","label":"ham","site":"a","more":[1]}` + "\n" + `{"text":"two, \"2\"","label":"spam"}` + "\n",
		"marked.jsonl": "\ufeff" + `{"text":"one","label":"ham","site":"a"}` + "\r\n\r\n" + `{"text":" two, \"2\" ","label":"spam"}`,
		"plain.csv":    "label,text,site,unknown\nham,one,a,x\nspam,\"two, \"\"2\"\"\",,\n",
		"marked.CSV":   "\ufeffText , LABEL,site\r\none,ham,a\r\n\"two, \"\"2\"\"\",spam\r\n",
	} {
		labels, faults := readAll(name, content, LabelOptions{})
		if len(faults) > 0 || len(labels) != 2 || labels[0].Text != "one" || labels[0].Label != models.Ham || labels[0].Site != "a" ||
			labels[1].Text != `two, "2"` || labels[1].Label != models.Spam {
			t.Errorf("%s: %+v %v", name, labels, faults)
		}
	}
}

func TestReadLabelsReportsBadRows(t *testing.T) {
	good := `{"text":"fine","label":"ham"}` + "\n"
	for _, c := range []struct{ name, content, want string }{
		{"a.jsonl", good + "{oops\n" + good, "a.jsonl:2: not a label row in JSON"},
		{"a.jsonl", good + "[1]\n" + good, "a.jsonl:2: not a label row in JSON: it must be an object"},
		{"a.jsonl", good + `{"text":7,"label":"ham"}` + "\n" + good, `a.jsonl:2: not a label row in JSON: field "text" cannot be number`},
		{"a.jsonl", good + `{"text":"x"}` + "\n" + good, "a.jsonl:2: label is missing"},
		{"a.jsonl", good + `{"text":"x","label":"maybe"}` + "\n" + good, "a.jsonl:2: label must be"},
		{"a.jsonl", good + `{"text":" \u200b ","label":"ham"}` + "\n" + good, "a.jsonl:2: text is missing or empty"},
		{"a.jsonl", good + `{"text":"` + strings.Repeat("x", maxRow) + `","label":"ham"}` + "\n" + good, "a.jsonl:2: the row is longer"},
		{"a.csv", "text,label\nfine,ham\nx,maybe\nfine,ham\n", "a.csv:3: label must be"},
		{"a.csv", "text,label\nfine,ham\n\"two\nlines\",\nfine,ham\n", "a.csv:3: label is missing"},
		{"a.csv", "text,label\nfine,ham\nx\"y,ham\nfine,ham\n", "a.csv:3: not CSV"},
		{"a.csv", "text,label\nfine,ham\nx,ham,more\nfine,ham\n", "a.csv:3: more fields"},
		{"a.csv", "text,label,created_at\nfine,ham\nx,ham,yesterday\nfine,ham\n", "a.csv:3: created_at"},
	} {
		labels, faults := readAll(c.name, c.content, LabelOptions{})
		if len(labels) != 2 || len(faults) != 1 || !strings.HasPrefix(faults[0], c.want) {
			t.Errorf("%.60q: %d labels, %.80q, want %q", c.content, len(labels), faults, c.want)
		}
		skipped := 0
		labels, faults = readAll(c.name, c.content, LabelOptions{Skip: func(err error) {
			skipped++
			if models.KindOf(err) != models.KindInvalid {
				t.Errorf("%v is not invalid", err)
			}
		}})
		if len(labels) != 2 || len(faults) != 0 || skipped != 1 {
			t.Errorf("%.60q, skipping: %d labels, %q, %d skipped", c.content, len(labels), faults, skipped)
		}
	}
}

func TestReadLabelsStopsAtUnclosedQuote(t *testing.T) {
	labels, faults := readAll("a.csv", "text,label\nfine,ham\n\"open,ham\n"+strings.Repeat("x,ham\n", maxRow), LabelOptions{})
	if len(labels) != 1 || len(faults) != 1 || !strings.Contains(faults[0], "quote not closed") {
		t.Errorf("%d labels, %q", len(labels), faults)
	}
}

func TestReadLabelsReturnsReadErrors(t *testing.T) {
	broken := errors.New("connection reset")
	for _, name := range []string{"a.jsonl", "a.csv"} {
		r := io.MultiReader(strings.NewReader("text,label\n"), iotest.ErrReader(broken))
		var last error
		for _, err := range ReadLabels(r, name, LabelOptions{Skip: func(error) {}}) {
			last = err
		}
		if !errors.Is(last, broken) {
			t.Errorf("%s: %v", name, last)
		}
	}
}

func TestReadLabelsOfTestdata(t *testing.T) {
	for _, name := range []string{"labels.jsonl", "labels.csv"} {
		b, err := os.ReadFile("../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		labels, faults := readAll(name, string(b), LabelOptions{})
		count := map[models.Class]int{}
		for _, l := range labels {
			count[l.Label]++
		}
		if len(faults) > 0 || count[models.Ham] < 5 || count[models.Spam] < 5 || count[models.Abuse] < 2 {
			t.Errorf("%s: %v %v", name, count, faults)
		}
	}
}

func FuzzReadLabels(f *testing.F) {
	for _, s := range []string{
		`{"text":"one","label":"ham"}` + "\n{\n\n[]", "text,label\none,ham\n\"two\n\",spam\n\"", "\ufefftext,label\r\n", "\xff\x00\n{}", "a\n\"b\"c,\n",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, content []byte, csv bool) {
		name := "f.jsonl"
		if csv {
			name = "f.csv"
		}
		rows := 0
		for l, err := range ReadLabels(bytes.NewReader(content), name, LabelOptions{}) {
			if rows++; rows > len(content)+1 {
				t.Fatal("more rows than bytes")
			}
			if err != nil {
				if models.KindOf(err) != models.KindInvalid || !strings.HasPrefix(err.Error(), name+":") {
					t.Fatalf("bad error: %v", err)
				}
				continue
			}
			if !l.Label.Valid() || models.Blank(l.Text) || l.Text != models.Clean(l.Text) {
				t.Fatalf("bad label: %+v", l)
			}
		}
	})
}
