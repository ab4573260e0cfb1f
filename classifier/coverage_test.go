package classifier

import "testing"

func TestCoverageCountsUnknownWords(t *testing.T) {
	m, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][2]int{
		"":                                {0, 0},
		"subscribe to channel":            {3, 0},
		"channel xqzvwk subscribe qqzzxx": {4, 2},
		"subscribe subscribe subscribe":   {1, 0},
	} {
		words, unknown := m.Coverage(Input{Text: text})
		if got := [2]int{words, unknown}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
