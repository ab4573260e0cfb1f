package text

// chunk undoes what is done to one run of cells without white space.
func (f *Folded) chunk(c []cell) {
	var s survey
	for i := range c {
		s.add(c, i)
	}
	link := s.signs > 0 && isLink(c)
	if link {
		c[0].note |= address
	}
	if s.plain() {
		return
	}
	f.company(c, &s)
	if link {
		eachWord(c, f.unify)
		return
	}
	if c[0].r == '@' || c[0].r == '#' {
		return // names are what their owners want them to be
	}
	if s.wedges > 0 {
		n := unwedge(c)
		for i := n; i < len(c); i++ {
			c[i].r = gone
		}
		c = c[:n]
	}
	eachWord(c, func(w []cell) {
		f.unify(w)
		if s.digits+s.wedges > 0 && s.digits < 6 && s.code == 0 {
			f.unleet(w, true)
		}
	})
	if s.triples > 0 {
		unrepeat(c)
	}
}

// again reads a chunk as leet that was not, now that others in the text are.
func (f *Folded) again(c []cell) {
	if c[0].note&address != 0 {
		return
	}
	for i := range c {
		if isCode(c[i].r) {
			return
		}
	}
	eachWord(c, func(w []cell) { f.unleet(w, false) })
}

// survey counts what a chunk is made of.
type survey struct {
	letters, foreign, digits, signs, wedges, triples, code int
	styled, wide, marked, accents, burdened                int
	at                                                     bool
}

func (s *survey) add(c []cell, i int) {
	x := &c[i]
	switch x.class {
	case latin:
		s.letters++
		if x.r >= 0x80 {
			s.foreign++
			if b := plain(x.r); b != x.r && (i == 0 || c[i-1].r != x.r) {
				s.accents++
				if !isVowel(b) {
					s.burdened++
				}
			}
		}
	case cased:
		s.letters++
		s.foreign++
	case digit:
		s.digits++
	case sign, emoji:
		s.signs++
		if isCode(x.r) || x.r == '.' && s.at {
			s.code++
		}
		s.at = s.at || x.r == '@'
		if i > 0 && i+1 < len(c) && (isWedge(x) || leetSign(x.r) != 0) {
			s.wedges++
		} else if leetSign(x.r) != 0 {
			s.digits++
		}
	}
	if i > 1 && x.r == c[i-1].r && x.r == c[i-2].r {
		s.triples++
	}
	if x.note&(styled|wide|marked) != 0 {
		if x.note&styled != 0 && x.class == latin {
			s.styled++
		}
		if x.note&wide != 0 && x.class.alnum() {
			s.wide++
		}
		if x.note&marked != 0 {
			s.marked++
			if !isVowel(x.r) {
				s.burdened++
			}
		}
	}
}

// isCode tells signs that programs and paths are full of, and words are not.
func isCode(r rune) bool {
	switch r {
	case '{', '}', '[', ']', '\\', '_', '=', '<', '>', '/', ';', '%', '^', '&':
		return true
	}
	return false
}

// plain tells the chunks, most of them, in which there is nothing to undo.
func (s *survey) plain() bool {
	return s.foreign == 0 && s.wedges == 0 && s.triples == 0 && s.digits == 0 && s.styled+s.wide+s.marked == 0
}

// company judges hints that mean nothing alone: one styled letter is
// mathematics, a word of them is a disguise.
func (f *Folded) company(c []cell, s *survey) {
	if s.styled >= 3 || s.styled > 0 && s.letters-s.styled >= 3 || s.wide > 1 && f.han == 0 {
		c[0].note |= trick(Styled)
	}
	if s.marked+s.accents == 0 {
		return
	}
	// Languages with tones may put marks on every vowel, but not on consonants.
	borne := s.marked + s.accents
	pile := s.burdened > 1 && borne > 3 && borne*5 >= s.letters*4 || s.burdened > 0 && s.marked > 2 && s.marked*5 >= s.letters*3
	for _, x := range c {
		pile = pile || x.note&trick(Combining) != 0
	}
	if !pile {
		return
	}
	c[0].note |= trick(Combining)
	for i := range c {
		if c[i].r != 'й' && c[i].r != 'ё' {
			c[i].r = plain(c[i].r)
		}
	}
}

// eachWord calls do for each run of letters, digits and signs that stand for
// letters.
func eachWord(c []cell, do func([]cell)) {
	for i := 0; i < len(c); i++ {
		start := i
		for i < len(c) && (c[i].class.alnum() || c[i].class == mark || leetSign(c[i].r) != 0) {
			i++
		}
		if i > start {
			do(c[start:i])
		}
	}
}

