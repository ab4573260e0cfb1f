package why

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// TestEverySignalAndReasonHasASentence finds the names of rules, intents and
// reasons where they are made, so that a new one cannot be forgotten.
func TestEverySignalAndReasonHasASentence(t *testing.T) {
	names := matches(t, "../../classifier/rules/*.go", `Name: "(rule:[a-z-]+)"`)
	names = append(names, matches(t, "../../classifier/campaign/*.go", `Name: "(campaign:[a-z-]+)"`)...)
	for _, intent := range matches(t, "../../classifier/text/features/intent.go", `intent\w+: +"([a-z]+)"`) {
		names = append(names, "call:"+intent)
	}
	if len(names) < 20 {
		t.Fatalf("only %d names were found: %v", len(names), names)
	}
	for k := features.Word; k < features.NumKinds; k++ {
		names = append(names, k.String(), k.String()+":any")
		if k != features.Pair { // counts as words
			names = append(names, models.RestPrefix+k.String())
		}
	}
	for name := range signals {
		names = append(names, name)
	}
	for o := range normalize.Obfuscation(len(normalize.Evidence{})) {
		names = append(names, "fold:"+o.String())
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		c, ok := signals[keyOf(name, models.ReasonSpam)]
		if !ok && !strings.HasPrefix(name, "abuse/") {
			t.Errorf("signal %s has no clause", name)
		}
		check(t, name, c)
		if kind, _, _ := strings.Cut(name, ":"); kind == "rule" || kind == "call" && name != "call" && name != "call:any" || strings.HasPrefix(name, models.RestPrefix) {
			if key := keyOf(name, models.ReasonSpam); key == kind || key == "rest" {
				t.Errorf("signal %s has no clause of its own", name)
			}
		}
	}
	for k := features.Word; k < features.NumKinds; k++ {
		for _, name := range []string{k.String(), models.RestPrefix + k.String()} {
			if _, ok := ordinary[name]; !ok && k != features.Intent && k != features.Address && (k != features.Pair || name == "pair") {
				t.Errorf("%s has no clause for a signal that speaks for a comment", name)
			}
		}
	}
	for name, c := range ordinary {
		check(t, name, c)
	}
	declared := matches(t, "../../models/reason.go", `Reason\w+ +Reason = "(\w+)"`)
	if len(declared) < 15 {
		t.Fatalf("only %d reasons were found", len(declared))
	}
	for _, reason := range declared {
		c, ok := reasons[models.Reason(reason)]
		if !ok {
			t.Errorf("reason %s has no clause", reason)
		}
		check(t, reason, c)
	}
	for action, c := range openings {
		check(t, string(action), c)
	}
}

func check(t *testing.T, name string, c clause) {
	t.Helper()
	if (c.en == "") != (c.de == "") || c.en != "" && c.en == c.de || strings.Contains(c.en, "{what}") != strings.Contains(c.de, "{what}") || strings.Contains(c.en, "{n}") != strings.Contains(c.de, "{n}") {
		t.Errorf("%s: %q and %q", name, c.en, c.de)
	}
}

// matches returns the first groups of a pattern in files.
func matches(t *testing.T, files, pattern string) (found []string) {
	t.Helper()
	paths, err := filepath.Glob(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			found = append(found, m[1])
		}
	}
	return found
}

