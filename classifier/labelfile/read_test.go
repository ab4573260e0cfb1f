package labelfile

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"winnow/models"
)

func readAll(name, content string, opt Options) (labels []models.Label, faults []string) {
	for l, err := range Read(strings.NewReader(content), name, opt) {
		if err != nil {
			faults = append(faults, err.Error())
		} else {
			labels = append(labels, l)
		}
	}
	return labels, faults
}

func TestRead(t *testing.T) {
	for name, content := range map[string]string{
		"plain.jsonl":  `{"text":"one","label":"ham","site":"a","more":[1]}` + "\n" + `{"text":"two, \"2\"","label":"spam"}` + "\n",
		"marked.jsonl": "\ufeff" + `{"text":"one","label":"ham","site":"a"}` + "\r\n\r\n" + `{"text":" two, \"2\" ","label":"spam"}`,
		"plain.csv":    "label,text,site,unknown\nham,one,a,x\nspam,\"two, \"\"2\"\"\",,\n",
		"marked.CSV":   "\ufeffText , LABEL,site\r\none,ham,a\r\n\"two, \"\"2\"\"\",spam\r\n",
	} {
		labels, faults := readAll(name, content, Options{})
		if len(faults) > 0 || len(labels) != 2 || labels[0].Text != "one" || labels[0].Label != models.Ham || labels[0].Site != "a" ||
			labels[1].Text != `two, "2"` || labels[1].Label != models.Spam {
			t.Errorf("%s: %+v %v", name, labels, faults)
		}
	}
}

func TestReadReportsBadRows(t *testing.T) {
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
		{"a.csv", "text,label\nfine,ham\n\"x\"y,ham\nfine,ham\n", "a.csv:3: a quote ends a field and more text follows"},
		{"a.csv", "text,label\nfine,ham\nx,ham,more\nfine,ham\n", "a.csv:3: more fields"},
		{"a.csv", "text,label,created_at\nfine,ham\nx,ham,yesterday\nfine,ham\n", "a.csv:3: created_at"},
	} {
		labels, faults := readAll(c.name, c.content, Options{})
		if len(labels) != 2 || len(faults) != 1 || !strings.HasPrefix(faults[0], c.want) {
			t.Errorf("%.60q: %d labels, %.80q, want %q", c.content, len(labels), faults, c.want)
		}
		skipped := 0
		labels, faults = readAll(c.name, c.content, Options{Skip: func(err error) {
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

func TestReadReturnsReadErrors(t *testing.T) {
	broken := errors.New("connection reset")
	for _, name := range []string{"a.jsonl", "a.csv"} {
		r := io.MultiReader(strings.NewReader("text,label\n"), iotest.ErrReader(broken))
		var last error
		for _, err := range Read(r, name, Options{Skip: func(error) {}}) {
			last = err
		}
		if !errors.Is(last, broken) {
			t.Errorf("%s: %v", name, last)
		}
	}
}

func TestReadOfTestdata(t *testing.T) {
	for _, name := range []string{"labels.jsonl", "labels.csv"} {
		b, err := os.ReadFile("../../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		labels, faults := readAll(name, string(b), Options{})
		count := map[models.Class]int{}
		for _, l := range labels {
			count[l.Label]++
		}
		if len(faults) > 0 || count[models.Ham] < 5 || count[models.Spam] < 5 || count[models.Abuse] < 2 {
			t.Errorf("%s: %v %v", name, count, faults)
		}
	}
}
