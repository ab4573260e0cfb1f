package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"winnow/models"
)

const pass = "the ferry leaves at seven"

// givePassword gives bob a password.
func givePassword(f *testSite) {
	f.Helper()
	hash, err := passwordHash()
	f.must(err)
	_, err = f.db.UpdateModerator(f.Context(), operator, "bob", func(m *models.Moderator) error {
		m.PasswordHash = hash
		return nil
	})
	f.must(err)
}

type session struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
}

func (f *testSite) login(body object) reply {
	f.Helper()
	return f.send("POST", "/v1/auth/login", nil, body)
}

func TestLogin(t *testing.T) {
	f := newTestSite(t)
	givePassword(f)
	var s session
	f.login(object{"name": "bob", "password": pass}).into(http.StatusOK, &s)
	if s.TokenType != "Bearer" || s.ExpiresIn != 900 {
		t.Errorf("%+v", s)
	}
	f.send("GET", "/v1/queue", bearer(s.AccessToken), nil).must(http.StatusOK)

	var next session
	f.send("POST", "/v1/auth/refresh", nil, object{"refresh_token": s.RefreshToken}).into(http.StatusOK, &next)
	f.send("GET", "/v1/queue", bearer(next.AccessToken), nil).must(http.StatusOK)
	f.send("POST", "/v1/auth/logout", nil, object{"refresh_token": next.RefreshToken}).must(http.StatusNoContent)
	f.send("POST", "/v1/auth/refresh", nil, object{"refresh_token": next.RefreshToken}).must(http.StatusUnauthorized)
	f.send("POST", "/v1/auth/logout", nil, object{"refresh_token": "never was"}).must(http.StatusNoContent)

	// A token that is used twice has been stolen: the whole session ends. It may be
	// repeated once.
	f.login(object{"name": "bob", "password": pass}).into(http.StatusOK, &s)
	f.send("POST", "/v1/auth/refresh", nil, object{"refresh_token": s.RefreshToken}).must(http.StatusOK)
	f.send("POST", "/v1/auth/refresh", nil, object{"refresh_token": s.RefreshToken}).into(http.StatusOK, &next)
	f.send("POST", "/v1/auth/refresh", nil, object{"refresh_token": s.RefreshToken}).must(http.StatusUnauthorized)
	f.send("POST", "/v1/auth/refresh", nil, object{"refresh_token": next.RefreshToken}).must(http.StatusUnauthorized)
	f.send("GET", "/v1/queue", bearer(next.AccessToken), nil).must(http.StatusUnauthorized)

	f.login(object{}).names("password")
	f.login(object{"name": "bob", "password": strings.Repeat("x", 1001)}).names("password")
	f.send("POST", "/v1/auth/refresh", nil, object{}).must(http.StatusUnauthorized)
}

// without returns a reply's body up to a field.
func without(r reply, field string) string {
	before, _, _ := strings.Cut(string(r.body), `"`+field+`"`)
	return before
}

func TestConsoleCookies(t *testing.T) {
	f := newTestSite(t)
	givePassword(f)
	own := headers{"Origin": f.base}
	f.send("POST", "/v1/auth/login", headers{"Origin": "https://evil.example"}, object{"name": "bob", "password": pass, "cookie": true}).must(http.StatusForbidden)
	r := f.send("POST", "/v1/auth/login", own, object{"name": "bob", "password": pass, "cookie": true})
	var s session
	r.into(http.StatusOK, &s)
	if s.AccessToken != "" || s.RefreshToken != "" {
		t.Errorf("a page got the tokens in the body: %s", r.body)
	}
	jar := cookies(r)
	for name, c := range jar {
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure {
			t.Errorf("cookie %s: %s", name, c)
		}
	}
	access := "winnow_access=" + jar["winnow_access"].Value
	f.send("GET", "/v1/queue", headers{"Cookie": access}, nil).must(http.StatusOK)
	f.send("POST", "/v1/queue/claim", headers{"Cookie": access, "Origin": f.base}, object{}).must(http.StatusOK)
	f.send("POST", "/v1/queue/claim", headers{"Cookie": access}, object{}).must(http.StatusForbidden)
	f.send("POST", "/v1/queue/claim", headers{"Cookie": access, "Origin": "https://evil.example"}, object{}).must(http.StatusForbidden)
	f.send("POST", "/v1/queue/claim", headers{"Cookie": access, "Origin": f.base, "Sec-Fetch-Site": "cross-site"}, object{}).must(http.StatusForbidden)
	f.send("POST", "/v1/comments", headers{"Cookie": access}, comment(object{"site": "gazette"})).must(http.StatusUnauthorized)

	refresh := headers{"Cookie": "winnow_refresh=" + jar["winnow_refresh"].Value, "Origin": f.base}
	f.send("POST", "/v1/auth/refresh", refresh.with("Origin", page), object{"cookie": true}).must(http.StatusForbidden)
	r = f.send("POST", "/v1/auth/refresh", refresh, object{"cookie": true})
	r.must(http.StatusOK)
	refresh["Cookie"] = "winnow_refresh=" + cookies(r)["winnow_refresh"].Value
	r = f.send("POST", "/v1/auth/logout", refresh, object{"cookie": true})
	r.must(http.StatusNoContent)
	for name, c := range cookies(r) {
		if name != "winnow_device" && (c.MaxAge >= 0 || c.Value != "") {
			t.Errorf("cookie %s stays: %s", name, c)
		}
	}
	f.send("POST", "/v1/auth/refresh", refresh, object{"cookie": true}).must(http.StatusUnauthorized)
}

func cookies(r reply) map[string]*http.Cookie {
	jar := map[string]*http.Cookie{}
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		jar[c.Name] = c
	}
	return jar
}
