package names

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
)

// What is quick must not differ from what is thorough.
func TestSimpleTextsAreFoldedTheSame(t *testing.T) {
	var runes []rune
	for _, part := range simpleRunes {
		for r := part[0]; r < part[1]; r++ {
			runes = append(runes, r)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	simple := 0
	for n := range 20_000 {
		var b strings.Builder
		for range 1 + n%12 {
			r := runes[random.IntN(len(runes))]
			if n%2 == 0 && unicode.IsControl(r) {
				r = 'a'
			}
			b.WriteRune(r)
		}
		quick, ok := foldSimple(b.String())
		if !ok {
			continue
		}
		simple++
		if full := foldFully(b.String()); quick != full {
			t.Fatalf("%q is folded to %q, and thoroughly to %q", b.String(), quick, full)
		}
	}
	if simple < 1000 {
		t.Errorf("only %d texts were simple", simple)
	}
	for text, want := range map[string]string{
		"  Über die\nschöne  Brücke – „Ja“ ": "über die schöne brücke - \"ja\"",

		"It’s 5 o'clock": "it's 5 o'clock",
	} {
		if got, ok := foldSimple(text); !ok || got != want {
			t.Errorf("%q is folded to %q (simple: %v), want %q", text, got, ok, want)
		}
	}
}

func BenchmarkFold(b *testing.B) {
	for name, text := range map[string]string{
		"simple": strings.Repeat("Über die schöne Brücke gehe ich jeden Morgen,\naber die Bänke stehen falsch. ", 5),
		"other":  strings.Repeat("Каждое утро я хожу по этому мосту. ", 10),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(text)
			}
		})
	}
}
