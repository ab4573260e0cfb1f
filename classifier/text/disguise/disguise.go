// Package disguise obfuscates words the way spammers do, for training, tests and
// measurements. It is the reverse of package normalize. The same kind, generator
// state and text give the same result.
//
// Only the kind Links changes links, because a spammer needs them to work.
package disguise

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
)

// Kind is one way to disguise a text.
type Kind string

// Kinds that package normalize undoes.
const (
	Homoglyph    Kind = "homoglyph"    // vіаgrа, with Cyrillic or Greek letters
	ZeroWidth    Kind = "zero-width"   // invisible characters
	Leet         Kind = "leet"         // v1agr4
	Spacing      Kind = "spacing"      // v i a g r a
	Dotting      Kind = "dotting"      // v.i.a.g.r.a
	Fullwidth    Kind = "fullwidth"    // ｖｉａｇｒａ
	Combining    Kind = "combining"    // v̷i̷a̷g̷r̷a̷
	Mathematical Kind = "mathematical" // 𝘷𝘪𝘢𝘨𝘳𝘢
	Repeats      Kind = "repeats"      // viaaagraaaa
	Punctuation  Kind = "punctuation"  // vi*agra
	Links        Kind = "links"        // hxxp://example[.]com
	Mixed        Kind = "mixed"        // one of the above for each word
)

// Kinds that cannot be undone: the letters themselves are lost.
const (
	Drop   Kind = "drop"   // a letter is missing
	Swap   Kind = "swap"   // two letters have changed places
	Insert Kind = "insert" // a letter is added
	Star   Kind = "star"   // stars for vowels
	Split  Kind = "split"  // a space inside
)

// Kinds lists every kind.
func Kinds() []Kind {
	return append(Reversible(), Drop, Swap, Insert, Star, Split)
}

// Reversible lists the kinds that normalization undoes.
func Reversible() []Kind {
	return []Kind{
		Homoglyph, ZeroWidth, Leet, Spacing, Dotting, Fullwidth, Combining, Mathematical, Repeats, Punctuation, Links, Mixed,
	}
}

// Apply disguises two thirds of the words of s that have at least four
// letters; at least one, when there is any.
func Apply(kind Kind, rng *rand.Rand, s string) string {
	fields := strings.SplitAfter(s, " ")
	var long []int
	for i, f := range fields {
		if _, word, _ := parts(f); isLink(f) == (kind == Links) && (kind == Links || len(word) > 3) {
			long = append(long, i)
		}
	}
	done := false
	for n, i := range long {
		last := n == len(long)-1 && !done
		if rng.IntN(3) == 0 && !last {
			continue
		}
		done = true
		before, word, after := parts(fields[i])
		if kind == Links {
			fields[i] = disguiseLink(rng, fields[i])
			continue
		}
		fields[i] = before + string(disguiseWord(kind, rng, word)) + after
	}
	return strings.Join(fields, "")
}

// parts divides a field into its first run of letters and what is around it.
func parts(f string) (before string, word []rune, after string) {
	start := strings.IndexFunc(f, unicode.IsLetter)
	if start < 0 {
		return f, nil, ""
	}
	end := strings.IndexFunc(f[start:], func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		return f[:start], []rune(f[start:]), ""
	}
	return f[:start], []rune(f[start : start+end]), f[start+end:]
}

func isLink(f string) bool {
	dot := strings.IndexByte(f, '.')
	return strings.Contains(f, "://") || dot > 0 && dot+2 < len(f) && unicode.IsLetter(rune(f[dot+1])) || strings.Contains(f, "@")
}

func disguiseLink(rng *rand.Rand, f string) string {
	f = strings.Replace(f, "http", "hxxp", 1)
	dot := strings.LastIndexByte(strings.TrimRight(f, ". \n"), '.')
	if _, rest, _ := strings.Cut(f, "://"); dot < 0 || strings.Contains(rest, "/") {
		return strings.Replace(f, ".", []string{"[.]", "(.)", "(dot)"}[rng.IntN(3)], 1)
	}
	return f[:dot] + []string{"[.]", "(dot)", " [dot] ", "{.}"}[rng.IntN(4)] + f[dot+1:]
}

