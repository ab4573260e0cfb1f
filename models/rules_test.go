package models_test

import (
	"encoding/json"
	"testing"

	"winnow/models"
)

func TestRulesAsJSON(t *testing.T) {
	for _, shape := range []string{
		`{}`,
		`{"links":{"max":0}}`,
		`{"blocked_words":{"words":["casino*"],"action":"hold"},"suspect_words":{"words":["crypto"],"weight":1.5},` +
			`"blocked_domains":{"domains":["spam.example"],"action":"reject"},"links":{"max":3,"allowed":["news.example"]},` +
			`"authors":{"hold_first":true,"hold_anonymous":true,"trust_after":20,"trust_days":90},"length":{"min":2,"max":5000}}`,
	} {
		var r models.Rules
		if err := json.Unmarshal([]byte(shape), &r); err != nil {
			t.Fatal(err)
		}
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", shape, err)
		}
		if back, err := json.Marshal(r); err != nil || string(back) != shape {
			t.Errorf("%s came back as %s, %v", shape, back, err)
		}
	}
}
