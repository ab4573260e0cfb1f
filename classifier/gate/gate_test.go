package gate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/models"
)

// vocabulary holds the words of each class for the generated comments of these tests.
var vocabulary = map[models.Class][]string{
	models.Ham:   strings.Fields("council road budget teachers winter vote bridge article agree river mayor library reading trains weather garden museum tax debate parents"),
	models.Spam:  strings.Fields("casino bonus winner pills crypto discount followers profit jackpot cheap loans earn dollars weekly guaranteed deposit investment broker refund lottery"),
	models.Abuse: strings.Fields("idiot moron vermin scum disgusting traitor loser pathetic filth coward stupid parasite clown worthless ugly liar trash shame fool rotten"),
}

var filler = strings.Fields("the and of to in that is was for it with as on this they at be have from or one had by word but not what all were")

// start is when the first label was given; each further one is a minute younger.
var start = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// labels generates n labels of each class. The same seed gives the same ones.
func labels(seed uint64, n int, classes ...models.Class) []models.Label {
	rng := rand.New(rand.NewPCG(seed, 1))
	var rows []models.Label
	for i := range n * len(classes) {
		class := classes[i%len(classes)]
		words := make([]string, 10+rng.IntN(12))
		for j := range words {
			from := filler
			switch x := rng.IntN(20); {
			case x < 5:
				from = vocabulary[class]
			case x == 5:
				from = vocabulary[classes[rng.IntN(len(classes))]]
			}
			words[j] = from[rng.IntN(len(from))]
		}
		rows = append(rows, models.Label{
			ID: fmt.Sprint(seed, "-", i), Text: strings.Join(words, " "), Label: class, Site: "gazette", Source: "decision",
			CreatedAt: start.Add(time.Duration(seed)*24*time.Hour + time.Duration(i)*time.Minute),
		})
	}
	return rows
}

// indonesian generates labels in another language.
func indonesian(n int) []models.Label {
	ham := strings.Fields("jalan anggaran guru pilihan jembatan artikel setuju sungai perpustakaan kereta cuaca taman museum pajak orang tua")
	spam := strings.Fields("gacor slot bonus menang pulsa diskon pengikut untung jackpot murah pinjaman depo maxwin rupiah")
	fill := strings.Fields("yang dan di ke dari ini itu untuk dengan tidak akan pada juga sudah saya kita mereka bisa ada")
	rng := rand.New(rand.NewPCG(9, 9))
	var rows []models.Label
	for i := range 2 * n {
		class, own := models.Ham, ham
		if i%2 == 1 {
			class, own = models.Spam, spam
		}
		words := make([]string, 10+rng.IntN(12))
		for j := range words {
			if words[j] = fill[rng.IntN(len(fill))]; rng.IntN(4) == 0 {
				words[j] = own[rng.IntN(len(own))]
			}
		}
		rows = append(rows, models.Label{Text: strings.Join(words, " "), Label: class, Lang: "id", CreatedAt: start})
	}
	return rows
}

func flipped(rows []models.Label) []models.Label {
	rows = slices.Clone(rows)
	for i := range rows {
		switch rows[i].Label {
		case models.Ham:
			rows[i].Label = models.Spam
		case models.Spam:
			rows[i].Label = models.Ham
		}
	}
	return rows
}

// copies are n copies of a sentence with small differences.
func copies(n int, sentence string, class models.Class) []models.Label {
	var rows []models.Label
	for i := range n {
		rows = append(rows, models.Label{Text: fmt.Sprintf("%s %d", sentence, i), Label: class, CreatedAt: start.Add(time.Duration(i) * time.Second)})
	}
	return rows
}

// traffic are comments without labels, newest first.
func traffic(rows []models.Label) iter.Seq2[classifier.Sample, error] {
	return func(yield func(classifier.Sample, error) bool) {
		for _, l := range slices.Backward(rows) {
			if !yield(classifier.Sample{Input: classifier.FromLabel(l), Site: l.Site, CreatedAt: l.CreatedAt}, nil) {
				return
			}
		}
	}
}

