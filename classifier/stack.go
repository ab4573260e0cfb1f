package classifier

import (
	"context"
	"math/rand/v2"

	"winnow/models"
)

// learn fits the heads that have labels and puts the model together.
func (t *trainer) learn(ctx context.Context, s *spool) (*Model, error) {
	var n Counts
	for _, c := range t.manifest.Sources {
		n.Ham, n.Spam, n.Abuse = n.Ham+c.Ham, n.Spam+c.Spam, n.Abuse+c.Abuse
	}
	if n.Ham == 0 || n.Spam+n.Abuse == 0 {
		return nil, models.Errorf(models.KindInvalid, "training needs labels of ham and of spam or abuse; there are %d of ham, %d of spam, %d of abuse", n.Ham, n.Spam, n.Abuse)
	}
	t.total = t.done + 2*t.recipe.epochs*s.rows
	m := &Model{manifest: t.manifest}
	m.manifest.Figures.Rows = t.manifest.Rows
	var fitted [heads]*lanes
	for i, class := range headClass {
		if class == models.Spam && n.Spam == 0 || class == models.Abuse && n.Abuse == 0 {
			continue
		}
		l := newLanes(t.words, class, t.folds, t.recipe)
		if err := l.fit(ctx, s, t.opt.Seed, t.step); err != nil {
			return nil, err
		}
		h, f, err := t.calibrate(l, s)
		if err != nil {
			return nil, err
		}
		fitted[i] = l
		if i == spamHead {
			m.manifest.Spam, m.manifest.Figures.Spam = h, f
		} else {
			m.manifest.Abuse, m.manifest.Figures.Abuse = h, f
		}
	}
	return t.assemble(m, fitted)
}

// Shares of the ham that the default thresholds may flag.
const (
	mostHeld     = 0.02
	mostRejected = 0.002
	leastHold    = 0.1 // below it nobody would call a comment suspect
)

// calibrate turns the last lane's scores into probabilities and finds the
// thresholds, from the scores that the other lanes give to rows they never saw.
func (t *trainer) calibrate(l *lanes, s *spool) (*Head, *HeadFigures, error) {
	var rows []outOfFold
	var facts []scored
	z := make([]float64, l.n)
	rng := rand.New(rand.NewPCG(t.opt.Seed, 1))
	err := s.shuffled(rng, func(r *row) error {
		if (r.class != l.class && r.class != models.Ham) || r.copied || len(rows) >= maxScores {
			return nil
		}
		l.scores(r, z)
		rows = append(rows, outOfFold{z[r.fold], r.class == l.class, r.fold})
		facts = append(facts, scored{positive: r.class == l.class, lang: r.lang, source: r.source})
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	// Figures and thresholds rest on probabilities that neither the weights
	// nor the calibration had seen the row for.
	var without [maxFolds]line
	for f := range t.folds {
		without[f] = platt(rows, f)
	}
	var ham []float64
	positives := 0
	for i, r := range rows {
		facts[i].p = sigmoid(without[r.fold].at(r.score))
		if r.positive {
			positives++
		} else {
			ham = append(ham, facts[i].p)
		}
	}
	all := platt(rows, -1)
	h := &Head{Prior: all.at(l.bias[l.n-1])}
	for b := range blocks {
		h.Scale[b] = all.Slope * l.recipe.scale[b]
	}
	h.Hold = 0.5
	if at, ok := thresholdFor(ham, mostHeld); ok {
		h.Hold = max(at, leastHold)
	}
	if t.opt.Hold > 0 {
		h.Hold = t.opt.Hold
	}
	if at, ok := thresholdFor(ham, mostRejected); ok && l.class == models.Spam && !t.opt.Starter && min(len(ham), positives) >= warmLabels {
		h.Reject = max(at, h.Hold)
	}
	return h, headFigures(facts, h.Hold, h.Reject, &t.langs, &t.sources), nil
}

// assemble tells the engines what the tokens weigh, and reads from them the
// table that scores.
func (t *trainer) assemble(m *Model, fitted [heads]*lanes) (*Model, error) {
	weights := make([][heads]float32, len(t.words.tokens))
	for i, l := range fitted {
		if l == nil {
			continue
		}
		each := func(yield func(uint64, float64)) {
			for id, token := range t.words.tokens {
				yield(token.hash, float64(l.weight[id*l.n+l.n-1]*l.gain[id]))
			}
		}
		e := newEngine(headClass[i], len(t.words.tokens), each)
		for id, token := range t.words.tokens {
			weights[id][i] = float32(engineWeight(e, token.hash))
		}
	}
	m.manifest.Tokens = len(t.words.tokens)
	m.table = newTable(len(t.words.tokens))
	for id, token := range t.words.tokens {
		m.table.put(token.hash, weights[id])
	}
	return m.sealed()
}
