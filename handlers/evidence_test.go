package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"winnow/classifier"
	"winnow/classifier/gate"
	"winnow/models"
	"winnow/storage"
)

// published stores a comment that the filter has published.
func (d *testNode) published(site, text string) {
	d.Helper()
	spam := 0.1
	_, _, _, err := d.db.CreateComment(d.Context(), storage.NewComment{
		Comment: models.Comment{
			Site: site, Article: models.Article{ID: "harbour", Title: "The harbour reopens"},
			Author: models.Author{Name: "Reader"}, Body: text, Status: models.Approved,
		},
		Verdict: models.Verdict{Spam: &spam, Action: models.Approve, Model: "test", HoldAt: 0.5},
	})
	d.must(err)
}

// trainOnServer trains on the server and returns the new model.
func (d *testNode) trainOnServer() *classifier.Model {
	d.Helper()
	d.as("ada", "POST", "/v1/models/train", object{}).must(http.StatusAccepted)
	got := d.afterTraining()
	if got.Training.State != "done" {
		d.Fatalf("training: %+v", got.Training)
	}
	data, err := d.db.ModelData(d.Context(), got.Training.Version)
	d.must(err)
	m, err := classifier.Read(bytes.NewReader(data))
	d.must(err)
	return m
}

func TestTheServersTrainingUsesItsTraffic(t *testing.T) {
	t.Parallel()
	onBoth(t, "priors and thresholds come from the traffic, and the comparison is on the labels", func(d *testNode) {
		_, _, err := d.db.ImportLabels(d.Context(), operator, all(trainingRows(150)))
		d.must(err)
		d.as("ada", "PATCH", "/v1/sites/herald", object{"hold_budget": 1.5}).names("hold_budget")
		var site models.Site
		d.as("ada", "PATCH", "/v1/sites/herald", object{"hold_budget": 0.1}).into(http.StatusOK, &site)
		if site.HoldShare() != 0.1 {
			d.Errorf("%+v", site)
		}
		without := d.trainOnServer().Manifest()
		for i, l := range trainingRows(300) {
			if l.Label == models.Ham || i%30 == 1 {
				d.published("herald", strings.Replace(l.Text, "council", "mayor", 1)+fmt.Sprintf(" Week %d", i))
			}
		}
		m := d.trainOnServer()
		f := m.Manifest()
		if without.Traffic != nil || f.Traffic == nil || f.Traffic.Sites["herald"] != 320 || f.HoldBudgets["herald"] != 0.1 {
			d.Errorf("traffic %+v then %+v, budgets %v", without.Traffic, f.Traffic, f.HoldBudgets)
		}
		if f.Spam.Prior >= without.Spam.Prior {
			d.Errorf("the prior is %v without and %v with traffic that has little spam", without.Spam.Prior, f.Spam.Prior)
		}
		var report gate.Report
		d.as("ada", "GET", "/v1/models/"+m.Version()+"/comparison", nil).into(http.StatusOK, &report)
		if notes := strings.Join(report.Notes, " "); report.HeldOut != report.Clusters || report.HeldOut < 250 || !strings.Contains(notes, "scored by cross-validation") {
			d.Errorf("%d of %d clusters are compared: %s", report.HeldOut, report.Clusters, notes)
		}
		d.as("ada", "POST", "/v1/models/"+m.Version()+"/promote", object{}).must(http.StatusOK)
	})
}

func TestModelCard(t *testing.T) {
	onBoth(t, "an editor reads the card of a model, without the sites of others", func(d *testNode) {
		rows := trainingRows(100)
		for i := range rows {
			rows[i].Site = []string{"gazette", "herald"}[i%2]
		}
		version := d.upload(rows)
		r := d.as("eve", "GET", "/v1/models/"+version+"/card", nil)
		r.must(http.StatusOK)
		if text := string(r.body); !strings.HasPrefix(text, "# Model "+version) || !strings.Contains(text, "| gazette | 100 | 0 | 0 |") || !strings.HasPrefix(r.header.Get("Content-Type"), "text/markdown") {
			d.Errorf("%s: %s", r.header.Get("Content-Type"), text)
		}
		r = d.as("hanna", "GET", "/v1/models/"+version+"/card?lang=de", nil)
		r.must(http.StatusOK)
		if text := string(r.body); !strings.HasPrefix(text, "# Modell "+version) || strings.Contains(text, "gazette") {
			d.Errorf("%s", text)
		}
		d.as("bob", "GET", "/v1/models/"+version+"/card", nil).must(http.StatusForbidden)
		d.as("eve", "GET", "/v1/models/none/card", nil).must(http.StatusNotFound)
	})
}
