package gate

import (
	"cmp"
	"maps"
	"slices"
)

// maxSlices is how many slices of each kind a report has, the largest.
const maxSlices = 50

// slice is the labels of one language, site or source, and the comments.
type slice struct {
	Slice
	alarms, passed tally
	hold           holdEstimate
}

type sliceKey struct{ kind, name string }

// addToSlices groups clusters by language, site and source.
func addToSlices(all map[sliceKey]*slice, set []*cluster) {
	for _, cl := range set {
		for _, key := range []sliceKey{{"language", cl.Lang}, {"site", cl.Site}, {"source", cl.Source}} {
			s := sliceAt(all, key)
			if cl.bad() {
				s.passed.add(cl, !cl.Now.flagged(), !cl.Then.flagged())
			} else {
				s.alarms.add(cl, cl.Now.flagged(), cl.Then.flagged())
			}
		}
	}
}

func sliceAt(all map[sliceKey]*slice, key sliceKey) *slice {
	s := all[key]
	if s == nil {
		s = &slice{Slice: Slice{Kind: key.kind, Name: key.name}}
		all[key] = s
	}
	return s
}

// sliceTolerance is what the limits of all labels are multiplied by for one slice. A
// filter is not equally good everywhere.
const sliceTolerance = 3

// checkSlices compares the models on each language, site and source. The level of
// significance is divided by their number (Bonferroni), so that many slices do not
// make a refusal by chance. What is wrong with all labels is not said again.
func (c *comparison) checkSlices(set []*cluster) {
	all := c.slices
	addToSlices(all, set)
	kinds := map[string]int{}
	for key := range all {
		kinds[key.kind]++
	}
	for _, key := range slices.SortedFunc(maps.Keys(all), compareKeys) {
		s := all[key]
		if kinds[key.kind] < 2 { // the same as all labels
			continue
		}
		limit := sliceTolerance * c.limits.FalseAlarms
		alpha := c.limits.Alpha / float64(kinds[key.kind])
		params := func(variant string) map[string]any {
			return map[string]any{variantParam: variant, "kind": word(key.kind), "name": key.shown(), "limit": limit}
		}
		if !c.report.has(FalseAlarms) && s.alarms.n >= c.limits.MinSlice && s.alarms.isWorse(alpha) && s.alarms.exceeds(limit, alpha) {
			c.report.refuse(SliceWorse, s.alarms.params(params("false_alarms")), s.alarms.examples())
		}
		if !c.report.has(Recall) && s.passed.n >= c.limits.MinSlice && s.passed.isWorse(alpha) && s.passed.loss() > sliceTolerance*c.limits.RecallLoss {
			c.report.refuse(SliceWorse, s.passed.params(params("recall")), s.passed.examples())
		}
	}
}

func (k sliceKey) shown() any {
	if k.name == "" {
		return word("")
	}
	return k.name
}

func compareKeys(a, b sliceKey) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
}

// listSlices fills the slices of the report, the largest of each kind first.
func (c *comparison) listSlices() {
	shown := map[string]int{}
	size := func(s *slice) int { return s.alarms.n + s.passed.n + s.Comments }
	keys := slices.SortedFunc(maps.Keys(c.slices), func(a, b sliceKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(size(c.slices[b]), size(c.slices[a])), cmp.Compare(a.name, b.name))
	})
	for _, key := range keys {
		if shown[key.kind]++; shown[key.kind] > maxSlices {
			continue
		}
		s := c.slices[key]
		s.Ham, s.HamHeldNow, s.HamHeldThen = s.alarms.n, s.alarms.now, s.alarms.then
		s.Bad, s.CaughtNow, s.CaughtThen = s.passed.n, s.passed.n-s.passed.now, s.passed.n-s.passed.then
		c.report.Slices = append(c.report.Slices, s.Slice)
	}
}
