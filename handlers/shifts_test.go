package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"winnow/models"
)

// TestViewsAreSavedSharedAndCounted: a view is its owner's, or of the moderators of a site.
func TestViewsAreSavedSharedAndCounted(t *testing.T) {
	f := newTestSite(t)
	f.pending("gazette", "Nobody swims in November.")
	f.pending("gazette", "The ferry left without us.")
	f.pending("herald", "Nobody swims in May.")
	add := func(who string, body object) (v models.View) {
		t.Helper()
		f.as(who, "POST", "/v1/views", body).into(http.StatusCreated, &v)
		return v
	}
	own := add("bob", object{"name": "Swimming", "filter": object{"q": "swims"}})
	shared := add("eve", object{"name": " Ferry ", "shared": true, "filter": object{"site": "gazette", "q": "ferry", "group": "campaign"}})
	add("greta", object{"name": "Herald", "shared": true, "filter": object{"site": "herald"}})
	if own.Waiting != nil || own.SharedWith != "" || shared.Name != "Ferry" || shared.SharedWith != "gazette" {
		t.Errorf("added %+v and %+v", own, shared)
	}
	f.as("bob", "POST", "/v1/views", object{"name": "All", "shared": true, "filter": object{}}).must(http.StatusUnprocessableEntity)
	f.as("bob", "POST", "/v1/views", object{"name": "", "filter": object{"sort": "best"}}).must(http.StatusUnprocessableEntity)
	f.as("greta", "POST", "/v1/views", object{"name": "Theirs", "filter": object{"site": "gazette"}}).must(http.StatusNotFound)
	names := func(who string) (all string) {
		t.Helper()
		var views items[models.View]
		f.as(who, "GET", "/v1/views", nil).into(http.StatusOK, &views)
		for _, v := range views.Items {
			all += v.Name + " "
			if v.Waiting != nil {
				all += fmt.Sprint(*v.Waiting, " ")
			}
		}
		return all
	}
	bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	strange, err := f.db.AddView(t.Context(), bob, models.View{Name: "Strange", Filter: []byte(`{"Q":["ferry"]}`)})
	f.must(err) // another version may have saved it
	for who, want := range map[string]string{"bob": "Ferry 1 Herald 1 Strange Swimming 2 ", "carl": "Ferry 1 Herald 1 ", "greta": "Herald 1 "} {
		if got := names(who); got != want {
			t.Errorf("%s has the views %q, want %q", who, got, want)
		}
	}
	f.as("greta", "DELETE", "/v1/views/"+shared.ID, nil).must(http.StatusNotFound)
	f.as("carl", "DELETE", "/v1/views/"+own.ID, nil).must(http.StatusNotFound)
	f.as("carl", "DELETE", "/v1/views/"+shared.ID, nil).must(http.StatusForbidden)
	f.as("ada", "DELETE", "/v1/views/"+shared.ID, nil).must(http.StatusNoContent)
	f.as("bob", "DELETE", "/v1/views/"+own.ID, nil).must(http.StatusNoContent)
	f.as("bob", "DELETE", "/v1/views/"+strange.ID, nil).must(http.StatusNoContent)
	if got := names("bob"); got != "Herald 1 " {
		t.Errorf("left: %q", got)
	}
}

// TestViewsAndNotesAreFew: also when many are saved at the same moment.
func TestViewsAndNotesAreFew(t *testing.T) {
	onBoth(t, "views and notes", func(d *testNode) {
		t := d.T
		atOnce := func(n int, whos []string, path string, body func(i int) object) (added, refused int) {
			t.Helper()
			statuses := make([]int, n)
			var people sync.WaitGroup
			for i := range n {
				req := d.request(whos[i%len(whos)], "POST", path, body(i))
				people.Go(func() { statuses[i] = d.send(req).status })
			}
			people.Wait()
			for _, status := range statuses {
				switch status {
				case http.StatusCreated:
					added++
				case http.StatusConflict:
					refused++
				}
			}
			return added, refused
		}
		view := func(shared bool) func(int) object {
			return func(i int) object {
				return object{"name": fmt.Sprint("View ", i), "shared": shared, "filter": object{"site": "gazette"}}
			}
		}
		note := func(i int) object { return object{"site": "gazette", "text": fmt.Sprint("Note ", i)} }
		if added, refused := atOnce(models.MaxViews+5, []string{"carl"}, "/v1/views", view(false)); added != models.MaxViews || refused != 5 {
			t.Errorf("of one's own views %d were added, %d refused", added, refused)
		}
		if added, refused := atOnce(models.MaxViews+5, []string{"ada", "bob"}, "/v1/views", view(true)); added != models.MaxViews || refused != 5 {
			t.Errorf("of shared views %d were added, %d refused", added, refused)
		}
		if added, refused := atOnce(models.MaxHandovers+5, []string{"ada", "bob"}, "/v1/handovers", note); added != models.MaxHandovers || refused != 5 {
			t.Errorf("of notes %d were added, %d refused", added, refused)
		}
	})
}

