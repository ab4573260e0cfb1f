package gate

import (
	"cmp"
	"math"
	"slices"

	"winnow/models"
)

// tally compares the models on clusters of one kind. An outcome is a fault when it is
// wrong for the label.
type tally struct {
	n         int
	now, then int        // faults of live and of the candidate
	worse     []*cluster // faults of the candidate alone
	better    int        // faults of live alone
}

func (t *tally) add(c *cluster, faultNow, faultThen bool) {
	t.n++
	if faultNow {
		t.now++
	}
	if faultThen {
		t.then++
	}
	switch {
	case faultThen && !faultNow:
		t.worse = append(t.worse, c)
	case faultNow && !faultThen:
		t.better++
	}
}

// isWorse reports whether the candidate has more faults than chance explains.
func (t *tally) isWorse(alpha float64) bool { return mcnemar(len(t.worse), t.better) < alpha }

// exceeds reports whether the candidate's faults are more than a share of the
// clusters, or than live's share where that is greater, and more than chance explains.
func (t *tally) exceeds(share, alpha float64) bool {
	return t.then > t.now && binomialTail(t.then, t.n, max(share, float64(t.now)/float64(t.n))) < alpha
}

// loss is the share of the clusters by which the candidate's faults are more.
func (t *tally) loss() float64 { return float64(t.then-t.now) / float64(t.n) }

func (t *tally) params(more map[string]any) map[string]any {
	params := map[string]any{"n": t.n, "now": t.now, "then": t.then}
	for k, v := range more {
		params[k] = v
	}
	return params
}

// examples are rows on which the candidate alone is wrong, those first on which the
// models differ most.
func (t *tally) examples() []Change {
	var rows []Change
	for _, c := range t.worse {
		rows = append(rows, c.Change)
	}
	return mostSurprising(rows)
}

func mostSurprising(rows []Change) []Change {
	slices.SortStableFunc(rows, func(a, b Change) int { return cmp.Compare(b.surprise(), a.surprise()) })
	return rows[:min(len(rows), maxExamples)]
}

// surprise orders changes: another action before another probability, from approve
// to reject before one step.
func (ch *Change) surprise() float64 {
	steps := math.Abs(float64(severity(ch.Then.Action) - severity(ch.Now.Action)))
	return steps + math.Abs(ch.Then.probability()-ch.Now.probability())
}

func severity(a models.Action) int {
	switch a {
	case models.Reject:
		return 2
	case models.Hold:
		return 1
	}
	return 0
}

// checkLabels compares the models on the labels.
func (c *comparison) checkLabels() {
	if len(c.clusters) == 0 {
		c.report.note(noLabels, nil)
		c.checkOwnFigures()
		c.checkLanguages()
		return
	}
	set := c.comparable()
	c.checkFalseAlarms(set)
	c.checkRecall(set)
	c.checkRanking(set)
	c.checkCalibration(set)
	c.checkSlices(set)
	c.checkCopies()
	c.checkLanguages()
}

// comparable returns the clusters that the models are compared on: if there are
// enough of them, those that neither scores by having learned from them; else those
// that the candidate does not; else all.
func (c *comparison) comparable() []*cluster {
	byBoth := c.fair(func(cl *cluster) bool { return cl.then.fair && cl.now.fair })
	byCandidate := c.fair(func(cl *cluster) bool { return cl.then.fair })
	params := func(set []*cluster) map[string]any {
		ham, bad := countClasses(set)
		outOfFold := 0
		for _, cl := range set {
			if cl.then.outOfFold {
				outOfFold++
			}
		}
		values := map[string]any{"ham": ham, "bad": bad, "folds": outOfFold}
		if outOfFold == 0 {
			values[variantParam] = "unseen"
		}
		return values
	}
	switch {
	case c.suffice(byBoth):
		c.report.note(heldOutDecides, params(byBoth))
		return byBoth
	case c.suffice(byCandidate):
		c.report.note(heldOutDecides, params(byCandidate))
		c.noteLiveLearned(byCandidate)
		return byCandidate
	}
	ham, bad := countClasses(byCandidate)
	c.report.note(fewHeldOut, map[string]any{"ham": ham, "bad": bad})
	c.checkOwnFigures()
	c.noteLiveLearned(c.clusters)
	return c.clusters
}

func (c *comparison) fair(is func(*cluster) bool) (set []*cluster) {
	for _, cl := range c.clusters {
		if is(cl) {
			set = append(set, cl)
		}
	}
	return set
}

func (c *comparison) suffice(set []*cluster) bool {
	ham, bad := countClasses(set)
	return ham >= c.limits.MinHam && bad >= c.limits.MinClass
}

func (c *comparison) noteLiveLearned(set []*cluster) {
	known := 0
	for _, cl := range set {
		if !cl.now.fair {
			known++
		}
	}
	if known > 0 {
		c.report.note(liveLearned, map[string]any{"n": known})
	}
}

func countClasses(set []*cluster) (ham, bad int) {
	for _, cl := range set {
		if cl.bad() {
			bad++
		} else {
			ham++
		}
	}
	return ham, bad
}

func falseAlarms(set []*cluster) (t tally) {
	for _, cl := range set {
		if !cl.bad() {
			t.add(cl, cl.Now.flagged(), cl.Then.flagged())
		}
	}
	return t
}

