package gate

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"math"
	"slices"

	"winnow/classifier"
	"winnow/classifier/campaign"
	"winnow/classifier/text/features"
	"winnow/models"
)

// holdEstimate estimates how much of what is legitimate a candidate holds or rejects.
// Comments that live flags and those that it approves are estimated apart: mostly the
// former have labels, and they are not like the others.
type holdEstimate struct {
	n         int
	now, then int // flagged
	strata    [2]stratum
	others    float64 // legitimate ones that the candidate approves
	budgets   float64 // sum of the hold budgets of the comments' sites
}

// stratum is the comments that the candidate flags, of those that live approves (0) or
// flags (1).
type stratum struct {
	flagged    int
	labelled   int
	ham        int     // of the labelled
	legitimate float64 // sum of the candidate's probabilities that the unlabelled ones are legitimate
}

// minStratum is how many labels tell what share of a stratum is legitimate.
const minStratum = 30

// add adds a comment of a site with a hold budget.
func (e *holdEstimate) add(ch *Change, budget float64) {
	e.n++
	e.budgets += budget
	at := 0
	if ch.Now.flagged() {
		e.now++
		at = 1
	}
	legitimate := 1 - ch.Then.probability()
	switch ch.Label {
	case models.Ham:
		legitimate = 1
	case models.Spam, models.Abuse:
		legitimate = 0
	}
	if !ch.Then.flagged() {
		e.others += legitimate
		return
	}
	e.then++
	s := &e.strata[at]
	s.flagged++
	switch ch.Label {
	case "":
		s.legitimate += legitimate
	case models.Ham:
		s.ham++
		s.labelled++
	default:
		s.labelled++
	}
}

// estimate returns how many legitimate comments the candidate flags, how many there
// are, and whether the former is mostly taken from its own probabilities.
func (e *holdEstimate) estimate() (flagged, all float64, own bool) {
	unobserved := 0
	for _, s := range e.strata {
		unlabelled := s.flagged - s.labelled
		flagged += float64(s.ham)
		if s.labelled >= minStratum {
			flagged += float64(unlabelled) * float64(s.ham) / float64(s.labelled)
			continue
		}
		flagged += s.legitimate
		unobserved += unlabelled
	}
	return flagged, flagged + e.others, 2*unobserved > e.then
}

// ownTolerance is what the budget is multiplied by when the candidate's own
// probabilities are all there is: they are a little too cautious after few labels.
const ownTolerance = 2.5

// budget is the mean of the budgets of the comments.
func (e *holdEstimate) budget() float64 { return e.budgets / float64(max(e.n, 1)) }

// exceeds reports whether the candidate flags more of what is legitimate than the
// budget, and more comments than live does. It also returns the share.
func (e *holdEstimate) exceeds(alpha float64) (share float64, _ bool) {
	flagged, all, own := e.estimate()
	if all < 1 {
		return 0, false
	}
	budget := e.budget()
	if own {
		budget = min(budget*ownTolerance, 1)
	}
	return flagged / all, e.then > e.now && binomialTail(int(flagged), int(all), budget) < alpha
}

// trafficComparison compares the models on the comments of the traffic.
type trafficComparison struct {
	*comparison
	hold      holdEstimate
	ranked    []scored // the candidate's probability, and whether live flags the comment
	passed    int      // flagged by live and approved by the candidate
	dropped   []Change // the most surprising of them
	newlyHeld []Change
	surprises []Change
}

func newTrafficComparison(c *comparison) *trafficComparison { return &trafficComparison{comparison: c} }

// maxSurprises is how many changes are kept until near-copies are taken out.
const maxSurprises = 500

func (t *trafficComparison) read(ctx context.Context, traffic iter.Seq2[classifier.Sample, error]) error {
	t.languages = map[string]int{}
	if traffic == nil {
		return nil
	}
	for s, err := range traffic {
		if err != nil {
			return err
		}
		if t.report.Traffic.Comments%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t.add(s)
		if t.report.Traffic.Comments >= t.limits.Traffic {
			break
		}
	}
	return nil
}

