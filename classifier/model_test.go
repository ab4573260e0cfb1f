package classifier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"winnow/classifier/text/features"
	"winnow/models"
)

// lexicon is what the made-up comments of these tests are made of.
var lexicon = map[models.Class][]string{
	models.Ham:   strings.Fields("council road budget teachers winter vote bridge article agree river mayor library reading trains weather garden museum tax debate parents"),
	models.Spam:  strings.Fields("casino bonus winner pills crypto discount followers profit subscribe channel cheap loans jackpot click visit earn dollars weekly guaranteed deposit"),
	models.Abuse: strings.Fields("idiot moron vermin scum disgusting traitor loser pathetic filth coward stupid parasite clown worthless ugly liar trash shame fool rotten"),
}

var filler = strings.Fields("the and of to in that is was for it with as on this they at be have from or one had by word but not what all were")

// comments makes n labels of each class, the same each time. Some words of
// each are of another class, so that the classes cannot be told apart always.
func comments(n int, classes ...models.Class) []models.Label {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	var rows []models.Label
	for i := range n * len(classes) {
		class := classes[i%len(classes)]
		words := make([]string, 8+rng.IntN(12))
		for j := range words {
			from := filler
			switch x := rng.IntN(20); {
			case x < 5:
				from = lexicon[class]
			case x == 5:
				from = lexicon[classes[rng.IntN(len(classes))]]
			}
			words[j] = from[rng.IntN(len(from))]
		}
		rows = append(rows, models.Label{Text: strings.Join(words, " "), Label: class, Source: "made up", Lang: "en"})
	}
	return rows
}

