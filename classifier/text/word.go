package text

// chunk undoes what is done to one run of cells without white space.
func (f *Text) normalizeChunk(c []char) {
	var s chunkStats
	for i := range c {
		s.add(c, i)
	}
	link := s.signs > 0 && isLinkChunk(c)
	if link {
		c[0].flags |= flagLink
	}
	if s.isPlain() {
		return
	}
	f.flagStyles(c, &s)
	if link {
		eachWord(c, f.unifyScript)
		return
	}
	if c[0].r == '@' || c[0].r == '#' {
		return // names are what their owners want them to be
	}
	if s.insertedSigns > 0 {
		n := removeInsertedSigns(c)
		for i := n; i < len(c); i++ {
			c[i].r = deleted
		}
		c = c[:n]
	}
	eachWord(c, func(w []char) {
		f.unifyScript(w)
		if s.digits+s.insertedSigns > 0 && s.digits < 6 && s.codeSigns == 0 {
			f.decodeLeet(w, true)
		}
	})
	if s.triples > 0 {
		shortenRepeats(c)
	}
}

// again reads a chunk as leet that was not, now that others in the text are.
func (f *Text) decodeLikelyLeet(c []char) {
	if c[0].flags&flagLink != 0 {
		return
	}
	for i := range c {
		if isCodeSign(c[i].r) {
			return
		}
	}
	eachWord(c, func(w []char) { f.decodeLeet(w, false) })
}

// survey counts what a chunk is made of.
type chunkStats struct {
	letters, foreign, digits, signs, insertedSigns, triples, codeSigns int
	styled, fullwidth, marked, accents, markedConsonants                int
	sawAt                                                     bool
}

