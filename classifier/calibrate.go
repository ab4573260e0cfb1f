package classifier

import (
	"context"
	"math"
	"math/rand/v2"

	"winnow/models"
)

// fittedHead is a head whose thresholds are not set yet.
type fittedHead struct {
	head        *Head
	weights     []float64 // of the terms, in the order of the vocabulary
	rows        []outOfFoldRow
	predictions []prediction // of the same rows, by stacks that were not fitted on them
	shift       float64      // what the traffic has added to the prior
}

// fitHead fits the weights of a head to the rows of the file.
func (t *trainer) fitHead(ctx context.Context, file *rowFile, head int) (*fittedHead, error) {
	bias := 0.0
	if base := t.opt.Base; base != nil && base.head(head) != nil {
		bias = base.head(head).Prior
	}
	weights := make([]float32, file.rows)
	for i, text := range t.rowTexts {
		weights[i] = t.texts[text].weight
	}
	e := newEnsemble(headClass[head], t.folds, len(t.vocabulary.terms), weights, t.params[head], bias)
	if err := e.fit(ctx, file, t.vocabulary, t.opt.Seed, t.reportProgress); err != nil {
		return nil, err
	}
	return t.calibrate(e, file)
}

// calibrate fits the stack of a head to out-of-fold scores.
func (t *trainer) calibrate(e *ensemble, file *rowFile) (*fittedHead, error) {
	c := t.newColumns(e)
	rows, predictions, err := t.scoreOutOfFold(c, file)
	if err != nil {
		return nil, err
	}
	// The metrics and the thresholds need probabilities from a stack, too, that
	// was not fitted on the row: one stack for each fold.
	penalty := c.penaltyFactors()
	for i, strength := 0, t.stackPenalty(rows, e.class); i < len(penalty); i++ {
		penalty[i] *= strength
	}
	fit := newStackFit(rows, c.means(t.domainShift(e.class)), penalty)
	var stacks [maxFolds]*stack
	for fold := range t.folds {
		stacks[fold] = fit.fit(fold)
	}
	for i, r := range rows {
		predictions[i].probability = sigmoid(stacks[r.fold].logOdds(r.scores))
	}
	final := fit.fit(-1)
	weights, prior := c.combine(final, t.vocabulary)
	h := &Head{Prior: prior, Scale: e.params.blockScale}
	t.keepIntents(weights, e, h)
	for i, name := range c.names {
		h.Columns = append(h.Columns, Column{name, final.weights[i]})
	}
	return &fittedHead{head: h, weights: weights, rows: rows, predictions: predictions}, nil
}

// scoreOutOfFold scores each row with what was fitted without its fold. The
// predictions are of the same rows; they have no probability yet.
func (t *trainer) scoreOutOfFold(c *columns, file *rowFile) (rows []outOfFoldRow, predictions []prediction, err error) {
	e := c.ensemble
	rng := rand.New(rand.NewPCG(t.opt.Seed, 1))
	err = file.shuffled(rng, func(r *row) error {
		if !e.includes(r) || r.augmented || len(rows) >= maxOutOfFold {
			return nil
		}
		text := t.rowTexts[r.index]
		rows = append(rows, outOfFoldRow{c.scores(r), t.texts[text].weight, r.class == e.class, r.fold, text})
		predictions = append(predictions, prediction{positive: r.class == e.class, lang: r.lang, source: r.source, cluster: t.texts[text].cluster})
		return nil
	})
	return rows, predictions, err
}

// stackPenalty returns the penalty of the stacks. The weights that fit the
// sources of the labels best are not the best ones for another source, where the
// plain average of the regressions does better. So the penalty grows with the
// domain shift and, like the log loss, with the number of rows. With few clusters of
// either class the out-of-fold scores say little. The constants were chosen by
// hand with cmd/accuracy.
func (t *trainer) stackPenalty(rows []outOfFoldRow, class models.Class) float64 {
	ham, positive := t.countClusters(rows, func(*labelledText) bool { return true })
	few := float64(20*t.folds) / float64(min(ham, positive)+1)
	return max(0.5, few, t.domainShift(class)*float64(len(rows))/10)
}

// countClusters counts the clusters of near copies among the rows of either class.
func (t *trainer) countClusters(rows []outOfFoldRow, counts func(*labelledText) bool) (ham, positive int) {
	type group struct {
		cluster  uint32
		positive bool
	}
	seen := map[group]bool{}
	for _, r := range rows {
		text := &t.texts[r.text]
		g := group{text.cluster, r.positive}
		if seen[g] || !counts(text) {
			continue
		}
		seen[g] = true
		if r.positive {
			positive++
		} else {
			ham++
		}
	}
	return ham, positive
}

// uncontradictedPrior is the share of intentPriors that an intent keeps, without
// a base model, as long as no label contradicts it.
const uncontradictedPrior = 0.9

// keepIntents gives intents that the labels do not contradict at least the weight
// that they have in the base model, or before any label: labels of other spam
// must not make the model forget what spam asks for. A label of ham that has the
// intent contradicts it. The scale of the block goes into the weights, so that those of
// the base are not above maxWeight.
func (t *trainer) keepIntents(weights []float64, e *ensemble, head *Head) {
	h := headIndex(e.class)
	n := e.folds + 1
	scale := e.params.blockScale[intentBlock]
	head.Scale[intentBlock] = 1
	for id := range t.vocabulary.terms {
		term := &t.vocabulary.terms[id]
		if term.block != intentBlock {
			continue
		}
		weights[id] *= scale
		if e.counts[id*n+e.folds].ham > 0 {
			continue
		}
		// That none of n ham has it shows a ratio of n/3 to 1 with 95 % confidence
		// (Hanley and Lippman-Hand 1983, "If nothing goes wrong, is everything all right?").
		shown := math.Log(max(1, float64(e.totals[e.folds].ham)/3))
		known := uncontradictedPrior * float64(term.prior[h]) * scale
		if base := t.opt.Base; base != nil && base.head(h) != nil {
			known = float64(term.base[h]) * base.head(h).Scale[intentBlock]
		}
		weights[id] = max(weights[id], min(known, shown))
	}
}
