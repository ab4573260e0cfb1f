package models

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
)

func TestVerdictJSONMatchesEncoder(t *testing.T) {
	spam, abuse := 0.25, 5e-9
	for _, v := range []Verdict{
		{},
		{Spam: &spam, Action: Approve, Model: "w1-0", HoldAt: 0.6, Signals: []Signal{}},
		{Spam: &spam, Abuse: &abuse, Action: Hold, Reason: ReasonRule, Model: "w1-0", HoldAt: 0.6, RejectAt: 1, Signals: []Signal{
			{Name: "prior", Weight: -2.4527355139406652},
			{Name: "word:casino", Weight: 1e21, Spans: [][2]int{{0, 6}, {12, 18}}},
			{Name: "rule:word", Weight: math.SmallestNonzeroFloat64, Detail: "ä \"<b>\\\n\u2028 \xff 👍", Action: Reject, Spans: [][2]int{{3, 4}}},
		}},
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var a, b Verdict
		if err := json.Unmarshal(v.AppendJSON(nil, SignalsJSON(v.Signals)), &a); err != nil {
			t.Fatalf("%s: %v", v.AppendJSON(nil, SignalsJSON(v.Signals)), err)
		}
		if err := json.Unmarshal(want, &b); err != nil {
			t.Fatal(err)
		}
		if b.Signals == nil {
			b.Signals = []Signal{}
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("AppendJSON gives %s, the encoder %s", v.AppendJSON(nil, SignalsJSON(v.Signals)), want)
		}
	}
}
