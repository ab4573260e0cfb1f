package text

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// likeness is how well a foreign letter passes for a Latin one.
type similarity uint8

const (
	dissimilar similarity = iota
	decorative            // only to a reader who wants to see it: я for r
	approximate           // at a glance: к for k
	identical          // not to be told apart: а for a
)

// twin is a letter's Latin twin.
type lookalike struct {
	latin    rune
	similarity similarity
}

// twins is built from lines of the twins of each Latin letter, best first.
// Letters are given as they stand after lower case, and those that twin as a
// capital only are noted as loose.
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

// Cyrillic and Greek first, then Armenian, Coptic, Cherokee, Lisu, Canadian.
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

// lookalike returns the Latin twin of a letter.
func latinLookalike(r rune) (rune, similarity) {
	if r >= 0x370 && r < 0x590 {
		t := commonLookalikes[r-0x370]
		return t.latin, t.similarity
	}
	t := lookalikes[r]
	return t.latin, t.similarity
}

// nearTwins holds the twins of the alphabets that people write every day.
var commonLookalikes = func() (t [0x590 - 0x370]lookalike) {
	for r := range t {
		t[r] = lookalikes[rune(r)+0x370]
	}
	return t
}()

// cyrillicTwin returns the Cyrillic letter that a Latin one passes for, 0
// when there is none, and whether it passes at a second look.
func cyrillicLookalike(r rune) (twin rune, close bool) {
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
	twin = cyrillicLookalikes[r-'a']
	return twin, twin != 0
}

// cyrillicTwins are those of the letters from a to z.
var cyrillicLookalikes = [26]rune{
	'а', 'в', 'с', 0, 'е', 0, 0, 'н', 'і', 0, 'к', 0, 'м', 0, 'о', 'р', 0, 0, 0, 'т', 0, 0, 0, 'х', 'у', 0,
}

// smallCapitals are phonetic letters that pass for capitals, in the order of
// the alphabet; a dot where there is none.
const smallCapitals = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡ.ʏᴢ"

// styledLetter returns the plain letter of styles that NFKC leaves alone.
func styledLetter(r rune) (rune, bool) {
	switch {
	case r >= 0x1F150 && r <= 0x1F169:
		return 'a' + r - 0x1F150, true
	case r >= 0x1F170 && r <= 0x1F189:
		return 'a' + r - 0x1F170, true
	case r >= 0x1D00 && r <= 0x1D22, r >= 0x262 && r <= 0x29F, r >= 0xA730 && r <= 0xA7AF:
		n := 0
		for _, c := range smallCapitals {
			if c == r {
				return 'a' + rune(n), true
			}
			n++
		}
	}
	return r, false
}

// capitalOf counts a styled letter that was a capital.
func countCapital(r rune) int {
	if r >= 0x1F000 {
		return 1
	}
	return 0
}

// isStyle tells characters that exist to look different from the letter that
// they decompose to.
func isStyleVariant(r rune) bool {
	return r >= 0x1D400 && r < 0x1D800 || r >= 0x249C && r < 0x24EA || r >= 0x1F110 && r < 0x1F150 ||
		r >= 0x2B0 && r < 0x2B9 || r >= 0x2E0 && r < 0x2E5 || r >= 0x1D2C && r < 0x1D6B || r >= 0x1D9B && r < 0x1DC0 ||
		r >= 0x2071 && r < 0x209D || r >= 0x2100 && r < 0x2140 && r != 0x2122 && r != 0x2120 && r != 0x2116
}

// decomposes tells characters for which NFKC is asked: compatibility letters,
// but not fractions, single Korean letters and the trade marks.
func hasCompatibilityForm(r rune) bool {
	switch {
	case r < 0x1D2C:
		return r == 0xAA || r == 0xBA || r == 0xB2 || r == 0xB3 || r == 0xB9 || r == 0x17F || r >= 0x1C4 && r <= 0x1CC ||
			r >= 0x1F1 && r <= 0x1F3 || r >= 0x2B0 && r < 0x2B9 || r >= 0x2E0 && r < 0x2E5
	case r < 0x2000:
		return r < 0x1DC0
	case r == 0x2122, r == 0x2120, r >= 0x2150 && r < 0x2160, r == 0x2189, r >= 0x3130 && r < 0x3190, r >= 0xFFA0 && r < 0xFFE0:
		return false
	case r < 0x2030:
		return r == 0x2026 || r == 0x2025 || r == 0x2024
	}
	return r >= 0x2070 && r < 0x2190 || r >= 0x2460 && r < 0x2500 || r >= 0x3200 && r < 0x3400 ||
		r >= 0xF900 && r < 0xFB50 || r >= 0xFB50 && r < 0xFE00 || r >= 0xFE10 && r < 0xFFF0 ||
		r >= 0x1D400 && r < 0x1D800 || r >= 0x1EE00 && r < 0x1EF00 || r >= 0x1F100 && r < 0x1F150 || r >= 0x1FBF0 && r < 0x1FBFA
}

