package features

import (
	"fmt"
	"slices"
	"sync"

	"winnow/classifier/text/lexicon"
)

// roles are what words may be in a pattern of address, as a set: the sections of
// lexicon.Address in their order.
type roles uint32

// Roles, in the order of lexicon.Roles.
const (
	roleYou roles = 1 << iota
	roleYouAre
	roleObject
	roleLikeYou
	roleThem
	roleGroup
	roleThese
	roleBe
	roleInsult
	roleSlur
	roleVermin
	roleIntend
	roleHarm
	roleIHarm
	roleMaim
	roleMake
	roleOught
	roleHarmed
	roleKilling
	roleDeserved
	roleWish
	roleDie
	roleBetter
	roleWithout
	roleHate
	roleDisgust
	roleDenial
	roleThreat
	roleCurse
	roleScorn
)

// strongRoles are those of which a sentence needs one to match any rule.
const strongRoles = roleInsult | roleSlur | roleVermin | roleHarm | roleIHarm | roleMaim | roleHarmed | roleKilling | roleDie |
	roleBetter | roleHate | roleDisgust | roleThreat | roleCurse | roleScorn

const (
	maxAddressHits = 1024 // of a comment
	maxSentence    = 64   // hits of a sentence that are looked at
	denialDistance = 8    // words from a denial to what it denies, at most

	maxAddressLanguages = 16
)

// addressHit is a word or phrase of the lexicon in the text.
type addressHit struct {
	first, last int32 // number of its first and last word
	start, end  int32 // in the text
	set         uint16
	sentence    int32
	quoted      bool
}

// languageRoles are the roles that a phrase has in a language.
type languageRoles struct {
	language uint8 // index into addressLanguages
	roles    roles
}

// addressSets are the different sets of roles of the phrases in the trie, which has
// their indices. The first one is empty.
type addressSets [][]languageRoles

var addressLanguages = sync.OnceValue(func() []string {
	seen := map[string]bool{}
	for _, title := range lexicon.Roles {
		for language := range lexicon.Section(title) {
			seen[language] = true
		}
	}
	var all []string
	for language := range seen {
		all = append(all, language)
	}
	slices.Sort(all)
	return all
})

// roleInLanguage is a hit as one language reads it.
type roleInLanguage struct {
	addressHit
	roles roles
}

// emitAddress emits what the comment does to a person or a group: each sentence
// is read in each language that has words in it. Quotations do not count, unless
// the whole comment is one.
func (sc *Scanner) emitAddress() {
	hits := sc.addressHits
	quotation := len(hits) > 0
	for _, h := range hits {
		quotation = quotation && h.quoted
	}
	for len(hits) > 0 {
		n := 1
		for n < len(hits) && hits[n].sentence == hits[0].sentence {
			n++
		}
		sc.readSentence(hits[:min(n, maxSentence)], quotation)
		hits = hits[n:]
	}
}

func (sc *Scanner) readSentence(hits []addressHit, quotation bool) {
	var unions [maxAddressLanguages]roles
	var counts [maxAddressLanguages]int
	most := 0
	for _, h := range hits {
		if h.quoted && !quotation {
			continue
		}
		for _, r := range sc.addressSets[h.set] {
			unions[r.language] |= r.roles
			counts[r.language]++
			most = max(most, counts[r.language])
		}
	}
	for language, union := range unions {
		if union&strongRoles == 0 || counts[language] < most*3/4 {
			continue
		}
		read := sc.sentence[:0]
		for _, h := range hits {
			if h.quoted && !quotation {
				continue
			}
			for _, r := range sc.addressSets[h.set] {
				if int(r.language) == language {
					read = append(read, roleInLanguage{h, r.roles})
				}
			}
		}
		sc.sentence = read
		for i := range addressRules {
			rule := &addressRules[i]
			if !rule.possible(union) {
				continue
			}
			if first, last, ok := rule.match(read); ok && !denied(read, union, first, last) {
				sc.emit(Address, rule.signal, "", first.start, last.end)
			}
		}
	}
}

// denied reports whether a denial stands in a match, before it or next to its end: a
// negation, or a word that reports or rejects what others say. The "no" of a longer phrase, such
// as "has no right to live", denies nothing.
func denied(read []roleInLanguage, union roles, first, last addressHit) bool {
	if union&roleDenial == 0 {
		return false
	}
	for _, h := range read {
		if h.roles&roleDenial != 0 && h.first <= last.last+1 && first.first-h.last <= denialDistance && !partOfPhrase(read, h.addressHit) {
			return true
		}
	}
	return false
}

func partOfPhrase(read []roleInLanguage, part addressHit) bool {
	for _, h := range read {
		if h.roles&^roleDenial != 0 && h.first <= part.first && part.last <= h.last && h.last-h.first > part.last-part.first {
			return true
		}
	}
	return false
}

// appendAddress appends the phrases of the patterns of address.
func appendAddress(phrases []phrase) []phrase {
	languages := addressLanguages()
	for i, title := range lexicon.Roles {
		for language, text := range lexicon.Section(title) {
			key, open := encodePhrase(text)
			of, _ := slices.BinarySearch(languages, language)
			phrases = append(phrases, phrase{key: key, open: open, address: languageRoles{uint8(of), 1 << i}})
		}
	}
	return phrases
}

// setAddress gives the nodes the sets of roles of the phrases, and returns the
// sets. A word may end several phrases, with and without a star: its set is that
// of all of them.
func (t trie) setAddress(phrases []phrase) addressSets {
	closed, open := map[uint32][]languageRoles{}, map[uint32][]languageRoles{}
	for _, p := range phrases {
		if p.address.roles == 0 {
			continue
		}
		at, ends := t.find(p.key), closed
		if p.open {
			ends = open
		}
		ends[at] = append(ends[at], p.address)
	}
	sets, index := addressSets{nil}, map[string]uint16{"": 0}
	intern := func(set []languageRoles) uint16 {
		set = mergeRoles(set)
		key := fmt.Sprint(set)
		if len(set) == 0 {
			return 0
		}
		i, ok := index[key]
		if !ok {
			i = uint16(len(sets))
			index[key] = i
			sets = append(sets, set)
		}
		return i
	}
	var visit func(at uint32, inherited []languageRoles)
	visit = func(at uint32, inherited []languageRoles) {
		inherited = slices.Concat(inherited, open[at])
		if len(open[at]) > 0 {
			t[at].prefixAddress = intern(inherited)
		}
		if len(closed[at]) > 0 || len(open[at]) > 0 {
			t[at].address = intern(slices.Concat(inherited, closed[at]))
		}
		for symbol := range byte(noSymbol) {
			switch next := t.child(at, symbol); {
			case next == 0:
			case symbol == spaceSymbol:
				visit(next, nil)
			default:
				visit(next, inherited)
			}
		}
	}
	visit(0, nil)
	return sets
}

// mergeRoles returns a set with one element for each language, by language.
func mergeRoles(set []languageRoles) []languageRoles {
	var byLanguage [maxAddressLanguages]roles
	for _, r := range set {
		byLanguage[r.language] |= r.roles
	}
	var merged []languageRoles
	for language, roles := range byLanguage {
		if roles != 0 {
			merged = append(merged, languageRoles{uint8(language), roles})
		}
	}
	return merged
}
