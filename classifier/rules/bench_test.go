package rules_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

func manyWords(n int) []string {
	rng := rand.New(rand.NewPCG(3, 4))
	words := make([]string, n)
	for i := range words {
		for range 1 + rng.IntN(2) {
			for range 4 + rng.IntN(7) {
				words[i] += string(rune('a' + rng.IntN(26)))
			}
			words[i] += " "
		}
		words[i] = strings.TrimSpace(words[i])
		if i%5 == 0 {
			words[i] += "*"
		}
	}
	return words
}

func BenchmarkCompile(b *testing.B) {
	r := models.Rules{BlockedWords: models.BlockedWords{Words: manyWords(5000)}}
	for b.Loop() {
		if _, err := rules.Compile(r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkApply shows that the cost per byte is the same for a short comment
// and a long one, for few words and many.
func BenchmarkApply(b *testing.B) {
	few := 3
	for _, words := range []int{50, 5000} {
		s := compile(b, models.Rules{
			BlockedWords: models.BlockedWords{Words: manyWords(words)}, Links: models.LinkRules{Max: &few},
			BlockedDomains: models.BlockedDomains{Domains: []string{"evil.example"}},
		})
		for _, repeat := range []int{1, 500} {
			body := strings.Repeat("The council met on Tuesday and, as so often, nobody could say what the new bridge will cost in the end; "+
				"the mayor spoke of nine million, the builders of twelve, and the paper has seen a letter that says twenty. ", repeat)
			b.Run(fmt.Sprintf("%d words, %d bytes", words, len(body)), func(b *testing.B) {
				var f normalize.Text
				f.Normalize(body)
				c := rules.Context{Body: &f, Doc: features.Doc{Text: body}}
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					s.ApplyAuthor(s.ApplyText(c), c)
				}
			})
		}
	}
}
