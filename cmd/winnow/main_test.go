package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"winnow/handlers/node/trainworker"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) {
	if os.Getenv(runAsProgram) != "" || len(os.Args) > 1 && os.Args[1] == trainworker.Command {
		trainworker.AtLowPriority = false
		main() // and exit
	}
	os.Setenv("WINNOW_SHUTDOWN_DELAY", "0s") // most tests have no balancer
	os.Exit(storagetest.Main(m))
}

// output is a buffer that the program may write while the test reads.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// winnow runs one command and returns its results.
func winnow(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs output
	status = run(context.Background(), append([]string{"winnow"}, args...), strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// must runs a command that must succeed and returns its standard output.
func must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	status, out, errs := winnow(t, stdin, args...)
	if status != exitDone {
		t.Fatalf("winnow %s: exit status %d: %s", strings.Join(args, " "), status, errs)
	}
	return out
}

func TestExitStatusAndMessage(t *testing.T) {
	dir := t.TempDir()
	database := "--database=sqlite:" + filepath.Join(dir, "w.db")
	bad := filepath.Join(dir, "bad.jsonl")
	if err := os.WriteFile(bad, []byte(`{"text":"fine","label":"ham"}`+"\n"+`{"text":"no label"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"help":                                {[]string{"--help"}, exitDone, ""},
		"help of serve":                       {[]string{"serve", "--help"}, exitDone, ""},
		"version":                             {[]string{"version"}, exitDone, ""},
		"an unknown command":                  {[]string{"frobnicate"}, exitUsage, `unknown command "frobnicate"`},
		"an unknown subcommand":               {[]string{"site", "destroy"}, exitUsage, `unknown command "site destroy"`},
		"an unknown flag":                     {[]string{"serve", "--frobnicate"}, exitUsage, "frobnicate"},
		"a missing argument":                  {[]string{"site", "add", database}, exitUsage, "SLUG is missing"},
		"one argument too many":               {[]string{"site", "list", "x", database}, exitUsage, `unexpected argument "x"`},
		"a bad rate":                          {[]string{"serve", "--limit-address", "many", database}, exitUsage, "30/5m"},
		"a bad proxy network":                 {[]string{"serve", "--trusted-proxies", "10", database}, exitUsage, "10.0.0.0/8"},
		"a negative number of labels":         {[]string{"serve", "--train-after", "-1", database}, exitUsage, "--train-after"},
		"an hour that no day has":             {[]string{"serve", "--train-at", "24", database}, exitUsage, "0 to 23"},
		"a short secret":                      {[]string{"serve", "--secret", "short", database}, exitUsage, "16 bytes"},
		"a short old secret":                  {[]string{"serve", "--old-secret", "short", database}, exitUsage, "--old-secret"},
		"an unsupported database":             {[]string{"migrate", "--database", "mysql://x"}, exitUsage, "sqlite: or postgres://"},
		"a bad slug":                          {[]string{"site", "add", "No Slug", database}, exitFailed, "lower-case"},
		"an unknown site":                     {[]string{"site", "set", "nowhere", "--name", "N", database}, exitFailed, "nowhere"},
		"an unknown moderator":                {[]string{"moderator", "disable", "nobody", database}, exitFailed, "nobody"},
		"a password without --password-stdin": {[]string{"moderator", "add", "eve", database}, exitUsage, "--password-stdin"},
		"a bad role":                          {[]string{"moderator", "add", "eve", "--role", "queen", "--password-stdin", database}, exitFailed, "role"},
		"training without labels":             {[]string{"train", "--out", filepath.Join(dir, "m.wnw")}, exitUsage, "--labels is missing"},
		"training with an invalid row":        {[]string{"train", "--labels", bad, "--out", filepath.Join(dir, "m.wnw")}, exitFailed, "bad.jsonl:2"},
		"a file that is not a model":          {[]string{"evaluate", "--model", bad, "--labels", bad}, exitFailed, "model"},
		"an unknown model":                    {[]string{"model", "promote", "v0", database}, exitFailed, "v0"},
		"a bad export format":                 {[]string{"export", "labels", "--format", "xml", database}, exitUsage, "jsonl or csv"},
		"a bad time":                          {[]string{"export", "labels", "--since", "tea time", database}, exitUsage, "--since"},
	} {
		t.Run(name, func(t *testing.T) {
			status, _, errs := winnow(t, "a fine pass phrase\n", test.args...)
			if status != test.status || !strings.Contains(errs, test.want) {
				t.Errorf("exit status %d and %q; want %d and %q", status, errs, test.status, test.want)
			}
		})
	}
}

func TestHelpDoesNotListTheTrainingProcess(t *testing.T) {
	if help := must(t, "", "--help"); strings.Contains(help, trainworker.Command) {
		t.Errorf("help lists %s:\n%s", trainworker.Command, help)
	}
}

func TestServeHelpShowsVariablesAndDefaults(t *testing.T) {
	help := must(t, "", "serve", "--help")
	for _, want := range []string{"WINNOW_LISTEN", "127.0.0.1:8080", "WINNOW_DATABASE", "sqlite:winnow-data/winnow.db", "WINNOW_REDIS", "WINNOW_SECRET", "WINNOW_TRUSTED_PROXIES", "WINNOW_LIMIT_ADDRESS"} {
		if !strings.Contains(help, want) {
			t.Errorf("help lacks %s:\n%s", want, help)
		}
	}
}
