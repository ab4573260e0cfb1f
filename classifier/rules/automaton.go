package rules

import (
	"slices"
	"sort"
)

// automaton finds many words in one pass, whatever their number (Aho and
// Corasick, "Efficient string matching: an aid to bibliographic search", 1975).
// States are numbered in breadth-first order, so that the children of a state have
// successive numbers and a state takes some twenty bytes.
type automaton struct {
	label        []byte      // the byte that leads to a state
	first        []uint32    // the children of state s are first[s] to first[s+1]-1, by label
	fail         []uint32    // the state of the longest proper suffix that has one
	word         []int32     // index of the word that ends in a state, or -1
	output       []uint32    // the nearest state along fail in which a word ends, or 0
	rootChildren [256]uint32 // children of the root, state 0
}

// span is a range, from inclusive to exclusive: of the sorted words that begin with
// a state's bytes, or of bytes of a text.
type span struct{ from, to int }

// newAutomaton makes an automaton for words, none of them empty. For equal words it
// reports the first.
func newAutomaton(words []string) *automaton {
	order := make([]int32, len(words))
	size := 1
	for i := range order {
		order[i] = int32(i)
		size += len(words[i])
	}
	sort.SliceStable(order, func(i, j int) bool { return words[order[i]] < words[order[j]] })

	a := &automaton{label: make([]byte, 1, size), fail: make([]uint32, 1, size)}
	spans := append(make([]span, 0, size), span{0, len(words)})
	depth, level := 0, 1 // the states from level on have a greater depth
	for s := 0; s < len(spans); s++ {
		if s == level {
			depth, level = depth+1, len(spans)
		}
		a.first = append(a.first, uint32(len(spans)))
		from, to := spans[s].from, spans[s].to
		ends := int32(-1)
		for ; from < to && len(words[order[from]]) == depth; from++ {
			if ends < 0 {
				ends = order[from]
			}
		}
		a.word = append(a.word, ends)
		for from < to {
			b, first := words[order[from]][depth], from
			for from < to && words[order[from]][depth] == b {
				from++
			}
			spans = append(spans, span{first, from})
			a.label = append(a.label, b)
			if s == 0 {
				a.fail = append(a.fail, 0)
				a.rootChildren[b] = uint32(len(spans) - 1)
			} else {
				a.fail = append(a.fail, a.step(a.fail[s], b))
			}
		}
	}
	a.first = append(a.first, uint32(len(spans)))

	a.output = make([]uint32, len(spans))
	for s := 1; s < len(spans); s++ {
		if f := a.fail[s]; a.word[f] >= 0 {
			a.output[s] = f
		} else {
			a.output[s] = a.output[f]
		}
	}
	return a
}

// step returns the state after byte b.
func (a *automaton) step(s uint32, b byte) uint32 {
	for s != 0 {
		from, to := a.first[s], a.first[s+1]
		if to-from == 1 {
			if a.label[from] == b {
				return from
			}
		} else if i, found := slices.BinarySearch(a.label[from:to], b); found {
			return from + uint32(i)
		}
		s = a.fail[s]
	}
	return a.rootChildren[b]
}
