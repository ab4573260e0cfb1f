package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"winnow/classifier"
	"winnow/models"
)

// testLabels returns labels of three classes. Some spam has the text of ham.
func testLabels() (labels []models.Label) {
	for i := range 120 {
		spam := models.Label{Label: models.Spam, Text: fmt.Sprintf("Win a free phone number %d at http://prize%d.example today", i, i)}
		if i%10 == 0 {
			spam.Text = fmt.Sprintf("The tram to the harbour was late again, for the %dth time <b>this</b> year", i)
		}
		labels = append(labels, spam,
			models.Label{Label: models.Ham, Lang: "en", Text: fmt.Sprintf("The tram to the harbour was late again, for the %dth time <b>this</b> year", i)},
			models.Label{Label: models.Abuse, Lang: "de", Text: fmt.Sprintf("You are a fool and so was your uncle, all %d of you", i)})
	}
	return labels
}

func TestReportIsSelfContained(t *testing.T) {
	m, _, err := classifier.Train(t.Context(), labelSeq(testLabels()), classifier.TrainOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	metrics, err := Write(t.Context(), &page, m, labelSeq(testLabels()), Options{Title: "A <model>", LearningCurve: true})
	if err != nil {
		t.Fatal(err)
	}
	html := page.String()
	if n := strings.Count(html, "<svg"); n != 9 {
		t.Errorf("%d plots, want four for each head and the learning curve", n)
	}
	for _, want := range []string{"A &lt;model&gt;", m.Version(), "spam against ham", "abuse against ham", "False negatives with the lowest probability", fmt.Sprintf("%.4f", metrics.Spam.AUC)} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "<link", "src=", "url(", "<b>this", "NaN", "<?xml"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
}

func TestReportOfUnreadableRows(t *testing.T) {
	m, _, err := classifier.Train(t.Context(), labelSeq(testLabels()), classifier.TrainOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	broken := func(yield func(models.Label, error) bool) {
		yield(models.Label{}, models.Errorf(models.KindInvalid, "labels.jsonl:1: no text"))
	}
	var page bytes.Buffer
	if _, err := Write(t.Context(), &page, m, broken, Options{}); models.KindOf(err) != models.KindInvalid || page.Len() > 0 {
		t.Errorf("error %v after %d bytes", err, page.Len())
	}
}
