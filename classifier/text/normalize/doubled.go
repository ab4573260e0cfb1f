package normalize

import "winnow/classifier/text/lexicon"

// doubledWords finds a word with double letters by the same word without them.
var doubledWords = func() map[string]string {
	m := make(map[string]string, 256)
	for _, word := range lexicon.Section(lexicon.DoubleLetters) {
		key := make([]byte, 0, 16)
		for i := range len(word) {
			if i == 0 || word[i] != word[i-1] {
				key = append(key, word[i])
			}
		}
		m[string(key)] = word
	}
	return m
}()

// findDoubled returns the word that has the form key without its double letters,
// or whose form is a prefix of key: "callings" has the double letter of "call".
func findDoubled(key []byte, complete bool) string {
	if full := doubledWords[string(key)]; complete && full != "" {
		return full
	}
	for n := len(key) - 1; n > 3; n-- {
		if full := doubledWords[string(key[:n])]; full != "" {
			return full
		}
	}
	return ""
}

// isDoubledAt reports whether the letter at an index of the form without double
// letters is double in the full word.
func isDoubledAt(full string, index int) bool {
	at := 0
	for i := 1; i < len(full); i++ {
		if full[i] != full[i-1] {
			at++
		} else if at == index {
			return true
		}
	}
	return false
}