func rowsOf(labels []models.Label) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for _, l := range labels {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func train(t testing.TB, labels []models.Label, opt TrainOptions) *Model {
	t.Helper()
	m, _, err := Train(context.Background(), rowsOf(labels), opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func bytesOf(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestModelTellsTheClassesApart(t *testing.T) {
	m := train(t, comments(400, models.Ham, models.Spam, models.Abuse), TrainOptions{})
	f, err := Evaluate(m, rowsOf(comments(101, models.Ham, models.Spam, models.Abuse)))
	if err != nil {
		t.Fatal(err)
	}
	if f.Rows != 303 || f.Spam.Ham != 101 || f.Abuse.Positive != 101 {
		t.Fatalf("rows were not counted by head: %+v", f)
	}
	for name, h := range map[string]*HeadFigures{"spam": f.Spam, "abuse": f.Abuse} {
		if h.AUC < 0.97 || h.MCC < 0.8 || h.ECE > 0.08 {
			t.Errorf("%s: AUC %.3f, MCC %.3f, ECE %.3f", name, h.AUC, h.MCC, h.ECE)
		}
	}
	held := m.Manifest().Figures.Spam
	if math.Abs(float64(held.AUC-f.Spam.AUC)) > 0.03 {
		t.Errorf("held-out AUC %.3f, but %.3f on fresh rows", held.AUC, f.Spam.AUC)
	}
}

func TestSameLabelsGiveTheSameBytes(t *testing.T) {
	labels := comments(150, models.Ham, models.Spam)
	one, two := train(t, labels, TrainOptions{Seed: 5}), train(t, labels, TrainOptions{Seed: 5})
	if !bytes.Equal(bytesOf(t, one), bytesOf(t, two)) || one.Version() != two.Version() {
		t.Error("two trainings on the same labels differ")
	}
	if other := train(t, labels, TrainOptions{Seed: 6}); other.Version() == one.Version() {
		t.Error("another seed gave the same version")
	}
}

func TestModelSurvivesItsFile(t *testing.T) {
	m := train(t, comments(150, models.Ham, models.Spam, models.Abuse), TrainOptions{})
	path := t.TempDir() + "/model.wnw"
	if err := m.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Version() != m.Version() || !bytes.Equal(bytesOf(t, got), bytesOf(t, m)) {
		t.Error("the model that was read is not the one that was written")
	}
	for _, l := range comments(20, models.Ham, models.Spam, models.Abuse) {
		a, b := m.Verdict(FromLabel(l), Policy{}), got.Verdict(FromLabel(l), Policy{})
		if *a.Spam != *b.Spam || *a.Abuse != *b.Abuse || a.Action != b.Action || len(a.Signals) != len(b.Signals) {
			t.Fatalf("%q: %+v before, %+v after", l.Text, a, b)
		}
	}
}

// TestTableIsTheEngine holds the table that verdicts are read from equal to
// the log scores of the naive Bayes engine.
func TestTableIsTheEngine(t *testing.T) {
	m := train(t, comments(300, models.Ham, models.Spam, models.Abuse), TrainOptions{})
	for i, class := range headClass {
		engine := m.Engine(class)
		r := new(reading)
		for _, l := range comments(100, models.Ham, models.Spam, models.Abuse) {
			l.Text += " neverseenword zzyzx " + l.ID
			r.read(m, FromLabel(l))
			var words [blocks][]string
			for _, token := range r.tokens {
				b := blockOf(token.Kind)
				words[b] = append(words[b], engineKey(token.Hash))
			}
			for b := range blocks {
				scores, _, _ := engine.LogScores(words[b])
				want := scores[0] - scores[1]
				if got := r.sum[i][b]; math.Abs(got-want) > 1e-4*math.Sqrt(float64(1+len(words[b]))) {
					t.Fatalf("%s, block %d of %q: the table says %v, the engine %v", class, b, l.Text, got, want)
				}
			}
		}
	}
	if m.Engine(models.Ham) != nil {
		t.Error("ham has an engine")
	}
}

func TestEngineGivesBackItsWeights(t *testing.T) {
	weights := map[uint64]float64{1: 0, 2: 1.5, 3: -0.25, 4: maxWeight, 5: -maxWeight, 6: 1e-5}
	e := newEngine(models.Spam, len(weights), func(yield func(uint64, float64)) {
		for h, w := range weights {
			yield(h, w)
		}
	})
	for h, want := range weights {
		if got := engineWeight(e, h); math.Abs(got-want) > 2e-6 {
			t.Errorf("token %d weighs %v, told %v", h, got, want)
		}
	}
	if got := engineWeight(e, 99); got != 0 {
		t.Errorf("an unknown token weighs %v", got)
	}
	if s, _, _ := e.LogScores(nil); s[0] != s[1] {
		t.Errorf("the prior is not even: %v", s)
	}
}

func TestSignalsSumToTheLogOdds(t *testing.T) {
	m := train(t, comments(300, models.Ham, models.Spam, models.Abuse), TrainOptions{})
	for _, l := range append(comments(50, models.Ham, models.Spam, models.Abuse), models.Label{Text: "?"}, models.Label{Text: ""}) {
		v := m.Verdict(FromLabel(l), Policy{})
		p := *v.Spam
		if v.Reason == models.ReasonAbuse {
			p = *v.Abuse
		}
		sum := 0.0
		for i, s := range v.Signals {
			sum += s.Weight
			if i > 0 && math.Abs(s.Weight) > math.Abs(v.Signals[i-1].Weight) {
				t.Fatalf("signals are not strongest first: %+v", v.Signals)
			}
		}
		if want := math.Log(p / (1 - p)); math.Abs(sum-want) > 1e-6*max(1, math.Abs(want)) {
			t.Errorf("%q: signals sum to %v, the log odds are %v", l.Text, sum, want)
		}
	}
}

func TestSignalsPointIntoTheOriginal(t *testing.T) {
	m := train(t, comments(300, models.Ham, models.Spam), TrainOptions{})
	original := []rune("Über die Straße: CASINO bonus!")
	v := m.Verdict(Input{Text: string(original)}, Policy{})
	for _, s := range v.Signals {
		if s.Name != "word:casino" {
			continue
		}
		if len(s.At) != 1 || string(original[s.At[0][0]:s.At[0][1]]) != "CASINO" || s.Weight <= 0 {
			t.Errorf("%+v does not point at the word", s)
		}
		return
	}
	t.Errorf("no signal for the word: %+v", v.Signals)
}

func TestVerdictFollowsThePolicy(t *testing.T) {
	labels := comments(300, models.Ham, models.Spam)
	for i := range labels {
		labels[i].Site = "gazette"
	}
	m := train(t, labels, TrainOptions{})
	spam := Input{Text: "casino bonus jackpot winner visit deposit profit"}
	ham := Input{Text: "the council vote on the bridge and the winter road budget"}
	at := func(p float64) *float64 { return &p }
	for _, c := range []struct {
		name   string
		in     Input
		policy Policy
		want   models.Action
	}{
		{"spam on a warm site with a threshold", spam, Policy{Site: "gazette", Reject: at(0.8)}, models.Reject},
		{"spam on a cold site", spam, Policy{Site: "herald", Reject: at(0.8)}, models.Hold},
		{"spam, no site named", spam, Policy{Reject: at(0.8)}, models.Hold},
		{"spam, too few ham to know a threshold", spam, Policy{Site: "gazette"}, models.Hold},
		{"ham", ham, Policy{Site: "gazette", Reject: at(0.8)}, models.Approve},
		{"ham on a site that holds everything", ham, Policy{Site: "gazette", Hold: at(0)}, models.Hold},
	} {
		v := m.Verdict(c.in, c.policy)
		if v.Action != c.want || (v.Reason == "") != (c.want == models.Approve) {
			t.Errorf("%s: %s (%s) at %.3f, want %s", c.name, v.Action, v.Reason, *v.Spam, c.want)
		}
		if v.Abuse != nil || v.Model != m.Version() {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

func TestEnoughHamGivesARejectThreshold(t *testing.T) {
	m := train(t, comments(2400, models.Ham, models.Spam), TrainOptions{})
	h := m.Manifest().Spam
	if h.Reject < h.Hold || h.Reject > 1 {
		t.Fatalf("thresholds: %+v", h)
	}
	if v := m.Verdict(Input{Text: "casino bonus jackpot winner visit deposit profit"}, Policy{}); v.Action != models.Reject {
		t.Errorf("%s at %v, thresholds %+v", v.Action, *v.Spam, h)
	}
}

func TestAbuseNeverRejects(t *testing.T) {
	m := train(t, comments(400, models.Ham, models.Abuse), TrainOptions{})
	v := m.Verdict(Input{Text: "idiot moron vermin scum traitor coward filth"}, Policy{})
	if v.Spam != nil || v.Action != models.Hold || v.Reason != models.ReasonAbuse || v.Reject != 0 {
		t.Errorf("%+v", v)
	}
}

func TestCopiesAndContradictionsAreLeftOut(t *testing.T) {
	labels := comments(50, models.Ham, models.Spam)
	n := len(labels)
	labels = append(labels, labels[0], labels[1], labels[1])
	contrary := labels[2]
	contrary.Label = models.Spam
	labels = append(labels, contrary)
	got := train(t, labels, TrainOptions{}).Manifest()
	if got.Rows != n-1 || got.Duplicates != 3 || got.Conflicts != 1 {
		t.Errorf("%d rows, %d duplicates, %d conflicts", got.Rows, got.Duplicates, got.Conflicts)
	}
}

func TestTrainingNeedsTwoClasses(t *testing.T) {
	for _, class := range []models.Class{models.Ham, models.Spam} {
		_, _, err := Train(context.Background(), rowsOf(comments(50, class)), TrainOptions{})
		if models.KindOf(err) != models.KindInvalid {
			t.Errorf("only %s: %v", class, err)
		}
	}
}

func TestTrainingStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Train(ctx, rowsOf(comments(500, models.Ham, models.Spam)), TrainOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	fault := fmt.Errorf("no more")
	_, _, err := Train(context.Background(), func(yield func(models.Label, error) bool) { yield(models.Label{}, fault) }, TrainOptions{})
	if !errors.Is(err, fault) {
		t.Errorf("%v", err)
	}
}

func TestStarterIsSound(t *testing.T) {
	m, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	if f := m.Manifest(); f.Scheme != features.Scheme || !f.Starter || f.Spam == nil || len(f.Origins) == 0 || !m.Cold("") {
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

func TestVerdictsDoNotDependOnEachOther(t *testing.T) {
	m := train(t, comments(200, models.Ham, models.Spam), TrainOptions{})
	labels := comments(30, models.Ham, models.Spam)
	var want []models.Verdict
	for _, l := range labels {
		want = append(want, m.Verdict(FromLabel(l), Policy{}))
	}
	for i := range slices.Backward(labels) {
		got := m.Verdict(FromLabel(labels[i]), Policy{})
		if fmt.Sprint(got.Signals) != fmt.Sprint(want[i].Signals) {
			t.Fatalf("%q: %v, before %v", labels[i].Text, got.Signals, want[i].Signals)
		}
	}
}

// BenchmarkVerdict scores comments of all sorts, explanation included, with a
// model of 200,000 tokens that knows half of what they are made of.
func BenchmarkVerdict(b *testing.B) {
	starter, err := Starter()
	if err != nil {
		b.Fatal(err)
	}
	const tokens = 200_000
	m := &Model{manifest: starter.manifest, version: starter.version, table: newTable(tokens)}
	for _, s := range starter.table.slots {
		if s.hash != 0 {
			m.table.put(s.hash, s.weight)
		}
	}
	list, err := os.ReadFile("text/testdata/comments.txt")
	if err != nil {
		b.Fatal(err)
	}
	var inputs []Input
	var sc features.Scanner
	for line := range strings.Lines(string(list)) {
		in := Input{
			Text: strings.TrimSpace(line), Author: "A Reader", AuthorEmail: "reader@mail.example",
			ArticleURL: "https://news.example/town/bridge", ArticleTitle: "The council votes for a bridge",
		}
		inputs = append(inputs, in)
		for i, t := range scan(&sc, in) {
			if i%2 == 0 {
				m.table.put(t.Hash, [heads]float32{0.2, 0.1})
			}
		}
	}
	for rng := rand.New(rand.NewPCG(1, 1)); m.table.size < tokens; {
		m.table.put(rng.Uint64()|1, [heads]float32{0.1, 0.1})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Verdict(inputs[i%len(inputs)], Policy{})
	}
}
