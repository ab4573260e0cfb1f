package charclass

import (
	"testing"
	"unicode/utf8"
)

func TestClassOfCharacters(t *testing.T) {
	for want, characters := range map[Class]string{
		Space:     " \t\n\u00a0\u2028\u3000",
		Digit:     "09Ⅷ٣⑤",
		Latin:     "aZßøạıªꜰ",
		LatinLike: "яЖαΩԱᎪᗩⲕꓐ",
		Other:     "中あア한ㅋกअאعა",
		Mark:      "\u0e31\u093f\u064b",
		Emoji:     "😀❤⌚🇩",
		Sign:      "!$*_§«×÷—²½\x00",
	} {
		for _, r := range characters {
			if got := Of(r); got != want {
				t.Errorf("%q (%U) has class %d, want %d", r, r, got, want)
			}
		}
	}
}

func TestASCIIAgreesWithOf(t *testing.T) {
	for c := range 256 {
		want := Sign
		if c < utf8.RuneSelf {
			want = Of(rune(c))
		}
		if got := ASCII(byte(c)); got != want {
			t.Errorf("%#x has class %d, want %d", c, got, want)
		}
	}
}

func TestSegmentationOfScripts(t *testing.T) {
	for want, letters := range map[Segmentation]string{
		BySpaces: "aяαעع", Ideographic: "中あア", HangulSyllables: "한ㅋ", Unspaced: "กລခក",
	} {
		for _, r := range letters {
			if got := SegmentationOf(r); got != want {
				t.Errorf("%q has segmentation %d, want %d", r, got, want)
			}
		}
	}
}