func (s *chunkStats) add(c []char, i int) {
	x := &c[i]
	switch x.class {
	case classLatin:
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
	case classLatinLike:
		s.letters++
		s.foreign++
	case classDigit:
		s.digits++
	case classSign, classEmoji:
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
		if x.flags&flagStyled != 0 && x.class == classLatin {
			s.styled++
		}
		if x.flags&flagFullwidth != 0 && x.class.isAlnum() {
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

// isCode tells signs that programs and paths are full of, and words are not.
func isCodeSign(r rune) bool {
	switch r {
	case '{', '}', '[', ']', '\\', '_', '=', '<', '>', '/', ';', '%', '^', '&':
		return true
	}
	return false
}

// plain tells the chunks, most of them, in which there is nothing to undo.
func (s *chunkStats) isPlain() bool {
	return s.foreign == 0 && s.insertedSigns == 0 && s.triples == 0 && s.digits == 0 && s.styled+s.fullwidth+s.marked == 0
}

// company judges hints that mean nothing alone: one styled letter is
// mathematics, a word of them is a disguise.
func (f *Text) flagStyles(c []char, s *chunkStats) {
	if s.styled >= 3 || s.styled > 0 && s.letters-s.styled >= 3 || s.fullwidth > 1 && f.eastAsian == 0 {
		c[0].flags |= flagOf(Styled)
	}
	if s.marked+s.accents == 0 {
		return
	}
	// Languages with tones may put marks on every vowel, but not on consonants.
	borne := s.marked + s.accents
	pile := s.markedConsonants > 1 && borne > 3 && borne*5 >= s.letters*4 || s.markedConsonants > 0 && s.marked > 2 && s.marked*5 >= s.letters*3
	for _, x := range c {
		pile = pile || x.flags&flagOf(Combining) != 0
	}
	if !pile {
		return
	}
	c[0].flags |= flagOf(Combining)
	for i := range c {
		if c[i].r != 'й' && c[i].r != 'ё' {
			c[i].r = BaseLetter(c[i].r)
		}
	}
}

// eachWord calls do for each run of letters, digits and signs that stand for
// letters.
func eachWord(c []char, do func([]char)) {
	for i := 0; i < len(c); i++ {
		start := i
		for i < len(c) && (c[i].class.isAlnum() || c[i].class == classMark || leetSign(c[i].r) != 0) {
			i++
		}
		if i > start {
			do(c[start:i])
		}
	}
}

// unify writes a word in one alphabet when it was written in two, or in
// foreign letters that all look Latin amid Latin text.
func (f *Text) unifyScript(w []char) {
	var in scriptCounts
	for i := range w {
		in.add(w, i)
	}
	if in.foreign() == 0 {
		return
	}
	cyrillic := f.nonLatinOnly > f.latinOnly || in.dissimilar > 0 || in.decorative > 0 && in.latin <= in.foreign()
	strangers := in.latin + in.foreign() - in.cyrillic
	switch {
	case in.cyrillic > 0 && strangers > 0 && cyrillic:
		ending := in.switches == 1 && in.latinFirst && (in.latinCapitals == in.latin && in.latin > 1 && in.foreignCapitals == 0 ||
			in.latin > 2 && in.foreign() < 4)
		if in.withCyrillicLookalike == strangers && in.indistinguishable && !ending {
			toCyrillic(w)
		}
		return
	case in.latin == 0:
		mixed := in.cyrillic > 0 && in.cyrillic < in.foreign()
		if in.dissimilar+in.decorative > 0 || in.approximate > 0 && !mixed || in.foreign() < 3 || f.nonLatinOnly > 0 || f.latinLetters < 2*in.foreign() {
			return
		}
	case in.dissimilar > 0 || in.decorative > 0 && in.latin <= in.foreign():
		return
	case in.switches == 1 && in.latinFirst && in.foreign() < 4 && in.latin > 2 && f.nonLatinOnly > 0:
		return // a foreign name with the ending of the language
	case in.identical == 0 && in.cyrillic == 0 && in.approximate+in.decorative < 2 && !in.inside:
		return // µm, Δt, β-blocker
	}
	for i := range w {
		if r, like := lookalikeOf(&w[i]); like > dissimilar {
			w[i].r, w[i].class = r, classLatin
			w[i].flags |= flagOf(Confusable)
		} else {
			w[i].r = BaseLetter(w[i].r) // an accent is part of the disguise
		}
	}
}

// toCyrillic writes a word in Cyrillic.
func toCyrillic(w []char) {
	for i := range w {
		c := &w[i]
		if r := cyrillicLookalikeOf(c); r != 0 {
			c.r, c.class = r, classLatinLike
			c.flags |= flagOf(Confusable)
		}
	}
}

// cyrillicTwinOf returns the Cyrillic letter that a letter of another alphabet
// passes for, 0 when there is none.
func cyrillicLookalikeOf(c *char) rune {
	if c.r >= 0x400 && c.r < 0x530 || !c.class.isAlphabetic() {
		return 0
	}
	r := c.r
	if r >= 0x80 {
		r, _ = lookalikeOf(c)
	}
	r, _ = cyrillicLookalike(r)
	return r
}

// alphabets counts the letters of a word by what they look like.
type scriptCounts struct {
	latin, latinCapitals, withCyrillicLookalike         int // twinned: with a Cyrillic twin
	identical, approximate, decorative, dissimilar, cyrillic int
	foreignCapitals                              int // of the foreign letters
	switches                              int
	latinFirst, inside, indistinguishable             bool // close: a twin that cannot be told apart
	before                                class
}

func (in *scriptCounts) foreign() int { return in.identical + in.approximate + in.decorative + in.dissimilar }

func (in *scriptCounts) add(w []char, i int) {
	c := &w[i]
	if !c.class.isAlphabetic() {
		return
	}
	now := classLatinLike
	if c.class == classLatin && (c.r < 0x250 || lookalikes[c.r].similarity != identical) {
		now = classLatin
		in.latin++
		if c.flags&flagUpper != 0 {
			in.latinCapitals++
		}
		if r, close := cyrillicLookalike(c.r); r != 0 {
			in.withCyrillicLookalike++
			in.indistinguishable = in.indistinguishable || close
		}
	} else {
		switch _, like := lookalikeOf(c); like {
		case identical:
			in.identical++
		case approximate:
			in.approximate++
		case decorative:
			in.decorative++
		default:
			in.dissimilar++
		}
		if c.r >= 0x400 && c.r < 0x530 {
			in.cyrillic++
		} else if cyrillicLookalikeOf(c) != 0 {
			in.withCyrillicLookalike++
			in.indistinguishable = true
		}
		if c.flags&flagUpper != 0 {
			in.foreignCapitals++
		}
		if i > 0 && i+1 < len(w) && w[i-1].class == classLatin && w[i+1].class == classLatin {
			in.inside = true
		}
	}
	if in.before == 0 {
		in.latinFirst = now == classLatin
	} else if in.before != now {
		in.switches++
	}
	in.before = now
}

// twinOf is lookalike for a cell: capitals may look like something else.
func lookalikeOf(c *char) (rune, similarity) {
	if c.class == classLatin && c.r < 0x250 {
		return 0, dissimilar
	}
	if c.flags&flagUpper != 0 {
		if r := capitalLookalike(c.r); r != 0 {
			return r, identical
		}
	}
	return latinLookalike(c.r)
}
