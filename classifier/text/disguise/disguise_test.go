package disguise

import (
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

func TestApply(t *testing.T) {
	const text = "Please subscribe to my channel at https://www.example.com for free money"
	for _, kind := range Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			for seed := range uint64(100) {
				one := Apply(kind, rand.New(rand.NewPCG(seed, 1)), text)
				two := Apply(kind, rand.New(rand.NewPCG(seed, 1)), text)
				switch {
				case one != two:
					t.Fatalf("the same seed gives %q and %q", one, two)
				case one == text:
					t.Fatal("the text is not disguised")
				case !utf8.ValidString(one):
					t.Fatalf("broken text %q", one)
				}
			}
		})
	}
}

func TestApplyTakesAnyText(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, kind := range Kinds() {
		for _, text := range []string{"", " ", "a", "abc", "12345", "привет, люди", "안녕하세요 여러분", "\xff\xfe", "https://", "a.b", "."} {
			if got := Apply(kind, rng, text); text == "" && got != "" {
				t.Errorf("%s makes %q of nothing", kind, got)
			}
		}
	}
}
