package normalize

import "winnow/classifier/text/charclass"

// countries are the two-letter codes of the regions that have a flag (ISO 3166),
// without separators.
const countries = "acadaeafagaialamaoaqarasatauawaxazbabbbdbebfbgbhbibjblbmbnbobqbrbsbtbvbwbybzcacccdcfcgchcickclcmcncocpcr" +
	"cucvcwcxcyczdedgdjdkdmdodzeaeceeegeheresetexeufifjfkfmfofrgagbgdgegfggghgiglgmgngpgqgrgsgtgugwgyhkhmhnhrhthu" +
	"icidieiliminioiqirisitjejmjojpkekgkhkikmknkpkrkwkykzlalblclilklrlsltlulvlymamcmdmemfmgmhmkmlmmmnmompmqmrmsmt" +
	"mumvmwmxmymznancnenfngninlnonpnrnunzompapepfpgphpkplpmpnprpsptpwpyqarerorsrurwsasbscsdsesgshsisjskslsmsnsosrss" +
	"stsvsxsysztatctdtftgthtjtktltmtntotrtttvtwtzuaugumunusuyuzvavcvevgvivnvuwfwsxkyeytzazmzw"

// resolveRegionalIndicators keeps the regional indicators that make flags and
// replaces the others with the letters that they show.
func (t *Text) resolveRegionalIndicators() {
	for i := 0; i < len(t.chars); i++ {
		start, whole := i, true
		for i < len(t.chars) && charclass.IsRegionalIndicator(t.chars[i].r) {
			if (i-start)%2 == 1 && !isCountry(t.chars[i-1].r, t.chars[i].r) || i > start && t.chars[i].flags&flagOf(Hidden) != 0 {
				whole = false
			}
			i++
		}
		if whole && (i-start)%2 == 0 {
			continue
		}
		for j := start; j < i; j++ {
			c := &t.chars[j]
			c.r, c.class, c.flags = c.r-0x1F1E6+'a', charclass.Latin, c.flags|flagStyled|flagUpper
			t.latinLetters++
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
