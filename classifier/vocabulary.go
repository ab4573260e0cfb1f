package classifier

import (
	"cmp"
	"math"
	"slices"

	"winnow/models"
)

// token is one entry of a vocabulary with the number of rows it is in.
type token struct {
	hash             uint64
	ham, spam, abuse uint32
	block            block
	prior            [heads]float32 // what it weighs before anything is learned
	known            bool           // expected to weigh its prior
	kept             bool           // whether or not it comes up
}

func (t *token) rows() uint32 { return t.ham + t.spam + t.abuse }

// vocabulary numbers the tokens worth learning.
type vocabulary struct {
	number map[uint64]uint32
	tokens []token // by rising hash once chosen
	rows   int
	floor  uint32 // tokens in no more rows than this were forgotten on the way
}

const (
	maxCounted = 3 << 20   // tokens counted at once
	maxTokens  = 200 << 10 // tokens kept in a model
)

func newVocabulary() *vocabulary { return &vocabulary{number: map[uint64]uint32{}} }

func (v *vocabulary) count(hash uint64, b block, class models.Class) {
	i, ok := v.number[hash]
	if !ok {
		if len(v.tokens) >= maxCounted {
			v.prune()
		}
		i = uint32(len(v.tokens))
		v.number[hash] = i
		v.tokens = append(v.tokens, token{hash: hash, block: b})
	}
	switch t := &v.tokens[i]; class {
	case models.Ham:
		t.ham++
	case models.Spam:
		t.spam++
	case models.Abuse:
		t.abuse++
	}
}

// prune forgets the rarest tokens, as lossy counting does (Manku and Motwani
// 2002): what is frequent in the end is kept, its count at most a little low.
func (v *vocabulary) prune() {
	for len(v.tokens) > maxCounted/2 {
		v.floor++
		v.tokens = slices.DeleteFunc(v.tokens, func(t token) bool { return t.rows() <= v.floor })
	}
	v.renumber()
}

func (v *vocabulary) renumber() {
	clear(v.number)
	for i, t := range v.tokens {
		v.number[t.hash] = uint32(i)
	}
}

// expect says what a token weighs before anything is learned.
func (v *vocabulary) expect(t token) {
	t.known = true
	if i, ok := v.number[t.hash]; ok {
		v.tokens[i].prior, v.tokens[i].known, v.tokens[i].kept = t.prior, true, v.tokens[i].kept || t.kept
		return
	}
	v.number[t.hash] = uint32(len(v.tokens))
	v.tokens = append(v.tokens, t)
}

// choose keeps tokens that are in at least least rows or are expected to weigh
// something, and of these the ones that tell the classes apart best.
func (v *vocabulary) choose(least uint32, most int) {
	v.tokens = slices.DeleteFunc(v.tokens, func(t token) bool { return t.hash == 0 || t.rows() < least && !t.known })
	if len(v.tokens) > most {
		var total token
		for _, t := range v.tokens {
			total.ham, total.spam, total.abuse = max(total.ham, t.ham), max(total.spam, t.spam), max(total.abuse, t.abuse)
		}
		slices.SortFunc(v.tokens, func(a, b token) int {
			return cmp.Or(cmp.Compare(b.worth(total), a.worth(total)), cmp.Compare(a.hash, b.hash))
		})
		v.tokens = v.tokens[:most]
	}
	slices.SortFunc(v.tokens, func(a, b token) int { return cmp.Compare(a.hash, b.hash) })
	v.tokens = slices.Clip(v.tokens)
	v.renumber()
}

// worth is how much a token tells: its rows times its log ratio between ham
// and whichever other class it marks more.
func (t token) worth(total token) float64 {
	of := func(n, all uint32) float64 { return (float64(n) + 0.5) / (float64(all) + 1) }
	ham := of(t.ham, total.ham)
	if t.kept {
		return math.Inf(1)
	}
	if t.rows() == 0 {
		return float64(max(t.prior[spamHead], -t.prior[spamHead], t.prior[abuseHead], -t.prior[abuseHead]))
	}
	w := 0.0
	if total.spam > 0 {
		w = math.Abs(math.Log(of(t.spam, total.spam) / ham))
	}
	if total.abuse > 0 {
		w = max(w, math.Abs(math.Log(of(t.abuse, total.abuse)/ham)))
	}
	return w * math.Sqrt(float64(t.rows()))
}
