package classifier

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"

	"winnow/classifier/text/disguise"
	"winnow/models"
)

// collectedLabel is a label in the first temporary file, with the key of its
// text.
type collectedLabel struct {
	Key   uint64       `json:"k"`
	Label models.Label `json:"l"`
}

var classBit = map[models.Class]uint8{models.Ham: 1, models.Spam: 2, models.Abuse: 4}

// collect goes over the labels once. It writes those that are no duplicates to a
// file, counts their tokens and notes the classes that each text was given.
func (t *trainer) collect(ctx context.Context, rows labelRows, texts io.Writer) error {
	w := bufio.NewWriterSize(texts, 1<<18)
	out := json.NewEncoder(w)
	for l, err := range rows {
		if err != nil {
			return err
		}
		if t.reportProgress(1); t.done%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		tokens := tokenize(&t.scanner, FromLabel(l))
		key := t.textKey()
		classes, tracked := t.textClasses[key]
		if tracked || len(t.textClasses) < maxTrackedTexts {
			t.textClasses[key] = classes | classBit[l.Label]
		}
		if classes&classBit[l.Label] != 0 {
			t.manifest.Duplicates++
			continue
		}
		t.uniqueTexts++
		for _, token := range tokens {
			t.vocabulary.count(token.Hash, blockOf(token.Kind), l.Label)
		}
		if err := out.Encode(collectedLabel{key, l}); err != nil {
			return fmt.Errorf("write the temporary training file: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	return nil
}

// textKey returns the hash of the normalized text that was scanned last. Two
// labels with the same key are taken for labels of the same text.
func (t *trainer) textKey() uint64 {
	h := fnv.New64a()
	h.Write(t.scanner.Body.Bytes) // a hash never fails to write
	return h.Sum64()
}

// encode turns the collected labels into rows of term ids, without texts that
// were given more than one class. Some rows are followed by an augmented copy.
func (t *trainer) encode(ctx context.Context, texts io.ReadSeeker, out *rowFile) error {
	if _, err := texts.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the temporary training file: %w", err)
	}
	in := json.NewDecoder(bufio.NewReaderSize(texts, 1<<18))
	conflicts := map[uint64]bool{}
	var r row
	for n := 0; ; n++ {
		var c collectedLabel
		if err := in.Decode(&c); errors.Is(err, io.EOF) {
			t.manifest.Conflicts = len(conflicts)
			return out.flush()
		} else if err != nil {
			return fmt.Errorf("read the temporary training file: %w", err)
		}
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if classes := t.textClasses[c.Key]; classes&(classes-1) != 0 { // more than one bit is set
			conflicts[c.Key] = true
			continue
		}
		if !t.sampled(c.Key) {
			continue
		}
		t.countLabel(c.Label)
		r = row{
			class: c.Label.Label, fold: t.foldOf(c.Key),
			lang: t.langs.id(c.Label.Lang), source: t.sources.id(c.Label.Source),
			terms: r.terms, // reuses the memory
		}
		if err := t.writeRow(out, &r, c.Label); err != nil {
			return err
		}
		rng := rand.New(rand.NewPCG(c.Key, t.opt.Seed))
		if rng.Float64() < t.augmentationRate(c.Label.Label) {
			c.Label.Text = disguise.Apply(lossyDisguises[rng.IntN(len(lossyDisguises))], rng, c.Label.Text)
			r.augmented = true
			if err := t.writeRow(out, &r, c.Label); err != nil {
				return err
			}
		}
	}
}

// lossyDisguises are those that normalization cannot undo. The spam head also
// learns from copies of comments with such a disguise, so that it does not rely
// on whole words only. Ham is copied too, because honest people mistype.
var lossyDisguises = []disguise.Kind{disguise.Drop, disguise.Swap, disguise.Insert, disguise.Star, disguise.Split}

// augmentationRate returns the share of a class's rows that is copied with a
// disguise. It falls above 30,000 texts, which contain enough real disguises and
// typing errors. The rates were chosen by hand with cmd/accuracy, table
// "evasion".
func (t *trainer) augmentationRate(class models.Class) float64 {
	rate := min(1, 30_000/float64(t.uniqueTexts))
	switch class {
	case models.Spam:
		return rate
	case models.Ham:
		return 0.1 * rate
	}
	return 0
}

// writeRow appends a label to the row file; r holds its other fields.
func (t *trainer) writeRow(out *rowFile, r *row, l models.Label) error {
	t.fillRow(r, FromLabel(l))
	if err := out.append(r); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	return nil
}

// fillRow sets the terms of a row: those of the text that the vocabulary has.
func (t *trainer) fillRow(r *row, in Input) {
	for b := range r.terms {
		r.terms[b] = r.terms[b][:0]
	}
	for _, token := range tokenize(&t.scanner, in) {
		if id, ok := t.vocabulary.ids[token.Hash]; ok {
			b := blockOf(token.Kind)
			r.terms[b] = append(r.terms[b], id)
		}
	}
}

// sampled reports whether a text is learned from: all are, up to maxRows texts;
// of more, a random sample of about that many.
func (t *trainer) sampled(key uint64) bool {
	return t.uniqueTexts <= maxRows || float64(t.hash(key)) < math.MaxUint32*float64(maxRows)/float64(t.uniqueTexts)
}

// hash returns a pseudorandom number for a text, which depends on the seed.
func (t *trainer) hash(key uint64) uint32 {
	return uint32((key ^ t.opt.Seed) * 0x9e3779b97f4a7c15 >> 32)
}

// foldOf returns the cross-validation fold of a text. Equal texts share a fold,
// so that no member of the ensemble has seen the text of a held-out row.
func (t *trainer) foldOf(key uint64) uint8 {
	return uint8(t.hash(key) % uint32(t.folds))
}

// maxSites is how many sites, and how many sources, a manifest names; the rest
// are counted as "others".
const maxSites = 1000

// countLabel adds a label that is learned from to the manifest.
func (t *trainer) countLabel(l models.Label) {
	t.manifest.Rows++
	t.describe(l)
	add := func(m map[string]Counts, name, others string) {
		if _, ok := m[name]; !ok && len(m) >= maxSites {
			name = others
		}
		c := m[name]
		c.add(l.Label)
		m[name] = c
	}
	add(t.manifest.Sites, l.Site, "others")
	add(t.manifest.Sources, l.Source, "others")
	t.vocabulary.rows++
}