func TestSentence(t *testing.T) {
	signal := func(name string, weight float64) models.Signal { return models.Signal{Name: name, Weight: weight} }
	held := func(reason models.Reason, signals ...models.Signal) models.Verdict {
		return models.Verdict{Action: models.Hold, Reason: reason, Signals: signals}
	}
	pending := models.Comment{Status: models.Pending}
	for name, test := range map[string]struct {
		comment models.Comment
		verdict models.Verdict
		en, de  string
	}{
		"a call and a link": {
			pending, held(models.ReasonSpam, signal("shape:words:4", -2), signal("call:act", 1.5), signal("call:link:short", 1), signal("word:bonus", 0.5), signal("rest:chars", 4), signal("prior", 5)),
			"Held because it asks for a click and is a short text with a link.",
			"Zurückgehalten, weil er zu einem Klick auffordert und ein kurzer Text mit Link ist.",
		},
		"words": {
			pending, held(models.ReasonSpam, signal("word:casino", 2), signal("word:bonus", 1), signal("number:phone", 0.5)),
			"Held because it uses words of known spam, such as “casino”, “bonus” and has a phone number.",
			"Zurückgehalten, weil er Wörter bekannten Spams verwendet, etwa „casino“, „bonus“ und eine Telefonnummer hat.",
		},
		"an insult without its words": {
			pending, held(models.ReasonAbuse, signal("address:insult", 2)),
			"Held because it insults a person.", "Zurückgehalten, weil er eine Person beleidigt.",
		},
		"words of insults": {
			pending, held(models.ReasonAbuse, signal("word:idiot", 2)),
			"Held because it uses words of known insults, such as “idiot”.",
			"Zurückgehalten, weil er Wörter bekannter Beleidigungen verwendet, etwa „idiot“.",
		},
		"a rule": {
			models.Comment{Status: models.Rejected},
			models.Verdict{Action: models.Reject, Reason: models.ReasonRule, Signals: []models.Signal{{Name: "rule:blocked-word", Detail: "viagra", Action: models.Reject}, signal("word:cheap", 3)}},
			"Rejected because it contains “viagra”, which is blocked here.",
			"Abgelehnt, weil er „viagra“ enthält, was hier gesperrt ist.",
		},
		"nothing but sums": {
			pending, held(models.ReasonSpam, signal("rest:chars", 2), signal("rest:word", 1), signal("prior", 1)),
			"Held because it has many parts of words that are usual in such comments.",
			"Zurückgehalten, weil er viele Wortteile hat, die in solchen Kommentaren üblich sind.",
		},
		"no signal at all": {
			pending, held(models.ReasonAbuse), "Held because taken as a whole, it resembles insults.", "Zurückgehalten, weil er im Ganzen Beleidigungen ähnelt.",
		},
		"premoderation of what the filter approves": {
			models.Comment{Status: models.Pending, Reason: models.ReasonPremoderation},
			models.Verdict{Action: models.Approve, Signals: []models.Signal{signal("word:casino", 0.1)}},
			"Held because every comment here waits for a moderator.", "Zurückgehalten, weil hier jeder Kommentar auf eine Freigabe wartet.",
		},
		"a reason of a later release": {
			models.Comment{Status: models.Pending, Reason: "moon"},
			models.Verdict{Action: models.Approve},
			"Held because a moderator objected to it.", "Zurückgehalten, weil ein Moderator ihn beanstandet hat.",
		},
		"an approval": {
			models.Comment{Status: models.Approved},
			models.Verdict{Action: models.Approve},
			"Approved: the filter found nothing that speaks against it.", "Freigegeben: Der Filter fand nichts, was dagegen spricht.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Explain(English, test.comment, test.verdict, nil).Why; got != test.en {
				t.Errorf("%q, want %q", got, test.en)
			}
			if got := Explain(German, test.comment, test.verdict, nil).Why; got != test.de {
				t.Errorf("%q, want %q", got, test.de)
			}
		})
	}
}

// TestCausesAreTheSignalsOfTheSentence: what the console marks is what decided.
func TestCausesAreTheSignalsOfTheSentence(t *testing.T) {
	signal := func(name string, weight float64) models.Signal { return models.Signal{Name: name, Weight: weight} }
	pending := models.Comment{Status: models.Pending}
	spam := models.Verdict{Action: models.Hold, Reason: models.ReasonSpam, Signals: []models.Signal{
		signal("call:act", 1.5), signal("word:harbour", -1.2), signal("word:bonus", 1), signal("link:short", 0.9), signal("word:casino", 0.8),
		signal("rest:chars", 4), signal("prior", 5),
	}}
	if e := Explain(English, pending, spam, nil); !slices.Equal(e.Causes, []string{"call:act", "word:bonus", "word:casino"}) {
		t.Errorf("%q is about %q", e.Why, e.Causes)
	}
	held := models.Comment{Status: models.Pending, Reason: models.ReasonPremoderation}
	if e := Explain(English, held, spam, nil); e.Causes != nil {
		t.Errorf("%q is about %q", e.Why, e.Causes)
	}
	copies := models.Verdict{Action: models.Hold, Reason: models.ReasonCampaign, Signals: []models.Signal{
		{Name: "campaign:copies", Detail: "12", Weight: 2, Action: models.Hold}, signal("word:bonus", 1),
	}}
	size := &models.Campaign{Count: 12, Authors: 9}
	for lang, want := range map[Language]string{
		English: "Held because 9 authors posted the same text or the same address, in 12 comments so far.",
		German:  "Zurückgehalten, weil 9 Autoren denselben Text oder dieselbe Adresse eingesandt haben, bisher in 12 Kommentaren.",
	} {
		if e := Explain(lang, pending, copies, size); e.Why != want || !slices.Equal(e.Causes, []string{"campaign:copies"}) {
			t.Errorf("%q is about %q", e.Why, e.Causes)
		}
	}
	copies.Reason = models.ReasonRule
	if e := Explain(English, pending, copies, size); e.Why != "Held because it was posted in 12 near-copies." {
		t.Errorf("%q", e.Why)
	}
}

func TestPreferred(t *testing.T) {
	for header, want := range map[string]Language{
		"": English, "de": German, "de-AT,de;q=0.9,en;q=0.8": German, "en-GB,de;q=0.5": English, "fr": English, "fr,de;q=0.3": German, ";;;": English,
	} {
		if got := Preferred(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
