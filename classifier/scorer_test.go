package classifier

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"winnow/classifier/text/features"
	"winnow/models"
)

func TestVerdictAppliesPolicy(t *testing.T) {
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
		{"spam on a site with enough labels and a threshold", spam, Policy{Site: "gazette", Reject: at(0.8)}, models.Reject},
		{"spam on a site without labels", spam, Policy{Site: "herald", Reject: at(0.8)}, models.Hold},
		{"spam, no site named", spam, Policy{Reject: at(0.8)}, models.Hold},
		{"spam, too few ham for a default threshold", spam, Policy{Site: "gazette"}, models.Hold},
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

func TestAbuseNeverRejects(t *testing.T) {
	m := train(t, comments(400, models.Ham, models.Abuse), TrainOptions{})
	v := m.Verdict(Input{Text: "idiot moron vermin scum traitor coward filth"}, Policy{})
	if v.Spam != nil || v.Action != models.Hold || v.Reason != models.ReasonAbuse || v.RejectAt != 0 {
		t.Errorf("%+v", v)
	}
}

func TestVerdictsAreIndependent(t *testing.T) {
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

// BenchmarkVerdict scores and explains various comments with a model of 200,000
// tokens, which include half of the comments' tokens.
func BenchmarkVerdict(b *testing.B) {
	starter, err := Starter()
	if err != nil {
		b.Fatal(err)
	}
	const tokens = 200_000
	m := &Model{manifest: starter.manifest, version: starter.version, features: newFeatureTable(tokens)}
	for _, s := range starter.features.slots {
		if s.hash != 0 {
			m.features.put(s.hash, s.weight)
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
		for i, t := range tokenize(&sc, in) {
			if i%2 == 0 {
				m.features.put(t.Hash, [heads]float32{0.2, 0.1})
			}
		}
	}
	for rng := rand.New(rand.NewPCG(1, 1)); m.features.size < tokens; {
		m.features.put(rng.Uint64()|1, [heads]float32{0.1, 0.1})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Verdict(inputs[i%len(inputs)], Policy{})
	}
}
