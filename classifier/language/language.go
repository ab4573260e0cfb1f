// Package language tells in which language a comment is written, by its script
// and, among languages in Latin letters, by the short words that every sentence
// has. It knows few languages and says nothing rather than guess.
package language

import (
	"strings"
	"unicode"
)

// enough is how many letters decide: what follows says the same.
const enough = 600

// Of returns the ISO 639-1 code of a text's language, or "" when it cannot be
// told.
func Of(text string) string {
	var scripts [len(alphabets)]int
	latin, ukrainian, letters, kana := 0, 0, 0, 0
	votes := map[string]float64{}
	word := make([]rune, 0, 32)
	end := func() {
		if known := words[string(word)]; len(word) > 0 && known != "" {
			vote(votes, known, 1)
		}
		word = word[:0]
	}
	for _, r := range text {
		if !unicode.IsLetter(r) {
			end()
			continue
		}
		if letters++; letters > enough {
			word = word[:0]
			break
		}
		r = unicode.ToLower(r)
		if r < 0x250 {
			latin++
			word = append(word, r)
			if known := marks[r]; known != "" {
				vote(votes, known, 0.5)
			}
			continue
		}
		end()
		for i, a := range alphabets {
			if unicode.Is(a.script, r) {
				scripts[i]++
				break
			}
		}
		if strings.ContainsRune("іїєґ", r) {
			ukrainian++
		}
		if unicode.In(r, unicode.Hiragana, unicode.Katakana) {
			kana++
		}
	}
	end()
	for i, a := range alphabets {
		switch {
		case 2*scripts[i] < letters || scripts[i] == 0:
		case a.lang == "ru" && ukrainian > 0:
			return "uk"
		default:
			return a.lang
		}
	}
	if kana > 0 && 2*latin < letters {
		return "ja" // among Han
	}
	return winner(votes)
}

// vote shares a vote among languages that have a word or letter in common.
func vote(votes map[string]float64, langs string, weight float64) {
	each := weight * 2 / float64(len(langs)) // a code has two letters
	for ; langs != ""; langs = langs[2:] {
		votes[langs[:2]] += each
	}
}

// winner returns the language with the most votes, if it has a whole word of its
// own and well more than the next.
func winner(votes map[string]float64) string {
	best, next, lang := 0.0, 0.0, ""
	for l, n := range votes {
		switch {
		case n > best:
			best, next, lang = n, best, l
		case n > next:
			next = n
		}
	}
	if best < 1 || best < 1.5*next {
		return ""
	}
	return lang
}
