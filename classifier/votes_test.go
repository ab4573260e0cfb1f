package classifier

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"winnow/models"
)

func TestTrainListsDuplicatesAndConflicts(t *testing.T) {
	labels := comments(50, models.Ham, models.Spam)
	n := len(labels)
	labels = append(labels, labels[0], labels[1], labels[1])
	contrary := labels[2]
	contrary.Label, contrary.ID = models.Spam, "7"
	labels = append(labels, contrary)
	var listed []Conflict
	got := train(t, labels, TrainOptions{Conflict: func(c Conflict) { listed = append(listed, c) }}).Manifest()
	if got.Rows != n || got.Duplicates != 4 || got.Conflicts != 1 {
		t.Errorf("%d rows, %d duplicates, %d conflicts", got.Rows, got.Duplicates, got.Conflicts)
	}
	if len(listed) != 1 || listed[0].Text != labels[2].Text || listed[0].Votes != (Counts{Ham: 1, Spam: 1}) || listed[0].Label != models.Spam {
		t.Errorf("the conflicts are %+v", listed)
	}
	if len(got.ConflictList) != 1 || got.ConflictList[0].Key != listed[0].Key || got.ConflictList[0].Text != "" {
		t.Errorf("the manifest lists %+v", got.ConflictList)
	}
}

func TestAuthorIsPartOfTheKey(t *testing.T) {
	labels := comments(50, models.Ham, models.Spam)
	n := len(labels)
	for _, author := range []string{"Jane Doe", "  jane doe ", "Ｊａｎｅ Doe", "John Doe"} {
		l := labels[0]
		l.Author = author
		labels = append(labels, l)
	}
	if got := train(t, labels, TrainOptions{}).Manifest(); got.Rows != n+2 || got.Duplicates != 2 {
		t.Errorf("%d rows and %d duplicates of %d texts and two more authors", got.Rows, got.Duplicates, n)
	}
}

// votesOf builds votes of one text: h and s are ham and spam, in the order of the labels.
func votesOf(classes string, at ...int64) (votes []vote) {
	for i, c := range classes {
		v := vote{class: classIndex(map[rune]models.Class{'h': models.Ham, 's': models.Spam, 'a': models.Abuse}[c]), selected: selectedUnknown}
		if i < len(at) {
			v.at = at[i]
		}
		votes = append(votes, v)
	}
	return votes
}

func TestMajorityThenLatest(t *testing.T) {
	for _, c := range []struct {
		votes string
		at    []int64
		want  models.Class
	}{
		{"h", nil, models.Ham},
		{"ssh", nil, models.Spam},
		{"hss", nil, models.Spam},
		{"hs", nil, models.Spam},
		{"sh", nil, models.Ham},
		{"hs", []int64{9, 5}, models.Ham},
		{"sshh", []int64{1, 8, 2, 7}, models.Spam},
		{"hsa", nil, models.Abuse},
		{"hhsaa", []int64{1, 3, 9, 5, 3}, models.Abuse},
	} {
		var x labelledText
		x.count(votesOf(c.votes, c.at...))
		if classes[x.class] != c.want || x.conflict != (len(c.votes) > 1) {
			t.Errorf("%s at %v: %s, conflict %t, want %s", c.votes, c.at, classes[x.class], x.conflict, c.want)
		}
	}
}

func TestSeveralLabelsWeighMore(t *testing.T) {
	weight := func(votes string) float32 {
		var x labelledText
		x.count(votesOf(votes))
		return x.weight
	}
	one, two, forty, tie, outvoted := weight("s"), weight("ss"), weight(string(slices.Repeat([]byte("s"), 40))), weight("hs"), weight(string(slices.Repeat([]byte("s"), 40))+"h")
	if !(tie < one && one < two && two < forty && forty <= maxTextWeight && outvoted == forty) {
		t.Errorf("tie %v, one %v, two %v, forty %v, forty to one %v", tie, one, two, forty, outvoted)
	}
}

func TestSelectionRateWeighsInversely(t *testing.T) {
	for rate, want := range map[float32]float32{0: 1, 1: 1, 0.5: 2, 0.01: maxSelectionWeight} {
		votes := votesOf("h")
		votes[0].rate = rate
		var x labelledText
		if x.count(votes); x.weight != want {
			t.Errorf("a selection rate of %v gives the weight %v, want %v", rate, x.weight, want)
		}
	}
}

// TestOneApprovalAgainstForty labels one text forty times as spam and once as ham.
func TestOneApprovalAgainstForty(t *testing.T) {
	text := "Reading this reminded me how tired I was. Since my coach manages my savings I sleep well again."
	base := comments(120, models.Ham, models.Spam)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	with := func(spam, ham int) float64 {
		labels := slices.Clone(base)
		for i := range spam + ham {
			l := models.Label{Text: text, Label: models.Spam, CreatedAt: at.Add(time.Duration(i) * time.Hour), LabelledBy: fmt.Sprint("moderator ", i%3)}
			if i >= spam {
				l.Label = models.Ham
			}
			labels = append(labels, l)
		}
		return *train(t, labels, TrainOptions{MinRows: 1}).Verdict(Input{Text: text}, Policy{}).Spam
	}
	unseen, agreed, outvoted := with(0, 0), with(40, 0), with(40, 1)
	if agreed <= unseen || outvoted < unseen+0.5*(agreed-unseen) {
		t.Errorf("unseen %.3f, forty times spam %.3f, and once ham %.3f", unseen, agreed, outvoted)
	}
}

func TestWeightOfALabel(t *testing.T) {
	var full, half, both labelledText
	spam := vote{class: classIndex(models.Spam), selected: selectedImport}
	weak := spam
	weak.weight = 0.5
	full.count([]vote{spam})
	half.count([]vote{weak})
	both.count([]vote{weak, spam})
	if full.weight != 1 || half.weight != 0.5 || both.weight <= 1 {
		t.Errorf("weights %g, %g and %g", full.weight, half.weight, both.weight)
	}
}
