package gate

import (
	"slices"
	"strings"
	"testing"

	"winnow/models"
)

// TestChangesAddUp compares the counts of what changes with the comments, copies
// included, and the sentence with what is shown of them.
func TestChangesAddUp(t *testing.T) {
	sentence := "The new swimming pool by the station opens on Sunday morning and everybody is welcome"
	m := train(t, slices.Concat(labels(1, 300, ham, spam), copies(100, sentence, spam)))
	r := compare(t, m, starter(t), Evidence{Traffic: traffic(slices.Concat(labels(3, 200, ham), copies(30, sentence, spam)))})
	n := r.Traffic
	flaggedNow, flaggedThen := n.HeldNow+n.RejectedNow, n.HeldThen+n.RejectedThen
	if n.NewlyHeld == 0 || n.NewlyHeld+n.NewlyRejected-n.Released != flaggedThen-flaggedNow {
		t.Errorf("%+v", n)
	}
	total := n.NewlyHeld + n.NewlyRejected + n.Released + n.HeldInstead
	if len(r.Changes) >= total || !strings.Contains(r.ChangeSummary, "near-copies left out") {
		t.Errorf("%d of %d changes are shown: %q", len(r.Changes), total, r.ChangeSummary)
	}
}

func TestChangeSummary(t *testing.T) {
	some := Traffic{NewlyHeld: 1200, Released: 4}
	for _, test := range []struct {
		traffic Traffic
		lang    string
		shown   int
		want    string
	}{
		{some, "", 10, "Comments that it would treat differently: 1,204 (1,200 newly held, 4 released). Below are 10 of them, near-copies left out, the most surprising first."},
		{some, "de", 10, "Kommentare, die es anders behandeln würde: 1.204 (1.200 neu zurückgehalten, 4 durchgelassen). Darunter stehen 10 davon, ohne fast gleiche, die überraschendsten zuerst."},
		{Traffic{NewlyRejected: 1, HeldInstead: 2}, "", 3, "Comments that it would treat differently: 3 (1 newly rejected, 2 held instead of rejected)."},
		{Traffic{Comments: 9}, "", 0, ""},
	} {
		if got := test.traffic.changes(test.lang, test.shown); got != test.want {
			t.Errorf("%+v: %q, want %q", test.traffic, got, test.want)
		}
	}
	r := Report{Changes: []Change{{Site: "a"}, {Site: "b"}}, Traffic: Traffic{NewlyHeld: 2}}.In("")
	if got := r.Visible(func(site string) bool { return site == "a" }).ChangeSummary; !strings.Contains(got, "Below are 1 of them") {
		t.Error(got)
	}
}

func TestAddChange(t *testing.T) {
	var n Traffic
	for _, now := range []models.Action{models.Approve, models.Hold, models.Reject} {
		for _, then := range []models.Action{models.Approve, models.Hold, models.Reject} {
			n.addChange(now, then)
		}
	}
	if want := (Traffic{NewlyHeld: 1, NewlyRejected: 2, Released: 2, HeldInstead: 1}); n != want {
		t.Errorf("%+v, want %+v", n, want)
	}
}

// TestWeakPointsAreNoNotes compares on labels that the candidate has learned nothing
// from, after few labels of abuse.
func TestWeakPointsAreNoNotes(t *testing.T) {
	m := train(t, slices.Concat(labels(1, 200, ham, spam), labels(1, 5, abuse)))
	r := compare(t, m, starter(t), Evidence{Labels: seq(labels(2, 100, ham, spam))})
	if weak := strings.Join(r.WeakPoints, " "); !strings.Contains(weak, "It learned abuse from ") || strings.Contains(weak, "are compared on") {
		t.Errorf("weak points %q", r.WeakPoints)
	}
	if r.Learned != 0 {
		t.Errorf("the candidate has learned from %d of the labels", r.Learned)
	}
	if notes := strings.Join(r.Notes, " "); !strings.Contains(notes, "The candidate has learned from none of them.") || strings.Contains(notes, "It learned abuse") {
		t.Errorf("notes %q", r.Notes)
	}
}
