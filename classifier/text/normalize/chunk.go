package normalize

import "winnow/classifier/text/charclass"

// normalizeChunk normalizes one run of characters without white space.
func (t *Text) normalizeChunk(c []char) {
	var s chunkStats
	for i := range c {
		s.add(c, i)
	}
	link := s.signs > 0 && t.isLinkChunk(c)
	if link {
		c[0].flags |= flagLink
	}
	if s.isPlain() {
		return
	}
	t.flagStyles(c, &s)
	if link {
		eachWord(c, t.unifyScript)
		return
	}
	if c[0].r == '@' || c[0].r == '#' {
		return // user names and hashtags may be spelt in any way
	}
	if s.insertedSigns > 0 {
		n := removeInsertedSigns(c)
		for i := n; i < len(c); i++ {
			c[i].r = deleted
		}
		c = c[:n]
	}
	eachWord(c, func(w []char) {
		t.unifyScript(w)
		if s.digits+s.insertedSigns > 0 && s.digits < 6 && s.codeSigns == 0 {
			t.decodeLeet(w, true)
		}
	})
	if s.triples > 0 {
		shortenRepeats(c)
	}
}

// decodeLikelyLeet decodes leet words that are not certain alone, in a text that
// has certain ones.
func (t *Text) decodeLikelyLeet(c []char) {
	if c[0].flags&flagLink != 0 {
		return
	}
	for i := range c {
		if isCodeSign(c[i].r) {
			return
		}
	}
	eachWord(c, func(w []char) { t.decodeLeet(w, false) })
}

// chunkStats counts what a chunk is made of.
type chunkStats struct {
	letters, digits, signs int
	foreign                int // letters that are not ASCII
	insertedSigns          int // inside the chunk; they may stand for nothing or for a letter
	triples                int // third and further characters of a run
	codeSigns              int // signs of program code

	styled, fullwidth, marked int // characters with these flags
	accents                   int // letters with an accent
	markedConsonants          int // consonants with an accent or a mark
	sawAt                     bool
}

func (s *chunkStats) add(c []char, i int) {
	x := &c[i]
	switch x.class {
	case charclass.Latin:
		s.letters++
		if x.r >= 0x80 {
			s.foreign++
			if b := BaseLetter(x.r); b != x.r && (i == 0 || c[i-1].r != x.r) {
				s.accents++
				if !isVowel(b) {
					s.markedConsonants++
				}
			}
		}
	case charclass.LatinLike:
		s.letters++
		s.foreign++
	case charclass.Digit:
		s.digits++
	case charclass.Sign, charclass.Emoji:
		s.signs++
		if isCodeSign(x.r) || x.r == '.' && s.sawAt {
			s.codeSigns++
		}
		s.sawAt = s.sawAt || x.r == '@'
		if i > 0 && i+1 < len(c) && (isInsertedSign(x) || leetSign(x.r) != 0) {
			s.insertedSigns++
		} else if leetSign(x.r) != 0 {
			s.digits++
		}
	}
	if i > 1 && x.r == c[i-1].r && x.r == c[i-2].r {
		s.triples++
	}
	if x.flags&(flagStyled|flagFullwidth|flagMarked) != 0 {
		if x.flags&flagStyled != 0 && x.class == charclass.Latin {
			s.styled++
		}
		if x.flags&flagFullwidth != 0 && x.class.IsAlnum() {
			s.fullwidth++
		}
		if x.flags&flagMarked != 0 {
			s.marked++
			if !isVowel(x.r) {
				s.markedConsonants++
			}
		}
	}
}

// isCodeSign reports whether r is a sign that is frequent in program code and paths
// and does not occur in words.
func isCodeSign(r rune) bool {
	switch r {
	case '{', '}', '[', ']', '\\', '_', '=', '<', '>', '/', ';', '%', '^', '&':
		return true
	}
	return false
}

// isPlain reports whether nothing in the chunk is to be normalized, as in most chunks.
func (s *chunkStats) isPlain() bool {
	return s.foreign == 0 && s.insertedSigns == 0 && s.triples == 0 && s.digits == 0 && s.styled+s.fullwidth+s.marked == 0
}

// flagStyles flags a chunk as styled or combining when it has enough characters
// of that kind: one styled letter is mathematics, a word of them is obfuscation.
func (t *Text) flagStyles(c []char, s *chunkStats) {
	if s.styled >= 3 || s.styled > 0 && s.letters-s.styled >= 3 || s.fullwidth > 1 && t.eastAsian == 0 {
		c[0].flags |= flagOf(Styled)
	}
	if s.marked+s.accents == 0 {
		return
	}
	// Tonal languages may have a mark on every vowel, but not on consonants.
	marks := s.marked + s.accents
	obfuscated := s.markedConsonants > 1 && marks > 3 && marks*5 >= s.letters*4 || s.markedConsonants > 0 && s.marked > 2 && s.marked*5 >= s.letters*3
	for i := range c {
		obfuscated = obfuscated || c[i].flags&flagOf(Combining) != 0
	}
	if !obfuscated {
		return
	}
	c[0].flags |= flagOf(Combining)
	for i := range c {
		if c[i].r != 'й' && c[i].r != 'ё' {
			c[i].r = BaseLetter(c[i].r)
		}
	}
}

// eachWord calls do for each run of letters, digits and signs that may stand for
// letters.
func eachWord(c []char, do func([]char)) {
	for i := 0; i < len(c); i++ {
		start := i
		for i < len(c) && (c[i].class.IsAlnum() || c[i].class == charclass.Mark || leetSign(c[i].r) != 0) {
			i++
		}
		if i > start {
			do(c[start:i])
		}
	}
}
