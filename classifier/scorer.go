package classifier

import (
	"math"
	"slices"
	"sync"

	"winnow/classifier/text"
	"winnow/models"
)

// Model is a trained filter. It never changes, so any number of goroutines may
// use it at once.
type Model struct {
	manifest Manifest
	written  []byte // the manifest as the model's file has it
	version  string
	table    table
}

// Version names the model by its content: equal files have equal versions.
func (m *Model) Version() string { return m.version }

// Manifest says what the model is made of.
func (m *Model) Manifest() Manifest { return m.manifest }

// Policy is what a site wishes. The zero value takes the model's thresholds
// and counts only labels of no site as the site's own.
type Policy struct {
	Hold, Reject *float64 // probabilities of spam; nil: the model's own
	Site         string
	// Look, unless nil, is lent the folded text for as long as the call takes,
	// so that rules and campaigns need not fold it again.
	Look func(body *text.Folded)
}

// warmLabels is how many human labels of ham and of spam a site must have
// given, or shared with others, before its comments are rejected unseen.
const warmLabels = 200

// Cold tells whether the model has learned too few human labels of a site to
// reject its comments; it holds them instead.
func (m *Model) Cold(site string) bool {
	n := m.manifest.Sites[""]
	if site != "" {
		own := m.manifest.Sites[site]
		n.Ham, n.Spam = n.Ham+own.Ham, n.Spam+own.Spam
	}
	return m.manifest.Starter || n.Ham < warmLabels || n.Spam < warmLabels
}

// Thresholds returns the probabilities of spam from which comments are held and
// rejected under a policy; a reject of 0 means that none is. Without a spam head
// both are 0.
func (m *Model) Thresholds(p Policy) (hold, reject float64) {
	h := m.manifest.Spam
	if h == nil {
		return 0, 0
	}
	hold, reject = h.Hold, h.Reject
	if p.Hold != nil {
		hold = *p.Hold
	}
	if p.Reject != nil {
		reject = *p.Reject
	}
	if m.Cold(p.Site) {
		reject = 0
	}
	return hold, reject
}

// hit is a token of the text that the model knows.
type hit struct {
	token  int32 // index into the scanner's tokens
	block  block
	weight [heads]float32
}

// reading is what one text is scored with, lent from a pool.
type reading struct {
	scanner text.Scanner
	tokens  []text.Token
	likely  []int32 // the tokens that the model may know
	hits    []hit
	shares  []share
	names   []byte
	sum     [heads][blocks]float64
	count   [blocks]int
}

var readings = sync.Pool{New: func() any { return new(reading) }}

func (r *reading) read(m *Model, in Input) {
	r.tokens = scan(&r.scanner, in)
	r.hits, r.sum, r.count = r.hits[:0], [heads][blocks]float64{}, [blocks]int{}
	// At the home of most strangers there is nothing. To look there for all
	// tokens first makes no look wait for what another finds.
	r.likely = slices.Grow(r.likely[:0], len(r.tokens))[:len(r.tokens)]
	likely, slots := r.likely, m.table.slots
	n := 0
	for i := range r.tokens {
		likely[n] = int32(i)
		if slots[m.table.home(r.tokens[i].Hash)].hash != 0 {
			n++
		}
	}
	for _, i := range likely[:n] {
		t := &r.tokens[i]
		s := &m.table.slots[m.table.find(t.Hash)]
		if s.hash == 0 {
			continue
		}
		b := blockOf(t.Kind)
		r.count[b]++
		for h := range heads {
			r.sum[h][b] += float64(s.weight[h])
		}
		r.hits = append(r.hits, hit{})
		known := &r.hits[len(r.hits)-1] // written in its place, not copied to it
		known.token, known.block, known.weight = i, b, s.weight
	}
}

// factor is what a weight of a block is multiplied with in this text.
func (r *reading) factor(h *Head, b block) float64 {
	return h.Scale[b] / math.Sqrt(float64(max(1, r.count[b])))
}

func (r *reading) logit(h *Head, index int) float64 {
	z := h.Prior
	for b := range blocks {
		z += r.factor(h, b) * r.sum[index][b]
	}
	return z
}

