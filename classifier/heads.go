package classifier

import (
	"context"
	"errors"
	"maps"
	"math"
	"sync"

	"winnow/models"
)

// trainHeads fits the heads that have labels and returns the model.
func (t *trainer) trainHeads(ctx context.Context, file *rowFile) (*Model, error) {
	var counts Counts
	for _, c := range t.manifest.Sources {
		counts.Ham, counts.Spam, counts.Abuse = counts.Ham+c.Ham, counts.Spam+c.Spam, counts.Abuse+c.Abuse
	}
	if counts.Ham == 0 || counts.Spam+counts.Abuse == 0 {
		return nil, models.Errorf(models.KindInvalid, "training needs labels of ham and of spam or abuse; there are %d of ham, %d of spam, %d of abuse", counts.Ham, counts.Spam, counts.Abuse)
	}
	wanted := [heads]bool{counts.Spam > 0, counts.Abuse > 0}
	fitted, err := t.fitHeads(ctx, file, wanted)
	if err != nil {
		return nil, err
	}
	if t.weighLabellers(fitted) {
		if fitted, err = t.fitHeads(ctx, file, wanted); err != nil {
			return nil, err
		}
	}
	return t.assemble(ctx, fitted)
}

// fitHeads fits the wanted heads concurrently. What they share is read-only,
// except for the progress and the notes, which have a lock.
func (t *trainer) fitHeads(ctx context.Context, file *rowFile, wanted [heads]bool) (fitted [heads]*fittedHead, err error) {
	for i, is := range wanted {
		if is {
			t.total += t.params[i].epochs(file.rows) * file.rows
		}
	}
	t.total += t.done
	var errs [heads]error
	var wg sync.WaitGroup
	for i, is := range wanted {
		if is {
			wg.Go(func() { fitted[i], errs[i] = t.fitHead(ctx, file, i) })
		}
	}
	wg.Wait()
	return fitted, errors.Join(errs[:]...)
}

// assemble decides which heads may be used, sets their thresholds and returns the
// model.
func (t *trainer) assemble(ctx context.Context, fitted [heads]*fittedHead) (*Model, error) {
	var usable [heads]bool
	for i, f := range fitted {
		usable[i] = f != nil && t.sufficient(f, i)
	}
	shares := budgetShares(usable)
	m := &Model{manifest: t.manifest}
	m.manifest.Tokens = len(t.vocabulary.terms)
	m.manifest.Labellers = len(t.labellers.names)
	m.manifest.Metrics.Rows = t.manifest.Rows
	for i, f := range fitted {
		switch base := t.baseHead(i); {
		case f != nil && (usable[i] || t.opt.Hold > 0):
			t.setThresholds(f, headClass[i], shares[i])
		case base != nil:
			carried := *base
			carried.Base = true
			m.setHead(i, &carried)
			t.note("%s: probabilities and thresholds are those of the base model", headClass[i])
			continue
		case f != nil:
			f.head.Hold = neverHold
			t.note("%s: nothing is held for it", headClass[i])
		default:
			continue
		}
		m.setHead(i, f.head)
	}
	t.fillTable(m, fitted)
	if t.traffic != nil {
		if err := t.useTraffic(ctx, m, &fitted, shares); err != nil {
			return nil, err
		}
	}
	m.dropEqualThresholds()
	m.manifest.Notes = t.manifest.Notes
	t.keepOutOfFold(m, fitted)
	t.measure(m, fitted) // sorts the predictions
	return m.reload()
}

// dropEqualThresholds leaves out sites that hold like all others.
func (m *Model) dropEqualThresholds() {
	for i := range heads {
		if h := m.head(i); h != nil && !h.Base {
			maps.DeleteFunc(h.SiteHold, func(_ string, at float64) bool { return at == h.Hold })
		}
	}
}

// budgetShares divides the hold budget among the heads that hold.
func budgetShares(usable [heads]bool) [heads]float64 {
	switch usable {
	case [heads]bool{true, true}:
		return [heads]float64{spamHead: 0.6, abuseHead: 0.4}
	}
	return [heads]float64{1, 1}
}

func (t *trainer) baseHead(i int) *Head {
	if t.opt.Base == nil {
		return nil
	}
	return t.opt.Base.head(i)
}

func (m *Model) setHead(i int, h *Head) {
	if i == spamHead {
		m.manifest.Spam = h
	} else {
		m.manifest.Abuse = h
	}
}

// measure sets the metrics of the heads that were fitted.
func (t *trainer) measure(m *Model, fitted [heads]*fittedHead) {
	for i, f := range fitted {
		if f == nil {
			continue
		}
		h := m.head(i)
		// The predictions are calibrated for the labels: so are these thresholds.
		metrics := measureHead(f.predictions, f.unshifted(h.Hold), f.unshifted(h.Reject), &t.langs, &t.sources)
		if metrics.AtHold != nil {
			metrics.AtHold.Threshold = h.Hold
		}
		if metrics.AtReject != nil {
			metrics.AtReject.Threshold = h.Reject
		}
		if i == spamHead {
			metrics.correctNoise(f.predictions)
			m.manifest.Metrics.Spam = metrics
		} else {
			m.manifest.Metrics.Abuse = metrics
		}
	}
}

// fillTable sets the weights of the terms. A head of the base model keeps those
// that it has there, and knows no other terms.
func (t *trainer) fillTable(m *Model, fitted [heads]*fittedHead) {
	carried := false
	for i := range heads {
		carried = carried || m.head(i) != nil && m.head(i).Base
	}
	size := len(t.vocabulary.terms)
	if carried {
		size += t.opt.Base.features.size
	}
	m.features = newFeatureTable(size)
	for id := range t.vocabulary.terms {
		term := &t.vocabulary.terms[id]
		weights := [heads]float32{unknownTerm, unknownTerm}
		for i, f := range fitted {
			if h := m.head(i); h != nil && !h.Base {
				weights[i] = float32(min(max(f.weights[id], -maxWeight), maxWeight)) + 0 // not -0
			}
		}
		m.features.put(term.hash, weights)
	}
	if carried {
		t.carryHeads(m)
	}
	m.manifest.Tokens = m.features.size
}

// carryHeads copies the weights of the heads that are the base model's.
func (t *trainer) carryHeads(m *Model) {
	for _, s := range t.opt.Base.features.slots {
		if s.hash == 0 {
			continue
		}
		weights := [heads]float32{unknownTerm, unknownTerm}
		if known := &m.features.slots[m.features.find(s.hash)]; known.hash != 0 {
			weights = known.weight
		}
		for i := range heads {
			if h := m.head(i); h != nil && h.Base {
				weights[i] = s.weight[i]
			}
		}
		m.features.put(s.hash, weights)
	}
}

// unknownTerm is the weight, negative zero, of a term of the table that a head
// does not know. It does not count for the length of the text.
var unknownTerm = math.Float32frombits(unknownBits)

const unknownBits = 1 << 31
