package classifier

import (
	"context"
	"errors"
	"iter"
	"math"
	"sync"

	"winnow/classifier/text/features"
	"winnow/models"
)

type labelRows = iter.Seq2[models.Label, error]

// TrainOptions changes how a model is trained. The zero value is usable.
type TrainOptions struct {
	// Holdout is the share of the rows in one cross-validation fold, 0.1 to 0.5;
	// 0 means 0.2. Every row is held out once, with its fold.
	Holdout float64
	Seed    uint64
	// MinRows is the number of rows that a token must be in to get a weight; 0
	// means 2. Use 3 or more for a model that is published, so that it has no
	// token of a single person's text.
	MinRows   int
	MaxTokens int       // in the model; 0 means 204,800
	Datasets  []Dataset // public label sets among the rows, for the manifest
	Starter   bool      // the rows are public sets only: the model never rejects
	Hold      float64   // probability of spam at which to hold; 0: chosen so that under 2 % of the ham is held
	// Base, unless nil, is a model whose weights are the priors of the new one. It
	// must not have learned from the same labels, or the metrics are too good.
	Base *Model
	// Progress, unless nil, is called from time to time with the work done so far
	// and in all, in rows, by one goroutine at a time. The total is 0 as long as
	// it is unknown.
	Progress func(done, total int)
}

const (
	maxFolds        = 10
	maxMembers      = 4 * (maxFolds + 1) // of an ensemble with up to four variants
	maxTrackedTexts = 4 << 20            // texts in which duplicates and conflicts are found
	maxRows         = 1 << 20            // texts learned from; of more, a sample by hash
	maxOutOfFold    = 1 << 19            // out-of-fold scores used for calibration and metrics
)

// trainer is the state of one call of Train.
type trainer struct {
	opt         TrainOptions
	params      hyperparams
	folds       int
	manifest    Manifest
	textClasses map[uint64]uint8 // by textKey: bits of the classes that the text was given
	vocabulary  *vocabulary
	scanner     features.Scanner
	langs       interner
	sources     interner
	uniqueTexts int        // labels without duplicates
	mu          sync.Mutex // guards done
	done        int
	total       int
}

// Train trains a model on labels. It goes over rows once and keeps a copy in
// temporary files; the memory that it takes is bounded for any number of rows.
// The metrics are cross-validated: the rows are divided into folds, each fold is
// scored by a model that was fitted on the others, and the returned model is
// fitted on all.
//
// Duplicates, and texts that have labels of more than one class, are left out.
// Without ham, or without spam and abuse, the error is of models.KindInvalid.
func Train(ctx context.Context, rows iter.Seq2[models.Label, error], opt TrainOptions) (_ *Model, _ Metrics, err error) {
	t := newTrainer(opt)
	texts, err := createTemp()
	if err != nil {
		return nil, Metrics{}, err
	}
	defer func() { err = errors.Join(err, texts.Close()) }()
	if err := t.collect(ctx, rows, texts); err != nil {
		return nil, Metrics{}, err
	}
	t.addPriors()
	t.vocabulary.selectTerms(uint32(t.opt.MinRows), t.opt.MaxTokens)
	file, err := newRowFile()
	if err != nil {
		return nil, Metrics{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := t.encode(ctx, texts, file); err != nil {
		return nil, Metrics{}, err
	}
	t.params.forDomainShift(t.domainShift())
	m, err := t.trainHeads(ctx, file)
	if err != nil {
		return nil, Metrics{}, err
	}
	return m, m.manifest.Metrics, nil
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
			Scheme: features.Scheme, Seed: opt.Seed, Starter: opt.Starter, Datasets: opt.Datasets,
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

// trainHeads fits the heads that have labels and returns the model.
func (t *trainer) trainHeads(ctx context.Context, file *rowFile) (*Model, error) {
	var counts Counts
	for _, c := range t.manifest.Sources {
		counts.Ham, counts.Spam, counts.Abuse = counts.Ham+c.Ham, counts.Spam+c.Spam, counts.Abuse+c.Abuse
	}
	if counts.Ham == 0 || counts.Spam+counts.Abuse == 0 {
		return nil, models.Errorf(models.KindInvalid, "training needs labels of ham and of spam or abuse; there are %d of ham, %d of spam, %d of abuse", counts.Ham, counts.Spam, counts.Abuse)
	}
	trainedHeads := min(counts.Spam, 1) + min(counts.Abuse, 1)
	t.total = t.done + trainedHeads*t.params.epochs(file.rows)*file.rows
	m := &Model{manifest: t.manifest}
	m.manifest.Metrics.Rows = t.manifest.Rows
	// The heads are fitted concurrently. What they share is read-only, except for
	// the progress, which has a lock.
	var fitted [heads][]float64
	var errs [heads]error
	var wg sync.WaitGroup
	for i, class := range headClass {
		if class == models.Spam && counts.Spam == 0 || class == models.Abuse && counts.Abuse == 0 {
			continue
		}
		wg.Go(func() {
			var h *Head
			var f *HeadMetrics
			h, f, fitted[i], errs[i] = t.fitHead(ctx, file, class)
			if i == spamHead {
				m.manifest.Spam, m.manifest.Metrics.Spam = h, f
			} else {
				m.manifest.Abuse, m.manifest.Metrics.Abuse = h, f
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return t.assemble(m, fitted)
}

// fitHead returns a head, its metrics and its weights, see calibrate.
func (t *trainer) fitHead(ctx context.Context, file *rowFile, class models.Class) (*Head, *HeadMetrics, []float64, error) {
	bias := 0.0
	if base := t.opt.Base; base != nil && base.head(headIndex(class)) != nil {
		bias = base.head(headIndex(class)).Prior
	}
	e := newEnsemble(class, t.folds, len(t.vocabulary.terms), file.rows, t.params, bias)
	if err := e.fit(ctx, file, t.vocabulary, t.opt.Seed, t.reportProgress); err != nil {
		return nil, nil, nil, err
	}
	return t.calibrate(e, file)
}

// assemble fills the naive Bayes classifier of each head with the fitted weights
// of the terms, and the feature table with the weights that it gives back. They
// differ by rounding, see newNaiveBayes.
func (t *trainer) assemble(m *Model, fitted [heads][]float64) (*Model, error) {
	weights := make([][heads]float32, len(t.vocabulary.terms))
	for i, column := range fitted {
		if column == nil {
			continue
		}
		fittedWeights := func(yield func(uint64, float64) bool) {
			for id, term := range t.vocabulary.terms {
				if !yield(term.hash, column[id]) {
					return
				}
			}
		}
		nb := newNaiveBayes(headClass[i], fittedWeights)
		for id, term := range t.vocabulary.terms {
			weights[id][i] = float32(bayesWeight(nb, term.hash))
		}
	}
	m.manifest.Tokens = len(t.vocabulary.terms)
	m.features = newFeatureTable(len(t.vocabulary.terms))
	for id, term := range t.vocabulary.terms {
		m.features.put(term.hash, weights[id])
	}
	return m.reload()
}
