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

// kept is a label as the first temporary file holds it.
type collectedLabel struct {
	Key   uint64       `json:"k"`
	Label models.Label `json:"l"`
}

var classBit = map[models.Class]uint8{models.Ham: 1, models.Spam: 2, models.Abuse: 4}

// collect goes over the labels once: it writes each text to a file, counts
// its tokens and remembers its classes.
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

// key tells texts apart that are not the same after folding.
func (t *trainer) textKey() uint64 {
	h := fnv.New64a()
	h.Write(t.scanner.Body.Text) // a hash never fails to write
	return h.Sum64()
}

// encode turns the texts into rows of token numbers, without those that were
// given more than one class.
func (t *trainer) encode(ctx context.Context, texts io.ReadSeeker, out *rowFile) error {
	if _, err := texts.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the temporary training file: %w", err)
	}
	in := json.NewDecoder(bufio.NewReaderSize(texts, 1<<18))
	conflicts := map[uint64]bool{}
	var r row
	for n := 0; ; n++ {
		var collected collectedLabel
		if err := in.Decode(&collected); errors.Is(err, io.EOF) {
			t.manifest.Conflicts = len(conflicts)
			return out.flush()
		} else if err != nil {
			return fmt.Errorf("read the temporary training file: %w", err)
		}
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if c := t.textClasses[collected.Key]; c&(c-1) != 0 {
			conflicts[collected.Key] = true
			continue
		}
		if !t.sampled(collected.Key) {
			continue
		}
		t.countLabel(collected.Label)
		r = row{class: collected.Label.Label, fold: t.foldOf(collected.Key), lang: t.langs.id(collected.Label.Lang), source: t.sources.id(collected.Label.Source), terms: r.terms}
		if err := t.writeRow(out, &r, collected.Label); err != nil {
			return err
		}
		rng := rand.New(rand.NewPCG(collected.Key, t.opt.Seed))
		if rng.Float64() < t.augmentationRate(collected.Label.Label) {
			collected.Label.Text = disguise.Apply(lossyDisguises[rng.IntN(len(lossyDisguises))], rng, collected.Label.Text)
			r.augmented = true
			if err := t.writeRow(out, &r, collected.Label); err != nil {
				return err
			}
		}
	}
}

// lossy disguises cannot be undone by folding. So that the spam head does not
// rest on whole words alone, it also learns from copies of comments that wear
// one; ham too, because honest people mistype.
var lossyDisguises = []disguise.Kind{disguise.Drop, disguise.Swap, disguise.Insert, disguise.Star, disguise.Split}

// copies is the share of the rows of a class that is copied in disguise. The
// more rows there are, the more real disguises and slips they hold.
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

func (t *trainer) writeRow(out *rowFile, r *row, l models.Label) error {
	t.fillRow(r, FromLabel(l))
	if err := out.append(r); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	return nil
}

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

// sampled tells whether a text is among those learned from.
func (t *trainer) sampled(key uint64) bool {
	return t.uniqueTexts <= maxRows || float64(t.hash(key)) < math.MaxUint32*float64(maxRows)/float64(t.uniqueTexts)
}

// hash draws a number for a text.
func (t *trainer) hash(key uint64) uint32 {
	return uint32((key ^ t.opt.Seed) * 0x9e3779b97f4a7c15 >> 32)
}

// foldOf deals texts to folds, the same text always to the same.
func (t *trainer) foldOf(key uint64) uint8 {
	return uint8(t.hash(key) % uint32(t.folds))
}

// maxSites bounds how many sites and sources a manifest names.
const maxSites = 1000

// record counts a label that is learned from.
func (t *trainer) countLabel(l models.Label) {
	t.manifest.Rows++
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