func seq(rows []models.Label) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for _, l := range rows {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func train(t *testing.T, rows []models.Label) *classifier.Model {
	t.Helper()
	m, _, err := classifier.Train(context.Background(), seq(rows), classifier.TrainOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// withoutScores returns the model as an earlier release wrote it: without the scores of
// the cross-validation.
func withoutScores(t *testing.T, m *classifier.Model) *classifier.Model {
	t.Helper()
	var file bytes.Buffer
	if _, err := m.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	b := file.Bytes()
	const format, entry = 8, 12
	b[format] = 1
	b = b[:len(b)-sha256.Size-4-entry*m.Manifest().Rows]
	sum := sha256.Sum256(b)
	old, err := classifier.Read(bytes.NewReader(append(b, sum[:]...)))
	if err != nil {
		t.Fatal(err)
	}
	return old
}

func starter(t *testing.T) *classifier.Model {
	t.Helper()
	m, err := classifier.Starter()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func compare(t *testing.T, candidate, live *classifier.Model, ev Evidence) Report {
	t.Helper()
	r, err := Compare(context.Background(), candidate, live, ev, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func codes(r Report) (out []Code) {
	for _, f := range r.Reasons {
		out = append(out, f.Code)
	}
	return out
}

func expectRefused(t *testing.T, r Report, want Code) {
	t.Helper()
	if !r.Refused || !slices.Contains(codes(r), want) {
		t.Errorf("want a refusal with %s, got %v: %s", want, codes(r), describe(r))
	}
}

func expectAccepted(t *testing.T, r Report) {
	t.Helper()
	if r.Refused {
		t.Errorf("refused: %s", describe(r))
	}
}

func describe(r Report) string {
	var b strings.Builder
	b.WriteString(r.Sentence())
	for _, f := range r.Reasons {
		fmt.Fprintf(&b, "\n  %s: %s", f.Code, f.Message)
	}
	for _, n := range slices.Concat(r.WeakPoints, r.Notes) {
		fmt.Fprintf(&b, "\n  note: %s", n)
	}
	return b.String()
}

const (
	ham   = models.Ham
	spam  = models.Spam
	abuse = models.Abuse
)

// TestRefusesBadCandidates compares candidates that learned from bad labels with a
// good live model and with the starter, on the labels of an installation, on its
// traffic, and on both.
func TestRefusesBadCandidates(t *testing.T) {
	own := labels(2, 300, ham, spam)
	recent := slices.Concat(labels(3, 450, ham), labels(4, 50, spam))
	good := labels(1, 300, ham, spam)
	evidence := map[string]Evidence{
		"labels":             {Labels: seq(own)},
		"labels and traffic": {Labels: seq(own), Traffic: traffic(recent)},
	}
	harmless := "The new swimming pool by the station opens on Sunday morning and everybody is welcome"
	for name, candidate := range map[string]struct {
		labels []models.Label
		want   Code
	}{
		"another language":                {indonesian(300), Language},
		"three rows":                      {[]models.Label{own[0], own[1], own[3]}, FewLabels},
		"only copies of one text as spam": {slices.Concat(labels(1, 300, ham), copies(100, harmless, spam)), FewLabels},
		"flipped labels":                  {flipped(good), Flipped},
	} {
		m := train(t, candidate.labels)
		for liveName, live := range map[string]*classifier.Model{"starter": starter(t), "good": train(t, good)} {
			for what, ev := range evidence {
				t.Run(fmt.Sprintf("%s, against the %s model, by %s", name, liveName, what), func(t *testing.T) {
					expectRefused(t, compare(t, m, live, ev), candidate.want)
				})
			}
		}
	}
}

func TestAcceptsGoodCandidates(t *testing.T) {
	m := train(t, labels(1, 300, ham, spam))
	recent := slices.Concat(labels(3, 450, ham), labels(4, 50, spam))
	golden := []models.Label{
		{Text: "The mayor and the council debate the road budget", Label: ham}, {Text: "casino bonus jackpot winner profit crypto loans earn dollars", Label: spam},
	}
	for name, ev := range map[string]Evidence{
		"without evidence":             {},
		"by labels":                    {Labels: seq(labels(2, 300, ham, spam))},
		"by labels it has learned":     {Labels: seq(labels(1, 300, ham, spam))},
		"by traffic":                   {Traffic: traffic(recent)},
		"by all":                       {Labels: seq(labels(2, 300, ham, spam)), Traffic: traffic(recent), Golden: seq(golden)},
		"by traffic that is half spam": {Traffic: traffic(labels(6, 300, ham, spam))},
	} {
		t.Run(name, func(t *testing.T) {
			expectAccepted(t, compare(t, m, starter(t), ev))
			if again := train(t, labels(7, 400, ham, spam)); !t.Failed() {
				expectAccepted(t, compare(t, again, m, ev))
			}
		})
	}
}

func TestRefusesCopiesOfHarmlessText(t *testing.T) {
	harmless := "The new swimming pool by the station opens on Sunday morning and everybody is welcome"
	own := slices.Concat(labels(1, 200, ham, spam), copies(100, harmless, spam))
	r := compare(t, train(t, own), train(t, labels(1, 200, ham, spam)), Evidence{Labels: seq(own)})
	expectRefused(t, r, NearCopies)
	i := slices.IndexFunc(r.Reasons, func(f Finding) bool { return f.Code == NearCopies })
	if i < 0 || len(r.Reasons[i].Rows) != 1 || !strings.HasPrefix(r.Reasons[i].Rows[0].Text, harmless) {
		t.Errorf("the row is not shown: %+v", r.Reasons)
	}
}

func TestCountsNearCopiesOnce(t *testing.T) {
	rows := labels(1, 60, ham)
	for i, l := range labels(2, 60, spam) {
		for j := range 20 {
			l.ID, l.CreatedAt = fmt.Sprint(i, "-", j), l.CreatedAt.Add(time.Second)
			rows = append(rows, l)
			rows[len(rows)-1].Text += fmt.Sprintf(" %d", j)
		}
	}
	r := compare(t, train(t, labels(1, 300, ham, spam)), starter(t), Evidence{HeldOut: seq(rows)})
	if r.Labels != 60+60*20 || r.Clusters < 110 || r.Clusters > 120 || r.HeldOut != r.Clusters {
		t.Errorf("%d labels in %d clusters, %d held out", r.Labels, r.Clusters, r.HeldOut)
	}
	expectAccepted(t, r)
}

func TestRefusesFloods(t *testing.T) {
	// Labels from the queue alone: few legitimate ones, and those look like spam.
	hard := labels(1, 20, ham)
	for i := range hard {
		hard[i].Text += " casino bonus profit"
	}
	m := train(t, slices.Concat(hard, labels(2, 180, spam)))
	looked := func(yield func(classifier.Sample, error) bool) {
		for s, err := range traffic(labels(3, 1000, ham)) {
			s.Label = ham
			if !yield(s, err) {
				return
			}
		}
	}
	expectRefused(t, compare(t, m, starter(t), Evidence{Traffic: looked}), HoldBudget)
}

func TestHoldEstimate(t *testing.T) {
	outcome := func(a models.Action, p float64) Outcome { return Outcome{Action: a, Spam: &p} }
	var e holdEstimate
	for i := range 1000 {
		ch := Change{Now: outcome(models.Approve, 0), Then: outcome(models.Approve, 0)}
		if i%10 == 0 {
			ch.Then = outcome(models.Hold, 0.6)
		}
		e.add(&ch, 0.01)
	}
	// 100 are held, of which 40 are legitimate by the candidate's own probability.
	if share, over := e.exceeds(0.05); !over || math.Abs(share-40.0/940) > 1e-9 {
		t.Errorf("unlabelled: %v %v", share, over)
	}
	e.budgets *= 2
	if _, over := e.exceeds(0.05); over {
		t.Error("the candidate's own probabilities are not exact enough for this")
	}
	for i := range 40 { // moderators found that a half of 40 held ones are legitimate
		ch := Change{Label: spam, Now: outcome(models.Approve, 0), Then: outcome(models.Hold, 0.6)}
		if i%2 == 0 {
			ch.Label = ham
		}
		e.add(&ch, 0.02)
	}
	if share, over := e.exceeds(0.05); !over || math.Abs(share-70.0/970) > 1e-9 {
		t.Errorf("labelled: %v %v", share, over)
	}
}

func TestRefusesLostHead(t *testing.T) {
	live := train(t, labels(1, 100, ham, spam, abuse))
	expectRefused(t, compare(t, train(t, labels(2, 100, ham, abuse)), live, Evidence{}), HeadLost)
}

func TestNotesTheAbuseHeadOfTheStarter(t *testing.T) {
	starter, err := classifier.Starter()
	if err != nil {
		t.Fatal(err)
	}
	r := compare(t, train(t, labels(2, 100, ham, spam)), starter, Evidence{})
	if slices.ContainsFunc(r.Reasons, func(f Finding) bool { return f.Code == HeadLost }) ||
		!slices.ContainsFunc(r.WeakPoints, func(n string) bool { return strings.Contains(n, "built-in model") }) {
		t.Errorf("%+v, %q", r.Reasons, r.WeakPoints)
	}
	expectRefused(t, compare(t, train(t, labels(2, 100, ham, abuse)), starter, Evidence{}), HeadLost)
}

func TestNotesAClassThatNoLabelHas(t *testing.T) {
	base := train(t, labels(1, 100, ham, spam, abuse))
	m, _, err := classifier.Train(context.Background(), seq(labels(2, 100, ham, spam)), classifier.TrainOptions{Seed: 1, Base: base})
	if err != nil {
		t.Fatal(err)
	}
	if r := compare(t, m, base, Evidence{}); !slices.ContainsFunc(r.WeakPoints, func(n string) bool { return strings.HasPrefix(n, "It learned no abuse from labels") }) {
		t.Errorf("%+v, %q", r.Reasons, r.WeakPoints)
	}
}

func TestGoldenExamples(t *testing.T) {
	live, candidate := train(t, labels(1, 200, ham, spam)), train(t, labels(2, 200, ham, spam))
	golden := []models.Label{{Text: "The casino bonus and the jackpot are cheap loans, earn dollars weekly", Label: ham}}
	r := compare(t, candidate, live, Evidence{Golden: seq(golden)})
	expectAccepted(t, r)
	if r.Golden != 1 || !slices.Contains(r.WeakPoints, "1 golden examples have the wrong class with both models.") {
		t.Errorf("%+v", r.WeakPoints)
	}
	kept := []models.Label{{Text: "The council and the mayor agree on the budget of the museum and the library", Label: ham}}
	expectAccepted(t, compare(t, candidate, live, Evidence{Golden: seq(kept)}))
	expectRefused(t, compare(t, train(t, flipped(labels(2, 200, ham, spam))), live, Evidence{Golden: seq(kept)}), GoldenLost)
}

func TestRefusesWhatIsWorseOnOneSite(t *testing.T) {
	elsewhere := labels(1, 600, ham, spam)
	for i := range elsewhere {
		elsewhere[i].Site = "elsewhere"
	}
	other := labels(2, 30, ham)
	for i := range 15 { // this site is about games of chance
		other[i].Text = "our club tonight: " + strings.Join(vocabulary[spam][i:min(i+5, 19)], " ") + " " + other[i].Text
	}
	live := train(t, slices.Concat(elsewhere, other, other[:15]))
	ev := Evidence{Labels: seq(slices.Concat(elsewhere, other))}
	r, err := Compare(context.Background(), train(t, labels(3, 600, ham, spam)), live, ev, Limits{FalseAlarms: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	expectRefused(t, r, SliceWorse)
}

func TestHeldOutLabelsDecide(t *testing.T) {
	old, recent := labels(1, 200, ham, spam), labels(2, 50, ham, spam)
	r := compare(t, train(t, old), starter(t), Evidence{Labels: seq(slices.Concat(old, recent))})
	if r.HeldOut < 490 || r.HeldOut > 500 || !strings.Contains(strings.Join(r.Notes, " "), "by a model that has not learned from it") {
		t.Errorf("%d held out: %s", r.HeldOut, describe(r))
	}
	// Of labels that it has learned from, the candidate is judged by cross-validation.
	r = compare(t, train(t, old), starter(t), Evidence{Labels: seq(old)})
	if r.HeldOut < 390 || !strings.Contains(strings.Join(r.Notes, " "), fmt.Sprintf("%d of them scored by cross-validation", r.HeldOut)) {
		t.Errorf("%d held out: %s", r.HeldOut, describe(r))
	}
	expectAccepted(t, r)
	r = compare(t, withoutScores(t, train(t, old)), starter(t), Evidence{Labels: seq(old)})
	if r.HeldOut != 0 || !strings.Contains(strings.Join(r.WeakPoints, " "), "cross-validation") {
		t.Errorf("%d held out: %s", r.HeldOut, describe(r))
	}
	expectAccepted(t, r)
}

func TestSentenceAndChanges(t *testing.T) {
	m := train(t, labels(1, 300, ham, spam))
	r := compare(t, m, starter(t), Evidence{Traffic: traffic(labels(3, 700, ham, spam))})
	want := fmt.Sprintf("Of the last 1,000 comments it would hold %d (now %d) and reject %d (now %d).",
		r.Traffic.HeldThen, r.Traffic.HeldNow, r.Traffic.RejectedThen, r.Traffic.RejectedNow)
	if r.Sentence() != want || r.Summary != want {
		t.Errorf("%q, want %q", r.Sentence(), want)
	}
	if german := r.In("de").Sentence(); !strings.HasPrefix(german, "Von den letzten 1.000 Kommentaren") {
		t.Error(german)
	}
	if len(r.Changes) != 10 {
		t.Fatalf("%d changes", len(r.Changes))
	}
	for _, ch := range r.Changes {
		if ch.Now.Action == ch.Then.Action || ch.Now.Spam == nil || ch.Then.Spam == nil || ch.Text == "" {
			t.Errorf("%+v", ch)
		}
	}
	if !slices.IsSortedFunc(r.Changes, func(a, b Change) int {
		if a.surprise() >= b.surprise() {
			return -1
		}
		return 1
	}) {
		t.Error("the changes are not sorted by surprise")
	}
}

func TestCompareStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m := starter(t)
	if _, err := Compare(ctx, m, m, Evidence{Labels: seq(labels(1, 300, ham, spam))}, Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	fault := errors.New("connection reset")
	_, err := Compare(context.Background(), m, m, Evidence{Traffic: func(yield func(classifier.Sample, error) bool) {
		yield(classifier.Sample{}, fault)
	}}, Limits{})
	if !errors.Is(err, fault) {
		t.Errorf("%v", err)
	}
}

func TestInspector(t *testing.T) {
	found := func(rows []models.Label) (out []Code) {
		in := NewInspector(Limits{})
		for _, l := range rows {
			in.Add(l)
		}
		for _, f := range in.Findings("") {
			out = append(out, f.Code)
		}
		return out
	}
	good := labels(1, 100, ham, spam)
	if got := found(good); got != nil {
		t.Errorf("good labels: %v", got)
	}
	if got := found(good[:20]); !slices.Equal(got, []Code{FewLabels}) {
		t.Errorf("few labels: %v", got)
	}
	conflict := good[0]
	conflict.Label = spam
	if got := found(append(slices.Clone(good), conflict)); !slices.Equal(got, []Code{Conflicts}) {
		t.Errorf("a conflict: %v", got)
	}
	if got := found(slices.Concat(labels(1, 100, ham), copies(100, "One and the same long sentence about the swimming pool", spam))); !slices.Equal(got, []Code{FewLabels, NearCopies}) {
		t.Errorf("copies: %v", got)
	}
}

// TestHoldBudgetOfASite compares a model that floods one site, which allows it or
// not.
func TestHoldBudgetOfASite(t *testing.T) {
	hard := labels(1, 20, ham)
	for i := range hard {
		hard[i].Text += " casino bonus profit"
	}
	m := train(t, slices.Concat(hard, labels(2, 180, spam)))
	looked := func(yield func(classifier.Sample, error) bool) {
		for s, err := range traffic(labels(3, 1000, ham)) {
			s.Label = ham
			if !yield(s, err) {
				return
			}
		}
	}
	for budget, want := range map[float64]bool{0.001: true, 1: false} {
		r, err := Compare(context.Background(), m, starter(t), Evidence{Traffic: looked}, Limits{HoldBudgets: map[string]float64{"gazette": budget}})
		if err != nil || slices.Contains(codes(r), HoldBudget) != want {
			t.Errorf("with a budget of %v: %v, %s", budget, err, describe(r))
		}
	}
}

func TestLinksThatASiteTrustsAreNoEvidence(t *testing.T) {
	starter, err := classifier.Starter()
	if err != nil {
		t.Fatal(err)
	}
	trusts := map[string]func(string) bool{"gazette": func(host string) bool { return host == "gazette.example" }}
	r, err := Compare(t.Context(), starter, starter, Evidence{
		Trusts: trusts,
		Traffic: func(yield func(classifier.Sample, error) bool) {
			for _, site := range []string{"gazette", "herald"} {
				if !yield(classifier.Sample{Site: site, Input: classifier.Input{Author: "Jo", Text: "Read it: https://gazette.example/a"}}, nil) {
					return
				}
			}
		},
	}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if n := r.Traffic; n.Comments != 2 || n.HeldNow != 1 || n.HeldThen != 1 {
		t.Errorf("%+v", n)
	}
}
