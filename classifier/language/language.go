// Package language detects the language of a comment: by its script and, among
// languages in Latin letters, by their most common words (section [common
// words] of package lexicon). It covers few languages and returns none rather
// than guess.
//
// It imports only lexicon of this module.
package language

import (
	"strings"
	"unicode"
)

// maxLetters bounds the work; the language seldom changes after so many letters.
const maxLetters = 600

// Detect returns the ISO 639-1 code of a text's language, or "" when it is not
// certain.
func Detect(text string) string {
	var c counts
	c.votes = map[string]float64{}
	c.word = make([]rune, 0, 32)
	for _, r := range text {
		if !unicode.IsLetter(r) {
			c.endWord()
			continue
		}
		if c.letters++; c.letters > maxLetters {
			c.word = c.word[:0] // cut off
			break
		}
		c.addLetter(unicode.ToLower(r))
	}
	c.endWord()
	return c.language()
}

// counts is what is known of a text.
type counts struct {
	letters   int
	latin     int // letters that are Latin
	scripts   [len(scripts)]int
	ukrainian int // letters that Ukrainian has and Russian has not
	kana      int // Hiragana and Katakana
	word      []rune
	votes     map[string]float64 // for languages in Latin letters
}

// addLetter counts a letter in lower case.
func (c *counts) addLetter(r rune) {
	if r < 0x250 {
		c.latin++
		c.word = append(c.word, r)
		c.vote(languagesOfLetter[r], 0.5)
		return
	}
	c.endWord()
	for i, s := range scripts {
		if unicode.Is(s.table, r) {
			c.scripts[i]++
			break
		}
	}
	if strings.ContainsRune("іїєґ", r) {
		c.ukrainian++
	}
	if unicode.In(r, unicode.Hiragana, unicode.Katakana) {
		c.kana++
	}
}

// endWord votes for the languages that have the current word.
func (c *counts) endWord() {
	c.vote(languagesOfWord[string(c.word)], 1)
	c.word = c.word[:0]
}

// vote divides a vote among several languages.
func (c *counts) vote(langs string, weight float64) {
	const codeLen = 2
	each := weight * codeLen / float64(len(langs))
	for ; langs != ""; langs = langs[codeLen:] {
		c.votes[langs[:codeLen]] += each
	}
}

func (c *counts) language() string {
	for i, s := range scripts {
		switch {
		case 2*c.scripts[i] < c.letters || c.scripts[i] == 0:
		case s.lang == "ru" && c.ukrainian > 0:
			return "uk"
		default:
			return s.lang
		}
	}
	if c.kana > 0 && 2*c.latin < c.letters {
		return "ja" // mostly in Han
	}
	return winner(c.votes)
}

// winner returns the language with the most votes, if it has at least the vote
// of one word of its own and half as many again as the next language.
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
