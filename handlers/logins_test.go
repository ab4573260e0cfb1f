package handlers_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/handlers/password"
	"winnow/models"
)

// behindProxy makes X-Forwarded-For of the tests' requests believed.
func behindProxy(c *handlers.Config) {
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")}
}

// from is a request of a client with an address.
func from(address string) headers { return headers{"X-Forwarded-For": address} }

func (f *testSite) loginFrom(h headers, name, password string) reply {
	f.Helper()
	return f.send("POST", "/v1/auth/login", h, object{"name": name, "password": password})
}

func TestLoginsOfStrangersAreLimited(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) { c.Rates.Login = models.Rate{Count: 2, Period: time.Minute} })
	givePassword(f)
	wrong := f.login(object{"name": "bob", "password": "wrong"})
	wrong.must(http.StatusUnauthorized)
	nobody := f.login(object{"name": "nobody", "password": "wrong"})
	nobody.must(http.StatusUnauthorized)
	if without(wrong, "request_id") != without(nobody, "request_id") {
		t.Errorf("a wrong name differs from a wrong password: %s, %s", wrong.body, nobody.body)
	}
	f.login(object{"name": "bob", "password": "wrong"}).must(http.StatusUnauthorized)
	limited := f.login(object{"name": "bob", "password": pass})
	limited.must(http.StatusTooManyRequests)
	if limited.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	f.login(object{"name": "nobody", "password": "wrong"}).must(http.StatusUnauthorized)
	f.pass(time.Minute)
	f.login(object{"name": "bob", "password": pass}).must(http.StatusOK)
}

// A victim logs in from a known device, and from a known household, while
// strangers guess at full rate from many addresses.
func TestStrangersLockNobodyOut(t *testing.T) {
	f := newTestSite(t, behindProxy, func(c *handlers.Config) { c.Rates.Login = models.Rate{Count: 2, Period: time.Hour} })
	givePassword(f)
	own := headers{"Origin": f.base, "X-Forwarded-For": "192.0.2.7"}
	first := f.send("POST", "/v1/auth/login", own, object{"name": "bob", "password": pass, "cookie": true})
	first.must(http.StatusOK)
	device := "winnow_device=" + cookies(first)["winnow_device"].Value

	for i := 0; ; i++ { // until all strangers together are refused
		if i > 100 {
			t.Fatal("strangers are not limited")
		}
		if f.loginFrom(from(fmt.Sprintf("198.51.100.%d", i/2)), "bob", "guess").status == http.StatusTooManyRequests {
			break
		}
	}
	f.loginFrom(from("203.0.113.1"), "bob", pass).must(http.StatusTooManyRequests) // also with the password: it is not looked at

	f.loginFrom(from("192.0.2.7"), "bob", pass).must(http.StatusOK)
	elsewhere := from("203.0.113.1").with("Cookie", device)
	f.loginFrom(elsewhere, "bob", pass).must(http.StatusOK)

	// What is known of bob is nothing for others, and has limits too.
	f.loginFrom(from("203.0.113.2").with("Cookie", device[:len(device)-1]+"x"), "bob", pass).must(http.StatusTooManyRequests)
	f.loginFrom(elsewhere, "bob", "wrong").must(http.StatusUnauthorized)
	f.loginFrom(elsewhere, "bob", pass).must(http.StatusTooManyRequests)
	f.loginFrom(from("192.0.2.7"), "bob", pass).must(http.StatusOK) // its own count
	f.loginFrom(from("192.0.2.7"), "bob", pass).must(http.StatusTooManyRequests)
	f.loginFrom(from("192.0.2.7"), "carl", "wrong").must(http.StatusUnauthorized)
}

