package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"winnow/models"
)

type person struct {
	Name, Role string
	Sites      []string
	Disabled   bool
}

const another = "seven gulls on the breakwater"

func TestAdminsChangeModerators(t *testing.T) {
	f := newTestSite(t)
	var p person
	f.as("ada", "POST", "/v1/moderators", object{"name": "Zoë / 100%", "password": pass, "role": "editor", "sites": []string{"herald"}}).into(http.StatusCreated, &p)
	if p.Role != "editor" || !slices.Equal(p.Sites, []string{"herald"}) {
		t.Errorf("added %+v", p)
	}
	var s session
	f.login(object{"name": "Zoë / 100%", "password": pass}).into(http.StatusOK, &s)
	path := "/v1/moderators/" + url.PathEscape("Zoë / 100%")

	f.as("ada", "POST", "/v1/moderators", object{"name": "Zoë / 100%", "password": pass}).must(http.StatusConflict)
	f.as("ada", "POST", "/v1/moderators", object{"name": "Max"}).names("password")
	f.as("ada", "POST", "/v1/moderators", object{"name": "Max", "password": ""}).names("password")
	f.as("ada", "POST", "/v1/moderators", object{"name": "Max", "password": pass, "role": "owner"}).names("role")
	f.as("ada", "POST", "/v1/moderators", object{"name": "", "password": pass}).names("name")
	f.as("ada", "PATCH", path, object{"sites": []string{"nowhere"}}).names("sites")
	f.as("ada", "PATCH", path, object{"password": strings.Repeat("x", 1001)}).names("password")

	p = person{}
	f.as("ada", "PATCH", path, object{"role": "moderator", "sites": []string{}, "password": another}).into(http.StatusOK, &p)
	if p.Role != "moderator" || len(p.Sites) != 0 {
		t.Errorf("changed to %+v", p)
	}
	f.send("GET", "/v1/stats", bearer(s.AccessToken), nil).must(http.StatusUnauthorized)
	f.send("POST", "/v1/auth/refresh", nil, object{"refresh_token": s.RefreshToken}).must(http.StatusUnauthorized)
	f.login(object{"name": "Zoë / 100%", "password": pass}).must(http.StatusUnauthorized)
	f.login(object{"name": "Zoë / 100%", "password": another}).into(http.StatusOK, &s)
	f.as("ada", "PATCH", path, object{"disabled": true}).must(http.StatusOK)
	f.send("GET", "/v1/queue", bearer(s.AccessToken), nil).must(http.StatusUnauthorized)
	f.login(object{"name": "Zoë / 100%", "password": another}).must(http.StatusUnauthorized)

	var all struct{ Items []person }
	r := f.as("ada", "GET", "/v1/moderators", nil)
	r.into(http.StatusOK, &all)
	if len(all.Items) != 7 || !all.Items[0].Disabled == (all.Items[0].Name == "Zoë / 100%") || strings.Contains(string(r.body), "argon2") {
		t.Errorf("the list: %s", r.body)
	}
}

func TestTheLastAdminStays(t *testing.T) {
	f := newTestSite(t)
	add := func(name string, sites ...string) {
		f.must(f.db.AddModerator(t.Context(), operator, models.Moderator{Name: name, Role: models.RoleAdmin, Sites: sites}))
	}
	for _, lower := range []object{{"role": "editor"}, {"disabled": true}, {"sites": []string{"herald"}}} {
		f.as("ada", "PATCH", "/v1/moderators/ada", lower).must(http.StatusConflict)
	}
	add("adam")
	f.as("ada", "PATCH", "/v1/moderators/ada", object{"role": "editor"}).must(http.StatusConflict) // not by her own hand
	f.as("ada", "PATCH", "/v1/moderators/adam", object{"sites": []string{"herald"}}).must(http.StatusOK)

	// Who runs one site hands themselves no other.
	for _, call := range []struct{ method, path string }{{"GET", "/v1/moderators"}, {"POST", "/v1/moderators"}, {"PATCH", "/v1/moderators/adam"}, {"POST", "/v1/sites"}} {
		f.as("adam", call.method, call.path, object{"sites": []string{}}).must(http.StatusForbidden)
	}
	f.as("adam", "PATCH", "/v1/sites/gazette", object{}).must(http.StatusNotFound)
	f.as("adam", "POST", "/v1/sites/gazette/key", object{}).must(http.StatusNotFound)
	f.as("adam", "PATCH", "/v1/sites/herald", object{"name": "Herald"}).must(http.StatusOK)
}

func TestTwoAdminsCannotDisableEachOther(t *testing.T) {
	onBoth(t, "one of two admins stays", func(d *testNode) {
		d.must(d.db.AddModerator(d.Context(), operator, models.Moderator{Name: "abe", Role: models.RoleAdmin}))
		d.token("ada")
		d.token("abe")
		var both sync.WaitGroup
		for by, whom := range map[string]string{"ada": "abe", "abe": "ada"} {
			both.Go(func() { d.as(by, "PATCH", "/v1/moderators/"+whom, object{"disabled": true}) })
		}
		both.Wait()
		all, err := d.db.Moderators(d.Context())
		d.must(err)
		if !slices.ContainsFunc(all, models.Moderator.IsGlobalAdmin) {
			d.Error("no admin is left")
		}
	})
}
