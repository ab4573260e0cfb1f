package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"winnow/classifier/gate"
	"winnow/models"
)

// flippedRows are trainingRows with the labels exchanged.
func flippedRows(n int) []models.Label {
	rows := trainingRows(n)
	for i := range rows {
		if rows[i].Label == models.Ham {
			rows[i].Label = models.Spam
		} else {
			rows[i].Label = models.Ham
		}
	}
	return rows
}

func TestPromotionIsRefused(t *testing.T) {
	onBoth(t, "a model that learned from exchanged labels is refused with the report, unless it is forced with a note", func(d *testNode) {
		good, bad := d.upload(trainingRows(100)), d.upload(flippedRows(90))
		_, _, err := d.db.ImportLabels(d.Context(), operator, all(trainingRows(60)))
		d.must(err)
		d.pending("herald", "Cheap watches now!!! Click http://offer7.example/win")
		d.as("ada", "POST", "/v1/models/"+good+"/promote", nil).must(http.StatusOK)

		var report gate.Report
		d.as("eve", "GET", "/v1/models/"+bad+"/comparison", nil).into(http.StatusOK, &report)
		if !report.Refused || report.Candidate != bad || report.Live != good || report.Labels != 120 || report.Traffic.Comments != 1 {
			d.Errorf("report: %+v", report)
		}
		if len(report.Changes) != 1 || !strings.HasPrefix(report.Summary, "Of the last 1 comments it would hold") {
			d.Errorf("%s, changes: %+v", report.Summary, report.Changes)
		}
		d.as("bob", "GET", "/v1/models/"+bad+"/comparison", nil).must(http.StatusForbidden)
		d.as("eve", "GET", "/v1/models/none/comparison", nil).must(http.StatusNotFound)
		d.as("eve", "GET", "/v1/models/"+bad+"/comparison?lang=de", nil).into(http.StatusOK, &report)
		if !strings.HasPrefix(report.Summary, "Von den letzten 1 Kommentaren") {
			d.Error(report.Summary)
		}

		var problem struct{ Gate gate.Report }
		d.as("ada", "POST", "/v1/models/"+bad+"/promote", object{}).into(http.StatusConflict, &problem)
		if !slices.ContainsFunc(problem.Gate.Reasons, func(f gate.Finding) bool { return f.Code == gate.Flipped && f.Message != "" }) {
			d.Errorf("reasons: %+v", problem.Gate.Reasons)
		}
		if d.live() != good {
			d.Error("a refused model is live")
		}
		d.as("ada", "POST", "/v1/models/"+bad+"/promote", object{"force": true, "note": " "}).names("note")
		d.as("ada", "POST", "/v1/models/"+bad+"/promote", object{"force": true, "note": "a drill"}).must(http.StatusOK)
		if d.live() != bad {
			d.Error("a forced model is not live")
		}
		rows, _, err := d.db.AuditPage(d.Context(), operator, models.AuditFilter{Action: "model.promote"})
		d.must(err)
		if got := string(rows[0].After); !strings.Contains(got, `"forced":"a drill"`) {
			d.Errorf("audit: %s", got)
		}
	})
	onBoth(t, "a report shows no text of a site that its reader does not see", func(d *testNode) {
		version := d.upload(trainingRows(100))
		spam := "Cheap watches now!!! Click http://offer7.example/win"
		d.pending("gazette", spam+" in the gazette")
		d.pending("herald", spam+" and of nobody but readers of the herald")
		r := d.as("hanna", "GET", "/v1/models/"+version+"/comparison", nil)
		if r.must(http.StatusOK); strings.Contains(string(r.body), "gazette") {
			d.Errorf("%s", r.body)
		}
	})
}

func TestModelsAreListedWithTheVerdict(t *testing.T) {
	onBoth(t, "a candidate has the verdict of its comparison with the live model until another one is live", func(d *testNode) {
		good, bad := d.upload(trainingRows(100)), d.upload(flippedRows(90))
		_, _, err := d.db.ImportLabels(d.Context(), operator, all(trainingRows(60)))
		d.must(err)
		promote := func(version string) { d.as("ada", "POST", "/v1/models/"+version+"/promote", nil).must(http.StatusOK) }
		type verdict struct {
			Refused bool
			Reason  string
		}
		list := func(lang string) map[string]*verdict {
			var reply struct {
				Items []struct {
					Version    string
					Comparison *verdict
				}
			}
			d.as("eve", "GET", "/v1/models?lang="+lang, nil).into(http.StatusOK, &reply)
			verdicts := map[string]*verdict{}
			for _, m := range reply.Items {
				verdicts[m.Version] = m.Comparison
			}
			return verdicts
		}
		if v := list("en"); v[good] != nil || v[bad] != nil {
			d.Errorf("before a comparison: %v", v)
		}
		d.as("eve", "GET", "/v1/models/"+good+"/comparison", nil).must(http.StatusOK)
		if v := list("en")[good]; v == nil || v.Refused || v.Reason != "" {
			d.Errorf("of a good model: %+v", v)
		}
		promote(good)
		d.as("eve", "GET", "/v1/models/"+bad+"/comparison", nil).must(http.StatusOK)
		if v := list("de"); v[good] != nil || v[bad] == nil || !v[bad].Refused || !strings.HasPrefix(v[bad].Reason, "Es ") {
			d.Errorf("with another live model: %+v, %+v", v[good], v[bad])
		}
	})
}

// upload stores a model that learned from rows, and returns its version.
func (d *testNode) upload(rows []models.Label) string {
	d.Helper()
	var info models.ModelInfo
	d.as("ada", "POST", "/v1/models", modelFile(d.T, d.trained(rows))).into(http.StatusCreated, &info)
	return info.Version
}
