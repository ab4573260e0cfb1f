package classifier

import (
	"context"
	"math"
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
	var fitted [heads][]float32
	for i, class := range headClass {
		if class == models.Spam && n.Spam == 0 || class == models.Abuse && n.Abuse == 0 {
			continue
		}
		l := newLanes(t.words, class, t.folds, s.rows, t.recipe)
		if err := l.fit(ctx, s, t.opt.Seed, t.step); err != nil {
			return nil, err
		}
		h, f, lane, err := t.calibrate(l, s)
		if err != nil {
			return nil, err
		}
		fitted[i] = l.column(lane)
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

// calibrate chooses the cost, turns the scores of its lane that saw all rows
// into probabilities and finds the thresholds, from the scores that the other
// lanes give to rows they never saw.
func (t *trainer) calibrate(l *lanes, s *spool) (*Head, *HeadFigures, int, error) {
	rows := make([][]outOfFold, len(l.recipe.costs))
	var facts []scored
	rng := rand.New(rand.NewPCG(t.opt.Seed, 1))
	err := s.shuffled(rng, func(r *row) error {
		if (r.class != l.class && r.class != models.Ham) || r.copied || len(facts) >= maxScores {
			return nil
		}
		l.scores(r)
		for c := range rows {
			rows[c] = append(rows[c], outOfFold{l.z[l.lane(c, int(r.fold))], r.class == l.class, r.fold})
		}
		facts = append(facts, scored{positive: r.class == l.class, lang: r.lang, source: r.source})
		return nil
	})
	if err != nil {
		return nil, nil, 0, err
	}
	best, cost := math.Inf(1), 0
	for c := range rows {
		if loss := t.foretell(rows[c], facts); loss < best {
			best, cost = loss, c
		}
	}
	t.foretell(rows[cost], facts)
	var ham []float64
	for _, f := range facts {
		if !f.positive {
			ham = append(ham, f.p)
		}
	}
	all, lane := platt(rows[cost], -1), l.lane(cost, l.folds)
	h := &Head{Cost: l.recipe.costs[cost], Prior: all.at(float64(l.bias[lane]))}
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
	if at, ok := thresholdFor(ham, mostRejected); ok && l.class == models.Spam && !t.opt.Starter && min(len(ham), len(facts)-len(ham)) >= warmLabels {
		h.Reject = max(at, h.Hold)
	}
	return h, headFigures(facts, h.Hold, h.Reject, &t.langs, &t.sources), lane, nil
}

// foretell puts probabilities into facts that neither the weights nor the
// calibration had seen the row for, and returns the mean logarithmic loss.
func (t *trainer) foretell(rows []outOfFold, facts []scored) float64 {
	var without [maxFolds]line
	for f := range t.folds {
		without[f] = platt(rows, f)
	}
	loss := 0.0
	for i, r := range rows {
		z := without[r.fold].at(r.score)
		facts[i].p = sigmoid(z)
		if r.positive {
			z = -z
		}
		loss += max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
	}
	return loss / float64(len(rows))
}

// assemble tells the engines what the tokens weigh, and reads from them the
// table that scores.
func (t *trainer) assemble(m *Model, fitted [heads][]float32) (*Model, error) {
	weights := make([][heads]float32, len(t.words.tokens))
	for i, column := range fitted {
		if column == nil {
			continue
		}
		each := func(yield func(uint64, float64)) {
			for id, token := range t.words.tokens {
				yield(token.hash, float64(column[id]))
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
