package classifier

import (
	"testing"

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
