package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/models"
)

const advert = "Earn $5000 a week from home, guaranteed! Click here: http://cash.example/win now"

// akismet sends a form. A host is that of the request.
func (f *testSite) akismet(call, host string, fields map[string]string) reply {
	f.Helper()
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	h := headers{"Content-Type": "application/x-www-form-urlencoded"}
	if host != "" {
		h["Host"] = host
	}
	return f.send("POST", "/1.1/"+call, h, form.Encode())
}

// check is a form of a comment, with changes.
func (f *testSite) check(content string, change map[string]string) map[string]string {
	fields := map[string]string{
		"api_key": f.key, "blog": "https://news.example/", "user_ip": "192.0.2.1", "comment_author": "Reader", "comment_content": content,
	}
	for name, value := range change {
		fields[name] = value
	}
	return fields
}

func (f *testSite) wantBody(r reply, want string) {
	f.Helper()
	if r.status != http.StatusOK || string(r.body) != want || !strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") || (r.header.Get("X-Akismet-Debug-Help") != "") != (want == "invalid") {
		f.Errorf("%d %q %v, want %q", r.status, r.body, r.header, want)
	}
}

func TestAkismetKeys(t *testing.T) {
	f := newTestSite(t)
	_, reading, err := f.db.AddSiteKey(t.Context(), operator, "gazette", models.SiteKey{Name: "reading", Scopes: []models.KeyScope{models.ScopeRead}})
	f.must(err)
	f.wantBody(f.akismet("verify-key", "", map[string]string{"key": f.key, "blog": "https://news.example"}), "valid")
	f.wantBody(f.akismet("verify-key", "", map[string]string{"api_key": f.key, "blog": "https://news.example"}), "valid")
	f.wantBody(f.akismet("verify-key", f.key+".rest.winnow.example", nil), "valid")
	f.wantBody(f.akismet("verify-key", "", map[string]string{"key": "wk_wrong"}), "invalid")
	f.wantBody(f.akismet("verify-key", "", map[string]string{"key": "wk_wrong", "api_key": f.key}), "invalid") // the key before it
	f.wantBody(f.akismet("verify-key", "", map[string]string{"key": reading}), "invalid")
	f.wantBody(f.akismet("comment-check", "", f.check("Hello", map[string]string{"api_key": "wk_wrong"})), "invalid")
	for _, field := range []string{"blog", "user_ip"} {
		r := f.akismet("comment-check", "", f.check("Hello", map[string]string{field: ""}))
		f.wantBody(r, "invalid")
		if got := r.header.Get("X-Akismet-Debug-Help"); got != `Empty "`+field+`" value` {
			t.Error(got)
		}
	}
	f.send("POST", "/v1/comments", headers{"Host": f.key + ".rest.winnow.example"}, comment(nil)).must(http.StatusUnauthorized)
}

// akismetKey adds a key for clients of Akismet alone.
func (f *testSite) akismetKey(name string) string {
	f.Helper()
	_, secret, err := f.db.AddSiteKey(f.Context(), operator, "gazette", models.SiteKey{Name: name, Scopes: []models.KeyScope{models.ScopeAkismet}})
	f.must(err)
	return secret
}

func TestAkismetKeysAreForNothingElse(t *testing.T) {
	f := newTestSite(t)
	key := f.akismetKey("wordpress")
	if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(key) {
		t.Errorf("key %q", key)
	}
	f.wantBody(f.akismet("verify-key", "", map[string]string{"key": key}), "valid")
	f.wantBody(f.akismet("comment-check", key+".rest.winnow.example", f.check("Hello", map[string]string{"api_key": ""})), "false")
	f.send("GET", "/1.2/usage-limit?api_key="+key, nil, nil).must(http.StatusOK)
	for call, body := range map[string]any{
		"GET /v1/comments?site=gazette&article=harbour": nil, "POST /v1/comments": comment(nil), "GET /v1/queue": nil,
		"POST /v1alpha1/comments:analyze?key=" + key: nil,
	} {
		method, path, _ := strings.Cut(call, " ")
		if r := f.send(method, path, bearer(key), body); r.status == http.StatusOK || r.status == http.StatusForbidden || strings.Contains(string(r.body), "akismet") {
			t.Errorf("%s: %d %s", call, r.status, r.body) // as for a key that nobody has
		}
	}
}

