package classifier

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

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
	trained := min(n.Spam, 1) + min(n.Abuse, 1)
	t.total = t.done + trained*t.recipe.rounds(s.rows)*s.rows
	m := &Model{manifest: t.manifest}
	m.manifest.Figures.Rows = t.manifest.Rows
	// The heads learn side by side: they share only the file, and t.step.
	var fitted [heads][]float64
	var fault [heads]error
	var both sync.WaitGroup
	for i, class := range headClass {
		if class == models.Spam && n.Spam == 0 || class == models.Abuse && n.Abuse == 0 {
			continue
		}
		both.Go(func() {
			var h *Head
			var f *HeadFigures
			h, f, fitted[i], fault[i] = t.fitHead(ctx, s, class)
			if i == spamHead {
				m.manifest.Spam, m.manifest.Figures.Spam = h, f
			} else {
				m.manifest.Abuse, m.manifest.Figures.Abuse = h, f
			}
		})
	}
	both.Wait()
	if err := errors.Join(fault[:]...); err != nil {
		return nil, err
	}
	return t.assemble(m, fitted)
}

func (t *trainer) fitHead(ctx context.Context, s *spool, class models.Class) (*Head, *HeadFigures, []float64, error) {
	prior := 0.0
	if base := t.opt.Base; base != nil && base.head(headIndex(class)) != nil {
		prior = base.head(headIndex(class)).Prior
	}
	l := newLanes(class, t.folds, len(t.words.tokens), s.rows, t.recipe, prior)
	if err := l.fit(ctx, s, t.words, t.opt.Seed, t.step); err != nil {
		return nil, nil, nil, err
	}
	return t.calibrate(l, s)
}

// Shares of the ham that the default thresholds may flag.
const (
	mostHeld     = 0.016 // measured before the model learned from all rows; leaves room below 2 %
	mostRejected = 0.002
	leastHold    = 0.1 // below it nobody would call a comment suspect
	mostHold     = 0.5 // what is more likely spam than not is never published unseen
)

// calibrate stacks the variants, which turns their scores into probabilities,
// and finds the thresholds, all from scores that lanes give to rows they never
// saw. It returns what each token weighs besides.
func (t *trainer) calibrate(l *lanes, s *spool) (*Head, *HeadFigures, []float64, error) {
	var rows []outOfFold
	var facts []scored
	rng := rand.New(rand.NewPCG(t.opt.Seed, 1))
	err := s.shuffled(rng, func(r *row) error {
		if !l.sees(r) || r.copied || len(facts) >= maxScores {
			return nil
		}
		l.scores(r)
		scores := make([]float32, len(l.recipe.variants))
		for v := range scores {
			scores[v] = float32(l.z[l.lane(v, int(r.fold))])
		}
		rows = append(rows, outOfFold{scores, r.class == l.class, r.fold})
		facts = append(facts, scored{positive: r.class == l.class, lang: r.lang, source: r.source})
		return nil
	})
	if err != nil {
		return nil, nil, nil, err
	}
	// Figures and thresholds rest on probabilities that neither the weights
	// nor the stack had seen the row for.
	hold := t.hold(len(rows))
	var without [maxFolds]*stack
	for f := range t.folds {
		without[f] = fitStack(rows, f, hold)
	}
	var ham []float64
	for i, r := range rows {
		facts[i].p = sigmoid(without[r.fold].at(r.scores))
		if !r.positive {
			ham = append(ham, facts[i].p)
		}
	}
	all := fitStack(rows, -1, hold)
	weights, prior := l.blend(all.count)
	h := &Head{Prior: prior + all.intercept, Scale: l.recipe.scale, Variants: all.count}
	h.Hold = 0.5
	if at, ok := thresholdFor(ham, mostHeld); ok {
		h.Hold = max(at, leastHold)
		if l.class == models.Spam {
			h.Hold = min(h.Hold, mostHold)
		}
	}
	if t.opt.Hold > 0 {
		h.Hold = t.opt.Hold
	}
	if at, ok := thresholdFor(ham, mostRejected); ok && l.class == models.Spam && !t.opt.Starter && min(len(ham), len(facts)-len(ham)) >= warmLabels {
		h.Reject = max(at, h.Hold)
	}
	return h, headFigures(facts, h.Hold, h.Reject, &t.langs, &t.sources), weights, nil
}

// variety is how likely it is that the next comments are unlike the labels: 0
// for some hundred labels of up to four sources, 1 for twenty sources or hardly
// any label, and for a model that is made for other places than its labels.
func (t *trainer) variety() float64 {
	if t.opt.Starter {
		return 1
	}
	sources, few := float64(len(t.sources.list)-4)/16, 1-float64(t.manifest.Rows)/150
	return min(max(sources, few, 0), 1)
}

// hold is how strongly the stack keeps to the plain average of the variants.
// What is best for labels of many sources is not best for the next source, and
// the average carries over better.
func (t *trainer) hold(rows int) float64 {
	return max(3, t.variety()*float64(rows)/30)
}

// assemble tells the engines what the tokens weigh, and reads from them the
// table that scores.
func (t *trainer) assemble(m *Model, fitted [heads][]float64) (*Model, error) {
	weights := make([][heads]float32, len(t.words.tokens))
	for i, column := range fitted {
		if column == nil {
			continue
		}
		each := func(yield func(uint64, float64)) {
			for id, token := range t.words.tokens {
				yield(token.hash, column[id])
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
