package searchterms_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"winnow/classifier/searchterms"
	"winnow/models"
)

// found reports whether a comment has all terms of one of a query's alternatives.
func found(terms []string, alternatives [][]models.SearchTerm) bool {
	return slices.ContainsFunc(alternatives, func(all []models.SearchTerm) bool {
		return !slices.ContainsFunc(all, func(want models.SearchTerm) bool {
			return !slices.ContainsFunc(terms, func(term string) bool {
				return term == want.Text || want.Prefix && strings.HasPrefix(term, want.Text)
			})
		})
	})
}

func TestWhatIsFound(t *testing.T) {
	for what, c := range map[string]struct {
		text, query string
		want        bool
	}{
		"a word in another case":              {"The CASINO is open", "casino", true},
		"part of a word":                      {"classic assessment", "ass", false},
		"all words in any order":              {"The ferry was late again", "late ferry", true},
		"one word of two":                     {"The ferry was early", "late ferry", false},
		"the beginning of a word":             {"Such idiotic idiots", "idiot*", true},
		"a beginning is a word too":           {"idiot", "idiot*", true},
		"letters of another alphabet":         {"best cаsіnо here", "casino", true},
		"invisible characters":                {"best ca\u200bsi\u200dno here", "casino", true},
		"letters with spaces between":         {"best c a s i n o here", "casino", true},
		"digits for letters":                  {"best v1agra here", "viagra", true},
		"a disguise as it was written":        {"best v1agra here", "v1agra", true},
		"mathematical letters":                {"best 𝐜𝐚𝐬𝐢𝐧𝐨 here", "casino", true},
		"the beginning of a disguised word":   {"best саsinо-bonus here", "casi*", true},
		"German letters":                      {"Ihr LÜGENPRESSE!", "lügenpresse", true},
		"a German letter with its own mark":   {"Ihr Lu\u0308genpresse", "lügenpresse", true},
		"both forms of a German letter":       {"Die Straße", "STRASSE", true},
		"a German letter is no other":         {"Es ist schon spät", "schön", false},
		"Russian":                             {"В нашем КАЗИНО", "казин*", true},
		"Arabic":                              {"هذا قمار حرام", "قمار", true},
		"Chinese, anywhere":                   {"请马上加微信吧", "微信", true},
		"Chinese, one character":              {"请马上加微信吧", "信", true},
		"Chinese, the last character":         {"请马上加微信吧", "吧", true},
		"Chinese, signs between":              {"请加 微-信吧", "加微信", true},
		"Chinese, two words":                  {"今天天气很好", "很好 天气", true},
		"Chinese, not there":                  {"请马上加微信吧", "信微", false},
		"Japanese":                            {"東京のラーメンが好き", "ラーメン", true},
		"Korean, with an ending":              {"온라인 도박을 하세요", "도박", true},
		"Chinese and Latin":                   {"请加VX吧", "加vx", true},
		"a number":                            {"call 0800 123456 now", "123456", true},
		"part of a link":                      {"see https://win.example/bonus", "win.example", true},
		"signs in a query mean nothing":       {"buy now", `"buy", (now)`, true},
		"words that an index has for itself":  {"near and not or", "NEAR AND NOT OR", true},
		"a word longer than what is compared": {strings.Repeat("ab", 60), strings.Repeat("ab", 60), true},
	} {
		alternatives, err := searchterms.ParseQuery(c.query)
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		terms := searchterms.OfComment(models.Comment{Body: c.text})
		if got := found(terms, alternatives); got != c.want {
			t.Errorf("%s: found: %v; terms %q, query %v", what, got, terms, alternatives)
		}
	}
}

func TestTermsAreOfTextAuthorAndTitle(t *testing.T) {
	got := searchterms.OfComment(models.Comment{
		Body: "late, late", Author: models.Author{Name: "Ada", Email: "ada@hidden.example"}, Article: models.Article{Title: "The quay", URL: "https://gazette.example"},
	})
	if want := []string{"ada", "late", "quay", "the"}; !slices.Equal(got, want) {
		t.Errorf("terms %q, want %q", got, want)
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	for query, want := range map[string]string{
		"!!!":                      "must have a word or a number",
		"***":                      "must have at least 2 characters before a *",
		"a*":                       "must have at least 2 characters before a *",
		strings.Repeat("a b ", 99): "",
		"one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen": "must have at most 16 words",
	} {
		_, err := searchterms.ParseQuery(query)
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", query, err, want)
		}
	}
	if alternatives, err := searchterms.ParseQuery(""); alternatives != nil || err != nil {
		t.Errorf("the empty query: %v, %v", alternatives, err)
	}
}

// FuzzTerms: terms are what both indexes take for one word, and a query that is a part of a
// text of one word finds it.
func FuzzTerms(f *testing.F) {
	for _, text := range []string{"", "The CASINO is open", "v1agra c a s i n o", "请加VX吧", "도박을*", "a* b'c\\d:*|&!()", "\xff\x00", "e\u0301\u0301", "ﷺ İ ß"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		terms := searchterms.OfComment(models.Comment{Body: text})
		check := func(term string) {
			if term == "" || !utf8.ValidString(term) || strings.ContainsAny(term, " \t\n_:*&|!()'\"\\<>-") || utf8.RuneCountInString(term) > 40 {
				t.Errorf("%q has the term %q", text, term)
			}
		}
		for _, term := range terms {
			check(term)
		}
		alternatives, err := searchterms.ParseQuery(text)
		for _, all := range alternatives {
			for _, term := range all {
				check(term.Text)
			}
		}
		if err == nil && len(alternatives) > 0 && !strings.Contains(text, "*") && !found(terms, alternatives) {
			t.Errorf("%q does not find itself: terms %q, query %v", text, terms, alternatives)
		}
	})
}
