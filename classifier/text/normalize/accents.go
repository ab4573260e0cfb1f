package normalize

import "golang.org/x/text/unicode/norm"

// BaseLetter returns a letter without its accents.
func BaseLetter(r rune) rune {
	switch {
	case r < 0xC0:
		return r
	case r < 0x530:
		return commonBaseLetters[r]
	}
	if b, ok := baseLetters[r]; ok {
		return b
	}
	return r
}

// commonBaseLetters is BaseLetter as a table for Latin, Greek and Cyrillic.
var commonBaseLetters = func() (t [0x530]rune) {
	for r := range t {
		t[r] = rune(r)
		if b, ok := baseLetters[rune(r)]; ok {
			t[r] = b
		}
	}
	return t
}()

// letterMark is a letter and a mark that compose.
type letterMark struct{ r, mark rune }

// composed gives the letter that a letter and one more mark make; baseLetters
// gives the letter without any mark.
var composed, baseLetters = func() (map[letterMark]rune, map[rune]rune) {
	composed, base := make(map[letterMark]rune, 1024), make(map[rune]rune, 1024)
	for _, block := range [...][2]rune{{0xC0, 0x250}, {0x374, 0x530}, {0x1E00, 0x2000}} {
		for r := block[0]; r < block[1]; r++ {
			d := []rune(norm.NFD.String(string(r)))
			if len(d) < 2 {
				continue
			}
			base[r] = d[0]
			last := len(d) - 1
			if first := []rune(norm.NFC.String(string(d[:last]))); len(first) == 1 {
				composed[letterMark{first[0], d[last]}] = r
			}
		}
	}
	return composed, base
}()

func isVowel(r rune) bool {
	switch BaseLetter(r) {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'а', 'е', 'ё', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'і', 'є':
		return true
	}
	return false
}

func hasVowel(c []char) bool {
	for i := range c {
		if isVowel(c[i].r) {
			return true
		}
	}
	return false
}