// TestAkismetKeysCannotBeGuessed: after 100 keys from one address further ones are not even
// looked at. A wrong key that is sent again and again counts once, and the keys in use go on.
func TestAkismetKeysCannotBeGuessed(t *testing.T) {
	f := newTestSite(t)
	verify := func(key string) reply { return f.akismet("verify-key", "", map[string]string{"key": key}) }
	key, other := f.akismetKey("wordpress"), f.key
	for range 150 {
		f.wantBody(verify("0123456789ab"), "invalid")
	}
	f.wantBody(verify(key), "valid")
	for n := range 110 {
		f.wantBody(verify(fmt.Sprintf("%012x", n)), "invalid")
	}
	f.wantBody(verify(key), "valid")
	fresh := f.akismetKey("another")
	f.wantBody(verify(fresh), "invalid")
	f.wantBody(verify(other), "valid") // with the scope post, too long to be guessed
	f.pass(time.Hour)
	f.wantBody(verify(fresh), "valid")
}

func TestAkismetChecks(t *testing.T) {
	f := newTestSite(t)
	ham := f.akismet("comment-check", "", f.check("The boats came back this morning.", nil))
	f.wantBody(ham, "false")
	spam := f.akismet("comment-check", "", f.check(advert, nil))
	f.wantBody(spam, "true")
	if ham.header.Get("X-Akismet-Guid") == "" || ham.header.Get("X-Akismet-Guid") == spam.header.Get("X-Akismet-Guid") {
		t.Error("no guid of its own")
	}
	trap := f.akismet("comment-check", "", f.check("Hello", map[string]string{"honeypot_field_name": "hp", "hp": "x"}))
	if f.wantBody(trap, "true"); trap.header.Get("X-Akismet-Pro-Tip") != "discard" {
		t.Error(trap.header)
	}
}

func TestAkismetSubmitsBecomeLabels(t *testing.T) {
	f := newTestSite(t)
	const text = "The boats came back this morning."
	guid := f.akismet("comment-check", "", f.check(text, nil)).header.Get("X-Akismet-Guid")
	f.wantBody(f.akismet("comment-check", "", f.check(advert, nil)), "true")

	thanks := "Thanks for making the web a better place."
	f.wantBody(f.akismet("submit-spam", "", f.check(text, map[string]string{"guid": guid, "user_ip": ""})), thanks)
	f.wantBody(f.akismet("submit-ham", "", f.check(advert, nil)), thanks)
	f.wantBody(f.akismet("submit-ham", "", f.check(advert, nil)), thanks) // counts once
	all := f.labels()
	if len(all) != 2 || all[0].Label != models.Spam || all[0].Text != text || all[1].Label != models.Ham || all[1].Text != advert || all[0].Source != "akismet" || all[0].Author != "Reader" {
		t.Fatalf("%+v", all)
	}
	const want = `{"%":[{"site":"news.example","api_calls":"5","spam":"1","ham":"1","missed_spam":"1","false_positives":"1","is_revoked":false}],"limit":500,"offset":0,"total":1}`
	month := f.now().UTC().Format("2006-01")
	if got := string(f.send("GET", "/1.2/key-sites?api_key="+f.key, nil, nil).body); got != strings.ReplaceAll(want, "%", month) {
		t.Error(got)
	}
	if got := string(f.send("GET", "/1.2/usage-limit?api_key="+f.key, nil, nil).body); got != `{"limit":"none","usage":5,"percentage":"0","throttled":false}` {
		t.Error(got)
	}

	// Somebody changes their mind: the last label counts.
	f.wantBody(f.akismet("submit-ham", "", f.check(text, nil)), thanks)
	if all = f.labels(); len(all) != 2 || all[1].Text != text || all[1].Label != models.Ham {
		t.Errorf("%+v", all)
	}
	if got := string(f.send("GET", "/1.2/key-sites?format=csv&api_key="+f.key, nil, nil).body); !strings.HasSuffix(got, "\nnews.example,6,1,1,0,1,false\n") {
		t.Error(got)
	}
}