// disguiseWord disguises one word of at least four letters.
func disguiseWord(kind Kind, rng *rand.Rand, word []rune) []rune {
	if kind == Mixed {
		all := Reversible()
		kind = all[rng.IntN(len(all)-2)]
	}
	switch kind {
	case Homoglyph:
		return changeHalf(rng, word, func(r rune) []rune { return lookalike(rng, r) })
	case ZeroWidth:
		return changeHalf(rng, word, func(r rune) []rune { return []rune{r, pick(rng, "\u200b\u200c\u200d\u2060\ufeff\u00ad")} })
	case Leet:
		return changeHalf(rng, word, func(r rune) []rune { return leet(r) })
	case Spacing:
		return []rune(strings.Join(strings.Split(string(word), ""), " "))
	case Dotting:
		return []rune(strings.Join(strings.Split(string(word), ""), string(pick(rng, ".-_*"))))
	case Fullwidth:
		return changeAll(word, func(r rune) rune { return shift(r, '!', '~', 0xFF01) })
	case Mathematical:
		style := []rune{0x1D400, 0x1D468, 0x1D5A0, 0x1D5D4, 0x1D63C, 0x1D670}[rng.IntN(6)]
		return changeAll(word, func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return style + 26 + r - 'a'
			}
			return shift(r, 'A', 'Z', style)
		})
	case Combining:
		return changeHalf(rng, word, func(r rune) []rune {
			out := []rune{r}
			for range 1 + rng.IntN(3) {
				out = append(out, pick(rng, "\u0335\u0336\u0337\u0338\u0301\u0308\u0316\u0323\u032e\u0353\u0360"))
			}
			return out
		})
	case Repeats:
		return changeHalf(rng, word, func(r rune) []rune { return slices.Repeat([]rune{r}, 3+rng.IntN(4)) })
	}
	return changeOnePlace(kind, rng, word)
}

// changeOnePlace disguises a word at one place.
func changeOnePlace(kind Kind, rng *rand.Rand, word []rune) []rune {
	i := 1 + rng.IntN(len(word)-2)
	switch kind {
	case Punctuation:
		return slices.Insert(slices.Clone(word), 1+rng.IntN(2), pick(rng, "*~·'•"))
	case Drop:
		return slices.Delete(slices.Clone(word), i, i+1)
	case Swap:
		word = slices.Clone(word)
		word[i], word[i+1] = word[i+1], word[i]
		return word
	case Insert:
		return slices.Insert(slices.Clone(word), i, pick(rng, "aeioutrnsl"))
	case Star:
		return changeAll(word, func(r rune) rune {
			if strings.ContainsRune("aeiouаеиоуыэюя", unicode.ToLower(r)) {
				return '*'
			}
			return r
		})
	case Split:
		return slices.Insert(slices.Clone(word), i+1, ' ')
	}
	return word
}

// changeHalf changes about half of the letters, at least one that can be changed.
func changeHalf(rng *rand.Rand, word []rune, change func(rune) []rune) []rune {
	var out []rune
	done := false
	for i, r := range word {
		to := []rune{r}
		if rng.IntN(2) == 0 || i >= len(word)/2 && !done {
			to = change(r)
		}
		done = done || len(to) != 1 || to[0] != r
		out = append(out, to...)
	}
	return out
}

func changeAll(word []rune, change func(rune) rune) []rune {
	out := make([]rune, len(word))
	for i, r := range word {
		out[i] = change(r)
	}
	return out
}

func pick(rng *rand.Rand, from string) rune {
	runes := []rune(from)
	return runes[rng.IntN(len(runes))]
}

func shift(r, first, last, to rune) rune {
	if r < first || r > last {
		return r
	}
	return r - first + to
}

// lookalikes are letters that look alike, with the Latin one first.
var lookalikes = []string{
	"aаɑα", "cсϲ", "dԁ", "eе", "gɡ", "hһ", "iіι", "jј", "kк", "oоοօ", "pрρ", "sѕ", "uυս", "vν", "wԝ", "xх", "yу",
	"AАΑ", "BВΒ", "CС", "EЕΕ", "HНΗ", "IІΙ", "KКΚ", "MМΜ", "NΝ", "OОΟ", "PРΡ", "SЅ", "TТΤ", "XХΧ", "YΥ",
}

func lookalike(rng *rand.Rand, r rune) []rune {
	for _, g := range lookalikes {
		like := []rune(g)
		switch {
		case like[0] == r:
			return []rune{like[1+rng.IntN(len(like)-1)]}
		case like[1] == r: // a Cyrillic word with Latin letters
			return []rune{like[0]}
		}
	}
	return []rune{r}
}

func leet(r rune) []rune {
	switch unicode.ToLower(r) {
	case 'a':
		return []rune{'@'}
	case 'e':
		return []rune{'3'}
	case 'i':
		return []rune{'1'}
	case 'o', 'о':
		return []rune{'0'}
	case 's':
		return []rune{'$'}
	case 't':
		return []rune{'7'}
	case 'з':
		return []rune{'3'}
	}
	return []rune{r}
}
