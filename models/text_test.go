package models

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNothingToSeeIsBlank(t *testing.T) {
	for _, s := range []string{
		"", " \n\t", "\u3164", "\u2800", "\uffa0", "\u034f", "\u0301", "\u115f\u1160", "\u200b\u200d\ufeff", "\u00ad", "\u180e",
		"\u17b4\u17b5", "\ufe0f", "\U000e0020\U000e007f", "\u202e", "\x1b", "\u2062", "\U0001d159", "\u0e47 \u20dd", "\u2800 \u0301\n\u3164",
	} {
		if !Blank(s) {
			t.Errorf("%+q is not blank", s)
		}
	}
	for _, s := range []string{"a", "\u3164a", "é", "e\u0301", "あ", "😀", "\ufffd", ".", "한", "ᄀ", "क\u094d", "⠁"} {
		if Blank(s) {
			t.Errorf("%+q is blank", s)
		}
	}
}

func TestControlsAndOverridesAreStripped(t *testing.T) {
	for s, want := range map[string]string{
		"\u202enimda":                                "nimda",
		"a\u2067b\u2069 \u202ac\u202c":               "ab c",
		"שלום\u200f!":                                "שלום\u200f!", // a mark that only says what is so
		"one\r\ntwo\rthree\u2028four\vfive\u0085end": "one\ntwo\nthree\nfour\nfive\nend",
		"\x1b[31mred\x07":                            "[31mred",
		"a\tb":                                       "a\tb",
		"\u0090 x \u009f":                            "x",
		"nul\x00 bad\xff":                            "nul\ufffd bad\ufffd",
	} {
		if got := Clean(s); got != want {
			t.Errorf("%+q becomes %+q, want %+q", s, got, want)
		}
	}
}

func TestBodiesKeepTwoBlankLinesInARow(t *testing.T) {
	for s, want := range map[string]string{
		"a\nb\n\nc\n\n\nd":                       "a\nb\n\nc\n\n\nd",
		"a\n\n\n\n\n\nb":                         "a\n\n\nb",
		"a" + strings.Repeat("\n", 15_000) + "b": "a\n\n\nb",
		"a\r\n\r\n\r\n\r\n\r\nb":                 "a\n\n\nb",
		"a\n \n\u2800\n\u3164\n\t\n\u0301\nb":    "a\n\n\nb",
		"a" + strings.Repeat("\u2028", 99) + "b": "a\n\n\nb",
		"\n\n\n\n a \n\n\n\n":                    "a",
		"  a\n  b\n\n\n\n  c":                    "a\n  b\n\n\n  c",
	} {
		if got := CleanBody(s); got != want {
			t.Errorf("%.40q becomes %.40q, want %q", s, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\r\n\r\n\r\n\r\n\u202eb\x00\xff")
	f.Add("\u2800\n\n\n\n\u0301")
	f.Fuzz(func(t *testing.T, s string) {
		once := CleanBody(s)
		if twice := CleanBody(once); twice != once {
			t.Errorf("%q becomes %q, then %q", s, once, twice)
		}
		if !utf8.ValidString(once) || strings.Contains(once, "\n\n\n\n") || strings.ContainsAny(once, "\r\x1b\u202e\u2028") {
			t.Errorf("%q becomes %q", s, once)
		}
		if !strings.ContainsRune(s, 0) && utf8.ValidString(s) && Blank(once) != Blank(s) {
			t.Errorf("%q is blank: %v; %q: %v", s, Blank(s), once, Blank(once))
		}
	})
}
