package classifier

import (
	"cmp"
	"math"
	"slices"
	"time"

	"winnow/models"
)

// A text is labelled once or several times, by one person or by several. Its
// labels are votes: the majority decides what the text is taken for, and of two
// classes with as many votes the one of the latest label.

const (
	maxTexts  = 4 << 20 // texts that are told apart; labels of further ones are left out
	maxVotes  = 8 << 20 // further labels of known texts are left out
	maxListed = 50      // conflicts that a manifest names

	// A text with several labels weighs as much as the root of its majority, up to
	// maxTextWeight; a text whose labels are as many of one class as of another
	// weighs tieWeight.
	maxTextWeight = 3.0
	tieWeight     = 0.5

	maxSelectionWeight = 5.0 // upper bound of the inverse of a selection rate

	// Ham that nobody looked at, of authors who are vouched for, weighs less, and
	// there are at most maxVouched such rows for every row of spam.
	vouchedWeight = 0.3
	maxVouched    = 3
)

// vote is one label of a text.
type vote struct {
	text     uint32 // index into trainer.texts
	labeller uint16 // id of trainer.labellers
	class    int8   // see classIndex
	selected int8   // see selectionIndex
	rate     float32
	weight   float32 // how much it counts; 0: fully
	at       int64   // when it was given, in seconds since 1970
}

// labelledText is a text with an author, and what its votes say.
type labelledText struct {
	cluster  uint32  // index of the first text that this one is a near copy of
	group    uint32  // loose cluster of the first text, see splitGroups
	weight   float32 // of the text in the fit; 0: left out
	labeller uint16  // of the latest label of its class
	class    int8
	selected int8
	conflict bool
}

var classes = [...]models.Class{models.Ham, models.Spam, models.Abuse}

// classIndex returns the index of a class in classes.
func classIndex(c models.Class) int8 { return int8(slices.Index(classes[:], c)) }

// Indices of the reasons why a person looked at a text. The greater one describes a
// text whose labels have several.
const (
	selectedVouched int8 = iota
	selectedReport
	selectedHeld
	selectedUnknown
	selectedImport
	selectedSample
)

func selectionIndex(selectedBy string) int8 {
	switch selectedBy {
	case models.SelectedHeld:
		return selectedHeld
	case models.SelectedReport:
		return selectedReport
	case models.SelectedVouched:
		return selectedVouched
	case models.SelectedSample:
		return selectedSample
	case models.SelectedImport:
		return selectedImport
	}
	return selectedUnknown
}

// Conflict is a text that was given labels of more than one class.
type Conflict struct {
	ID    string       `json:"id,omitempty"` // of the label that was read first
	Key   string       `json:"key"`          // of the text and its author, in hexadecimal
	Text  string       `json:"-"`
	Label models.Class `json:"label"` // what it was taken for
	Votes Counts       `json:"votes"`
}

// countVotes decides the class and the weight of every text.
func (t *trainer) countVotes() {
	slices.SortStableFunc(t.votes, func(a, b vote) int { return cmp.Compare(a.text, b.text) })
	for start := 0; start < len(t.votes); {
		end := start + 1
		for end < len(t.votes) && t.votes[end].text == t.votes[start].text {
			end++
		}
		t.texts[t.votes[start].text].count(t.votes[start:end])
		start = end
	}
}

// count sets what the votes say of a text. They are in the order of the labels.
func (text *labelledText) count(votes []vote) {
	var n [len(classes)]int
	var latest [len(classes)]int // index of the latest vote for the class
	for i, v := range votes {
		if n[v.class] == 0 || v.at >= votes[latest[v.class]].at {
			latest[v.class] = i
		}
		n[v.class]++
	}
	best := votes[0].class
	for c := range int8(len(classes)) {
		if n[c] == 0 || c == best {
			continue
		}
		a, b := votes[latest[c]], votes[latest[best]]
		if n[c] > n[best] || n[c] == n[best] && (a.at > b.at || a.at == b.at && latest[c] > latest[best]) {
			best = c
		}
	}
	text.class, text.conflict = best, n[best] < len(votes)
	text.labeller = votes[latest[best]].labeller
	weight := 0.0
	for _, v := range votes {
		if v.class != best {
			continue
		}
		text.selected = max(text.selected, v.selected)
		w := 1.0
		if v.rate > 0 {
			w = min(1/float64(v.rate), maxSelectionWeight)
		}
		if v.weight > 0 {
			w *= float64(v.weight)
		}
		weight = max(weight, w)
	}
	if text.selected == selectedVouched {
		text.weight = vouchedWeight
		return
	}
	multiplicity := tieWeight
	if majority := 2*n[best] - len(votes); majority > 0 {
		multiplicity = min(math.Sqrt(float64(majority)), maxTextWeight)
	}
	text.weight = float32(weight * multiplicity)
}

// conflictOf returns the conflict of a text, whose votes are sorted by text.
func (t *trainer) conflictOf(text uint32, first models.Label, key uint64) Conflict {
	i, _ := slices.BinarySearchFunc(t.votes, text, func(v vote, text uint32) int { return cmp.Compare(v.text, text) })
	c := Conflict{ID: first.ID, Key: hexKey(key), Text: first.Text, Label: classes[t.texts[text].class]}
	for ; i < len(t.votes) && t.votes[i].text == text; i++ {
		c.Votes.add(classes[t.votes[i].class])
	}
	return c
}

// seconds returns a time as a vote stores it; the zero time is the oldest.
func seconds(at time.Time) int64 {
	if at.IsZero() {
		return math.MinInt64
	}
	return at.Unix()
}
