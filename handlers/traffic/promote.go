package traffic

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"winnow/models"
)

// What a shadow must have before its candidate may go live by itself.
const (
	ShadowTime     = 24 * time.Hour
	ShadowComments = 200
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

// objections returns what the counts of a shadow say against its candidate.
func objections(s models.ShadowRun) (against []string) {
	if tooMany(s.HeldThen, s.HeldNow, s.Comments) {
		against = append(against, fmt.Sprintf("of %d comments it would hold %d; the live model held %d, and more than twice as many are only accepted up to %.0f %%",
			s.Comments, s.HeldThen, s.HeldNow, 100*models.DefaultHoldBudget))
	}
	if tooMany(s.RejectedThen, s.RejectedNow, s.Comments) {
		against = append(against, fmt.Sprintf("of %d comments it would reject %d; the live model rejected %d", s.Comments, s.RejectedThen, s.RejectedNow))
	}
	if wrongMoreOften(s.CandidateRight, s.LiveRight) {
		against = append(against, fmt.Sprintf("of %d differences that people looked at, it was right about %d, the live model about %d", s.LookedAt, s.CandidateRight, s.LiveRight))
	}
	return against
}

// tooMany reports whether the candidate holds, or rejects, more than the hold budget, and
// more than twice what the live model does.
func tooMany(then, now, comments int) bool {
	return float64(then) > models.DefaultHoldBudget*float64(comments) && then > 2*now
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
	if mine, err := r.DB.LeaseTraffic(ctx, r.name, leaseTime); err != nil || !mine {
		return err
	}
	against := objections(*s)
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
		_, err := r.DB.EndShadow(ctx, models.System, s.Version, "it stays a candidate: "+strings.Join(against, "; "))
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
