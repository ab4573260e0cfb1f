package classifier

import (
	"encoding/binary"
	"math"
	"slices"
	"sort"

	"winnow/classifier/text/normalize"
	"winnow/models"
)

// outOfFold is the section of a model file that keeps what the text of each label
// got from a model that was fitted without its fold, so that two models can be
// compared on texts that one of them has learned from. It is a list of entries,
// in the form of the file.
type outOfFold []byte

const (
	// An entry is the key of a text and its author, uint64, and the probabilities
	// of spam and of abuse, uint16 each, see quantize. Entries are sorted by key.
	entrySize = 12
	// maxEntries bounds the section to 1.2 MB, which a model in use keeps in memory:
	// those of the newest labels.
	maxEntries = 100_000
	// unlearned stands for the probability of a head that was not fitted on the text.
	unlearned = math.MaxUint16
)

func quantize(p float64) uint16 { return uint16(math.Round(p * (unlearned - 1))) }

func (o outOfFold) size() int { return len(o) / entrySize }

func (o outOfFold) key(i int) uint64 { return binary.LittleEndian.Uint64(o[i*entrySize:]) }

func (o outOfFold) probability(i, head int) *float64 {
	q := binary.LittleEndian.Uint16(o[i*entrySize+8+2*head:])
	if q == unlearned {
		return nil
	}
	p := float64(q) / (unlearned - 1)
	return &p
}

func (o outOfFold) sorted() bool {
	for i := 1; i < o.size(); i++ {
		if o.key(i) <= o.key(i-1) {
			return false
		}
	}
	return true
}

// OutOfFold returns the probabilities that the text of a label got in the
// cross-validation of the training, from a model that had not learned from it or
// from a near copy. They are nil for a head that has not learned from the text: the
// one of Verdict is as good. ok is false when the model has not learned from the
// text, or does not say, see KeepsAll.
func (m *Model) OutOfFold(l models.Label) (spam, abuse *float64, ok bool) {
	if len(m.outOfFold) == 0 {
		return nil, nil, false
	}
	var body, field normalize.Text
	body.Normalize(l.Text)
	key := labelKey(hashText(&body), &field, l)
	n := m.outOfFold.size()
	i := sort.Search(n, func(i int) bool { return m.outOfFold.key(i) >= key })
	if i == n || m.outOfFold.key(i) != key {
		return nil, nil, false
	}
	return m.outOfFold.probability(i, spamHead), m.outOfFold.probability(i, abuseHead), true
}

// KeepsAll reports whether OutOfFold knows all texts that the model learned from:
// it has not learned from any other, apart from those of its base model.
func (m *Model) KeepsAll() bool {
	return m.outOfFold.size() > 0 && m.outOfFold.size() == m.manifest.Rows
}

// keepOutOfFold sets the section of a model from the predictions of its heads.
func (t *trainer) keepOutOfFold(m *Model, fitted [heads]*fittedHead) {
	if t.opt.Starter { // what it learned from is nobody's labels
		return
	}
	type scores [heads]uint16
	byText := map[uint32]scores{}
	first := uint32(max(0, len(t.texts)-maxEntries))
	for i, f := range fitted {
		if f == nil {
			continue
		}
		for j, r := range f.rows {
			if r.text < first {
				continue
			}
			s, ok := byText[r.text]
			if !ok {
				s = scores{unlearned, unlearned}
			}
			if !m.head(i).Base {
				s[i] = quantize(sigmoid(logitOf(f.predictions[j].probability) + f.shift))
			}
			byText[r.text] = s
		}
	}
	texts := make([]uint32, 0, len(byText))
	for text := range byText {
		texts = append(texts, text)
	}
	slices.SortFunc(texts, func(a, b uint32) int {
		if t.keys[a] < t.keys[b] {
			return -1
		}
		return 1
	})
	le := binary.LittleEndian
	for _, text := range texts {
		m.outOfFold = le.AppendUint64(m.outOfFold, t.keys[text])
		for _, q := range byText[text] {
			m.outOfFold = le.AppendUint16(m.outOfFold, q)
		}
	}
}
