package gate

import (
	"math"
	"regexp"
	"slices"
	"testing"
)

func TestTextsHaveTheSameParameters(t *testing.T) {
	braces := regexp.MustCompile(`\{[a-z_]+\}`)
	for code, both := range texts {
		var params [2][]string
		for i, text := range both {
			if text == "" {
				t.Errorf("%s has no text in a language", code)
			}
			params[i] = braces.FindAllString(text, -1)
			slices.Sort(params[i])
		}
		if !slices.Equal(params[0], params[1]) {
			t.Errorf("%s: %v in English, %v in German", code, params[0], params[1])
		}
	}
}

func TestMessage(t *testing.T) {
	m := message{HoldBudget, map[string]any{"then": 1234, "n": 10000, "now": 3, "legitimate": 0.0525, "limit": 0.02, "harmless": 8000, "harmless_held": 420}}
	if got, want := m.in(""), "It would hold 1,234 of 10,000 comments (now 3). Of the 10,000, an estimated 8,000 are neither spam nor abuse; "+
		"it would hold 420 of these, 5.2 %. At most 2 % is allowed. (Where moderators decided, that counts; the others are estimated.)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := m.in("de"), "Es würde 1.234 von 10.000 Kommentaren zurückhalten (jetzt 3). Von den 10.000 sind geschätzt 8.000 weder Spam noch Beleidigung; "+
		"davon würde es 420 zurückhalten, 5,2 %. Erlaubt sind höchstens 2 %. (Wo Moderatoren entschieden haben, zählt das; die übrigen sind geschätzt.)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestStatistics(t *testing.T) {
	if p := mcnemar(5, 0); math.Abs(p-0.03125) > 1e-12 {
		t.Errorf("5 of 5: %v", p)
	}
	if p := binomialTail(2, 3, 0.5); math.Abs(p-0.5) > 1e-12 {
		t.Errorf("2 or more of 3: %v", p)
	}
	if binomialTail(0, 0, 0.5) != 1 || binomialTail(1, 0, 0.5) != 0 {
		t.Error("no trials")
	}
	auc, z, ok := ranking([]scored{{0.1, true}, {0.2, true}, {0.8, false}, {0.8, true}})
	if !ok || auc != 0.5/3 || z >= 0 {
		t.Errorf("AUC %v, z %v", auc, z)
	}
	if d := variationDistance(map[string]int{"de": 1, "en": 1}, map[string]int{"en": 3, "fr": 1}); d != 0.5 {
		t.Errorf("distance %v", d)
	}
	if d := variationDistance(map[string]int{"de": 1}, map[string]int{"en": 3}); d != 1 {
		t.Errorf("distance %v", d)
	}
}