// unify writes a word in one alphabet when it was written in two, or in
// foreign letters that all look Latin amid Latin text.
func (f *Folded) unify(w []cell) {
	var in alphabets
	for i := range w {
		in.add(w, i)
	}
	if in.foreign() == 0 {
		return
	}
	cyrillic := f.hard > f.hardLatin || in.unlike > 0 || in.faux > 0 && in.latin <= in.foreign()
	strangers := in.latin + in.foreign() - in.cyrillic
	switch {
	case in.cyrillic > 0 && strangers > 0 && cyrillic:
		ending := in.switches == 1 && in.latinFirst && (in.latinCapitals == in.latin && in.latin > 1 && in.capitals == 0 ||
			in.latin > 2 && in.foreign() < 4)
		if in.twinned == strangers && in.close && !ending {
			toCyrillic(w)
		}
		return
	case in.latin == 0:
		mixed := in.cyrillic > 0 && in.cyrillic < in.foreign()
		if in.unlike+in.faux > 0 || in.loose > 0 && !mixed || in.foreign() < 3 || f.hard > 0 || f.latin < 2*in.foreign() {
			return
		}
	case in.unlike > 0 || in.faux > 0 && in.latin <= in.foreign():
		return
	case in.switches == 1 && in.latinFirst && in.foreign() < 4 && in.latin > 2 && f.hard > 0:
		return // a foreign name with the ending of the language
	case in.strict == 0 && in.cyrillic == 0 && in.loose+in.faux < 2 && !in.inside:
		return // µm, Δt, β-blocker
	}
	for i := range w {
		if r, like := twinOf(&w[i]); like > unlike {
			w[i].r, w[i].class = r, latin
			w[i].note |= trick(Confusable)
		} else {
			w[i].r = plain(w[i].r) // an accent is part of the disguise
		}
	}
}

// toCyrillic writes a word in Cyrillic.
func toCyrillic(w []cell) {
	for i := range w {
		c := &w[i]
		if r := cyrillicTwinOf(c); r != 0 {
			c.r, c.class = r, cased
			c.note |= trick(Confusable)
		}
	}
}

// cyrillicTwinOf returns the Cyrillic letter that a letter of another alphabet
// passes for, 0 when there is none.
func cyrillicTwinOf(c *cell) rune {
	if c.r >= 0x400 && c.r < 0x530 || !c.class.alphabetic() {
		return 0
	}
	r := c.r
	if r >= 0x80 {
		r, _ = twinOf(c)
	}
	r, _ = cyrillicTwin(r)
	return r
}

// alphabets counts the letters of a word by what they look like.
type alphabets struct {
	latin, latinCapitals, twinned         int // twinned: with a Cyrillic twin
	strict, loose, faux, unlike, cyrillic int
	capitals                              int // of the foreign letters
	switches                              int
	latinFirst, inside, close             bool // close: a twin that cannot be told apart
	before                                class
}

func (in *alphabets) foreign() int { return in.strict + in.loose + in.faux + in.unlike }

func (in *alphabets) add(w []cell, i int) {
	c := &w[i]
	if !c.class.alphabetic() {
		return
	}
	now := cased
	if c.class == latin && (c.r < 0x250 || twins[c.r].like != strict) {
		now = latin
		in.latin++
		if c.note&upper != 0 {
			in.latinCapitals++
		}
		if r, close := cyrillicTwin(c.r); r != 0 {
			in.twinned++
			in.close = in.close || close
		}
	} else {
		switch _, like := twinOf(c); like {
		case strict:
			in.strict++
		case loose:
			in.loose++
		case faux:
			in.faux++
		default:
			in.unlike++
		}
		if c.r >= 0x400 && c.r < 0x530 {
			in.cyrillic++
		} else if cyrillicTwinOf(c) != 0 {
			in.twinned++
			in.close = true
		}
		if c.note&upper != 0 {
			in.capitals++
		}
		if i > 0 && i+1 < len(w) && w[i-1].class == latin && w[i+1].class == latin {
			in.inside = true
		}
	}
	if in.before == 0 {
		in.latinFirst = now == latin
	} else if in.before != now {
		in.switches++
	}
	in.before = now
}

// twinOf is lookalike for a cell: capitals may look like something else.
func twinOf(c *cell) (rune, likeness) {
	if c.class == latin && c.r < 0x250 {
		return 0, unlike
	}
	if c.note&upper != 0 {
		if r := capitalTwin(c.r); r != 0 {
			return r, strict
		}
	}
	return lookalike(c.r)
}
