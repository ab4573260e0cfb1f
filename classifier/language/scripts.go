package language

import (
	"unicode"

	"winnow/classifier/text/lexicon"
)

// scripts are those that identify a language by themselves. The Japanese syllabaries stand
// before Han, because Japanese uses both and Chinese only Han.
var scripts = [...]struct {
	table *unicode.RangeTable
	lang  string
}{
	{unicode.Hiragana, "ja"},
	{unicode.Katakana, "ja"},
	{unicode.Hangul, "ko"},
	{unicode.Han, "zh"},
	{unicode.Cyrillic, "ru"},
	{unicode.Greek, "el"},
	{unicode.Hebrew, "he"},
	{unicode.Arabic, "ar"},
	{unicode.Thai, "th"},
	{unicode.Devanagari, "hi"},
}

// languagesOfWord gives the codes of all languages that have a common word, one
// after the other.
var languagesOfWord = func() map[string]string {
	m := map[string]string{}
	for lang, word := range lexicon.Section(lexicon.CommonWords) {
		m[word] += lang
	}
	return m
}()

// languagesOfLetter gives the same for letters that few languages use.
var languagesOfLetter = map[rune]string{
	'ß': "de", 'ä': "desv", 'ö': "desvtr", 'ü': "detr", 'ñ': "es", 'ã': "pt", 'õ': "pt", 'ł': "pl", 'ą': "pl", 'ę': "pl",
	'ż': "pl", 'ś': "pl", 'ş': "tr", 'ğ': "tr", 'ı': "tr", 'å': "svda", 'ø': "da", 'æ': "da", 'ê': "frpt", 'è': "frit", 'ç': "frpttr",
}
