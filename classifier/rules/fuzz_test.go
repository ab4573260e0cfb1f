package rules

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// FuzzApply checks that any rules and texts are accepted, that places are in the
// text, and that each entry matches itself.
func FuzzApply(f *testing.F) {
	f.Add("idiot*\nbuy now", "evil.example", "Buy NOW, idiots: http://a@evil.example:80/x", 1)
	f.Add("加微信\nสวัสดี\n🍆", "bücher.example", "请加 微信 www.bücher.example。再见 🍆", 0)
	f.Add("a\naa\naaa\na a\na a a", "xyz", "a a a a aa aaa hxxp://evil[.]xyz ev\u200bil.xyz", 2)
	f.Add("ca\u200bsino\n𝐩𝐥𝐮𝐭𝐨", "%65vil.example", "c а s i n o &amp; http:\\\\%65vil.example\\ [::1] http://[", 3)
	f.Add("*כלב\nkill* your*\nun*able", "", "הַכֶּלֶב killing yourself f*ck s#it unbelievable", 0)
	f.Add("$$$\nc++\n.net\n🇪🇺\n👍🏽", "", "$$$ C++ .NET 🇩🇪🇺🇸 👍 100%", 0)
	f.Fuzz(func(t *testing.T, words, domains, body string, most int) {
		most &= 63
		r := models.Rules{
			BlockedWords:   models.BlockedWords{Words: strings.Split(words, "\n")},
			BlockedDomains: models.BlockedDomains{Domains: strings.Fields(domains)},
			Links:          models.LinkRules{Max: &most, Allowed: strings.Fields(domains)},
			Length:         models.LengthRules{Min: 1},
		}
		s, err := Compile(r)
		if err != nil {
			if models.KindOf(err) != models.KindInvalid {
				t.Fatal(err)
			}
			return
		}
		n := utf8.RuneCountInString(body)
		for _, sig := range apply(s, body) {
			for _, at := range sig.Spans {
				if at[0] < 0 || at[1] < at[0] || at[1] > n {
					t.Fatalf("%+v in %d characters", sig, n)
				}
			}
		}
		for _, w := range r.BlockedWords.Words {
			only, err := Compile(models.Rules{BlockedWords: models.BlockedWords{Words: []string{w}}})
			if err != nil {
				t.Fatal(err)
			}
			if len(apply(only, strings.ReplaceAll(w, "*", ""))) == 0 {
				t.Fatalf("%q does not match itself", w)
			}
		}
	})
}

func apply(s *Set, body string) []models.Signal {
	var f normalize.Text
	f.Normalize(body)
	c := Context{Body: &f, Doc: features.Doc{Text: body, Author: body}}
	return s.ApplyAuthor(s.ApplyText(c), c)
}

// FuzzAutomaton compares the automaton with a search for each word alone.
func FuzzAutomaton(f *testing.F) {
	f.Add("he she his hers", "ushers and his sheep")
	f.Add("a aa aaa aab baa", "aaaabaaab")
	f.Add("abcd bcd cd d bce", "abcdabcebcd")
	f.Fuzz(func(t *testing.T, list, in string) {
		words := strings.Fields(list)
		if len(words) == 0 || len(list)+len(in) > 1<<12 {
			return
		}
		a := newAutomaton(words)
		found := map[string][]int{}
		state := uint32(0)
		for i := range len(in) {
			state = a.step(state, in[i])
			for s := state; s != 0; s = a.output[s] {
				if a.word[s] >= 0 {
					found[words[a.word[s]]] = append(found[words[a.word[s]]], i+1)
				}
			}
		}
		for _, w := range words {
			var want []int
			for i := range len(in) {
				if strings.HasPrefix(in[i:], w) {
					want = append(want, i+len(w))
				}
			}
			if !slices.Equal(found[w], want) {
				t.Fatalf("%q in %q ends at %v, found at %v", w, in, want, found[w])
			}
		}
	})
}