// Verdict scores a comment. The signals explain the head that the action rests
// on: the spam head, unless the reason is abuse or there is no other. Their
// weights sum to the log odds of that head's probability.
func (m *Model) Verdict(in Input, p Policy) models.Verdict {
	r := readings.Get().(*reading)
	defer readings.Put(r)
	r.read(m, in)
	if p.Look != nil {
		p.Look(&r.scanner.Body)
	}
	v := models.Verdict{Action: models.Approve, Model: m.version}
	explained := abuseHead
	if h := m.manifest.Spam; h != nil {
		explained = spamHead
		v.Hold, v.Reject = m.Thresholds(p)
		spam := sigmoid(r.logit(h, spamHead))
		v.Spam = &spam
		switch {
		case v.Reject > 0 && spam >= v.Reject:
			v.Action, v.Reason = models.Reject, models.ReasonSpam
		case spam >= v.Hold:
			v.Action, v.Reason = models.Hold, models.ReasonSpam
		}
	}
	if h := m.manifest.Abuse; h != nil {
		abuse := sigmoid(r.logit(h, abuseHead))
		v.Abuse = &abuse
		if v.Action == models.Approve && abuse >= h.Hold {
			v.Action, v.Reason = models.Hold, models.ReasonAbuse
			explained = abuseHead
		}
		if m.manifest.Spam == nil {
			v.Hold = h.Hold
		}
	}
	if h := m.head(explained); h != nil {
		v.Signals = r.signals(h, explained)
	}
	return v
}

// maxSignals is how many tokens a verdict names; what the others say is one
// more signal.
const maxSignals = 12

// share is what one token, or one word with its pieces, adds to the log odds.
type share struct {
	hit    int32
	weight float64
}

// signals explains a score, strongest first.
func (r *reading) signals(h *Head, index int) []models.Signal {
	var factor [blocks]float64
	for b := range blocks {
		factor[b] = r.factor(h, b)
	}
	r.shares = r.shares[:0]
	word, start, end := -1, int32(0), int32(0) // the share of the word before, and its place
	for i := range r.hits {
		t := &r.hits[i]
		w := factor[t.block] * float64(t.weight[index])
		token := &r.tokens[t.token]
		// Pieces of a word are credited to the word they were cut from.
		if token.Kind == text.Chars && word >= 0 && start == token.Start && end == token.End {
			r.shares[word].weight += w
			continue
		}
		r.shares = append(r.shares, share{int32(i), w})
		if token.Kind == text.Word || token.Kind == text.Chars {
			word, start, end = len(r.shares)-1, token.Start, token.End
		}
	}
	shown := min(len(r.shares), maxSignals)
	strongest(r.shares, shown)
	out := make([]models.Signal, 0, shown+2)
	places := make([][2]int, shown)
	// All names are cut from one string.
	r.names = r.names[:0]
	var ends [maxSignals]int
	for i, s := range r.shares[:shown] {
		r.names = r.scanner.AppendName(r.names, r.tokens[r.hits[s.hit].token])
		ends[i] = len(r.names)
	}
	names, from := string(r.names), 0
	for i, s := range r.shares[:shown] {
		t := &r.tokens[r.hits[s.hit].token]
		signal := models.Signal{Name: names[from:ends[i]], Weight: s.weight}
		from = ends[i]
		if t.Start >= 0 {
			places[i][0], places[i][1] = r.scanner.Body.Origin(int(t.Start), int(t.End))
			signal.At = places[i : i+1 : i+1]
		}
		out = append(out, signal)
	}
	out = rank(out, models.Signal{Name: "prior", Weight: h.Prior})
	rest := 0.0
	for _, s := range r.shares[shown:] {
		rest += s.weight
	}
	if len(r.shares) > shown {
		out = rank(out, models.Signal{Name: "rest", Weight: rest})
	}
	return out
}

// rank puts a signal behind those that are as strong.
func rank(all []models.Signal, s models.Signal) []models.Signal {
	i := len(all)
	for i > 0 && math.Abs(all[i-1].Weight) < math.Abs(s.Weight) {
		i--
	}
	return slices.Insert(all, i, s)
}

// strongest brings the n strongest shares to the front, strongest first and of
// equals the earlier. Few of the rest get that far, so it beats a sort of all.
func strongest(all []share, n int) {
	for i, s := range all {
		at := i
		if i >= n {
			if n == 0 || math.Abs(s.weight) <= math.Abs(all[n-1].weight) {
				continue
			}
			at, all[i] = n-1, all[n-1]
		}
		for ; at > 0 && math.Abs(s.weight) > math.Abs(all[at-1].weight); at-- {
			all[at] = all[at-1]
		}
		all[at] = s
	}
}

// Evaluate measures a model on labelled rows.
func Evaluate(m *Model, rows labelRows) (Figures, error) {
	var langs, sources names
	var of [heads][]scored
	var f Figures
	r := new(reading)
	for l, err := range rows {
		if err != nil {
			return Figures{}, err
		}
		f.Rows++
		r.read(m, FromLabel(l))
		for i := range heads {
			h := m.head(i)
			if h == nil || (l.Label != models.Ham && l.Label != headClass[i]) {
				continue
			}
			of[i] = append(of[i], scored{sigmoid(r.logit(h, i)), l.Label == headClass[i], langs.of(l.Lang), sources.of(l.Source)})
		}
	}
	for i, p := range []**HeadFigures{&f.Spam, &f.Abuse} {
		if len(of[i]) > 0 {
			*p = headFigures(of[i], m.head(i).Hold, m.head(i).Reject, &langs, &sources)
		}
	}
	return f, nil
}
