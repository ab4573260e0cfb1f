package classifier

import (
	"os"
	"testing"

	"winnow/classifier/labelfile"
	"winnow/classifier/text/features"
	"winnow/models"
)

func TestStarterModel(t *testing.T) {
	m, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	if f := m.Manifest(); f.Scheme != features.Scheme || !f.Starter || f.Spam == nil || len(f.Datasets) == 0 || !m.Cold("") {
		t.Errorf("%+v", f)
	}
	one := 0.5
	if v := m.Verdict(Input{Text: "Subscribe to my channel!!! http://bit.ly/x free free free"}, Policy{Reject: &one}); v.Action != models.Hold {
		t.Errorf("blatant spam: %s at %v", v.Action, *v.Spam)
	}
	if v := m.Verdict(Input{Text: "The council should have repaired the bridge before the winter."}, Policy{}); v.Action != models.Approve {
		t.Errorf("an ordinary comment: %s at %v", v.Action, *v.Spam)
	}
}

// TestStarterOnPresentDayComments: honest comments on topics of spam, and spam of many
// kinds. The texts were written for this test. Those of second.jsonl have other wording:
// before any phrase was chosen for them (their ids have "before"), between two rounds
// ("afterwards") and after the last one ("unseen").
func TestStarterOnPresentDayComments(t *testing.T) {
	t.Run("today", func(t *testing.T) { testPresentDay(t, "today.jsonl", 0.15) })
	t.Run("second", func(t *testing.T) { testPresentDay(t, "second.jsonl", 0.25) })
}

// testPresentDay fails when more than 8 % of the honest comments of a file are held, or more
// than a share of the spam is published.
func testPresentDay(t *testing.T, name string, mostPublished float64) {
	m, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	count, held := map[models.Class]float64{}, map[models.Class]float64{}
	for l, err := range labelfile.Read(f, name, labelfile.Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		v := m.Verdict(FromLabel(l), Policy{})
		count[l.Label]++
		if v.Action == models.Reject {
			t.Errorf("%s is rejected: %s", l.ID, l.Text)
		}
		if v.Action != models.Approve {
			held[l.Label]++
		}
	}
	if count[models.Ham] < 80 || count[models.Spam] < 80 {
		t.Fatalf("%v", count)
	}
	if share := held[models.Ham] / count[models.Ham]; share > 0.08 {
		t.Errorf("%.1f %% of the honest comments are held", 100*share)
	}
	if share := 1 - held[models.Spam]/count[models.Spam]; share > mostPublished {
		t.Errorf("%.1f %% of the spam is published", 100*share)
	}
}
