package classifier

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"sync"

	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
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
	// means 1 with fewer than 500 texts, and 2 with more. Use 3 or more for a model
	// that is published, so that it has no token of a single person's text.
	MinRows   int
	MaxTokens int       // in the model; 0 means 204,800
	Datasets  []Dataset // public label sets among the rows, for the manifest
	Starter   bool      // the rows are public sets only: the model never rejects
	// Silent, unless nil, reports whether ham says nothing of a class, because the labels
	// have nothing of that class in its language, or from the same place: its words would
	// all speak against it.
	Silent    func(models.Label, models.Class) bool
	Hold      float64 // probability of spam at which to hold; 0: by HoldBudget
	HoldAbuse float64 // the same of abuse
	// Ignored are words that no head learns.
	Ignored []string
	// Base, unless nil, is a model whose weights are the priors of the new one. It
	// must not have learned from the same labels, or the metrics are too good.
	Base *Model
	// Traffic, unless nil, are the last comments of the installation's sites, newest
	// first, labelled or not. The priors and the hold thresholds are set from it;
	// without it, from the labels. It is read once, after the labels.
	Traffic iter.Seq2[Sample, error]
	// HoldBudget is the share of what is neither spam nor abuse that may be held;
	// 0 means 0.02. HoldBudgets are the shares of the sites that have their own.
	HoldBudget  float64
	HoldBudgets map[string]float64
	// Conflict, unless nil, is called for every text that has labels of more than
	// one class.
	Conflict func(Conflict)
	// WithoutColumns names columns of the stack that are left out, to measure
	// what each is good for. See Head.Columns.
	WithoutColumns []string
	// Progress, unless nil, is called from time to time with the work done so far
	// and in all, in rows, by one goroutine at a time. The total is 0 as long as
	// it is unknown.
	Progress func(done, total int)
}

const (
	maxFolds     = 10
	maxMembers   = 4 * (maxFolds + 1) // of an ensemble with up to four variants
	maxRows      = 1 << 20            // texts learned from; of more, a sample by hash
	maxOutOfFold = 1 << 19            // out-of-fold scores used for calibration and metrics
)

// trainer is the state of one call of Train.
type trainer struct {
	opt        TrainOptions
	params     [heads]hyperparams
	folds      int
	manifest   Manifest
	traffic    *os.File       // samples in JSON, see collectTraffic; nil: there are none
	texts      []labelledText // in the order of their first labels
	keys       []uint64       // of the texts, see labelKey
	votes      []vote
	rowTexts   []uint32 // by index of the row: index into texts
	vocabulary *vocabulary
	scanner    features.Scanner
	field      normalize.Text
	plain      map[uint64]bool // see countDisguised
	langs      interner
	sources    interner
	labellers  interner

	described map[clusterClass]bool // see describe
	undated   bool                  // see describe

	distrusted             map[uint16]bool // labellers whose labels weigh less, see weighLabellers
	unknown, unknownChosen int             // see noteUnknown
	unknownHeld            bool            // see checkUnknown

	mu    sync.Mutex // guards done, total and the manifest's notes
	done  int
	total int
}

// Train trains a model on labels. It goes over rows once and keeps a copy in
// temporary files; the memory that it takes is bounded for any number of rows.
//
// Labels of the same text by the same author are votes, see countVotes. Texts
// are weighed by the inverse of their selection rate, and those of one cluster of
// near copies and of one labeller are limited together, see weighTexts. The
// metrics are cross-validated: the clusters are divided into folds, each fold is
// scored by a model that was fitted on the others, and the returned model is
// fitted on all.
//
// A head without labels, or with labels that show too little, is the one of the
// base model, or does not hold. The notes of the manifest say so. Without ham, or
// without spam and abuse, the error is of models.KindInvalid.
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
	if err := t.collectTraffic(ctx); err != nil {
		return nil, Metrics{}, err
	}
	if t.traffic != nil {
		defer func() { err = errors.Join(err, t.traffic.Close()) }()
	}
	t.checkUnknown()
	t.countVotes()
	t.weighTexts()
	t.ignoreWords()
	t.learnAddress()
	t.addPriors()
	t.vocabulary.selectTerms(t.minRows(), t.opt.MaxTokens)
	file, err := newRowFile()
	if err != nil {
		return nil, Metrics{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := t.encode(ctx, texts, file); err != nil {
		return nil, Metrics{}, err
	}
	for i := range t.params {
		t.params[i].forDomainShift(t.domainShift(headClass[i]))
	}
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
	if opt.MaxTokens <= 0 {
		opt.MaxTokens = maxTokens
	}
	if opt.Progress == nil {
		opt.Progress = func(int, int) {}
	}
	return &trainer{
		opt: opt, params: [heads]hyperparams{spamHead: spamHyperparams, abuseHead: abuseHyperparams}, vocabulary: newVocabulary(), plain: map[uint64]bool{}, distrusted: map[uint16]bool{},
		folds: min(max(int(math.Round(1/opt.Holdout)), 2), maxFolds),
		manifest: Manifest{
			HoldBudgets: opt.HoldBudgets,
			Scheme:      features.Scheme, Seed: opt.Seed, Starter: opt.Starter, Datasets: opt.Datasets,
			Sources: map[string]Counts{}, Sites: map[string]Counts{}, SiteClusters: map[string]Counts{},
		},
	}
}

// fewTexts is the number of texts below which tokens of a single text get a weight, too:
// few others share a token with the next comment yet.
const fewTexts = 500

func (t *trainer) minRows() uint32 {
	switch {
	case t.opt.MinRows > 0:
		return uint32(t.opt.MinRows)
	case len(t.texts) < fewTexts:
		return 1
	}
	return 2
}

// note adds a sentence to the notes of the manifest.
func (t *trainer) note(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.manifest.Notes = append(t.manifest.Notes, fmt.Sprintf(format, args...))
}

func (t *trainer) reportProgress(rows int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done += rows
	t.opt.Progress(t.done, t.total)
}
