package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"winnow/models"
)

func TestShadowOfAModel(t *testing.T) {
	onBoth(t, "an admin starts and ends it, and one runs at a time", func(d *testNode) {
		first, second, live := d.upload(trainingRows(100)), d.upload(trainingRows(90)), d.live()
		path := "/v1/models/" + first + "/shadow"
		d.as("eve", "POST", path, nil).must(http.StatusForbidden)
		d.as("ada", "POST", "/v1/models/none/shadow", nil).must(http.StatusNotFound)
		d.as("ada", "POST", "/v1/models/"+live+"/shadow", nil).must(http.StatusConflict)
		d.as("ada", "POST", path, nil).must(http.StatusOK)
		var s models.ShadowRun
		d.as("ada", "POST", path, object{"promote": true}).into(http.StatusOK, &s)
		if s.By != "ada" || s.Live != live || !s.Promote || s.Until != nil {
			d.Errorf("started: %+v", s)
		}
		d.as("ada", "POST", "/v1/models/"+second+"/shadow", nil).must(http.StatusConflict)
		d.as("ada", "DELETE", "/v1/models/"+second+"/shadow", nil).must(http.StatusNotFound)
		d.as("eve", "DELETE", path, nil).must(http.StatusForbidden)
		d.as("ada", "DELETE", path, nil).into(http.StatusOK, &s)
		if s.Until == nil || s.Outcome != "ended by ada" {
			d.Errorf("ended: %+v", s)
		}
		d.as("ada", "DELETE", path, nil).must(http.StatusNotFound)
		d.as("ada", "POST", "/v1/models/"+second+"/shadow", nil).must(http.StatusOK)
		var list modelList
		d.as("eve", "GET", "/v1/models", nil).into(http.StatusOK, &list)
		for _, m := range list.Items {
			if has := m.Shadow != nil; has == m.Live || has && (m.Shadow.Until == nil) != (m.Version == second) {
				d.Errorf("%s: %+v", m.Version, m.Shadow)
			}
		}
		rows, _, err := d.db.AuditPage(d.Context(), operator, models.AuditFilter{Action: "model.shadow*", Limit: 9})
		d.must(err)
		if len(rows) != 4 {
			d.Errorf("%d rows of the audit trail", len(rows))
		}
	})
}

func TestDriftIsForEditorsOfTheSite(t *testing.T) {
	onBoth(t, "drift", func(d *testNode) {
		type drift struct{ Site, State, Sentence string }
		d.as("bob", "GET", "/v1/models/drift", nil).must(http.StatusForbidden)
		d.as("hanna", "GET", "/v1/models/drift?site=gazette", nil).must(http.StatusNotFound)
		for path, want := range map[string]int{"/v1/models/drift": 2, "/v1/models/drift?site=gazette": 1} {
			var got items[drift]
			if d.as("eve", "GET", path, nil).into(http.StatusOK, &got); len(got.Items) != want {
				d.Errorf("%s: %+v", path, got.Items)
			}
		}
		var got items[drift]
		d.as("hanna", "GET", "/v1/models/drift?lang=de", nil).into(http.StatusOK, &got)
		if len(got.Items) != 1 || got.Items[0].State != string(models.DriftUnknown) || !strings.HasPrefix(got.Items[0].Sentence, "Zu wenige") {
			d.Errorf("hanna's: %+v", got.Items)
		}
		r := d.as("", "GET", "/metrics", nil)
		if r.must(http.StatusOK); !strings.Contains(string(r.body), `winnow_drift_state{site="herald"} 0`) {
			d.Error("no gauge of drift")
		}
	})
}
