package normalize

import "winnow/classifier/text/charclass"

// unifyScript writes a word in one script when it was written in two, or when a
// word of Latin text has only foreign letters that look Latin.
func (t *Text) unifyScript(w []char) {
	var n scriptCounts
	for i := range w {
		n.add(w, i)
	}
	if n.foreign() == 0 {
		return
	}
	cyrillic := t.nonLatinOnly > t.latinOnly || n.dissimilar > 0 || n.decorative > 0 && n.latin <= n.foreign()
	notCyrillic := n.latin + n.foreign() - n.cyrillic
	switch {
	case n.cyrillic > 0 && notCyrillic > 0 && cyrillic:
		ending := n.switches == 1 && n.latinFirst && (n.latinCapitals == n.latin && n.latin > 1 && n.foreignCapitals == 0 ||
			n.latin > 2 && n.foreign() < 4)
		if n.withCyrillicLookalike == notCyrillic && n.indistinguishable && !ending {
			toCyrillic(w)
		}
		return
	case n.latin == 0:
		mixed := n.cyrillic > 0 && n.cyrillic < n.foreign()
		if n.dissimilar+n.decorative > 0 || n.approximate > 0 && !mixed || n.foreign() < 3 || t.nonLatinOnly > 0 || t.latinLetters < 2*n.foreign() {
			return
		}
	case n.dissimilar > 0 || n.decorative > 0 && n.latin <= n.foreign():
		return
	case n.switches == 1 && n.latinFirst && n.foreign() < 4 && n.latin > 2 && t.nonLatinOnly > 0:
		return // a foreign name with an ending: YouTubeе
	case n.identical == 0 && n.cyrillic == 0 && n.approximate+n.decorative < 2 && !n.inside:
		return // µm, Δt, β-blocker
	}
	for i := range w {
		if r, like := lookalikeOf(&w[i]); like > dissimilar {
			w[i].r, w[i].class = r, charclass.Latin
			w[i].flags |= flagOf(Confusable)
		} else {
			w[i].r = BaseLetter(w[i].r) // accents are part of the obfuscation
		}
	}
}

// toCyrillic replaces the letters of a word that look Cyrillic.
func toCyrillic(w []char) {
	for i := range w {
		c := &w[i]
		if r := cyrillicLookalikeOf(c); r != 0 {
			c.r, c.class = r, charclass.LatinLike
			c.flags |= flagOf(Confusable)
		}
	}
}

// scriptCounts counts the letters of a word by what they look like.
type scriptCounts struct {
	latin, latinCapitals                           int
	identical, approximate, decorative, dissimilar int // foreign letters by their similarity to Latin
	cyrillic                                       int // of the foreign letters
	foreignCapitals                                int // of the foreign letters
	withCyrillicLookalike                          int // letters that are not Cyrillic but look so
	switches                                       int // changes between Latin and foreign

	latinFirst        bool            // the first letter is Latin
	inside            bool            // a foreign letter stands between two Latin ones
	indistinguishable bool            // one of withCyrillicLookalike looks exactly like a Cyrillic letter
	before            charclass.Class // Latin or LatinLike, of the letter before
}

func (n *scriptCounts) foreign() int {
	return n.identical + n.approximate + n.decorative + n.dissimilar
}

func (n *scriptCounts) add(w []char, i int) {
	c := &w[i]
	if !c.class.IsAlphabetic() {
		return
	}
	now := charclass.LatinLike
	if c.class == charclass.Latin && (c.r < 0x250 || lookalikes[c.r].similarity != identical) {
		now = charclass.Latin
		n.latin++
		if c.flags&flagUpper != 0 {
			n.latinCapitals++
		}
		if r, close := cyrillicLookalike(c.r); r != 0 {
			n.withCyrillicLookalike++
			n.indistinguishable = n.indistinguishable || close
		}
	} else {
		switch _, like := lookalikeOf(c); like {
		case identical:
			n.identical++
		case approximate:
			n.approximate++
		case decorative:
			n.decorative++
		default:
			n.dissimilar++
		}
		if c.r >= 0x400 && c.r < 0x530 {
			n.cyrillic++
		} else if cyrillicLookalikeOf(c) != 0 {
			n.withCyrillicLookalike++
			n.indistinguishable = true
		}
		if c.flags&flagUpper != 0 {
			n.foreignCapitals++
		}
		if i > 0 && i+1 < len(w) && w[i-1].class == charclass.Latin && w[i+1].class == charclass.Latin {
			n.inside = true
		}
	}
	if n.before == 0 {
		n.latinFirst = now == charclass.Latin
	} else if n.before != now {
		n.switches++
	}
	n.before = now
}
