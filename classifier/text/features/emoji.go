package features

import (
	"unicode/utf8"

	"winnow/classifier/text/charclass"
)

// scanEmoji emits the emoji at i, as a whole when it is joined of several, and
// without its skin colour. It returns its length in bytes.
func (sc *Scanner) scanEmoji(t []byte, i, end int) int {
	start, from := i, len(sc.nameBytes)
	before := rune(0)
	for i < end {
		r, size := utf8.DecodeRune(t[i:])
		skin := r >= 0x1F3FB && r <= 0x1F3FF
		flag := charclass.IsRegionalIndicator(before) && charclass.IsRegionalIndicator(r) && i == start+size
		if before != 0 && !skin && !flag && before != charclass.ZWJ && r != charclass.ZWJ || charclass.Of(r) != charclass.Emoji && r != charclass.ZWJ {
			break
		}
		if !skin {
			sc.nameBytes = append(sc.nameBytes, t[i:i+size]...)
		}
		before = r
		i += size
	}
	if sc.counters.emoji++; sc.counters.emoji <= maxOthers {
		sc.add(Emoji, hashName(Emoji, sc.nameBytes[from:]), from, len(sc.nameBytes), int32(start), int32(i))
	}
	return i - start
}
