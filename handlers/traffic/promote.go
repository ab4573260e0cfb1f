package traffic

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"winnow/handlers/promotion"
	"winnow/models"
	"winnow/storage"
)

// What a shadow must have before its candidate may go live by itself.
const (
	ShadowTime     = 24 * time.Hour
	ShadowComments = 200
	siteComments   = 100 // of a site that is judged by itself
	// fewAnswers is how many differences must have been looked at for the plain
	// majority to count. Below, a candidate that was right less often is refused only
	// when a fair coin would do so badly with a probability below unlikely.
	fewAnswers = 30
	unlikely   = 0.05
)

// mature reports whether a shadow has lasted long enough to be judged.
func mature(s models.ShadowRun, now time.Time) bool {
	return now.Sub(s.Since) >= ShadowTime && s.Comments >= ShadowComments
}

// objections returns what the counts of a shadow say against its candidate: those of all
// sites together, by the mean of their hold budgets, and those of each site. What was not
// counted by site has the default budget.
func objections(s models.ShadowRun, sites map[string]models.ShadowCounts, budgets map[string]float64) (against []string) {
	budget := func(site string) float64 {
		if own, ok := budgets[site]; ok {
			return own
		}
		return models.DefaultHoldBudget
	}
	rest, allowed := s.ShadowCounts, 0.0
	for site, n := range sites {
		rest = rest.Minus(n)
		allowed += budget(site) * float64(n.Comments)
	}
	allowed += models.DefaultHoldBudget * float64(rest.Comments)
	against = exceeded("", s.ShadowCounts, allowed/float64(max(s.Comments, 1)))
	for _, site := range slices.Sorted(maps.Keys(sites)) {
		if n := sites[site]; n.Comments >= siteComments {
			against = append(against, exceeded(" of "+site, n, budget(site))...)
		}
	}
	if wrongMoreOften(s.CandidateRight, s.LiveRight) {
		against = append(against, fmt.Sprintf("of %d differences that people looked at, it was right about %d, the live model about %d", s.LookedAt, s.CandidateRight, s.LiveRight))
	}
	return against
}

// exceeded returns what is above a hold budget. where says of which comments.
func exceeded(where string, n models.ShadowCounts, budget float64) (against []string) {
	if tooMany(n.HeldThen, n.HeldNow, n.Comments, budget) {
		against = append(against, fmt.Sprintf("of %d comments%s it would hold %d; the live model held %d, and more than twice as many are only accepted up to %g %%",
			n.Comments, where, n.HeldThen, n.HeldNow, 100*budget))
	}
	if tooMany(n.RejectedThen, n.RejectedNow, n.Comments, budget) {
		against = append(against, fmt.Sprintf("of %d comments%s it would reject %d; the live model rejected %d", n.Comments, where, n.RejectedThen, n.RejectedNow))
	}
	return against
}

// tooMany reports whether the candidate holds, or rejects, more than a hold budget, and
// more than twice what the live model does.
func tooMany(then, now, comments int, budget float64) bool {
	return float64(then) > budget*float64(comments) && then > 2*now
}

// wrongMoreOften reports whether people contradicted the candidate more often than the
// live model. With few answers it is an exact one-sided binomial test.
func wrongMoreOften(candidateRight, liveRight int) bool {
	n := candidateRight + liveRight
	if candidateRight >= liveRight {
		return false
	}
	return n >= fewAnswers || distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(candidateRight)) < unlikely
}

// checkShadow promotes the candidate of the shadow that runs, or ends the shadow, if
// that is to happen by itself and the shadow has lasted long enough.
func (r *Reader) checkShadow(ctx context.Context) error {
	s, err := r.DB.RunningShadow(ctx)
	if err != nil || s == nil || !s.Promote || !mature(*s, r.Now()) {
		return err
	}
	if mine, err := r.DB.HoldTask(ctx, storage.TrafficTask, r.task.Node, comparingLease); err != nil || !mine {
		return err
	}
	sites, err := r.DB.Sites(ctx)
	if err != nil {
		return err
	}
	counts, err := r.DB.ShadowSites(ctx, s.Version)
	if err != nil {
		return err
	}
	against := objections(*s, counts, promotion.HoldBudgets(sites))
	live, candidate, err := r.pair(ctx, *s)
	if err != nil {
		return err
	}
	report, err := r.Comparer.Compare(ctx, candidate, live)
	if err != nil {
		return err
	}
	if report.Refused {
		for _, f := range report.Reasons {
			against = append(against, f.Message)
		}
	}
	if len(against) > 0 {
		r.Log.InfoContext(ctx, "a model was not promoted", "model", s.Version, "reasons", against)
		_, err := r.DB.RefuseShadow(ctx, models.System, s.Version, "it stays a candidate: "+strings.Join(against, "; "))
		return err
	}
	info, err := r.DB.PromoteShadow(ctx, models.System, *s, fmt.Sprintf(
		"it was made live by itself: in %s with %d comments it would have held %d (the live model: %d) and rejected %d (%d); of %d differences that people looked at, it was right about %d; the comparison says nothing against it",
		r.Now().Sub(s.Since).Round(time.Minute), s.Comments, s.HeldThen, s.HeldNow, s.RejectedThen, s.RejectedNow, s.LookedAt, s.CandidateRight))
	if err != nil {
		return err
	}
	r.Node.Publish(ctx, models.Event{Kind: models.ModelPromoted, Subject: info.Version})
	return r.Node.ReloadModel(ctx)
}
