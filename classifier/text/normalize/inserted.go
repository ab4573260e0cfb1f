package normalize

import "winnow/classifier/text/charclass"

// isInsertedSign reports whether c is a sign that does not occur inside words.
func isInsertedSign(c *char) bool {
	switch c.r {
	case '*', '|', '~', '¦', '•', '·', '¬', '¤', '§', '°', '¨':
		return true
	case '❤', '♥', '♡', charclass.ZWJ:
		return false
	}
	return c.class == charclass.Emoji && !charclass.IsRegionalIndicator(c.r)
}

// removeInsertedSigns removes signs inside words and returns how many characters
// of the chunk are left.
func removeInsertedSigns(c []char) int {
	places := 0
	for i := 1; i+1 < len(c); i++ {
		if isInsertedSign(&c[i]) && c[i-1].class.IsAlphabetic() && c[i+1].class.IsAlphabetic() {
			places++
		}
	}
	for i := 1; i+1 < len(c); {
		if !isInsertedSign(&c[i]) || !c[i-1].class.IsAlphabetic() {
			i++
			continue
		}
		end := i + 1
		for end < len(c) && isInsertedSign(&c[end]) {
			end++
		}
		left, right := countLetters(c, i-1, -1), countLetters(c, end, 1)
		if right > 0 && left+right > 2 && end-i < 5 {
			resolveInsertedSigns(c, i, end, left, right, places > 1)
		}
		i = end
	}
	return compact(c)
}

// countLetters counts at most nine letters from i in the direction of step.
func countLetters(c []char, i, step int) int {
	n := 0
	for n < 9 && i >= 0 && i < len(c) && c[i].class.IsAlphabetic() {
		n++
		i += step
	}
	return n
}

// resolveInsertedSigns removes the signs from start to end, which have left
// letters before and right letters after them, unless they have a meaning there.
// With repeated set the chunk has such signs in other places too.
func resolveInsertedSigns(c []char, start, end, left, right int, repeated bool) {
	switch r := c[start].r; {
	case r == '*' && (end-start > 1 || isMaskedVowel(c[start-left:start], c[end:end+right])):
		for i := start + 1; i < end; i++ {
			c[i].r = deleted
		}
		c[start].flags |= flagOf(Masked)
		return
	case r == '*' && left > 1 && isGenderEnding(c[end:end+right]):
		return
	case r == '·' && c[start-1].r == 'l' && c[end].r == 'l':
		return // Catalan: col·legi
	case r == '|' && left < 4 && !hasVowel(c[start-left:start]):
		return // read as the letter i by decodeLeet
	case c[start].class == charclass.Emoji && min(left, right) > 1 && (!repeated || max(left, right) > 3):
		return // so👏much👏fun
	case min(left, right) > 2 || left+right < 4:
		return
	}
	for i := start; i < end; i++ {
		c[i].r = deleted
	}
	c[start-1].flags |= flagOf(Inserted)
}

// isMaskedVowel reports whether a star between two parts of a word stands for a
// vowel, as in f*cked, or was only inserted, as in t*hanks and ur*gent.
func isMaskedVowel(left, right []char) bool {
	if isVowel(left[len(left)-1].r) || isVowel(right[0].r) {
		return false
	}
	if len(left) == 1 && len(right) > 2 && isOnset(left[0].r, right[0].r) && (isVowel(right[1].r) || right[1].r == 'r') {
		return false
	}
	return len(left) > 3 || !hasVowel(left) || !hasVowel(right)
}

// isOnset reports whether words may begin with the consonants a and b.
func isOnset(a, b rune) bool {
	switch b {
	case 'h':
		return a == 't' || a == 's' || a == 'c' || a == 'p' || a == 'w'
	case 'r':
		return a == 't' || a == 'p' || a == 'f' || a == 'd' || a == 'b' || a == 'c' || a == 'g'
	case 'l':
		return a == 'p' || a == 'f' || a == 'b' || a == 'c' || a == 'g' || a == 's'
	case 't', 'p', 'k', 'm', 'n', 'w', 'c':
		return a == 's'
	}
	return false
}

// isGenderEnding reports whether c is an ending that German writes after a gender star:
// Leser*innen, jede*r.
func isGenderEnding(c []char) bool {
	switch {
	case c[0].r == 'i':
		return len(c) > 1 && c[1].r == 'n'
	case len(c) == 1:
		return c[0].r == 'r' || c[0].r == 'n' || c[0].r == 'm' || c[0].r == 'e' || c[0].r == 's' || c[0].r == 'x'
	}
	return len(c) == 2 && c[0].r == 'e' && (c[1].r == 'r' || c[1].r == 'n' || c[1].r == 'm' || c[1].r == 's')
}
