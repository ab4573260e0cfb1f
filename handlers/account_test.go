package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"winnow/models"
)

func TestModeratorsChangeTheirOwnPassword(t *testing.T) {
	f := newTestSite(t)
	givePassword(f)
	var s, other, fresh session
	f.login(object{"name": "bob", "password": pass}).into(http.StatusOK, &s)
	f.login(object{"name": "bob", "password": pass}).into(http.StatusOK, &other)
	change := func(old, new string) reply {
		return f.send("PUT", "/v1/me/password", bearer(s.AccessToken), object{"old": old, "new": new})
	}
	change("wrong", another).names("old")
	change("", another).names("old")
	change(pass, "elevenchars").names("new")
	change(pass, "password1234").names("new")
	change(pass, "bob-bob-bob-bob").names("new")
	change(pass, pass).names("new")
	change(pass, another).into(http.StatusOK, &fresh)
	for _, ended := range []session{s, other} {
		f.send("GET", "/v1/me", bearer(ended.AccessToken), nil).must(http.StatusUnauthorized)
		f.send("POST", "/v1/auth/refresh", nil, object{"refresh_token": ended.RefreshToken}).must(http.StatusUnauthorized)
	}
	f.send("GET", "/v1/me", bearer(fresh.AccessToken), nil).must(http.StatusOK)
	f.login(object{"name": "bob", "password": pass}).must(http.StatusUnauthorized)
	f.login(object{"name": "bob", "password": another}).must(http.StatusOK)
	f.as("eve", "PUT", "/v1/me/password", object{"old": pass, "new": another}).must(http.StatusConflict) // she has none
}

func TestPasswordsOfOthersAreTemporary(t *testing.T) {
	f := newTestSite(t)
	f.as("ada", "POST", "/v1/moderators", object{"name": "zoe", "password": "password1234"}).names("password")
	f.as("ada", "POST", "/v1/moderators", object{"name": "zoe", "password": pass}).must(http.StatusCreated)
	var s struct {
		session
		Moderator struct {
			Temporary bool `json:"temporary_password"`
		}
	}
	f.login(object{"name": "zoe", "password": pass}).into(http.StatusOK, &s)
	if !s.Moderator.Temporary {
		t.Error("the login does not say so")
	}
	var me struct {
		Temporary bool `json:"temporary_password"`
	}
	f.send("GET", "/v1/me", bearer(s.AccessToken), nil).into(http.StatusOK, &me)
	if !me.Temporary {
		t.Error("/v1/me does not say so")
	}
	f.send("GET", "/v1/queue", bearer(s.AccessToken), nil).must(http.StatusOK) // the API goes on
	r := f.send("PUT", "/v1/me/password", bearer(s.AccessToken), object{"old": pass, "new": another})
	r.must(http.StatusOK)
	if strings.Contains(string(r.body), "temporary") {
		t.Errorf("her own password is temporary: %s", r.body)
	}
	f.as("ada", "PATCH", "/v1/moderators/ada", object{"password": another}).must(http.StatusConflict) // her own needs the old one
}

func TestOneTimeCodes(t *testing.T) {
	f := newTestSite(t)
	givePassword(f)
	var s session
	f.login(object{"name": "bob", "password": pass}).into(http.StatusOK, &s)
	call := func(path string, body object) reply {
		return f.send("POST", "/v1/me/totp"+path, bearer(s.AccessToken), body)
	}
	call("/confirm", object{"code": "000000"}).must(http.StatusConflict)
	call("", object{"password": "wrong"}).names("password")
	var made struct{ Secret, URL string }
	call("", object{"password": pass}).into(http.StatusOK, &made)
	if !strings.HasPrefix(made.URL, "otpauth://totp/Winnow:bob?") || !strings.Contains(made.URL, made.Secret) {
		t.Errorf("%+v", made)
	}
	code := func() string {
		t.Helper()
		code, err := totp.GenerateCode(made.Secret, f.now())
		f.must(err)
		return code
	}
	f.login(object{"name": "bob", "password": pass}).must(http.StatusOK) // not confirmed yet
	call("/confirm", object{"code": "x"}).names("code")
	var recovery struct {
		Codes []string `json:"recovery_codes"`
	}
	used := code() // the next call may be in the next time step
	call("/confirm", object{"code": used}).into(http.StatusOK, &recovery)

	with := func(code string) reply {
		t.Helper()
		return f.login(object{"name": "bob", "password": pass, "code": code})
	}
	missing := with("")
	missing.must(http.StatusUnauthorized)
	if !strings.Contains(string(missing.body), "urn:winnow:problem:code_required") {
		t.Errorf("without a code: %s", missing.body)
	}
	wrong := f.login(object{"name": "bob", "password": "wrong", "code": code()})
	wrong.must(http.StatusUnauthorized)
	if strings.Contains(string(wrong.body), "code") {
		t.Errorf("whoever does not know the password learns that there are codes: %s", wrong.body)
	}
	with(used).must(http.StatusUnauthorized) // for the confirmation
	f.pass(30 * time.Second)
	used = code()
	with(used).must(http.StatusOK)
	with(used).must(http.StatusUnauthorized)
	f.pass(time.Minute)
	with(recovery.Codes[3]).must(http.StatusOK)
	with(recovery.Codes[3]).must(http.StatusUnauthorized)
	f.pass(5 * time.Minute)
	with(strings.ToUpper(recovery.Codes[0])).must(http.StatusOK)
	f.as("ada", "PATCH", "/v1/moderators/bob", object{"totp": false}).must(http.StatusOK)
	with("").must(http.StatusOK)
}

