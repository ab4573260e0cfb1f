package card

import (
	"fmt"
	"strings"
	"testing"

	"winnow/classifier"
	"winnow/models"
)

func trained(t *testing.T) *classifier.Model {
	t.Helper()
	words := []string{"council", "bridge", "library", "teachers", "budget", "harbour", "museum", "trains", "river", "garden", "weather"}
	m, _, err := classifier.Train(t.Context(), func(yield func(models.Label, error) bool) {
		for i := range 400 {
			l := models.Label{
				Text:  fmt.Sprintf("the %s and the %s, week %d", words[i%11], words[i%7], i),
				Label: models.Ham, Site: "gazette", Source: "a|b<i>", LabelledBy: "ada", Lang: "en",
			}
			if i%2 == 1 {
				l.Text, l.Label, l.Site = fmt.Sprintf("cheap %s, click offer %d", words[i%11], i), models.Spam, "herald"
			}
			if !yield(l, nil) {
				return
			}
		}
	}, classifier.TrainOptions{HoldBudgets: map[string]float64{"herald": 0.2}, Datasets: []classifier.Dataset{{Name: "A set", Licence: "CC BY 4.0"}}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWrite(t *testing.T) {
	m := trained(t)
	write := func(lang string, canSee func(string) bool) string {
		var b strings.Builder
		if err := Write(&b, m, lang, canSee); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	all := func(string) bool { return true }
	for lang, want := range map[string][]string{
		"": {
			"# Model " + m.Version(), "400 texts with labels by 1 known labellers", "| A set | CC BY 4.0 | – |", "| gazette | 200 | 0 | 0 |",
			`| a\|b&lt;i> | 200 | 200 | 0 |`, "| en | 400 |", "On 200 texts “not spam” and 200 of spam", "AUC", "| spam | 0.", "were set from the labels", "What the columns weigh", "What it is not for",
		},
		"de": {"# Modell " + m.Version(), "400 Texte mit Labels von 1 bekannten", "An 200 Texten „kein Spam“", "Wofür es nicht gedacht ist"},
	} {
		got := write(lang, all)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%q: no %q in:\n%s", lang, part, got)
			}
		}
		if strings.Contains(got, "NaN") || strings.Contains(got, "<no value>") {
			t.Errorf("%s", got)
		}
	}
	if got := write("", func(site string) bool { return site == "gazette" }); strings.Contains(got, "herald") || !strings.Contains(got, "| … | 0 | 200 | 0 |") {
		t.Errorf("for a reader who sees only the gazette:\n%s", got)
	}
}

func TestWriteForTheStarter(t *testing.T) {
	m, err := classifier.Starter()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "de"} {
		var b strings.Builder
		if err := Write(&b, m, lang, func(string) bool { return true }); err != nil || !strings.Contains(b.String(), "CC BY 4.0") {
			t.Errorf("%v: %s", err, b.String())
		}
	}
}