func TestAkismetAccount(t *testing.T) {
	f := newTestSite(t)
	key := f.akismetKey("wordpress")
	f.wantBody(f.send("GET", "/1.1/test", nil, nil), "connected")
	if got := string(f.send("GET", "/1.2/compatible-plugins", nil, nil).body); got != "[]" {
		t.Error(got)
	}
	f.akismet("comment-check", "", f.check(advert, nil))
	month := f.now().UTC().Format("2006-01")
	figures := `"spam":1,"ham":0,"missed_spam":0,"false_positives":0,"accuracy":100,"time_saved":5`
	for call, want := range map[string]string{
		"get-subscription": `{"account_id":false,"account_name":"Winnow","account_type":"winnow","status":"active","next_billing_date":false,"limit_reached":false}`,
		"get-stats":        `{` + figures + `,"breakdown":{"` + month + `":{` + figures + `,"da":"` + month + `-01"}}}`,
		"deactivate":       "deactivated",
		"token":            "",
	} {
		form := map[string]string{"key": key, "api_key": "wk_before", "blog": "https://news.example", "from": "6-months"}
		if r := f.akismet(call, "", form); r.status != http.StatusOK || string(r.body) != want {
			t.Errorf("%s: %d %q", call, r.status, r.body)
		}
		form["key"] = "0123456789ab"
		f.wantBody(f.akismet(call, "", form), "invalid")
	}
	f.wantBody(f.akismet("verify-key", "", map[string]string{"key": key}), "valid") // a client has forgotten it, not we
}

func TestAkismetRechecksKnowWhatPeopleSaid(t *testing.T) {
	f := newTestSite(t)
	const text = "The boats came back this morning."
	recheck := map[string]string{"recheck_reason": "recheck_queue"}
	guid := f.akismet("comment-check", "", f.check(text, nil)).header.Get("X-Akismet-Guid")
	again := f.akismet("comment-check", "", f.check(text, recheck))
	if f.wantBody(again, "false"); again.header.Get("X-Akismet-Guid") != guid {
		t.Error("another id for the same comment")
	}
	f.akismet("submit-spam", "", f.check(text, nil))
	f.wantBody(f.akismet("comment-check", "", f.check(text, recheck)), "true")
	f.wantBody(f.akismet("comment-check", "", f.check(advert, nil)), "true")
	f.akismet("submit-ham", "", f.check(advert, nil))
	f.wantBody(f.akismet("comment-check", "", f.check(advert, recheck)), "false")
	f.akismet("comment-check", "", f.check(text, map[string]string{"POST_ak_hp_textarea": "x", "user_ip": "192.0.2.8"}))
	f.akismet("submit-spam", "", f.check(text, map[string]string{"user_ip": "192.0.2.8"}))
	trap := f.akismet("comment-check", "", f.check(text, map[string]string{"POST_ak_hp_textarea": "x", "user_ip": "192.0.2.8", "recheck_reason": "x"}))
	if f.wantBody(trap, "true"); trap.header.Get("X-Akismet-Pro-Tip") != "" {
		t.Error("what people have seen is discarded")
	}
	if got := string(f.send("GET", "/1.2/key-sites?format=csv&api_key="+f.key, nil, nil).body); !strings.HasSuffix(got, "\nnews.example,10,2,1,1,1,false\n") {
		t.Error(got)
	}
}