func (c *comparison) checkFalseAlarms(set []*cluster) {
	alarms := falseAlarms(set)
	if alarms.isWorse(c.limits.Alpha) && alarms.exceeds(c.limits.FalseAlarms, c.limits.Alpha) {
		c.report.refuse(FalseAlarms, alarms.params(map[string]any{"limit": c.limits.FalseAlarms}), alarms.examples())
	}
	var rejected tally
	for _, cl := range set {
		if !cl.bad() {
			rejected.add(cl, cl.Now.Action == models.Reject, cl.Then.Action == models.Reject)
		}
	}
	// A single row is no pattern: one label in five hundred is a slip.
	if rejected.then > 1 && rejected.exceeds(c.limits.FalseReject, c.limits.Alpha) {
		c.report.refuse(FalseReject, rejected.params(map[string]any{"limit": c.limits.FalseReject}), rejected.examples())
	}
}

func (c *comparison) checkRecall(set []*cluster) {
	caughtNow := c.liveCatches(set)
	for _, class := range []models.Class{models.Spam, models.Abuse} {
		var passed tally
		for _, cl := range set {
			if cl.Label == class {
				passed.add(cl, !caughtNow(cl), !cl.Then.flagged())
			}
		}
		if passed.n > 0 && passed.isWorse(c.limits.Alpha) && passed.loss() > c.limits.RecallLoss {
			c.report.refuse(Recall, passed.params(map[string]any{"class": word(class)}), passed.examples())
		}
	}
}

// liveCatches returns what counts as caught by live: what it holds or rejects. If that
// is far more ham than allowed, and the candidate holds less, only what live would
// catch with as many false alarms as the candidate has, or is allowed to have.
func (c *comparison) liveCatches(set []*cluster) func(*cluster) bool {
	alarms := falseAlarms(set)
	floods := binomialTail(alarms.now, alarms.n, c.limits.FalseAlarms) < c.limits.Alpha
	if !floods || mcnemar(alarms.better, len(alarms.worse)) >= c.limits.Alpha {
		return func(cl *cluster) bool { return cl.Now.flagged() }
	}
	c.report.note(atEqualAlarms, map[string]any{"n": alarms.n, "now": alarms.now})
	var ham []float64
	for _, cl := range set {
		if !cl.bad() && cl.Now.flagged() {
			ham = append(ham, cl.Now.probability())
		}
	}
	slices.SortFunc(ham, func(a, b float64) int { return cmp.Compare(b, a) })
	allowed := max(alarms.then, int(c.limits.FalseAlarms*float64(alarms.n)))
	above := ham[min(allowed, len(ham)-1)]
	return func(cl *cluster) bool { return cl.Now.flagged() && cl.Now.probability() > above }
}

// flippedAUC is the area under the ROC curve below which the classes look exchanged.
const flippedAUC = 0.35

// checkRanking finds candidates that cannot tell the classes apart, and those that
// learned from exchanged labels, or whose labels are.
func (c *comparison) checkRanking(set []*cluster) {
	for _, class := range []models.Class{models.Spam, models.Abuse} {
		if !hasHead(c.then, class) {
			continue
		}
		var now, then []scored
		positives := 0
		for _, cl := range set {
			if cl.Label != class && cl.bad() {
				continue
			}
			if cl.Label == class {
				positives++
			}
			now = append(now, scored{cl.Now.of(class), cl.Label == class})
			then = append(then, scored{cl.Then.of(class), cl.Label == class})
		}
		if positives < c.limits.MinClass || len(then)-positives < c.limits.MinHam {
			continue
		}
		aucThen, zThen, _ := ranking(then)
		params := map[string]any{"class": word(class), "auc": aucThen, "n": len(then)}
		switch {
		case zThen < -3 && aucThen < flippedAUC:
			params[variantParam] = "candidate"
			c.report.refuse(Flipped, params, nil)
		case zThen < 2 || aucThen < noSkillAUC:
			c.report.refuse(NoSkill, params, nil)
		}
		if !hasHead(c.now, class) {
			continue
		}
		if aucNow, zNow, _ := ranking(now); zNow < -3 && aucNow < flippedAUC {
			c.report.refuse(Flipped, map[string]any{variantParam: "labels", "auc": aucNow, "n": len(now)}, nil)
		}
	}
}

const (
	minCalibration = 100  // clusters with a known selection rate
	maxWeight      = 20.0 // of one cluster: the inverse of its selection rate
)

// checkCalibration compares the mean probability with the share of the class, where
// labels say how likely it was that somebody looked: the others are not like the
// traffic. Each cluster weighs the inverse of that (Horvitz and Thompson 1952).
func (c *comparison) checkCalibration(set []*cluster) {
	rows := 0
	for _, cl := range set {
		if cl.rate > 0 {
			rows++
		}
	}
	if rows < minCalibration {
		c.report.note(noCalibration, nil)
		return
	}
	for _, class := range []models.Class{models.Spam, models.Abuse} {
		if !hasHead(c.then, class) {
			continue
		}
		var weights, now, then, observed, variance float64
		for _, cl := range set {
			if cl.rate <= 0 {
				continue
			}
			w, p := min(1/cl.rate, maxWeight), cl.Then.of(class)
			weights, now, then, variance = weights+w, now+w*cl.Now.of(class), then+w*p, variance+w*w*p*(1-p)
			if cl.Label == class {
				observed += w
			}
		}
		difference, live := math.Abs(then-observed)/weights, math.Abs(now-observed)/weights
		significant := math.Abs(then-observed) > 2.6*math.Sqrt(variance)
		if difference > c.limits.Calibration && significant && (!hasHead(c.now, class) || difference > live) {
			c.report.refuse(Calibrated, map[string]any{
				"n": rows, "class": word(class), "predicted": then / weights, "observed": observed / weights, "live": now / weights,
			}, nil)
		}
	}
}

// changedLabels are the changes of a report without traffic.
func (c *comparison) changedLabels() []Change {
	rows := []Change{}
	for _, cl := range c.clusters {
		if cl.Now.Action != cl.Then.Action {
			rows = append(rows, cl.Change)
		}
	}
	return mostSurprising(rows)
}
