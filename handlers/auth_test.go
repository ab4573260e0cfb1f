package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"winnow/handlers/accesstoken"
	"winnow/models"
)

// noID is the id of no record.
const noID = "01900000-0000-7000-8000-000000000000"

// accessTests has the status that each caller gets: nobody, the front end, a
// moderator, an editor, an admin.
var accessTests = []struct {
	method, path string
	want         [5]int
}{
	{"GET", "/healthz", [5]int{200, 200, 200, 200, 200}},
	{"GET", "/readyz", [5]int{200, 200, 200, 200, 200}},
	{"GET", "/metrics", [5]int{200, 200, 200, 200, 200}},
	{"GET", "/v1/comments?site=gazette&article=a", [5]int{200, 200, 200, 200, 200}},
	{"GET", "/v1/comments/counts?site=gazette&article=a", [5]int{200, 200, 200, 200, 200}},
	{"POST", "/v1/comments", [5]int{401, 422, 403, 403, 403}},
	{"POST", "/v1/comments/" + noID + "/flags", [5]int{401, 404, 403, 403, 403}},
	{"PATCH", "/v1/bans/" + noID, [5]int{401, 403, 404, 404, 404}},
	{"DELETE", "/v1/bans/" + noID, [5]int{401, 403, 404, 404, 404}},
	{"GET", "/v1/me", [5]int{401, 403, 200, 200, 200}},
	{"GET", "/v1/queue", [5]int{401, 403, 200, 200, 200}},
	{"POST", "/v1/queue/claim", [5]int{401, 403, 200, 200, 200}},
	{"POST", "/v1/queue/release", [5]int{401, 403, 422, 422, 422}},
	{"GET", "/v1/comments/" + noID, [5]int{401, 403, 404, 404, 404}},
	{"POST", "/v1/comments/" + noID + "/decision", [5]int{401, 403, 422, 422, 422}},
	{"GET", "/v1/second-looks", [5]int{401, 403, 200, 200, 200}},
	{"POST", "/v1/second-looks/claim", [5]int{401, 403, 200, 200, 200}},
	{"POST", "/v1/second-looks/" + noID, [5]int{401, 403, 422, 422, 422}},
	{"POST", "/v1/decisions", [5]int{401, 403, 422, 422, 422}},
	{"POST", "/v1/decisions/" + noID + "/undo", [5]int{401, 403, 404, 404, 404}},
	{"GET", "/v1/sites/gazette/rules", [5]int{401, 403, 403, 200, 200}},
	{"GET", "/v1/sites/nowhere/rules", [5]int{401, 403, 403, 404, 404}},
	{"PUT", "/v1/sites/gazette/rules", [5]int{401, 403, 403, 200, 200}},
	{"POST", "/v1/sites/gazette/test", [5]int{401, 403, 403, 422, 422}},
	{"GET", "/v1/sites", [5]int{401, 403, 200, 200, 200}},
	{"POST", "/v1/sites", [5]int{401, 403, 403, 403, 422}},
	{"PATCH", "/v1/sites/gazette", [5]int{401, 403, 403, 403, 200}},
	{"PATCH", "/v1/sites/nowhere", [5]int{401, 403, 403, 403, 404}},
	{"POST", "/v1/sites/nowhere/key", [5]int{401, 403, 403, 403, 404}},
	{"GET", "/v1/moderators", [5]int{401, 403, 403, 403, 200}},
	{"POST", "/v1/moderators", [5]int{401, 403, 403, 403, 422}},
	{"PATCH", "/v1/moderators/bob", [5]int{401, 403, 403, 403, 200}},
	{"PATCH", "/v1/moderators/nobody", [5]int{401, 403, 403, 403, 404}},
	{"GET", "/v1/audit", [5]int{401, 403, 403, 200, 200}},
	{"GET", "/v1/audit/head", [5]int{401, 403, 403, 200, 200}},
	{"GET", "/v1/stats", [5]int{401, 403, 403, 200, 200}},
	{"GET", "/v1/labels", [5]int{401, 403, 403, 200, 200}},
	{"POST", "/v1/labels", [5]int{401, 403, 403, 415, 415}},
	{"GET", "/v1/labels/conflicts", [5]int{401, 403, 403, 200, 200}},
	{"GET", "/v1/golden-examples", [5]int{401, 403, 403, 200, 200}},
	{"POST", "/v1/golden-examples", [5]int{401, 403, 403, 422, 422}},
	{"DELETE", "/v1/golden-examples/" + noID, [5]int{401, 403, 403, 404, 404}},
	{"POST", "/v1/models", [5]int{401, 403, 403, 403, 415}},
	{"POST", "/v1/models/none/promote", [5]int{401, 403, 403, 403, 404}},
	{"GET", "/v1/nothing", [5]int{404, 404, 404, 404, 404}},
	{"DELETE", "/v1/comments", [5]int{405, 405, 405, 405, 405}},
}

