package features

import (
	"unicode/utf8"

	"winnow/classifier/text/charclass"
	"winnow/classifier/text/lexicon"
)

// scanNumber emits the shape of the digits at i and returns their end.
func (sc *Scanner) scanNumber(t []byte, chunk, i, end int) int {
	stop, digits := i, 0
	for stop < end && (charclass.ASCII(t[stop]) == charclass.Digit ||
		(t[stop] == '.' || t[stop] == ',') && stop+1 < end && charclass.ASCII(t[stop+1]) == charclass.Digit) {
		if t[stop] >= '0' {
			digits++
		}
		stop++
	}
	if digits >= 3 && digits <= 6 {
		sc.counters.amounts++
	}
	start := int32(i)
	if digits > 4 {
		sc.emit(Number, "digits", bucket(digits), start, int32(stop))
	}
	if r, size := utf8.DecodeLastRune(t[chunk:i]); isCurrencySign(r) {
		sc.emitMoney(digits, start-int32(size), int32(stop))
	} else if isFollowedByCurrency(t, stop) {
		sc.emitMoney(digits, start, int32(stop))
	}
	if stop < end && t[stop] == '%' {
		sc.emit(Number, "percent", "", start, int32(stop+1))
	}
	if i >= sc.counters.phoneUntil {
		sc.scanPhone(t, chunk, i)
	}
	return max(stop, i+1)
}

func (sc *Scanner) emitMoney(digits int, start, end int32) {
	sc.counters.money++
	sc.emit(Number, "money", "", start, end)
	sc.emit(Number, "money", bucket(digits), start, end)
}

func isCurrencySign(r rune) bool {
	switch r {
	case '$', '€', '£', '¥', '₽', '₴', '₹', '₩', '₺', '₿', '¢':
		return true
	}
	return false
}

// isFollowedByCurrency reports whether a currency stands at i, after a number.
func isFollowedByCurrency(t []byte, i int) bool {
	if i < len(t) && t[i] == ' ' {
		i++
	}
	if i >= len(t) {
		return false
	}
	if r, _ := utf8.DecodeRune(t[i:]); isCurrencySign(r) {
		return true
	}
	end := i
	for end < len(t) && end < i+14 && (t[end] >= 0x80 || charclass.ASCII(t[end]) == charclass.Latin) {
		end++
	}
	return currencies[string(t[i:end])]
}

// scanPhone looks for a telephone number that begins at the digit at i or just
// before it, and may contain spaces and signs.
func (sc *Scanner) scanPhone(t []byte, chunk, i int) {
	start := i
	for start > chunk && (t[start-1] == '+' || t[start-1] == '(') {
		start--
	}
	stop, digits, gap, groups := i, 0, 0, 1
	for at := i; at < len(t) && digits < 18; at++ {
		c := t[at]
		if c >= '0' && c <= '9' {
			if gap > 0 {
				groups++
			}
			digits++
			gap = 0
			stop = at + 1
			continue
		}
		if gap++; gap > 2 || c != ' ' && c != '-' && c != '(' && c != ')' && c != '.' && c != '/' {
			break
		}
	}
	sc.counters.phoneUntil = stop
	dialled := start < i || t[i] == '0' || t[i] == '8' && digits == 11 || digits > 9 && groups < 5
	if digits < 9 || digits > 15 || !dialled {
		return
	}
	sc.counters.phones++
	sc.emit(Number, "phone", "", int32(start), int32(stop))
}

// currencies are words that make an amount of money of the number before them.
var currencies = lexicon.Set(lexicon.Currency)
