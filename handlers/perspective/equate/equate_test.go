package equate

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestTableKeepsTheShareAbove(t *testing.T) {
	var pairs []Pair
	for i := range 1000 {
		p := float64(i) / 1000
		pairs = append(pairs, Pair{p, p * p}) // this server is more careful
	}
	for _, r := range Table(pairs, []float64{0.5, 0.8, 0.95}) {
		if want := r.Old * r.Old; math.Abs(r.New-want) > 0.002 || r.Both != r.Above || r.Low >= r.New || r.High <= r.New {
			t.Errorf("%+v, want %g", r, want)
		}
	}
	if rows := Table(pairs, []float64{1}); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
	if c := RankCorrelation(pairs); math.Abs(c-1) > 1e-9 {
		t.Error(c)
	}
}

func TestTableOfNoise(t *testing.T) {
	pairs := []Pair{{0.9, 0.1}, {0.8, 0.7}, {0.2, 0.9}, {0.1, 0.2}}
	rows := Table(pairs, []float64{0.5, 0.05})
	if len(rows) != 2 || math.Abs(rows[0].New-0.45) > 1e-9 || rows[0].Above != 2 || rows[0].Both != 1 || rows[1].Above != 4 || rows[1].New != 0.1 {
		t.Errorf("%+v", rows)
	}
	if c := RankCorrelation(pairs); math.Abs(c+0.4) > 1e-9 {
		t.Error(c)
	}
	if c := RankCorrelation([]Pair{{1, 1}, {1, 1}}); !math.IsNaN(c) {
		t.Error(c)
	}
}

func known(name string) bool { return name == "TOXICITY" || name == "SPAM" || name == "INSULT" }

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"a.jsonl", `{"text":"a","TOXICITY":0.5,"ID":7,"FLIRTATION":9}`, "a TOXICITY=0.5"},
		{"a.jsonl", `{"comment":"a","scores":{"SPAM":1}}`, "a SPAM=1"},
		{"a.jsonl", "\xEF\xBB\xBF" + `{"comment":{"text":"a"},"attributeScores":{"INSULT":{"summaryScore":{"value":0.25,"type":"PROBABILITY"}}}}`, "a INSULT=0.25"},
		{"a.CSV", "id,text,toxicity\n1,\"a,b\",0.5\n", "a,b TOXICITY=0.5"},
		{"a.csv", "text,TOXICITY\na,\n", "a"},
		{"a.jsonl", "\n{}", "a.jsonl:2: it has no text"},
		{"a.jsonl", `{"text":"a","SPAM":2}`, "a.jsonl:1: SPAM must be a number from 0 to 1, not 2"},
		{"a.jsonl", `["a"]`, "a.jsonl:1: it is not a JSON object"},
		{"a.csv", "text,SPAM\na,b\n", `a.csv:2: SPAM must be a number from 0 to 1, not "b"`},
		{"a.csv", "body,SPAM\na,1\n", "a.csv:1: no column is named text"},
		{"a.csv", "text\n\"a", `a.csv:2: extraneous or missing " in quoted-field`},
		{"a.csv", "", "a.csv:1: no header: EOF"},
		{"a.jsonl", strings.Repeat("a", maxLine+1), "a.jsonl:1: the line has more than 1048576 bytes"},
	} {
		var got strings.Builder
		for s, err := range Read(strings.NewReader(c.file), c.name, known) {
			if err != nil {
				got.WriteString(err.Error())
				break
			}
			got.WriteString(s.Text)
			for name, v := range s.Scores {
				fmt.Fprintf(&got, " %s=%g", name, v)
			}
		}
		if got.String() != c.want {
			t.Errorf("%.60q: %s, want %s", c.file, &got, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"comment":{"text":"a"},"attributeScores":{"INSULT":{"summaryScore":{"value":0.25}}}}`, true)
	f.Add("id,text,TOXICITY\n1,\"a,b\",0.5\n", false)
	f.Fuzz(func(t *testing.T, data string, lines bool) {
		name := "a.csv"
		if lines {
			name = "a.jsonl"
		}
		for s, err := range Read(strings.NewReader(data), name, known) {
			if err == nil && s.Text == "" {
				t.Error("no text")
			}
		}
	})
}