// TestNotesAreHandedOver: a note is seen, answered and removed by those of its site, and
// stays in the history with who did what.
func TestNotesAreHandedOver(t *testing.T) {
	onBoth(t, "notes", func(d *testNode) {
		t := d.T
		read := func(who string, query url.Values) []models.Handover {
			t.Helper()
			var notes items[models.Handover]
			d.as(who, "GET", "/v1/handovers?"+query.Encode(), nil).into(http.StatusOK, &notes)
			return notes.Items
		}
		ofGazette := url.Values{"site": {"gazette"}}
		var note models.Handover
		d.as("bob", "POST", "/v1/handovers", object{"site": "gazette", "text": " The bridge is heated.\nSee the campaign. "}).into(http.StatusCreated, &note)
		d.as("greta", "POST", "/v1/handovers", object{"site": "herald", "text": "All is quiet."}).must(http.StatusCreated)
		d.as("greta", "POST", "/v1/handovers", object{"site": "gazette", "text": "Hello"}).must(http.StatusNotFound)
		d.as("bob", "POST", "/v1/handovers", object{"site": "gazette", "text": " \n"}).must(http.StatusUnprocessableEntity)
		if got := read("carl", nil); len(got) != 2 || got[0].Text != "All is quiet." || got[1].Text != "The bridge is heated.\nSee the campaign." || got[1].By != "bob" {
			t.Errorf("carl sees %+v", got)
		}
		if got := read("greta", nil); len(got) != 1 || got[0].Site != "herald" {
			t.Errorf("greta sees %+v", got)
		}
		path := "/v1/handovers/" + note.ID
		d.as("greta", "POST", path+"/answers", object{"text": "Hello"}).must(http.StatusNotFound)
		d.as("carl", "POST", path+"/answers", object{"text": "It is quiet now."}).into(http.StatusOK, &note)
		if len(note.Answers) != 1 || note.Answers[0].By != "carl" || note.Answers[0].Text != "It is quiet now." {
			t.Errorf("answered: %+v", note)
		}
		d.as("greta", "DELETE", path, nil).must(http.StatusNotFound)
		d.as("carl", "DELETE", path, nil).must(http.StatusNoContent)
		d.as("bob", "DELETE", path, nil).must(http.StatusConflict)
		d.as("bob", "POST", path+"/answers", object{"text": "Good."}).must(http.StatusConflict)
		if got := read("bob", ofGazette); len(got) != 0 {
			t.Errorf("still there: %+v", got)
		}
		d.as("bob", "GET", "/v1/handovers?removed=true", nil).must(http.StatusUnprocessableEntity)
		ofGazette.Set("removed", "true")
		past := read("bob", ofGazette)
		if len(past) != 1 || past[0].RemovedBy != "carl" || past[0].RemovedAt.IsZero() || len(past[0].Answers) != 1 {
			t.Errorf("the history has %+v", past)
		}
		var trail items[models.Audit]
		d.as("ada", "GET", "/v1/audit?action=handover.*&site=gazette", nil).into(http.StatusOK, &trail)
		if len(trail.Items) != 3 || trail.Items[0].Action != "handover.remove" || trail.Items[0].Actor != "moderator:carl" {
			t.Errorf("the audit trail has %+v", trail.Items)
		}
	})
}

// TestSettingsAreOfOnePerson: they are kept by the server, and changed in parts.
func TestSettingsAreOfOnePerson(t *testing.T) {
	f := newTestSite(t)
	var me struct{ Calm models.Calm }
	change := func(calm object) models.Calm {
		t.Helper()
		f.as("bob", "PATCH", "/v1/me", object{"calm": calm}).into(http.StatusOK, &me)
		f.as("bob", "GET", "/v1/me", nil).into(http.StatusOK, &me)
		return me.Calm
	}
	if got := change(object{"dim": true, "pause": true}); got != (models.Calm{Dim: true, Pause: true}) {
		t.Errorf("set: %+v", got)
	}
	if got := change(object{"dim": false, "spread": true}); got != (models.Calm{Spread: true, Pause: true}) {
		t.Errorf("changed: %+v", got)
	}
	f.as("bob", "PATCH", "/v1/me", object{"calm": object{"dim": "yes"}}).must(http.StatusBadRequest)
	if f.as("carl", "GET", "/v1/me", nil).into(http.StatusOK, &me); me.Calm != (models.Calm{}) {
		t.Errorf("somebody else has %+v", me.Calm)
	}
}
