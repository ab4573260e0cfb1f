package names

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"winnow/models"
)

func TestNamesThatLookAlikeFoldToOne(t *testing.T) {
	for want, spellings := range map[string][]string{
		"troll": {
			"Troll", "TROLL", "troll", " Troll\t", "Troll\u200b", "T\u00adroll", "\u202eTroll", "Тroll", "тгоll", "ТRОLL",
			"Ｔｒｏｌｌ", "𝗧𝗿𝗼𝗹𝗹", "Ⓣⓡⓞⓛⓛ", "🅃🅁🄾🄻🄻", "🅣🅡🅞🅛🅛", "ᴛʀᴏʟʟ", "Τroll", "Trοll", "T\u034froll", "Tr\u0335oll", "Troll\ufe0f",
		},
		"ada lovelace": {"Ada  Lovelace", "ADA\u00a0LOVELACE", "Ada\u3000Lovelace", "Аdа Lоvеlасе", "ada\n lovelace"},
		"o'brien":      {"O’Brien", "O'BRIEN", "O‘Brien"},
		"strasse":      {"Straße", "STRASSE", "strasse"},
		"élise":        {"Élise", "E\u0301lise", "ÉLISE"},
		"νίκος":        {"Νίκος", "νίκος"},
		"kim":          {"\u212aim", "Kim", "KIM"},
		"":             {"", " ", "\u3164", "\u2800", "\uffa0", "\u034f", "\u0301", "\u202e\u202c", "\u115f\u1160", "\ufeff"},
	} {
		want = Fold(want)
		for _, s := range spellings {
			if got := Fold(s); got != want {
				t.Errorf("%q folds to %q, want %q", s, got, want)
			}
		}
	}
}

func TestOtherNamesStayApart(t *testing.T) {
	apart := []string{
		"Troll", "Trolls", "Tröll", "T roll", "Max", "Max1", "Maxi", "Lila", "Ilia", "Þór", "Por", "André", "Andre", "Müller", "Muller",
		"Борис", "Бориса", "Эва", "Ива", "Юля", "Яна", "राम", "रमा", "王伟", "王薇", "한소희", "محمد", "محمود", "😀", "😁", "Ивана Петрова", "Иванова Петра",
	}
	seen := map[string]string{}
	for _, s := range apart {
		if other, found := seen[Fold(s)]; found {
			t.Errorf("%q and %q fold to %q", s, other, Fold(s))
		}
		seen[Fold(s)] = s
	}
}

func TestLikenessOfReservedNames(t *testing.T) {
	for reserved, spellings := range map[string][]string{
		"Administrator":   {"ADMINISTRATOR", "Adm1nistrator", "Admin|strator", "admin-istrator", "a d m i n i s t r a t o r", "Âdministrator", "Аdminіstrаtоr", "admlnistrator", "⭐Administrator⭐"},
		"The Gazette":     {"the_gazette", "TheGazette", "The Gazette!?", "The  Gazétte"},
		"Moderator Ellen": {"Moderator EIIen", "m0derat0r ellen"},
		"Редакция":        {"редакция", "РЕДАКЦИЯ", "Редакция."},
	} {
		for _, s := range spellings {
			if a, b := strings.TrimRight(Likeness(s), "?"), Likeness(reserved); a != b && a != b+"l" {
				t.Errorf("%q is like %q, %q is like %q", s, a, reserved, b)
			}
		}
	}
	if Likeness("Ada") == Likeness("Adam") || Likeness("Eva") == Likeness("Ева ")+"x" {
		t.Error("other names are alike")
	}
}

func TestNamesAreShownOnOneLineAsTheyRead(t *testing.T) {
	for name, want := range map[string]string{
		"Ada":                              "Ada",
		"  Ada \n\t Lovelace ":             "Ada Lovelace",
		"\u202enimda":                      "nimda",
		"\u2067Ada\u2069":                  "Ada",
		"A\u200bd\u00ada":                  "Ada",
		"Ada\u2028Lovelace":                "Ada Lovelace",
		"E\u0301lise":                      "Élise",
		"\u0301Ada":                        "Ada",
		"Ada \u0301\u0301":                 "Ada",
		"a\u0337\u0338\u0336\u0335\u0321z": "a\u0337\u0338\u0336\u0335z",
		"\u3164Ada\u3164":                  "Ada",
		"علی\u200cرضا":                     "علی\u200cرضا", // the joiner is part of the name
		"A\u200cda\u200d":                  "Ada",
		"👩\u200d🚒":                         "👩\u200d🚒",
		"❤\ufe0f Ada\ufe0f":                "❤\ufe0f Ada",
		"\u3164":                           "",
		"bad\x00utf\xff":                   "bad\ufffdutf\ufffd",
	} {
		if got := Clean(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("Тroll\u200b \u202eAda")
	f.Add("E\u0301lise Straße ﷺ İı ǅ")
	f.Add("👩\u200d🚒 राम \u0e33\u0e47 \u1112\u1161\u11ab ᎪᎺ ꭺ")
	f.Fuzz(func(t *testing.T, s string) {
		folded := Fold(s)
		if again := Fold(folded); again != folded {
			t.Errorf("%q folds to %q, and that to %q", s, folded, again)
		}
		if full := foldFully(s); folded != full {
			t.Errorf("%q folds to %q, and thoroughly to %q", s, folded, full)
		}
		clean := Clean(s)
		if again := Clean(clean); again != clean {
			t.Errorf("%q is cleaned to %q, and that to %q", s, clean, again)
		}
		if other := Fold(clean); other != folded {
			t.Errorf("%q folds to %q, but cleaned to %q", s, folded, other)
		}
		if like := Likeness(clean); like != Likeness(s) || like != Likeness(folded) {
			t.Errorf("%q is like %q, cleaned %q, folded %q", s, Likeness(s), like, Likeness(folded))
		}
		if !utf8.ValidString(folded) || !utf8.ValidString(clean) || !norm.NFC.IsNormalString(clean) {
			t.Errorf("%q: %q and %q", s, folded, clean)
		}
		if models.Blank(clean) != (clean == "") || models.Clean(clean) != clean {
			t.Errorf("%q is shown as %q", s, clean)
		}
	})
}
