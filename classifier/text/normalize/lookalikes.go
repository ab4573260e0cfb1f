package normalize

import (
	"strings"

	"winnow/classifier/text/charclass"
)

// similarity is how much a foreign letter looks like a Latin one.
type similarity uint8

const (
	dissimilar  similarity = iota
	decorative             // only to a reader who expects it: я for r
	approximate            // at first sight: к for k
	identical              // in most fonts: а for a
)

// lookalike is the Latin letter that a foreign letter looks like.
type lookalike struct {
	latin      rune
	similarity similarity
}

// lookalikes is built from the lists below: each line has a Latin letter and the
// letters that look like it. They are given in lower case; those that look Latin
// only as capitals are in approximateLetters.
var lookalikes = func() map[rune]lookalike {
	m := make(map[rune]lookalike, 512)
	for like, lines := range map[similarity]string{identical: identicalLetters, approximate: approximateLetters, decorative: decorativeLetters} {
		for line := range strings.Lines(lines) {
			var latin rune
			for i, r := range line {
				switch {
				case i == 0:
					latin = r
				case r > 0x7F:
					if old := m[r]; old.similarity < like {
						m[r] = lookalike{latin, like}
					}
				}
			}
		}
	}
	return m
}()

// Within a line Cyrillic and Greek come first, then Armenian, Coptic, Cherokee,
// Lisu and Canadian syllabics.
const (
	identicalLetters = `a а α λ ɑ ⲁ Ꭺ ꓮ ᗅ ᗩ
b Ᏼ ꓐ ᗷ ƅ
c с ϲ ⲥ Ꮯ ꓚ ᑕ
d ԁ Ꭰ ꓓ ᗞ ᗪ
e е Ꭼ ꓰ ⲉ ᗴ ᕮ
f ꓝ ᖴ ϝ
g ɡ ց Ꮐ ꓖ ᘜ
h һ Ꮋ ꓧ ᕼ հ
i і ι ı ɩ ⲓ ꓲ Ꭵ
j ј ϳ Ꭻ ꓙ ᒍ յ
k к Ꮶ ꓗ ⲕ ᛕ
l ӏ Ꮮ ꓡ ᒪ
m Ꮇ ꓟ ᗰ ⲙ
n ո ꓠ ⲛ ᑎ
o о ο օ ⲟ ꓳ Ꮎ ᗝ
p р ρ Ꮲ ꓑ ⲣ ᑭ
q ԛ զ ᑫ
r Ꮢ ꓣ ᖇ
s ѕ Ꮪ ꓢ ᔕ
t Ꭲ ꓔ ⲧ
u υ ս ꓴ ᑌ
v ν ѵ Ꮩ ꓦ ᐯ
w ԝ Ꮃ ꓪ ᗯ
x х χ ⲭ ꓫ ᙭
y у γ Ꮍ ꓬ ү
z Ꮓ ꓜ ⲍ ᘔ
`
	approximateLetters = `a ά ӑ ӓ
b ь в β ⲃ ъ ḃ
c ҫ ᴄ
d ժ
e ε є ё έ ҽ ѐ э
f ғ ք
g ԍ ց
h н η ⲏ հ ҥ ң ի
i ї ί ϊ ӏ ᎥΙ
j ʝ
k к κ қ ҝ ҟ
l լ ⅼ
m м μ
n п η ռ ղ й
o σ ό ө ӧ θ ө
p ք ҏ þ
q գ ҩ
r г ր ѓ
s ʂ տ
t т τ ե է
u ц ύ ϋ μ ա ʋ
v ѵ υ ѷ
w ω ш ѡ ա
x ҳ ж
y ү ў ұ ყ ч ӯ
z ʐ ζ
`
	decorativeLetters = `a д
b б
e з
g ɢ
i ɨ
n и л
o ф ю
r я
w щ
x ӿ
`
)

// latinLookalike returns the Latin letter that a letter looks like, and how much.
func latinLookalike(r rune) (rune, similarity) {
	if r >= 0x370 && r < 0x590 {
		t := commonLookalikes[r-0x370]
		return t.latin, t.similarity
	}
	t := lookalikes[r]
	return t.latin, t.similarity
}

// Latin returns the lower-case Latin letter that a letter looks like: one of a style, such
// as 🅣 and ᴛ, or one of another script. Among Latin letters it is what the eye takes for one,
// and the capital of a letter may look like another one; elsewhere only what looks the same
// in most fonts. Everything else is returned in lower case, and quotes and dashes in ASCII.
func Latin(r rune, amongLatin bool) rune {
	if l, ok := styledLetter(r); ok {
		return l
	}
	if p, ok := plainPunctuation(r); ok {
		return p
	}
	lower := toLower(r)
	upper := capitalLookalike(lower)
	latin, like := latinLookalike(lower)
	amongLatin = amongLatin && charclass.Of(lower) != charclass.Latin
	switch {
	case upper != 0 && amongLatin && lower != r:
		return upper
	case like == identical, like > dissimilar && amongLatin:
		return latin
	case upper != 0:
		return upper
	}
	return lower
}

// commonLookalikes is lookalikes as a table for Greek, Cyrillic and Armenian.
var commonLookalikes = func() (t [0x590 - 0x370]lookalike) {
	for r := range t {
		t[r] = lookalikes[rune(r)+0x370]
	}
	return t
}()

// cyrillicLookalike returns the Cyrillic letter that a Latin one looks like, 0
// when there is none, and whether the two cannot be told apart.
func cyrillicLookalike(r rune) (letter rune, indistinguishable bool) {
	switch r {
	case 'n':
		return 'п', false
	case 'u':
		return 'и', false
	case 'r':
		return 'г', false
	}
	if r < 'a' || r > 'z' {
		return 0, false
	}
	letter = cyrillicLookalikes[r-'a']
	return letter, letter != 0
}

// cyrillicLookalikes are those of the letters from a to z.
var cyrillicLookalikes = [26]rune{
	'а', 'в', 'с', 0, 'е', 0, 0, 'н', 'і', 0, 'к', 0, 'м', 0, 'о', 'р', 0, 0, 0, 'т', 0, 0, 0, 'х', 'у', 0,
}

// capitalLookalike returns the Latin letter that the capital of r looks like,
// where that is more, or another, than what r itself looks like. It is 0 for all
// other letters.
func capitalLookalike(r rune) rune {
	switch r {
	case 'η', 'н':
		return 'h'
	case 'ν':
		return 'n'
	case 'μ', 'м':
		return 'm'
	case 'υ':
		return 'y'
	case 'ζ':
		return 'z'
	case 'τ', 'т':
		return 't'
	case 'в', 'β':
		return 'b'
	case 'к', 'κ':
		return 'k'
	case 'ι', 'і':
		return 'i'
	case 'ε':
		return 'e'
	}
	return 0
}

// cyrillicLookalikeOf returns the Cyrillic letter that a letter of another script
// looks like, 0 when there is none.
func cyrillicLookalikeOf(c *char) rune {
	if c.r >= 0x400 && c.r < 0x530 || !c.class.IsAlphabetic() {
		return 0
	}
	r := c.r
	if r >= 0x80 {
		r, _ = lookalikeOf(c)
	}
	r, _ = cyrillicLookalike(r)
	return r
}

// lookalikeOf is latinLookalike for a character that may have been a capital.
func lookalikeOf(c *char) (rune, similarity) {
	if c.class == charclass.Latin && c.r < 0x250 {
		return 0, dissimilar
	}
	if c.flags&flagUpper != 0 {
		if r := capitalLookalike(c.r); r != 0 {
			return r, identical
		}
	}
	return latinLookalike(c.r)
}
