package gate

import (
	"context"

	"winnow/classifier"
	"winnow/models"
)

// comparison is the state of one call of Compare.
type comparison struct {
	pair
	candidate, live learned
	limits          Limits
	report          Report
	clusters        []*cluster
	inspector       *Inspector
	languages       map[string]int // of the traffic
	slices          map[sliceKey]*slice
}

// Compare reports whether a candidate may replace the live model. It reads each
// part of the evidence once, and returns the first error of one of them or of ctx. It
// takes some 100 microseconds for a label or a comment.
func Compare(ctx context.Context, candidate, live *classifier.Model, ev Evidence, limits Limits) (Report, error) {
	c := &comparison{
		pair:      pair{now: live, then: candidate, policy: ev.policy, trusts: ev.Trusts},
		candidate: learnedBy(candidate), live: learnedBy(live), limits: limits.withDefaults(),
		slices: map[sliceKey]*slice{},
		report: Report{Candidate: candidate.Version(), Live: live.Version(), Reasons: []Finding{}, Changes: []Change{}, Slices: []Slice{}},
	}
	if candidate.Version() == live.Version() {
		c.report.note(sameModel, nil)
	}
	if err := c.readLabels(ctx, ev); err != nil {
		return Report{}, err
	}
	t := newTrafficComparison(c)
	if err := t.read(ctx, ev.Traffic); err != nil {
		return Report{}, err
	}
	if candidate.Version() != live.Version() {
		c.checkManifest()
		c.checkLabels()
		t.check()
		if err := c.checkGolden(ctx, ev); err != nil {
			return Report{}, err
		}
	}
	c.listSlices()
	c.report.Changes = t.changes()
	if c.report.Traffic.Comments == 0 {
		c.report.Changes = c.changedLabels()
	}
	return c.report.In(""), nil
}

func (c *comparison) readLabels(ctx context.Context, ev Evidence) error {
	rows, cut, err := readLabels(ctx, ev, c.candidate, c.live, c.limits.Labels)
	if err != nil {
		return err
	}
	if cut {
		c.report.note(cutLabels, map[string]any{"n": c.limits.Labels})
	}
	c.inspector = NewInspector(c.limits)
	if c.clusters, err = groupLabels(ctx, rows, c.pair, c.inspector); err != nil {
		return err
	}
	c.limits.setFalseAlarms(c.clusters)
	c.report.Labels, c.report.Clusters = len(rows), len(c.clusters)
	for _, cl := range c.clusters {
		if cl.then.fair {
			c.report.HeldOut++
		}
		if cl.then.outOfFold || !cl.then.fair {
			c.report.Learned++
		}
	}
	return nil
}

// checkManifest checks what the file of the candidate says of its labels.
func (c *comparison) checkManifest() {
	for _, class := range []models.Class{models.Spam, models.Abuse} {
		switch params := map[string]any{"class": word(class)}; {
		case !hasHead(c.now, class) || hasHead(c.then, class):
		case class == models.Abuse && c.now.Manifest().Starter:
			// No label of the installation is lost, and the patterns of insults and
			// threats are in every model.
			c.report.note(starterHeadLost, params)
		default:
			c.report.refuse(HeadLost, params, nil)
		}
	}
	n := c.candidate
	if params := fewLabels(n.labels, n.Counts, c.limits); params != nil {
		c.report.refuse(FewLabels, params, nil)
		return
	}
	for _, class := range []models.Class{models.Spam, models.Abuse} {
		switch k := count(n.Counts, class); {
		case k == 0 && hasHead(c.then, class):
			c.report.note(noneOfClass, map[string]any{"class": word(class)})
		case k > 0 && k < c.limits.MinClass:
			c.report.note(fewOfClass, map[string]any{"class": word(class), "n": k})
		}
	}
}

// checkOwnFigures checks the cross-validated figures in the candidate's file. They
// decide when there is nothing better.
func (c *comparison) checkOwnFigures() {
	c.report.note(ownDecide, nil)
	m := c.then.Manifest().Metrics
	for i, h := range []*classifier.HeadMetrics{m.Spam, m.Abuse} {
		class := classes[i+1]
		if h == nil || h.AtHold == nil {
			continue
		}
		auc := float64(h.AUC)
		if h.Positive >= c.limits.MinClass && auc < noSkillAUC {
			c.report.refuse(NoSkill, map[string]any{"class": word(class), "auc": auc, "n": h.Ham + h.Positive}, nil)
		}
		held := h.AtHold.FalsePositive
		if binomialTail(held, h.Ham, c.limits.FalseAlarms) < c.limits.Alpha/2 {
			c.report.refuse(OwnFigures, map[string]any{
				"class": word(class), "then": held, "n": h.Ham, "rate": float64(held) / float64(h.Ham), "limit": c.limits.FalseAlarms,
			}, nil)
		}
	}
}

// noSkillAUC is the area under the ROC curve below which a head is of no use.
const noSkillAUC = 0.55

// checkGolden refuses a candidate by which golden examples lose their class. Those
// that live has wrong as well are only noted: the candidate does no harm there.
func (c *comparison) checkGolden(ctx context.Context, ev Evidence) error {
	if ev.Golden == nil {
		return nil
	}
	var lost []Change
	bothWrong := 0
	for l, err := range ev.Golden {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		c.report.Golden++
		ch := c.change(l)
		wrongThen, wrongNow := isWrong(ch.Then, l.Label), isWrong(ch.Now, l.Label)
		switch {
		case wrongThen && wrongNow:
			bothWrong++
		case wrongThen:
			lost = append(lost, ch)
		}
	}
	if len(lost) > 0 {
		c.report.refuse(GoldenLost, map[string]any{"n": len(lost)}, lost[:min(len(lost), maxExamples)])
	}
	if bothWrong > 0 {
		c.report.note(goldenBothWrong, map[string]any{"n": bothWrong})
	}
	return nil
}

// change scores a label with both models.
func (p pair) change(l models.Label) Change {
	ch := newChange(l)
	ch.Now, ch.Then = p.outcomes(classifier.FromLabel(l), l.Site)
	return ch
}

func newChange(l models.Label) Change {
	return Change{
		Text: beginning(l.Text), Author: l.Author, Label: l.Label,
		Site: l.Site, Lang: langOf(l.Lang, l.Text), Source: l.Source, CreatedAt: l.CreatedAt,
	}
}

// isWrong reports whether an outcome is wrong for a class: ham is not approved, or
// something else is.
func isWrong(o Outcome, class models.Class) bool { return o.flagged() == (class == models.Ham) }
