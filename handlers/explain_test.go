package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage/storagetest"
)

// TestReasonInOneSentence asks for it where moderators see comments, in each
// language.
func TestReasonInOneSentence(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	_, err := d.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error { s.Mode = models.ModePre; return nil })
	d.must(err)
	var posted struct{ ID string }
	d.as("front end", "POST", "/v1/comments", object{
		"article": object{"id": "harbour"}, "author": object{"name": "Reader"}, "body": "A comment on the harbour.",
	}).into(http.StatusCreated, &posted)
	for language, want := range map[string]string{
		"": "Held because every comment", "fr-FR": "Held because every comment", "de-AT,en;q=0.5": "Zurückgehalten, weil hier jeder Kommentar",
	} {
		ask := func(method, path string, body any) reply {
			req := d.request("bob", method, path, body)
			req.Header.Set("Accept-Language", language)
			r := d.send(req)
			if !strings.Contains(strings.Join(r.header.Values("Vary"), ","), "Accept-Language") {
				t.Errorf("%s %s: Vary is %q", method, path, r.header.Values("Vary"))
			}
			return r
		}
		type explained struct{ Why string }
		var listed, claimed struct{ Items []explained }
		var detail explained
		ask("GET", "/v1/queue", nil).into(http.StatusOK, &listed)
		ask("POST", "/v1/queue/claim", object{}).into(http.StatusOK, &claimed)
		ask("GET", "/v1/comments/"+posted.ID, nil).into(http.StatusOK, &detail)
		for _, got := range []explained{listed.Items[0], claimed.Items[0], detail} {
			if !strings.HasPrefix(got.Why, want) {
				t.Errorf("in %q: %q, want %q", language, got.Why, want)
			}
		}
	}
}
