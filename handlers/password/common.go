package password

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MinLen is the fewest characters that a new password may have.
const MinLen = 12

// maxWords and maxRest are what a common password is made of at most, next to
// digits, signs, repetitions and rows of the keyboard: different words of
// common.txt, and letters that belong to none.
const (
	maxWords = 2
	maxRest  = 2
)

// commonList has the words that common passwords are made of, in lower case and
// with letters alone.
//
//go:embed common.txt
var commonList string

var commonWords = func() map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields(commonList) {
		words[w] = true
	}
	return words
}()

// Check returns why a password must not be chosen, in words for its owner, or "".
// own are words that are easy to guess for this account, such as its name.
func Check(password string, own ...string) string {
	switch {
	case utf8.RuneCountInString(password) < MinLen:
		return fmt.Sprintf("must have at least %d characters", MinLen)
	case len(password) > MaxLen:
		return fmt.Sprintf("must have at most %d bytes", MaxLen)
	case isCommon(password, own):
		return "is too common: it is little more than a common word or name, digits, or keys in a row"
	}
	return ""
}

// isCommon reports whether a password consists of what is guessed first, with
// letters as they are or with digits and signs in their place.
func isCommon(password string, own []string) bool {
	words := commonWords
	if len(own) > 0 {
		words = map[string]bool{}
		for _, w := range own {
			if w = lettersOf(w, false); len(w) > 2 {
				words[w] = true
			}
		}
	}
	known := func(w string) bool { return words[w] || commonWords[w] }
	return isMadeOf(lettersOf(password, false), known) || isMadeOf(lettersOf(password, true), known)
}

// substitutes are the digits and signs that people write for letters.
var substitutes = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', '!': 'i'}

// lettersOf returns letters and digits in lower case, with substitutes undone or
// not.
func lettersOf(s string, substituted bool) string {
	return strings.Map(func(r rune) rune {
		if letter, ok := substitutes[r]; ok && substituted {
			return letter
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

const longestWord = 30 // letters, of those in the list and of names

// isMadeOf takes the longest known part at each position.
func isMadeOf(text string, known func(string) bool) bool {
	letters := []rune(text)
	words, rest := map[string]bool{}, 0
	for i := 0; i < len(letters); {
		part := 0
		for n := min(longestWord, len(letters)-i); n > 2; n-- {
			if word := string(letters[i : i+n]); known(word) {
				part, words[word] = n, true
				break
			}
		}
		if run := runLength(letters[i:]); run > part {
			part = run
		}
		if part == 0 {
			part = 1
			if !unicode.IsDigit(letters[i]) {
				rest++
			}
		}
		i += part
	}
	return len(words) <= maxWords && rest <= maxRest
}

// rows are keys side by side, and the alphabet.
var rows = []string{
	"qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p",
}

// runLength returns how many characters from the first on are one repeated, or
// follow each other in a row in either direction; 0 when they are fewer than
// three.
func runLength(letters []rune) int {
	longest := 1
	for longest < len(letters) && letters[longest] == letters[0] {
		longest++
	}
	for _, row := range rows {
		at := strings.IndexRune(row, letters[0])
		if at < 0 {
			continue
		}
		for _, direction := range [2]int{1, -1} {
			n := 1
			for n < len(letters) && at+n*direction >= 0 && at+n*direction < len(row) && rune(row[at+n*direction]) == letters[n] {
				n++
			}
			longest = max(longest, n)
		}
	}
	if longest < 3 {
		return 0
	}
	return longest
}