func (t *trafficComparison) add(s classifier.Sample) {
	ch := Change{Text: beginning(s.Input.Text), Author: s.Input.Author, Label: s.Label, Site: s.Site, Lang: langOf(s.Lang, s.Input.Text), CreatedAt: s.CreatedAt}
	ch.Now, ch.Then = t.outcomes(s.Input, s.Site)
	n := &t.report.Traffic
	n.Comments++
	if s.Label != "" {
		n.Labelled++
	}
	countAction(ch.Now.Action, &n.HeldNow, &n.RejectedNow)
	countAction(ch.Then.Action, &n.HeldThen, &n.RejectedThen)
	n.addChange(ch.Now.Action, ch.Then.Action)
	if ch.Lang != "" {
		t.languages[ch.Lang]++
	}
	if ch.Label != models.Ham || !ch.Now.flagged() {
		t.ranked = append(t.ranked, scored{ch.Then.probability(), ch.Now.flagged()})
		if ch.Now.flagged() && !ch.Then.flagged() {
			t.passed++
			t.dropped = keepSurprising(t.dropped, ch)
		}
	}
	budget := t.limits.budget(s.Site)
	t.hold.add(&ch, budget)
	for _, key := range []sliceKey{{"language", ch.Lang}, {"site", ch.Site}} {
		at := sliceAt(t.slices, key)
		at.hold.add(&ch, budget)
		at.Comments, at.CommentsNow, at.CommentsThen = at.hold.n, at.hold.now, at.hold.then
	}
	if ch.Then.flagged() && !ch.Now.flagged() {
		t.newlyHeld = keepSurprising(t.newlyHeld, ch)
	}
	if ch.Now.Action != ch.Then.Action {
		t.surprises = keepSurprising(t.surprises, ch)
	}
}

func countAction(a models.Action, held, rejected *int) {
	switch a {
	case models.Hold:
		*held++
	case models.Reject:
		*rejected++
	}
}

// keepSurprising adds a change, and drops the less surprising half when there are too
// many.
func keepSurprising(rows []Change, ch Change) []Change {
	if rows = append(rows, ch); len(rows) < maxSurprises {
		return rows
	}
	slices.SortStableFunc(rows, func(a, b Change) int { return cmp.Compare(b.surprise(), a.surprise()) })
	return rows[:maxSurprises/2]
}

// check compares the models on what was read.
func (t *trafficComparison) check() {
	if t.hold.n == 0 {
		t.report.note(noTraffic, nil)
		return
	}
	if _, _, own := t.hold.estimate(); own && t.hold.then > t.hold.now {
		t.report.note(estimatedHold, nil)
	}
	if share, over := t.hold.exceeds(t.limits.Alpha); over && t.hold.n >= t.limits.MinTraffic {
		t.report.refuse(HoldBudget, t.holdParams(&t.hold, share), distinct(t.newlyHeld))
	} else {
		t.checkSliceBudgets()
	}
	t.checkAgainstLive()
}

func (t *trafficComparison) holdParams(e *holdEstimate, share float64) map[string]any {
	held, harmless, _ := e.estimate()
	return map[string]any{
		"n": e.n, "now": e.now, "then": e.then, "legitimate": share, "limit": e.budget(),
		"harmless": int(math.Round(harmless)), "harmless_held": int(math.Round(held)),
	}
}

func (t *trafficComparison) checkSliceBudgets() {
	for _, key := range slices.SortedFunc(maps.Keys(t.slices), compareKeys) {
		e := &t.slices[key].hold
		if e.n < t.limits.MinSlice {
			continue
		}
		if share, over := e.exceeds(t.limits.Alpha / float64(len(t.slices))); over {
			params := t.holdParams(e, share)
			params[variantParam], params["kind"], params["name"] = "hold_budget", word(key.kind), key.shown()
			t.report.refuse(SliceWorse, params, nil)
		}
	}
}

const (
	minFlagged  = 20  // comments that live flags, to say how the candidate treats them
	maxFlagged  = 0.2 // share of the comments; a live model that flags more is no measure
	mostDropped = 0.9 // share of them that a candidate may pass
)

// checkAgainstLive finds a candidate that says the opposite of live, or has lost what
// live knows, by what it makes of the comments that live flags. Those that moderators
// called legitimate do not count.
func (t *trafficComparison) checkAgainstLive() {
	flagged := 0
	for _, row := range t.ranked {
		if row.positive {
			flagged++
		}
	}
	if flagged < minFlagged {
		return
	}
	auc, z, ok := ranking(t.ranked)
	switch {
	case ok && z < -3 && auc < flippedAUC:
		t.report.refuse(Flipped, map[string]any{variantParam: "traffic", "n": len(t.ranked), "flagged": flagged, "auc": auc}, distinct(t.surprises))
	case float64(flagged) <= maxFlagged*float64(t.hold.n) && float64(t.passed) >= mostDropped*float64(flagged):
		t.report.refuse(Recall, map[string]any{variantParam: "traffic", "n": flagged, "then": t.passed}, distinct(t.dropped))
	}
}

func (t *trafficComparison) changes() []Change { return distinct(t.surprises) }

// distinct returns the most surprising changes, one of each group of near-copies.
func distinct(rows []Change) []Change {
	slices.SortStableFunc(rows, func(a, b Change) int { return cmp.Compare(b.surprise(), a.surprise()) })
	var groups campaign.Clusters
	var scanner features.Scanner
	out := []Change{}
	for _, ch := range rows {
		tokens := scanner.Scan(features.Doc{Text: ch.Text})
		if _, first := groups.Add(&scanner.Body, tokens); first {
			if out = append(out, ch); len(out) == maxExamples {
				break
			}
		}
	}
	return out
}
