package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"

	"winnow/models"
	"winnow/models/knownnames"
	"winnow/storage"
)

// TestVariablesConfigureProcessesOnly: a variable that is set for a server must
// not change what a command that is typed once does.
func TestVariablesConfigureProcessesOnly(t *testing.T) {
	var check func(c *cli.Command)
	check = func(c *cli.Command) {
		for _, f := range c.Flags {
			name := f.Names()[0]
			variables := f.(cli.DocGenerationFlag).GetEnvVars()
			if configures := c.Name == "serve" || name == "database"; configures != (len(variables) > 0) {
				t.Errorf("%s --%s reads the variables %q", c.Name, name, variables)
			}
		}
		for _, sub := range c.Commands {
			check(sub)
		}
	}
	check(rootCommand(nil, nil, nil))
}

func TestOneOffCommandIgnoresVariables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	t.Setenv("WINNOW_DATABASE", "sqlite:"+path) // this one says where the records are
	must(t, "", "site", "add", "gazette", "--name", "The Gazette")
	before := onlySite(t)
	for _, v := range []string{"NAME=Evil", "KEEP_LABELS=1", "JSON=true", "MODE=pre", "ORIGIN=https://evil.example", "SSO_SECRET=evil", "FILE=rules.json"} {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv("WINNOW_"+name, value)
	}
	must(t, "", "site", "set", "gazette", "--surge", "off")
	if list := must(t, "", "site", "list"); !strings.HasPrefix(list, "SLUG") {
		t.Errorf("the list is not a table:\n%s", list)
	}
	if rules := must(t, "", "site", "rules", "gazette"); rules != "{}\n" {
		t.Errorf("the rules are %s", rules)
	}
	if after := onlySite(t); after.Name != before.Name || after.Retention != before.Retention || after.Mode != before.Mode || len(after.Origins) > 0 {
		t.Errorf("the site was %+v and is %+v", before, after)
	}
	if secret := ssoSecret(t, path, "gazette"); secret != "" {
		t.Errorf("the site has the secret %q", secret)
	}
}

func onlySite(t *testing.T) models.Site {
	t.Helper()
	var sites []models.Site
	if err := json.Unmarshal([]byte(must(t, "", "site", "list", "--json")), &sites); err != nil || len(sites) != 1 {
		t.Fatalf("%d sites, %v", len(sites), err)
	}
	return sites[0]
}

func ssoSecret(t *testing.T, path, slug string) string {
	t.Helper()
	db, err := storage.Open(t.Context(), "sqlite:"+path, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	site, err := db.Site(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	return site.SSOSecret
}

func TestSSOSecretFromFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "w.db")
	database := "--database=sqlite:" + path
	file, empty := filepath.Join(dir, "secret"), filepath.Join(dir, "empty")
	for name, content := range map[string]string{file: "a long secret that the site shares\r\n", empty: "\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	has := func(want string) {
		t.Helper()
		if secret := ssoSecret(t, path, "gazette"); secret != want {
			t.Errorf("the secret is %q, want %q", secret, want)
		}
	}
	must(t, "", "site", "add", "gazette", "--sso-secret-file", file, database)
	has("a long secret that the site shares")
	must(t, "another secret that the site shares", "site", "set", "gazette", "--sso-secret-file", "-", database)
	has("another secret that the site shares")
	for want, test := range map[string]struct {
		args   []string
		status int
	}{
		"not both":          {[]string{"--sso-secret", "x", "--sso-secret-file", file}, exitUsage},
		"is empty":          {[]string{"--sso-secret-file", empty}, exitFailed},
		"at least 32 bytes": {[]string{"--sso-secret", "a short one"}, exitFailed},
		"no such file":      {[]string{"--sso-secret-file", filepath.Join(dir, "none")}, exitFailed},
	} {
		args := append([]string{"site", "set", "gazette", database}, test.args...)
		if status, _, errs := winnow(t, "", args...); status != test.status || !strings.Contains(errs, want) {
			t.Errorf("%s: exit status %d: %s", want, status, errs)
		}
	}
	has("another secret that the site shares")
	must(t, "", "site", "set", "gazette", "--sso-secret", "", database)
	has("")
}

func TestUnknownVariableIsReported(t *testing.T) {
	t.Setenv("WINNOW_LISTN", ":1")
	t.Setenv("WINNOW_NAME", "Evil")
	t.Setenv("WINNOW_LOG_LEVEL", "debug") // known, though not to site list
	t.Setenv("WINNOW_TEST_ANYTHING", "1")
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	status, _, errs := winnow(t, "", "site", "list", database)
	if want := "winnow: unknown environment variable WINNOW_LISTN (WINNOW_LISTEN?)\n" +
		"winnow: unknown environment variable WINNOW_NAME\n"; status != exitDone || errs != want {
		t.Errorf("exit status %d: %s", status, errs)
	}
	n := start(t, database)
	log := n.log.String()
	for _, want := range []string{`msg="unknown environment variable" name=WINNOW_LISTN known=WINNOW_LISTEN`, `msg="unknown environment variable" name=WINNOW_NAME` + "\n"} {
		if !strings.Contains(log, "level=WARN "+want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	if strings.Contains(log, "WINNOW_TEST") || strings.Contains(log, "name=WINNOW_LOG_LEVEL") {
		t.Error(log)
	}
}

func TestNearestVariable(t *testing.T) {
	known := knownVariables(rootCommand(nil, nil, nil))
	for name, want := range map[string]string{
		"WINNOW_LISTN":          "WINNOW_LISTEN",
		"WINNOW_TRUSTED_PROXY":  "", // three letters away
		"WINNOW_TRUSTED_PROXYS": "WINNOW_TRUSTED_PROXIES",
		"WINNOW_LIMIT_ADRESS":   "WINNOW_LIMIT_ADDRESS",
		"WINNOW_REDDIS":         "WINNOW_REDIS",
		"WINNOW_NAME":           "",
	} {
		if got := knownnames.Nearest(name, known); got != want {
			t.Errorf("nearest(%s) = %q, want %q", name, got, want)
		}
	}
}
