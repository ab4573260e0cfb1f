package features

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestPatternsOfAddress(t *testing.T) {
	file, err := os.ReadFile("testdata/address.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var sc Scanner
	for line := range strings.Lines(string(file)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(fields) != 3 {
			t.Fatalf("%q has %d fields, want 3", line, len(fields))
		}
		got := addressOf(&sc, fields[2])
		for want := range strings.SplitSeq(fields[1], ",") {
			if want == "-" && len(got) > 0 || want != "-" && !slices.Contains(got, want) {
				t.Errorf("%s: %q has %q, want %s", fields[0], fields[2], got, fields[1])
			}
		}
	}
}

func TestAPatternHasThePlaceOfItsPhrases(t *testing.T) {
	var sc Scanner
	for _, token := range sc.Scan(Doc{Text: "Well, you are such an idiot, Frank"}) {
		if token.Kind == Address {
			if got := string(sc.Body.Bytes[token.Start:token.End]); got != "you are such an idiot" {
				t.Errorf("the pattern is at %q", got)
			}
			return
		}
	}
	t.Error("no pattern was found")
}

func TestAQuotationIsReadWhenNothingIsBesideIt(t *testing.T) {
	var sc Scanner
	if got := addressOf(&sc, `"You are an idiot"`); !slices.Contains(got, addressInsult) {
		t.Errorf("a text in quotation marks has %q", got)
	}
}

// addressOf returns the names of the patterns of a text.
func addressOf(sc *Scanner, text string) (names []string) {
	for _, token := range sc.Scan(Doc{Text: text}) {
		if token.Kind == Address {
			names = append(names, strings.TrimPrefix(sc.Name(token), "address:"))
		}
	}
	return names
}