func TestAccessByRole(t *testing.T) {
	f := newTestSite(t)
	callers := []headers{{}, bearer(f.key), bearer(f.token("bob")), bearer(f.token("eve")), bearer(f.token("ada"))}
	for _, test := range accessTests {
		for i, who := range callers {
			var body any
			if test.method != "GET" && test.method != "DELETE" {
				body = "{}"
			}
			r := f.send(test.method, test.path, who, body)
			if r.status != test.want[i] {
				t.Errorf("%s %s by caller %d: %d, want %d: %s", test.method, test.path, i, r.status, test.want[i], r.body)
			}
			if r.status == http.StatusUnauthorized && r.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s: 401 without WWW-Authenticate", test.method, test.path)
			}
		}
	}
}

func TestDemoSiteAcceptsPagesOfThisServerWhileItIsTheOnlyOne(t *testing.T) {
	f := newTestSite(t)
	at := headers{"Host": "news.example:8443", "Origin": "https://news.example:8443"}
	f.send("POST", "/v1/comments", at, comment(object{"site": "demo"})).must(http.StatusForbidden)
	f.must(f.db.RemoveSite(t.Context(), operator, "herald", false))
	f.must(f.db.RemoveSite(t.Context(), operator, "gazette", false))
	f.pass(time.Minute) // the node has read the sites
	f.send("POST", "/v1/comments", at, comment(object{"site": "demo"})).must(http.StatusCreated)
	f.send("POST", "/v1/comments", at.with("Origin", "https://evil.example"), comment(object{"site": "demo"})).must(http.StatusForbidden)
}

func TestSitesAreIsolated(t *testing.T) {
	f := newTestSite(t)
	id := f.approved("harbour", "of the gazette")
	key, err := f.db.RotateSiteKey(t.Context(), operator, "herald", models.MainKey, time.Time{})
	f.must(err)
	f.send("POST", "/v1/comments/"+id+"/flags", bearer(key), object{"author": object{"id": "a"}}).must(http.StatusNotFound)
	f.send("GET", "/v1/comments/"+id, bearer(f.token("greta")), nil).must(http.StatusNotFound)
	f.send("POST", "/v1/comments", bearer(key), comment(object{"parent_id": id})).names("parent_id")
	_, err = f.db.UpdateSite(t.Context(), operator, "herald", func(s *models.Site) error {
		s.Origins = []string{"https://herald.example"}
		return nil
	})
	f.must(err)
	f.send("POST", "/v1/comments", headers{"Origin": "https://herald.example"}, comment(object{"site": "gazette"})).must(http.StatusForbidden)
}

func TestTokensWithoutTheirSessionAreRefused(t *testing.T) {
	f := newTestSite(t)
	f.token("bob")
	claims, _ := f.sessions.Load("bob")
	own := claims.(accesstoken.Claims)
	keys, err := accesstoken.NewKeys(t.Context(), f.db.SigningKeys, time.Now, secret)
	f.must(err)
	others, err := accesstoken.NewKeys(t.Context(), f.db.SigningKeys, time.Now, []byte("another secret of the tests"))
	f.must(err)
	for name, test := range map[string]struct {
		keys   *accesstoken.Keys
		claims accesstoken.Claims
		status int
	}{
		"as it should be":        {keys, own, 200},
		"another secret":         {others, own, 401},
		"no such session":        {keys, accesstoken.Claims{Session: "none", Moderator: "bob"}, 401},
		"no session":             {keys, accesstoken.Claims{Moderator: "bob"}, 401},
		"of another moderator":   {keys, accesstoken.Claims{Session: own.Session, Moderator: "ada"}, 401},
		"of nobody":              {keys, accesstoken.Claims{Session: own.Session}, 401},
		"a role that is not his": {keys, accesstoken.Claims{Session: own.Session, Moderator: "bob", Role: models.RoleAdmin}, 200},
	} {
		signed, err := test.keys.Sign(test.claims)
		f.must(err)
		if r := f.send("GET", "/v1/queue", bearer(signed), nil); r.status != test.status {
			t.Errorf("%s: %d, want %d", name, r.status, test.status)
		}
		if r := f.send("GET", "/v1/audit", bearer(signed), nil); r.status == http.StatusOK {
			t.Errorf("%s: it is an editor's", name)
		}
	}
}

func TestRoleChangesTakeEffectWithinSeconds(t *testing.T) {
	f := newTestSite(t)
	change := func(change func(*models.Moderator)) {
		_, err := f.db.UpdateModerator(t.Context(), operator, "eve", func(m *models.Moderator) error { change(m); return nil })
		f.must(err)
		f.pass(3 * time.Second)
	}
	eve := bearer(f.token("eve"))
	f.send("GET", "/v1/audit", eve, nil).must(http.StatusOK)
	change(func(m *models.Moderator) { m.Role = models.RoleModerator })
	f.send("GET", "/v1/audit", eve, nil).must(http.StatusForbidden)
	change(func(m *models.Moderator) { m.Disabled = true })
	f.send("GET", "/v1/queue", eve, nil).must(http.StatusUnauthorized)
}
