package classifier

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"sync"

	"winnow/classifier/text"
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
	MaxTokens int       // 0: 200 thousand
	Datasets  []Dataset // of public label sets, for the manifest
	Starter   bool      // learned from public sets alone: never rejects
	Hold      float64   // hold at this probability of spam; 0: where fewer than 2 % of the ham would be held
	// Base, unless nil, is what the new model sets out from: its weights hold
	// wherever the labels say nothing else. It must not have learned from the
	// same labels, or the figures are too good.
	Base *Model
	// Progress is told now and then how much work is done, in rows, by one
	// goroutine at a time. The total is 0 while it is not known yet.
	Progress func(done, total int)
}

const (
	maxFolds        = 10
	maxMembers      = 4 * (maxFolds + 1)
	maxTrackedTexts = 4 << 20 // texts remembered to find duplicates and conflicts
	maxRows         = 1 << 20 // texts learned from; of more, a sample by hash
	maxOutOfFold    = 1 << 19 // held-out scores kept for calibration and figures
)

// trainer is one training under way.
type trainer struct {
	opt         TrainOptions
	params      hyperparams
	folds       int
	manifest    Manifest
	textClasses map[uint64]uint8 // classes that each text was given, a bit each
	vocabulary  *vocabulary
	scanner     text.Scanner
	langs       interner
	sources     interner
	uniqueTexts int        // rows after the copies are left out
	mu          sync.Mutex // guards done
	done        int
	total       int
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
	t.addPriors()
	t.vocabulary.selectTerms(uint32(t.opt.MinRows), t.opt.MaxTokens)
	s, err := newRowFile()
	if err != nil {
		return nil, Figures{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := t.encode(ctx, texts, s); err != nil {
		return nil, Figures{}, err
	}
	t.params.forDomainShift(t.domainShift())
	m, err := t.trainHeads(ctx, s)
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
		opt: opt, params: defaultHyperparams, vocabulary: newVocabulary(), textClasses: map[uint64]uint8{},
		folds: min(max(int(math.Round(1/opt.Holdout)), 2), maxFolds),
		manifest: Manifest{
			Scheme: text.Scheme, Seed: opt.Seed, Starter: opt.Starter, Datasets: opt.Datasets,
			Sources: map[string]Counts{}, Sites: map[string]Counts{},
		},
	}
}

func (t *trainer) reportProgress(rows int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done += rows
	t.opt.Progress(t.done, t.total)
}

// learn fits the heads that have labels and puts the model together.
func (t *trainer) trainHeads(ctx context.Context, rows *rowFile) (*Model, error) {
	var counts Counts
	for _, c := range t.manifest.Sources {
		counts.Ham, counts.Spam, counts.Abuse = counts.Ham+c.Ham, counts.Spam+c.Spam, counts.Abuse+c.Abuse
	}
	if counts.Ham == 0 || counts.Spam+counts.Abuse == 0 {
		return nil, models.Errorf(models.KindInvalid, "training needs labels of ham and of spam or abuse; there are %d of ham, %d of spam, %d of abuse", counts.Ham, counts.Spam, counts.Abuse)
	}
	trainedHeads := min(counts.Spam, 1) + min(counts.Abuse, 1)
	t.total = t.done + trainedHeads*t.params.epochs(rows.rows)*rows.rows
	m := &Model{manifest: t.manifest}
	m.manifest.Figures.Rows = t.manifest.Rows
	// The heads learn side by side: they share only the file, and t.step.
	var fitted [heads][]float64
	var errs [heads]error
	var wg sync.WaitGroup
	for i, class := range headClass {
		if class == models.Spam && counts.Spam == 0 || class == models.Abuse && counts.Abuse == 0 {
			continue
		}
		wg.Go(func() {
			var h *Head
			var f *HeadFigures
			h, f, fitted[i], errs[i] = t.fitHead(ctx, rows, class)
			if i == spamHead {
				m.manifest.Spam, m.manifest.Figures.Spam = h, f
			} else {
				m.manifest.Abuse, m.manifest.Figures.Abuse = h, f
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return t.assemble(m, fitted)
}

func (t *trainer) fitHead(ctx context.Context, rows *rowFile, class models.Class) (*Head, *HeadFigures, []float64, error) {
	prior := 0.0
	if base := t.opt.Base; base != nil && base.head(headIndex(class)) != nil {
		prior = base.head(headIndex(class)).Prior
	}
	e := newEnsemble(class, t.folds, len(t.vocabulary.terms), rows.rows, t.params, prior)
	if err := e.fit(ctx, rows, t.vocabulary, t.opt.Seed, t.reportProgress); err != nil {
		return nil, nil, nil, err
	}
	return t.calibrate(e, rows)
}

// assemble tells the engines what the tokens weigh, and reads from them the
// table that scores.
func (t *trainer) assemble(m *Model, fitted [heads][]float64) (*Model, error) {
	weights := make([][heads]float32, len(t.vocabulary.terms))
	for i, column := range fitted {
		if column == nil {
			continue
		}
		columnWeights := func(yield func(uint64, float64)) {
			for id, token := range t.vocabulary.terms {
				yield(token.hash, column[id])
			}
		}
		nb := newNaiveBayes(headClass[i], len(t.vocabulary.terms), columnWeights)
		for id, token := range t.vocabulary.terms {
			weights[id][i] = float32(bayesWeight(nb, token.hash))
		}
	}
	m.manifest.Tokens = len(t.vocabulary.terms)
	m.features = newFeatureTable(len(t.vocabulary.terms))
	for id, token := range t.vocabulary.terms {
		m.features.put(token.hash, weights[id])
	}
	return m.reload()
}
