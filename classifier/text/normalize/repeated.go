package normalize

import "winnow/classifier/text/charclass"

// shortenRepeats shortens letters that are repeated for emphasis, and runs of any
// other character but digits to three.
func shortenRepeats(c []char) {
	for i := 0; i < len(c); {
		end := i + 1
		if c[i].class.IsAlphabetic() {
			for end < len(c) && c[end].class.IsAlphabetic() {
				end++
			}
			shortenWord(c[i:end])
		} else {
			for end < len(c) && c[end].r == c[i].r {
				end++
			}
			if c[i].class != charclass.Digit {
				truncateRun(c[i:end], 3)
			}
		}
		i = end
	}
}

// truncateRun deletes all but the first characters of a run.
func truncateRun(run []char, keep int) {
	for i := keep; i < len(run); i++ {
		run[i].r = deleted
	}
}

// shortenWord shortens runs of three and more letters of a word: to two where the
// word is known to have a double letter there, otherwise to one.
func shortenWord(w []char) {
	var key [16]byte // the word without repeats
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
	double := findDoubled(key[:n], n == runs)
	for i, place := 0, 0; i < len(w); place++ {
		end := runEnd(w, i)
		compound := long == 1 && end-i == 3 && i > 2 && len(w)-end > 2 && !isVowel(w[i].r) // German: Schifffahrt
		if end-i > 2 && !compound {
			keep := 1
			if double != "" && isDoubledAt(double, place) {
				keep = 2
			}
			truncateRun(w[i:end], keep)
			w[i].flags |= flagOf(Repeated)
		}
		i = end
	}
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