func TestFailedLoginsLeaveATrace(t *testing.T) {
	log := &lockedBuffer{}
	f := newTestSite(t, behindProxy, func(c *handlers.Config) {
		c.Rates.Login = models.Rate{Count: 2, Period: time.Hour}
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	})
	givePassword(f)
	for range 2 {
		f.loginFrom(from("192.0.2.7"), "bob", "my secret guess").must(http.StatusUnauthorized)
	}
	f.loginFrom(from("192.0.2.7"), "bob", "my secret guess").must(http.StatusTooManyRequests)
	f.loginFrom(from("192.0.2.8"), "typed into the wrong field", "x").must(http.StatusUnauthorized)
	f.stop() // writes what is left
	type tally struct {
		Logins    map[string]int
		Addresses []string
	}
	sum, named := map[string]map[string]int{}, map[string]string{}
	rows, _, err := f.db.AuditPage(t.Context(), operator, models.AuditFilter{Action: "login.failed", Limit: 100})
	f.must(err)
	for _, row := range rows {
		var after tally
		f.must(json.Unmarshal(row.After, &after))
		if sum[row.Subject] == nil {
			sum[row.Subject] = map[string]int{}
		}
		for result, n := range after.Logins {
			sum[row.Subject][result] += n
		}
		named[row.Subject] = strings.Join(after.Addresses, " ")
	}
	if len(sum) != 2 || sum["bob"]["wrong"] != 2 || sum["bob"]["limited"] != 1 || sum[""]["wrong"] != 1 || named["bob"] != "192.0.2.7" || named[""] != "192.0.2.8" {
		t.Errorf("the trail says %v from %v", sum, named)
	}
	metrics := f.send("GET", "/metrics", nil, nil)
	for _, want := range []string{`winnow_logins_total{result="wrong"} 3`, `winnow_logins_total{result="limited"} 1`} {
		if !strings.Contains(string(metrics.body), want) {
			t.Errorf("the metrics have no %s", want)
		}
	}
	written := log.String()
	if !strings.Contains(written, "logins failed") || !strings.Contains(written, "moderator=bob") {
		t.Errorf("the log has no failed login: %s", written)
	}
	trail := fmt.Sprint(rows)
	for _, secret := range []string{"my secret guess", "typed into the wrong field"} {
		if strings.Contains(written+trail, secret) {
			t.Errorf("%q was written", secret)
		}
	}
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestAFloodOfLoginsIsRefusedEarly(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) { c.Rates.Login.Count = 0 })
	givePassword(f)
	var flood sync.WaitGroup
	replies := make([]reply, 100)
	for i := range replies {
		flood.Go(func() { replies[i] = f.login(object{"name": "carl", "password": "wrong"}) })
	}
	flood.Wait()
	refused := 0
	for _, r := range replies {
		switch {
		case r.status == http.StatusServiceUnavailable && r.header.Get("Retry-After") != "":
			refused++
		case r.status != http.StatusUnauthorized:
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if refused == 0 {
		t.Error("a hundred passwords at once were all checked")
	}
	f.login(object{"name": "bob", "password": pass}).must(http.StatusOK)
}

func TestOutdatedHashesAreReplaced(t *testing.T) {
	f := newTestSite(t)
	// Made from "password" with less memory.
	const outdated = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	_, err := f.db.UpdateModerator(t.Context(), operator, "bob", func(m *models.Moderator) error { m.PasswordHash = outdated; return nil })
	f.must(err)
	var s session
	for range 2 {
		f.login(object{"name": "bob", "password": "password"}).into(http.StatusOK, &s)
	}
	m, err := f.db.Moderator(t.Context(), "bob")
	f.must(err)
	if password.IsOutdated(m.PasswordHash) || !password.Verify(m.PasswordHash, "password") {
		t.Errorf("the hash is %s", m.PasswordHash)
	}
	f.send("GET", "/v1/me", bearer(s.AccessToken), nil).must(http.StatusOK)
}

func TestCookiesOverHTTPSBelongToThisHost(t *testing.T) {
	f := newTestSite(t, behindProxy)
	givePassword(f)
	https := headers{"X-Forwarded-Proto": "https", "Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "192.0.2.7"}
	r := f.send("POST", "/v1/auth/login", https, object{"name": "bob", "password": pass, "cookie": true})
	r.must(http.StatusOK)
	jar := cookies(r)
	if len(jar) != 3 {
		t.Errorf("%d cookies", len(jar))
	}
	for name, c := range jar {
		if !strings.HasPrefix(name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteStrictMode {
			t.Errorf("%s", c)
		}
	}
	access := jar["__Host-winnow_access"].Value
	f.send("GET", "/v1/me", https.with("Cookie", "__Host-winnow_access="+access), nil).must(http.StatusOK)
	f.send("GET", "/v1/me", https.with("Cookie", "winnow_access="+access), nil).must(http.StatusUnauthorized) // any subdomain can set it
	refresh := https.with("Cookie", "__Host-winnow_refresh="+jar["__Host-winnow_refresh"].Value)
	f.send("POST", "/v1/auth/refresh", refresh, object{"cookie": true}).must(http.StatusOK)
}
