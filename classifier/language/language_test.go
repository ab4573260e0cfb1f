package language_test

import (
	"strings"
	"testing"

	"winnow/classifier/language"
)

func TestLanguageOfText(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "",
		"👍👍 12:30":            "",
		"lol":                 "",
		"Berlin Paris London": "",
		"They should have asked the harbour master first.":  "en",
		"Das ist doch völliger Unsinn!":                     "de",
		"Danke für den Artikel":                             "de",
		"C'est vraiment n'importe quoi":                     "fr",
		"El puerto no está abierto todavía":                 "es",
		"Questo non è il porto che conoscevamo":             "it",
		"Isso não é uma boa ideia":                          "pt",
		"Dit is geen goed idee van het bestuur":             "nl",
		"Nie wiem, czy to jest dobry pomysł":                "pl",
		"Det här är inte bra":                               "sv",
		"Det er ikke godt nok af dem":                       "da",
		"Bu çok güzel bir fikir değil mi":                   "tr",
		"Ini tidak bisa untuk semua orang":                  "id",
		"Это хорошо":                                        "ru",
		"Це дуже гарна ідея, її підтримають":                "uk",
		"これは港の話です":                                          "ja",
		"港口今天开放了":                                           "zh",
		"항구가 다시 열렸다":                                        "ko",
		"Το λιμάνι άνοιξε":                                  "el",
		strings.Repeat("the harbour ", 5_000) + "der Hafen": "en",
	} {
		if got := language.Detect(text); got != want {
			t.Errorf("%.40q: got %q, want %q", text, got, want)
		}
	}
}
