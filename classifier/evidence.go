package classifier

import (
	"slices"

	"winnow/models"
)

// What a head must have shown before it holds or rejects a comment.
const (
	minHamClusters      = 12  // near copies counted once, of ham that is representative
	minPositiveClusters = 5   // likewise
	minAUC              = 0.7 // lower end of the 95 % interval
)

// sufficient reports whether the out-of-fold predictions of a head show that it
// may be used. If not, it notes why.
func (t *trainer) sufficient(f *fittedHead, head int) bool {
	ham, positive := t.countClusters(f.rows, func(x *labelledText) bool { return t.representative(x) || classes[x.class] != models.Ham })
	class := headClass[head]
	sorted := slices.Clone(f.predictions)
	sortPredictions(sorted)
	auc := intervalsOf(sorted)[aucInterval]
	switch {
	case ham < minHamClusters:
		t.note("%s: %d different comments of ham were looked at without the filter having chosen them; %d are needed", class, ham, minHamClusters)
	case positive < minPositiveClusters:
		t.note("%s: there are %d different comments of it; %d are needed", class, positive, minPositiveClusters)
	case !(float64(auc[0]) > minAUC):
		t.note("%s: the labels do not show that it can be told from ham: the AUC is between %.2f and %.2f; more than %.2f is needed", class, float64(auc[0]), float64(auc[1]), minAUC)
	default:
		return true
	}
	return false
}

// representative reports whether a text is one of those that readers write,
// rather than one that the filter chose.
func (t *trainer) representative(x *labelledText) bool {
	if x.selected == selectedUnknown && t.unknownHeld || t.distrusted[x.labeller] {
		return false
	}
	return x.selected >= selectedUnknown
}

const (
	maxChecked  = 1000 // rows by which checkUnknown decides
	minChecked  = 5
	chosenShare = 0.8
)

// noteUnknown counts ham whose label does not say why it was looked at, and how
// much of it the base model holds, see checkUnknown.
func (t *trainer) noteUnknown(l models.Label) {
	if t.opt.Base == nil || l.Label != models.Ham || l.SelectedBy != "" || t.unknown >= maxChecked {
		return
	}
	t.unknown++
	if t.opt.Base.Verdict(FromLabel(l), Policy{}).Action != models.Approve {
		t.unknownChosen++
	}
}

// checkUnknown decides whether labels that do not say why they were looked at are
// representative. They are not when the base model holds nearly all of their ham.
func (t *trainer) checkUnknown() {
	t.unknownHeld = t.unknown >= minChecked && float64(t.unknownChosen) >= chosenShare*float64(t.unknown)
	if t.unknownHeld {
		t.note("%d of %d labels of ham are of comments that the base model holds: they show nothing about the others", t.unknownChosen, t.unknown)
	}
}