func TestGuessingCodesIsLimited(t *testing.T) {
	f := newTestSite(t)
	givePassword(f)
	_, err := f.db.UpdateModerator(t.Context(), operator, "bob", func(m *models.Moderator) error {
		m.TOTP.Secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		return nil
	})
	f.must(err)
	for i := 0; f.login(object{"name": "bob", "password": pass, "code": "1"}).status == http.StatusUnauthorized; i++ {
		if i > 20 {
			t.Fatal("codes can be guessed without a limit")
		}
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	f := newTestSite(t)
	givePassword(f)
	var first, second session
	f.send("POST", "/v1/auth/login", headers{"User-Agent": "Browser/1"}, object{"name": "bob", "password": pass}).into(http.StatusOK, &first)
	f.login(object{"name": "bob", "password": pass}).into(http.StatusOK, &second)
	type listed struct {
		models.Session
		Current bool `json:"current"`
	}
	list := func(h headers, path string) (all items[listed]) {
		t.Helper()
		f.send("GET", path, h, nil).into(http.StatusOK, &all)
		return all
	}
	own := list(bearer(second.AccessToken), "/v1/me/sessions").Items
	if len(own) != 2 || !own[0].Current || own[1].Current || own[1].UserAgent != "Browser/1" || own[1].Address != "127.0.0.1" {
		t.Fatalf("%+v", own)
	}
	f.as("carl", "DELETE", "/v1/me/sessions/"+own[1].ID, nil).must(http.StatusNotFound)
	f.as("eve", "GET", "/v1/moderators/bob/sessions", nil).must(http.StatusForbidden)
	f.as("ada", "GET", "/v1/moderators/nobody/sessions", nil).must(http.StatusNotFound)
	f.send("DELETE", "/v1/me/sessions/"+own[1].ID, bearer(second.AccessToken), nil).must(http.StatusNoContent)
	f.send("GET", "/v1/me", bearer(first.AccessToken), nil).must(http.StatusUnauthorized)
	f.login(object{"name": "bob", "password": pass}).into(http.StatusOK, &first)
	f.send("DELETE", "/v1/me/sessions", bearer(second.AccessToken), nil).must(http.StatusNoContent)
	f.send("GET", "/v1/me", bearer(first.AccessToken), nil).must(http.StatusUnauthorized)
	f.send("GET", "/v1/me", bearer(second.AccessToken), nil).must(http.StatusOK)

	for _, path := range []string{"", "/" + own[0].ID} {
		f.login(object{"name": "bob", "password": pass}).into(http.StatusOK, &first)
		all := list(bearer(f.token("ada")), "/v1/moderators/bob/sessions").Items
		if path != "" {
			path = "/" + all[0].ID
		}
		f.as("ada", "DELETE", "/v1/moderators/bob/sessions"+path, nil).must(http.StatusNoContent)
		f.send("GET", "/v1/me", bearer(first.AccessToken), nil).must(http.StatusUnauthorized)
	}
}

func TestRepliesToModeratorsAreNotStored(t *testing.T) {
	f := newTestSite(t)
	for _, path := range []string{"/v1/me", "/v1/queue", "/v1/stats", "/v1/moderators", "/v1/sites", "/v1/audit", "/v1/labels", "/v1/authors?site=gazette&name=x"} {
		if got := f.as("ada", "GET", path, nil).header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
}