// plainSign returns the plain form of signs that typography has refined.
func plainPunctuation(r rune) (rune, bool) {
	switch r {
	case 'µ':
		return 'μ', true
	case '‘', '’', '‚', '‛', 'ʼ', '′', '´':
		return '\'', true
	case '“', '”', '„', '‟', '″':
		return '"', true
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-', true
	}
	return r, false
}

// windows1252 gives the signs that some senders still mean by these codes.
var windows1252 = [32]rune{
	0x00: '€', 0x02: '\'', 0x05: '\n', 0x11: '\'', 0x12: '\'', 0x13: '"', 0x14: '"', 0x15: '•', 0x16: '-', 0x17: '-', 0x19: '™',
}

// plain takes every mark off a letter.
func BaseLetter(r rune) rune {
	switch {
	case r < 0xC0:
		return r
	case r < 0x530:
		return commonBaseLetters[r]
	}
	if b, ok := baseLetters[r]; ok {
		return b
	}
	return r
}

// nearPlain is plain for the alphabets that people write every day.
var commonBaseLetters = func() (t [0x530]rune) {
	for r := range t {
		t[r] = rune(r)
		if b, ok := baseLetters[rune(r)]; ok {
			t[r] = b
		}
	}
	return t
}()

// letterMark is a letter and a mark that compose.
type letterMark struct{ r, mark rune }

// composed holds the letters with one more mark; bare takes every mark off.
var composed, baseLetters = func() (map[letterMark]rune, map[rune]rune) {
	composed, bare := make(map[letterMark]rune, 1024), make(map[rune]rune, 1024)
	for _, block := range [...][2]rune{{0xC0, 0x250}, {0x374, 0x530}, {0x1E00, 0x2000}} {
		for r := block[0]; r < block[1]; r++ {
			d := []rune(norm.NFD.String(string(r)))
			if len(d) < 2 {
				continue
			}
			bare[r] = d[0]
			last := len(d) - 1
			if first := []rune(norm.NFC.String(string(d[:last]))); len(first) == 1 {
				composed[letterMark{first[0], d[last]}] = r
			}
		}
	}
	return composed, bare
}()

// countries are the regions that have a flag, two letters each (ISO 3166).
const countries = "acadaeafagaialamaoaqarasatauawaxazbabbbdbebfbgbhbibjblbmbnbobqbrbsbtbvbwbybzcacccdcfcgchcickclcmcncocpcr" +
	"cucvcwcxcyczdedgdjdkdmdodzeaeceeegeheresetexeufifjfkfmfofrgagbgdgegfggghgiglgmgngpgqgrgsgtgugwgyhkhmhnhrhthu" +
	"icidieiliminioiqirisitjejmjojpkekgkhkikmknkpkrkwkykzlalblclilklrlsltlulvlymamcmdmemfmgmhmkmlmmmnmompmqmrmsmt" +
	"mumvmwmxmymznancnenfngninlnonpnrnunzompapepfpgphpkplpmpnprpsptpwpyqarerorsrurwsasbscsdsesgshsisjskslsmsnsosrss" +
	"stsvsxsysztatctdtftgthtjtktltmtntotrtttvtwtzuaugumunusuyuzvavcvevgvivnvuwfwsxkyeytzazmzw"

// unflag keeps regional indicators that make flags and reads the others as
// the letters that they are.
func (f *Text) resolveRegionalIndicators() {
	for i := 0; i < len(f.chars); i++ {
		start, whole := i, true
		for i < len(f.chars) && isRegionalIndicator(f.chars[i].r) {
			if (i-start)%2 == 1 && !isCountry(f.chars[i-1].r, f.chars[i].r) || i > start && f.chars[i].flags&flagOf(Hidden) != 0 {
				whole = false
			}
			i++
		}
		if whole && (i-start)%2 == 0 {
			continue
		}
		for j := start; j < i; j++ {
			c := &f.chars[j]
			c.r, c.class, c.flags = c.r-0x1F1E6+'a', classLatin, c.flags|flagStyled|flagUpper
			f.latinLetters++
		}
	}
}

func isCountry(a, b rune) bool {
	code := [2]byte{byte(a - 0x1F1E6 + 'a'), byte(b - 0x1F1E6 + 'a')}
	for i := 0; i+1 < len(countries); i += 2 {
		if countries[i] == code[0] && countries[i+1] == code[1] {
			return true
		}
	}
	return false
}

// capitalTwin returns the Latin twin of a capital, given in lower case, where
// the capital looks more Latin, or like another letter, than its small form.
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
