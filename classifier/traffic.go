package classifier

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
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
	site    string
}

// collectTraffic copies the samples to a temporary file: they come from where
// nothing may wait for the training, and their number is not known.
func (t *trainer) collectTraffic(ctx context.Context) (err error) {
	if t.opt.Traffic == nil {
		return nil
	}
	file, err := createTemp()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	w := bufio.NewWriterSize(file, 1<<16)
	out, n := json.NewEncoder(w), 0
	for sample, err := range t.opt.Traffic {
		if err != nil {
			return err
		}
		if n++; n > maxTraffic {
			break
		}
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := out.Encode(sample); err != nil {
			return fmt.Errorf("write the temporary file of the traffic: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the temporary file of the traffic: %w", err)
	}
	t.traffic = file
	return nil
}

// readTraffic scores the samples with a model whose priors are those of the labels.
func (t *trainer) readTraffic(ctx context.Context, m *Model) (scores [heads][]trafficScore, err error) {
	if _, err := t.traffic.Seek(0, io.SeekStart); err != nil {
		return scores, fmt.Errorf("read the temporary file of the traffic: %w", err)
	}
	in, s := json.NewDecoder(bufio.NewReaderSize(t.traffic, 1<<16)), new(scorer)
	for n := 1; ; n++ {
		var sample Sample
		switch err := in.Decode(&sample); {
		case errors.Is(err, io.EOF):
			return scores, nil
		case err != nil:
			return scores, fmt.Errorf("read the temporary file of the traffic: %w", err)
		}
		if n%256 == 0 && ctx.Err() != nil {
			return scores, ctx.Err()
		}
		s.extract(m, sample.Input)
		for i := range heads {
			if h := m.head(i); h != nil {
				scores[i] = append(scores[i], trafficScore{s.logit(h, i), sample.Label != "", sample.Label, sample.Site})
			}
		}
	}
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
// trained, from the samples of the traffic. shares are the heads' parts of the hold
// budgets.
func (t *trainer) useTraffic(ctx context.Context, m *Model, fitted *[heads]*fittedHead, shares [heads]float64) error {
	scores, err := t.readTraffic(ctx, m)
	if err != nil {
		return err
	}
	all := scores[spamHead]
	if len(all) == 0 {
		all = scores[abuseHead]
	}
	if len(all) < minTraffic {
		t.note("the sites have %d comments: priors and thresholds are set from the labels until there are %d", len(all), minTraffic)
		return nil
	}
	summary := &TrafficSummary{Comments: len(all), HoldBudget: t.holdBudget(""), Sites: map[string]int{}}
	for _, s := range all {
		summary.Sites[s.site]++
	}
	for i, f := range fitted {
		if f == nil || m.head(i).Base {
			continue
		}
		prior := f.positiveShare()
		share := positiveShare(scores[i], headClass[i], prior)
		f.shift = priorShift(share, prior)
		m.head(i).Prior += f.shift
		t.setTrafficThresholds(m.head(i), i, scores[i], f.shift, shares[i])
		if i == spamHead {
			summary.Spam = share
		} else {
			summary.Abuse = share
		}
	}
	m.manifest.Traffic = summary
	return nil
}

// setTrafficThresholds raises the thresholds of a head to what the traffic asks
// for: that of all sites, and those of sites with enough traffic or with their own
// budget. A head that holds nothing holds nothing anywhere.
func (t *trainer) setTrafficThresholds(h *Head, head int, scores []trafficScore, shift, share float64) {
	if h.Hold > 1 || t.opt.Hold > 0 {
		return
	}
	raised := func(fromLabels float64, scores []trafficScore, site string) float64 {
		fromTraffic := trafficThreshold(scores, headClass[head], shift, share*t.holdBudget(site))
		return max(sigmoid(logitOf(fromLabels)+shift), fromTraffic, minHoldThreshold)
	}
	bySite := map[string][]trafficScore{}
	for _, s := range scores {
		bySite[s.site] = append(bySite[s.site], s)
	}
	for _, site := range slices.Sorted(maps.Keys(bySite)) {
		own := bySite[site]
		if _, ok := h.SiteHold[site]; !ok && len(own) >= minTraffic && len(h.SiteHold) < maxSites {
			h.SiteHold[site] = h.Hold
		}
	}
	for site, at := range h.SiteHold {
		own := bySite[site]
		if len(own) < minTraffic {
			own = scores
		}
		h.SiteHold[site] = raised(at, own, site)
	}
	h.Hold = raised(h.Hold, scores, "")
	if h.Reject > 0 {
		h.Reject = max(sigmoid(logitOf(h.Reject)+max(shift, 0)), h.Hold)
	}
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

// unshifted returns the threshold for the probabilities before the traffic has
// shifted the prior.
func (f *fittedHead) unshifted(at float64) float64 {
	if f.shift == 0 || at <= 0 || at > 1 {
		return at
	}
	return sigmoid(logitOf(at) - f.shift)
}

// holdBudget returns the hold budget of a site, or of those without their own.
// At its limits no threshold could be told.
func (t *trainer) holdBudget(site string) float64 {
	budget, ok := t.opt.HoldBudgets[site]
	if !ok {
		budget = cmp.Or(t.opt.HoldBudget, models.DefaultHoldBudget)
	}
	return min(max(budget, 0.0001), 0.5)
}
