package classifier

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"

	"winnow/classifier/text"
	"winnow/classifier/text/disguise"
	"winnow/models"
)

type labelRows = iter.Seq2[models.Label, error]

// TrainOptions changes how a model is trained. The zero value is usable.
type TrainOptions struct {
	// Holdout is the share of the rows that is held out at a time, 0.1 to 0.5;
	// 0 means 0.2. Every row is held out once.
	Holdout float64
	Seed    uint64
	// MinRows is the number of rows that a token must be in to be learned; 0
	// means 2. A model that is given away should have 3 or more, so that it
	// holds nothing that only one person wrote.
	MinRows   int
	MaxTokens int      // 0: 200 thousand
	Origins   []Origin // of public label sets, for the manifest
	Starter   bool     // learned from public sets alone: never rejects
	Hold      float64  // hold at this probability of spam; 0: where fewer than 2 % of the ham would be held
	// Base, unless nil, is what the new model sets out from: its weights hold
	// wherever the labels say nothing else. It must not have learned from the
	// same labels, or the figures are too good.
	Base *Model
	// Progress is told now and then how much work is done, in rows, by one
	// goroutine at a time. The total is 0 while it is not known yet.
	Progress func(done, total int)
}

const (
	maxFolds  = 10
	maxLanes  = 4 * (maxFolds + 1)
	maxKnown  = 4 << 20 // texts remembered to find duplicates and conflicts
	maxRows   = 1 << 20 // texts learned from; of more, a sample by hash
	maxScores = 1 << 19 // held-out scores kept for calibration and figures
)

// trainer is one training under way.
type trainer struct {
	opt      TrainOptions
	recipe   recipe
	folds    int
	manifest Manifest
	known    map[uint64]uint8 // classes that each text was given, a bit each
	words    *vocabulary
	scanner  text.Scanner
	langs    names
	sources  names
	distinct int        // rows after the copies are left out
	progress sync.Mutex // guards done
	done     int
	total    int
}