func TestAkismetTestsCountNothing(t *testing.T) {
	f := newTestSite(t)
	for _, call := range []string{"comment-check", "submit-spam", "submit-ham"} {
		f.akismet(call, "", f.check(advert, map[string]string{"is_test": "1"}))
	}
	if n := len(f.labels()); n != 0 {
		t.Errorf("%d labels", n)
	}
	if got := string(f.send("GET", "/1.2/usage-limit?api_key="+f.key, nil, nil).body); !strings.Contains(got, `"usage":0`) {
		t.Error(got)
	}
}

func TestAkismetLimits(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) { c.Rates.Address = models.Rate{Count: 1, Period: time.Minute} })
	f.wantBody(f.akismet("comment-check", "", f.check("Hello", nil)), "false")
	r := f.akismet("comment-check", "", f.check("Hello", nil))
	if r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") == "" || r.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	f.wantBody(f.akismet("comment-check", "", f.check("Hello", map[string]string{"user_ip": "198.51.100.7"})), "false") // another reader, the same peer
}

// TestAkismetChecksAlwaysHaveAnID: WordPress publishes what it could not have checked when
// the reply has none.
func TestAkismetChecksAlwaysHaveAnID(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) { c.Rates.Address = models.Rate{Count: 1, Period: time.Minute} })
	held := func(r reply, status int) {
		t.Helper()
		if body := string(r.body); r.status != status || r.header.Get("X-Akismet-Guid") == "" || body == "true" || body == "false" {
			t.Errorf("%d %q %v, want %d", r.status, body, r.header, status)
		}
	}
	held(f.akismet("comment-check", "", f.check("Hello", map[string]string{"api_key": "wk_wrong"})), http.StatusOK)
	held(f.akismet("comment-check", "", f.check("Hello", map[string]string{"user_ip": ""})), http.StatusOK)
	f.wantBody(f.akismet("comment-check", "", f.check("Hello", nil)), "false")
	held(f.akismet("comment-check", "", f.check("Hello", nil)), http.StatusTooManyRequests)
	held(f.akismet("comment-check", "", f.check(strings.Repeat("x", 3<<20), nil)), http.StatusRequestEntityTooLarge)
	if r := f.akismet("verify-key", "", map[string]string{"key": "wk_wrong"}); r.header.Get("X-Akismet-Guid") != "" {
		t.Error(r.header)
	}
	f.db.Close()
	failed := f.akismet("comment-check", "", f.check("Hello", map[string]string{"user_ip": "192.0.2.9"}))
	if held(failed, failed.status); failed.status < http.StatusInternalServerError {
		t.Errorf("%d without a database", failed.status)
	}
}

// TestAkismetTakesLargeForms: WordPress sends a text twice, and its apostrophes with slashes.
func TestAkismetTakesLargeForms(t *testing.T) {
	f := newTestSite(t)
	text := strings.Repeat(`\'`, 65_000)
	f.wantBody(f.akismet("comment-check", "", f.check(text, map[string]string{"POST_comment": text, "HTTP_COOKIES": strings.Repeat("x", 8<<10)})), "false")
}

func TestAkismetSubmitFindsTheCheckWithSlashes(t *testing.T) {
	f := newTestSite(t)
	const text, slashed = `It's the "ferry" again.`, `It\'s the \"ferry\" again.`
	f.wantBody(f.akismet("comment-check", "", f.check(slashed, map[string]string{"comment_author": `Pat O\'Hara`})), "false")
	f.akismet("submit-spam", "", f.check(text, map[string]string{"comment_author": "Pat O'Hara"}))
	if all := f.labels(); len(all) != 1 || all[0].Text != text || all[0].Author != "Pat O'Hara" {
		t.Errorf("%+v", all)
	}
	if got := string(f.send("GET", "/1.2/key-sites?format=csv&api_key="+f.key, nil, nil).body); !strings.HasSuffix(got, "\nnews.example,2,0,1,1,0,false\n") {
		t.Error(got)
	}
}
