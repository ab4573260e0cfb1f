package handlers_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"winnow/handlers"
	"winnow/models"
)

// publicURL is where browsers of the test find the node.
const publicURL = "http://winnow.example"

// startProvider starts npm's oidc-provider, and returns its issuer.
func startProvider(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("oidctest/node_modules/oidc-provider"); err != nil {
		if os.Getenv("WINNOW_TEST_REQUIRE") != "1" {
			t.Skipf("oidc-provider is not installed, see make needs: %v", err)
		}
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	provider := exec.CommandContext(ctx, "node", "oidctest/provider.mjs", publicURL+"/v1/auth/oidc/callback")
	in, err := provider.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := provider.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cancel()
		_ = provider.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "http://127.0.0.1:") {
			issuer := lines.Text()
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return issuer
		}
	}
	t.Fatalf("the provider did not start: %v", lines.Err())
	return ""
}

// browser follows redirects and keeps cookies, as one with a person in front of it does.
type browser struct {
	*testSite
	client *http.Client
}

func (f *testSite) newBrowser() browser {
	jar, err := cookiejar.New(nil)
	f.must(err)
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == "winnow.example:80" {
			address = strings.TrimPrefix(f.base, "http://")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	f.Cleanup(transport.CloseIdleConnections)
	return browser{f, &http.Client{Jar: jar, Transport: transport}}
}

// open returns where a request ended, and the page there.
func (b browser) open(method, address string, form url.Values) (*url.URL, int, string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, address, strings.NewReader(form.Encode()))
	b.must(err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(req)
	b.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	b.must(err)
	return res.Request.URL, res.StatusCode, string(body)
}

var formAction = regexp.MustCompile(`action="([^"]+)"`)

// signIn signs in at the provider, and returns where that led.
func (b browser) signIn(login string) *url.URL {
	b.Helper()
	at, _, body := b.open("GET", publicURL+"/v1/auth/oidc", nil)
	for _, form := range []url.Values{{"prompt": {"login"}, "login": {login}, "password": {"any"}}, {"prompt": {"consent"}}} {
		action := formAction.FindStringSubmatch(body)
		if action == nil {
			b.Fatalf("no form at %s: %.300s", at, body)
		}
		to, err := at.Parse(action[1])
		b.must(err)
		at, _, body = b.open("POST", to.String(), form)
	}
	return at
}

func newOIDCSite(t *testing.T) *testSite {
	issuer := startProvider(t)
	return newTestSite(t, func(c *handlers.Config) {
		c.OIDC = handlers.OIDCConfig{
			Issuer: issuer, ClientID: "winnow", ClientSecret: "the provider knows winnow by this", PublicURL: publicURL + "/",
			Label: "Gazette ID", GroupsClaim: "groups", Scopes: []string{"profile"},
			Groups: []handlers.OIDCGroup{
				{Name: "desk", Role: models.RoleModerator, Sites: []string{"gazette"}},
				{Name: "sports", Role: models.RoleModerator, Sites: []string{"herald"}},
				{Name: "chief", Role: models.RoleAdmin},
			},
		}
	})
}

func TestModeratorsSignInAtAnOpenIDProvider(t *testing.T) {
	f := newOIDCSite(t)
	for login, want := range map[string]struct {
		at    string
		name  string
		role  models.Role
		sites string
	}{
		"ada":      {"/console/?signed-in=1", "ada.l", models.RoleAdmin, ""},
		"grace":    {"/console/?signed-in=1", "grace.h", models.RoleModerator, "gazette herald"},
		"mallory":  {"/console/?refused=taken", "", "", ""},
		"visitor":  {"/console/?refused=group", "", "", ""},
		"nameless": {"/console/?refused=name", "", "", ""},
	} {
		b := f.newBrowser()
		if got := b.signIn(login); got.RequestURI() != want.at || got.Host != "winnow.example" {
			t.Errorf("%s is led to %s, want %s", login, got, want.at)
			continue
		}
		_, status, body := b.open("GET", publicURL+"/v1/me", nil)
		if want.name == "" {
			if status != http.StatusUnauthorized {
				t.Errorf("%s has a session: %s", login, body)
			}
			continue
		}
		m, err := f.db.Moderator(t.Context(), want.name)
		f.must(err)
		if status != http.StatusOK || !strings.Contains(body, want.name) || m.Role != want.role || strings.Join(m.Sites, " ") != want.sites {
			t.Errorf("%s: %d %s, stored %+v", login, status, body, m)
		}
	}
	if m, err := f.db.Moderator(t.Context(), "ada"); err != nil || m.Subject != "" {
		t.Errorf("somebody took the account with a password: %+v, %v", m, err)
	}
}

func TestASignInFollowsTheGroupsAndADisabledAccountStaysSo(t *testing.T) {
	f := newOIDCSite(t)
	b := f.newBrowser()
	b.signIn("grace")
	_, err := f.db.UpdateModerator(t.Context(), operator, "grace.h", func(m *models.Moderator) error {
		m.Role, m.Sites = models.RoleEditor, nil
		return nil
	})
	f.must(err)
	b.open("GET", publicURL+"/v1/auth/oidc", nil) // the provider knows the browser
	if m, err := f.db.Moderator(t.Context(), "grace.h"); err != nil || m.Role != models.RoleModerator || len(m.Sites) != 2 {
		t.Errorf("%+v, %v", m, err)
	}
	_, err = f.db.UpdateModerator(t.Context(), operator, "grace.h", func(m *models.Moderator) error {
		m.Disabled = true
		return nil
	})
	f.must(err)
	if at, _, _ := b.open("GET", publicURL+"/v1/auth/oidc", nil); at.RequestURI() != "/console/?refused=disabled" {
		t.Errorf("led to %s", at)
	}
}

func TestASignInThatWasNotBegunHereIsRefused(t *testing.T) {
	f := newOIDCSite(t)
	victim := f.newBrowser()
	// An attacker signs in, stops before the callback, and gives the address to a victim.
	attacker := f.newBrowser()
	var callback string
	attacker.client.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if req.URL.Path == "/v1/auth/oidc/callback" {
			callback = req.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}
	attacker.signIn("grace")
	if callback == "" {
		t.Fatal("no callback")
	}
	for _, address := range []string{callback, publicURL + "/v1/auth/oidc/callback", publicURL + "/v1/auth/oidc/callback?state=x&code=y"} {
		if at, _, _ := victim.open("GET", address, nil); at.RequestURI() != "/console/?refused=failed" {
			t.Errorf("%s led to %s", address, at)
		}
		if _, status, _ := victim.open("GET", publicURL+"/v1/me", nil); status != http.StatusUnauthorized {
			t.Errorf("the victim has a session: %d", status)
		}
	}
}

func TestWithoutAProviderThereIsNoSignIn(t *testing.T) {
	f := newTestSite(t)
	f.send("GET", "/v1/auth/oidc", nil, nil).must(http.StatusNotFound)
	f.send("GET", "/v1/auth/oidc/callback", nil, nil).must(http.StatusNotFound)
	var methods struct {
		Password bool
		OIDC     string
	}
	f.send("GET", "/v1/auth/methods", nil, nil).into(http.StatusOK, &methods)
	if !methods.Password || methods.OIDC != "" {
		t.Errorf("%+v", methods)
	}
}