// Train learns from labels given by people. It goes over rows once; in memory
// it keeps what does not grow with them. The figures are of rows that were
// held out: the rows are cut into folds, each fold is scored by a model that
// learned from the others, and the model returned learned from all.
//
// Texts with more than one class are left out, and so are copies of a text.
func Train(ctx context.Context, rows iter.Seq2[models.Label, error], opt TrainOptions) (_ *Model, _ Figures, err error) {
	t := newTrainer(opt)
	texts, err := os.CreateTemp("", "winnow-labels-*")
	if err != nil {
		return nil, Figures{}, fmt.Errorf("make a temporary file for training: %w", err)
	}
	defer func() { err = errors.Join(err, texts.Close(), os.Remove(texts.Name())) }()
	if err := t.collect(ctx, rows, texts); err != nil {
		return nil, Figures{}, err
	}
	t.expect()
	t.words.choose(uint32(t.opt.MinRows), t.opt.MaxTokens)
	s, err := newSpool()
	if err != nil {
		return nil, Figures{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := t.encode(ctx, texts, s); err != nil {
		return nil, Figures{}, err
	}
	// Labels of one place know it better than the priors do.
	v := t.variety()
	t.recipe.scale[callBlock], t.recipe.trust, t.recipe.held = 0.2+0.8*v, 0.2+0.8*v, 1-0.6*v
	m, err := t.learn(ctx, s)
	if err != nil {
		return nil, Figures{}, err
	}
	return m, m.manifest.Figures, nil
}

func newTrainer(opt TrainOptions) *trainer {
	if opt.Holdout <= 0 {
		opt.Holdout = 0.2
	}
	if opt.MinRows <= 0 {
		opt.MinRows = 2
	}
	if opt.MaxTokens <= 0 {
		opt.MaxTokens = maxTokens
	}
	if opt.Progress == nil {
		opt.Progress = func(int, int) {}
	}
	return &trainer{
		opt: opt, recipe: standard, words: newVocabulary(), known: map[uint64]uint8{},
		folds: min(max(int(math.Round(1/opt.Holdout)), 2), maxFolds),
		manifest: Manifest{
			Scheme: text.Scheme, Seed: opt.Seed, Starter: opt.Starter, Origins: opt.Origins,
			Sources: map[string]Counts{}, Sites: map[string]Counts{},
		},
	}
}

// carried is how much of what the base says a new model expects: the words of
// other places carry over less than what comments ask for.
const carried = 0.2

// expect tells the vocabulary what is known before the first label.
func (t *trainer) expect() {
	called := map[uint64]bool{}
	for name, weight := range priors {
		hash := text.Hash(text.Call, name)
		called[hash] = true
		t.words.expect(token{hash: hash, block: callBlock, prior: [heads]float32{spamHead: weight}, kept: true})
	}
	if t.opt.Base == nil {
		return
	}
	for _, s := range t.opt.Base.table.slots {
		if s.hash != 0 {
			prior := s.weight
			if !called[s.hash] {
				for h := range prior {
					prior[h] *= carried
				}
			}
			t.words.expect(token{hash: s.hash, prior: prior})
		}
	}
	t.manifest.Base = t.opt.Base.version
	t.manifest.Origins = append(slices.Clone(t.manifest.Origins), t.opt.Base.manifest.Origins...)
}

func (t *trainer) step(rows int) {
	t.progress.Lock()
	defer t.progress.Unlock()
	t.done += rows
	t.opt.Progress(t.done, t.total)
}

// kept is a label as the first temporary file holds it.
type kept struct {
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
		if t.step(1); t.done%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		tokens := scan(&t.scanner, FromLabel(l))
		key := t.key()
		before, seen := t.known[key]
		if seen || len(t.known) < maxKnown {
			t.known[key] = before | classBit[l.Label]
		}
		if before&classBit[l.Label] != 0 {
			t.manifest.Duplicates++
			continue
		}
		t.distinct++
		for _, token := range tokens {
			t.words.count(token.Hash, blockOf(token.Kind), l.Label)
		}
		if err := out.Encode(kept{key, l}); err != nil {
			return fmt.Errorf("write the temporary training file: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	return nil
}

// key tells texts apart that are not the same after folding.
func (t *trainer) key() uint64 {
	h := fnv.New64a()
	h.Write(t.scanner.Body.Text) // a hash never fails to write
	return h.Sum64()
}

// encode turns the texts into rows of token numbers, without those that were
// given more than one class.
func (t *trainer) encode(ctx context.Context, texts io.ReadSeeker, s *spool) error {
	if _, err := texts.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the temporary training file: %w", err)
	}
	in := json.NewDecoder(bufio.NewReaderSize(texts, 1<<18))
	conflicts := map[uint64]bool{}
	var r row
	for n := 0; ; n++ {
		var k kept
		if err := in.Decode(&k); errors.Is(err, io.EOF) {
			t.manifest.Conflicts = len(conflicts)
			return s.flush()
		} else if err != nil {
			return fmt.Errorf("read the temporary training file: %w", err)
		}
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if c := t.known[k.Key]; c&(c-1) != 0 {
			conflicts[k.Key] = true
			continue
		}
		if !t.sampled(k.Key) {
			continue
		}
		t.record(k.Label)
		r = row{class: k.Label.Label, fold: t.foldOf(k.Key), lang: t.langs.of(k.Label.Lang), source: t.sources.of(k.Label.Source), ids: r.ids}
		if err := t.put(s, &r, k.Label); err != nil {
			return err
		}
		rng := rand.New(rand.NewPCG(k.Key, t.opt.Seed))
		if rng.Float64() < t.copies(k.Label.Label) {
			k.Label.Text = disguise.Apply(lossy[rng.IntN(len(lossy))], rng, k.Label.Text)
			r.copied = true
			if err := t.put(s, &r, k.Label); err != nil {
				return err
			}
		}
	}
}

// lossy disguises cannot be undone by folding. So that the spam head does not
// rest on whole words alone, it also learns from copies of comments that wear
// one; ham too, because honest people mistype.
var lossy = []disguise.Kind{disguise.Drop, disguise.Swap, disguise.Insert, disguise.Star, disguise.Split}

// copies is the share of the rows of a class that is copied in disguise. The
// more rows there are, the more real disguises and slips they hold.
func (t *trainer) copies(class models.Class) float64 {
	few := min(1, 30_000/float64(t.distinct))
	switch class {
	case models.Spam:
		return few
	case models.Ham:
		return 0.1 * few
	}
	return 0
}

func (t *trainer) put(s *spool, r *row, l models.Label) error {
	t.number(r, FromLabel(l))
	if err := s.put(r); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	return nil
}

func (t *trainer) number(r *row, in Input) {
	for b := range r.ids {
		r.ids[b] = r.ids[b][:0]
	}
	for _, token := range scan(&t.scanner, in) {
		if id, ok := t.words.number[token.Hash]; ok {
			b := blockOf(token.Kind)
			r.ids[b] = append(r.ids[b], id)
		}
	}
}

// sampled tells whether a text is among those learned from.
func (t *trainer) sampled(key uint64) bool {
	return t.distinct <= maxRows || float64(t.hash(key)) < math.MaxUint32*float64(maxRows)/float64(t.distinct)
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
func (t *trainer) record(l models.Label) {
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
	t.words.rows++
}
