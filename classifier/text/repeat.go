package text

// unrepeat shortens letters that are drawn out, and piles of anything.
func shortenRepeats(c []char) {
	for i := 0; i < len(c); {
		end := i + 1
		if c[i].class.isAlphabetic() {
			for end < len(c) && c[end].class.isAlphabetic() {
				end++
			}
			shortenWord(c[i:end])
		} else {
			for end < len(c) && c[end].r == c[i].r {
				end++
			}
			if c[i].class != classDigit {
				truncateRun(c[i:end], 3)
			}
		}
		i = end
	}
}

// shorten keeps the first cells of a run.
func truncateRun(run []char, keep int) {
	for i := keep; i < len(run); i++ {
		run[i].r = deleted
	}
}

// redraw shortens the runs of three and more in a word: to two letters where
// the word is known to double them, else to one.
func shortenWord(w []char) {
	var key [16]byte // the word with no letter twice in a row
	n, runs, long, longest := 0, 0, 0, 0
	for i := 0; i < len(w); {
		end := runEnd(w, i)
		if longest = max(longest, end-i); end-i > 2 {
			long++
		}
		if runs++; n < len(key) && w[i].r < 0x80 {
			key[n] = byte(w[i].r)
			n++
		}
		i = end
	}
	switch {
	case longest < 3, longest == 3 && len(w) < 9 && isRomanNumeral(w):
		return
	case runs == 1:
		truncateRun(w, 3)
		return
	}
	full := findDoubled(key[:n], n == runs)
	for i, place := 0, 0; i < len(w); place++ {
		end := runEnd(w, i)
		compound := long == 1 && end-i == 3 && i > 2 && len(w)-end > 2 && !isVowel(w[i].r) // Schifffahrt
		if end-i > 2 && !compound {
			keep := 1
			if full != "" && isDoubledAt(full, place) {
				keep = 2
			}
			truncateRun(w[i:end], keep)
			w[i].flags |= flagOf(Repeated)
		}
		i = end
	}
}

// doubled finds the word whose squeezed form is key, or begins it: "callings"
// doubles what "call" does.
func findDoubled(key []byte, whole bool) string {
	if full := doubledWords[string(key)]; whole && full != "" {
		return full
	}
	for n := len(key) - 1; n > 3; n-- {
		if full := doubledWords[string(key[:n])]; full != "" {
			return full
		}
	}
	return ""
}

func runEnd(w []char, i int) int {
	end := i + 1
	for end < len(w) && w[end].r == w[i].r {
		end++
	}
	return end
}

func isRomanNumeral(w []char) bool {
	for i := range w {
		switch w[i].r {
		case 'i', 'v', 'x', 'l', 'c', 'd', 'm':
		default:
			return false
		}
	}
	return true
}

// doublesAt tells whether the letter at a place of the squeezed word is double
// in the full one.
func isDoubledAt(full string, at int) bool {
	place := 0
	for i := 1; i < len(full); i++ {
		if full[i] != full[i-1] {
			place++
		} else if place == at {
			return true
		}
	}
	return false
}
