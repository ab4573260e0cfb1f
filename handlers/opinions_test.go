package handlers_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"winnow/handlers/mailer/smtptest"
	"winnow/models"
)

func TestASiteAsksForSecondOpinions(t *testing.T) {
	withMail(t, func(w *town, _ *smtptest.Server) {
		service := httptest.NewServer(http.HandlerFunc(func(res http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer s3cret-key" {
				w.Errorf("it was sent %q", r.Header)
			}
			_, _ = io.WriteString(res, `{"abuse":0.82,"spam":0.1,"reason":"it threatens <b>the mayor</b>"}`)
		}))
		w.Cleanup(service.Close)
		const path = "/v1/sites/gazette"
		w.as("ada", "PATCH", path, object{"opinion": object{"kind": "oracle"}}).names("opinion.kind")
		w.as("ada", "PATCH", path, object{"opinion": object{"kind": "chat", "url": service.URL}}).names("opinion.policy")
		changed := w.as("ada", "PATCH", path, object{"opinion": object{"kind": "http", "url": service.URL, "key": "s3cret-key"}})
		changed.must(http.StatusOK)
		sites, audit := w.as("bob", "GET", "/v1/sites", nil), w.as("ada", "GET", "/v1/audit?site=gazette", nil)
		if strings.Contains(string(changed.body)+string(sites.body)+string(audit.body), "s3cret") || !strings.Contains(string(sites.body), `"has_opinion_key":true`) {
			w.Errorf("the key is shown: %s", sites.body)
		}
		var held []models.Comment
		var detail struct{ Opinion *models.Opinion }
		w.until(func() bool { // what was held before the nodes knew of the service is not asked about
			held = append(held, w.pending("gazette", "the mayor will regret this"))
			for _, c := range held {
				w.as("bob", "GET", "/v1/comments/"+c.ID, nil).into(http.StatusOK, &detail)
				if o := detail.Opinion; o != nil && o.Status == models.OpinionAnswered {
					return true
				}
			}
			return false
		})
		if o := detail.Opinion; *o.Abuse != 0.82 || o.Reason != "it threatens <b>the mayor</b>" || o.Signal == nil || o.Signal.Name != "opinion:abuse" {
			w.Errorf("the opinion is %+v", o)
		}
		w.as("ada", "PATCH", path, object{"opinion": object{"url": "https://elsewhere.example"}}).must(http.StatusOK)
		if sites := w.as("bob", "GET", "/v1/sites", nil); strings.Contains(string(sites.body), "has_opinion_key") {
			w.Errorf("another address gets the key: %s", sites.body)
		}
		w.as("ada", "PATCH", path, object{"opinion": nil}).must(http.StatusOK)
	})
}
