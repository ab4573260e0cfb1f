package node

import (
	"strings"
	"testing"
	"time"
)

func TestNudgesSayWhetherTheTextChanged(t *testing.T) {
	n, at := &Node{secret: newPseudonymizer([]byte("secret"))}, time.Unix(1_900_000_000, 0)
	token := n.NewNudge("gazette", "You fool!", at)
	if len(token) > maxNudge {
		t.Errorf("a token has %d bytes", len(token))
	}
	first, _ := n.Nudge("gazette", token, "You fool!", at)
	if other, _ := n.Nudge("gazette", n.NewNudge("gazette", "You fool!", at), "You fool!", at); first == "" || other == first {
		t.Errorf("two nudges have the ids %q and %q", first, other)
	}
	parts := strings.Split(token, ".")
	for what, test := range map[string]struct {
		site, token, body string
		after             time.Duration
		known, changed    bool
	}{
		"the same text":          {"gazette", token, "You fool!", time.Minute, true, false},
		"the same, but for case": {"gazette", token, "you  FOOL!", time.Minute, true, false},
		"another text":           {"gazette", token, "You are wrong.", time.Minute, true, true},
		"another site":           {"herald", token, "You fool!", time.Minute, false, false},
		"the next day":           {"gazette", token, "You fool!", 13 * time.Hour, false, false},
		"another time":           {"gazette", parts[0] + ".0." + parts[2] + "." + parts[3], "You fool!", 0, false, false},
		"another id":             {"gazette", "0" + token, "You fool!", 0, false, false},
		"nothing":                {"gazette", "", "You fool!", 0, false, false},
	} {
		id, changed := n.Nudge(test.site, test.token, test.body, at.Add(test.after))
		if (id != "") != test.known || changed != test.changed {
			t.Errorf("%s: id %q, changed %v", what, id, changed)
		}
	}
}

// FuzzNudge: whatever stands in a token, it is only known when this server made it.
func FuzzNudge(f *testing.F) {
	n, at := &Node{secret: newPseudonymizer([]byte("secret"))}, time.Unix(1_900_000_000, 0)
	f.Fuzz(func(t *testing.T, token, body string) {
		if id, changed := n.Nudge("gazette", token, body, at); id != "" || changed {
			t.Errorf("%q is taken for a nudge", token)
		}
		if id, changed := n.Nudge("gazette", n.NewNudge("gazette", body, at), body, at); id == "" || changed {
			t.Errorf("the nudge of %q is not known", body)
		}
	})
}
