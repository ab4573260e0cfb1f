package classifier

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"winnow/models"
)

// Sample is a comment of the installation's traffic.
type Sample struct {
	Input      Input
	Site, Lang string
	CreatedAt  time.Time
	Label      models.Class // "" when nobody looked at the comment
}

const (
	maxTraffic = 100_000 // samples that are read
	minTraffic = 200     // with fewer, priors and thresholds are those of the labels
	// The shift of a prior is damped like an estimate that has trafficDamping
	// further samples with the share of the labels, and limited to maxPriorShift.
	trafficDamping = 200
	maxPriorShift  = 3 // in log odds
)

// trafficScore is what one head says of a sample.
type trafficScore struct {
	logOdds float64
	known   bool // a person looked at it
	class   models.Class
}

// readTraffic scores the samples with a model whose priors are those of the labels.
func (t *trainer) readTraffic(ctx context.Context, m *Model) (scores [heads][]trafficScore, err error) {
	s := new(scorer)
	n := 0
	for sample, err := range t.opt.Traffic {
		if err != nil {
			return scores, err
		}
		if n++; n > maxTraffic {
			break
		}
		if n%256 == 0 && ctx.Err() != nil {
			return scores, ctx.Err()
		}
		s.extract(m, sample.Input)
		for i := range heads {
			if h := m.head(i); h != nil {
				scores[i] = append(scores[i], trafficScore{s.logit(h, i), sample.Label != "", sample.Label})
			}
		}
	}
	return scores, nil
}

// positiveShare estimates which share of the traffic is of a head's class by
// expectation maximisation over the calibrated probabilities (Saerens, Latinne
// and Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori
// probabilities"). prior is the share that the log odds were calibrated for.
// What a person looked at counts as what it was found to be.
func positiveShare(scores []trafficScore, class models.Class, prior float64) float64 {
	share := prior
	for range 200 {
		shift, sum := logitOf(share)-logitOf(prior), 0.0
		for _, s := range scores {
			switch {
			case !s.known:
				sum += sigmoid(s.logOdds + shift)
			case s.class == class:
				sum++
			}
		}
		n := float64(len(scores))
		next := (sum + trafficDamping*prior) / (n + trafficDamping)
		if math.Abs(next-share) < 1e-7 {
			return next
		}
		share = next
	}
	return share
}

// priorShift returns what is added to a head's prior when the share of its class
// is another one than among the labels.
func priorShift(share, prior float64) float64 {
	return min(max(logitOf(share)-logitOf(prior), -maxPriorShift), maxPriorShift)
}

// trafficThreshold returns the lowest hold threshold at which the expected share of
// the ham in the traffic that is held is within the budget.
func trafficThreshold(scores []trafficScore, class models.Class, shift, budget float64) float64 {
	sorted := slices.Clone(scores)
	slices.SortFunc(sorted, func(a, b trafficScore) int { return cmp.Compare(b.logOdds, a.logOdds) })
	ham := 0.0
	probability := func(s trafficScore) float64 {
		switch {
		case !s.known:
			return sigmoid(s.logOdds + shift)
		case s.class == class:
			return 1
		}
		return 0
	}
	for _, s := range sorted {
		ham += 1 - probability(s)
	}
	held := 0.0
	for _, s := range sorted {
		if held += 1 - probability(s); held > budget*ham {
			return math.Nextafter(sigmoid(s.logOdds+shift), 2)
		}
	}
	return minHoldThreshold
}

// useTraffic sets the priors and the hold thresholds of the heads that were
// trained, from the samples of the traffic.
func (t *trainer) useTraffic(ctx context.Context, m *Model, fitted *[heads]*fittedHead, budgets [heads]float64) error {
	scores, err := t.readTraffic(ctx, m)
	if err != nil {
		return err
	}
	n := max(len(scores[spamHead]), len(scores[abuseHead]))
	summary := &TrafficSummary{Comments: n, HoldBudget: t.holdBudget()}
	if n < minTraffic {
		t.note("the sites have %d comments: priors and thresholds are set from the labels until there are %d", n, minTraffic)
		m.manifest.Notes = t.manifest.Notes
		return nil
	}
	for i, f := range fitted {
		if f == nil || m.head(i).Base {
			continue
		}
		h := m.head(i)
		prior := f.positiveShare()
		share := positiveShare(scores[i], headClass[i], prior)
		shift := priorShift(share, prior)
		h.Prior += shift
		if h.Hold <= 1 && t.opt.Hold == 0 {
			fromLabels := sigmoid(logitOf(h.Hold) + shift)
			h.Hold = max(fromLabels, trafficThreshold(scores[i], headClass[i], shift, budgets[i]), minHoldThreshold)
			if h.Reject > 0 {
				h.Reject = max(sigmoid(logitOf(h.Reject)+max(shift, 0)), h.Hold)
			}
		}
		if i == spamHead {
			summary.Spam = share
		} else {
			summary.Abuse = share
		}
	}
	m.manifest.Traffic = summary
	return nil
}

// positiveShare returns the share of the head's class among the rows that its stack
// was calibrated on.
func (f *fittedHead) positiveShare() float64 {
	positive, all := 0.0, 0.0
	for _, r := range f.rows {
		all += float64(r.weight)
		if r.positive {
			positive += float64(r.weight)
		}
	}
	return positive / all
}

func (t *trainer) holdBudget() float64 { return cmp.Or(t.opt.HoldBudget, defaultHoldBudget) }
