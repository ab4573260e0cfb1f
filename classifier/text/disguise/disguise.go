// Package disguise hides words from a filter the way spammers do, for tests
// and measurements. It is seeded: the same kind, generator state and text give
// the same disguise.
package disguise

import "math/rand/v2"

// Kind is one way to disguise a text.
type Kind string

const (
	Homoglyph Kind = "homoglyph"
	ZeroWidth Kind = "zero-width"
)

// Kinds lists every kind.
func Kinds() []Kind { return []Kind{Homoglyph, ZeroWidth} }

// Apply disguises some of the words of s.
func Apply(kind Kind, rng *rand.Rand, s string) string {
	var out []rune
	for _, r := range s {
		switch {
		case kind == ZeroWidth && rng.IntN(2) == 0:
			out = append(out, r, '\u200b')
		case kind == Homoglyph && glyphs[r] != 0 && rng.IntN(2) == 0:
			out = append(out, glyphs[r])
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

var glyphs = map[rune]rune{'a': 'а', 'c': 'с', 'e': 'е', 'o': 'о', 'p': 'р', 'x': 'х', 'y': 'у', 'i': 'і'}
