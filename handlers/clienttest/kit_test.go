package clienttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	site     = "gazette"
	password = "nine trams leave at dawn"
)

// winnow is the program that is tested.
var winnow string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "clienttest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	winnow = filepath.Join(dir, "winnow")
	code := 1
	if out, err := exec.Command("go", "build", "-o", winnow, "winnow/cmd/winnow").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build winnow: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// server is winnow serve in a process of its own, with one site and the admin
// grace.
type server struct {
	t   *testing.T
	url string
	key string // of the site
}

func startServer(t *testing.T) server {
	t.Helper()
	dir := t.TempDir()
	database := "--database=sqlite:" + filepath.Join(dir, "winnow.db")
	var added struct{ Key string }
	out := run(t, command(t, dir, winnow, "site", "add", site, "--origin", "https://gazette.example", "--json", database))
	if err := json.Unmarshal(out, &added); err != nil {
		t.Fatal(err)
	}
	moderator := command(t, dir, winnow, "moderator", "add", "grace", "--role", "admin", "--password-stdin", database)
	moderator.Stdin = strings.NewReader(password)
	run(t, moderator)

	serve := command(t, dir, winnow, "serve", "--listen", "127.0.0.1:0", database)
	log := new(output)
	serve.Stdout, serve.Stderr = log, log
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve.Wait() }()
	t.Cleanup(func() {
		_ = serve.Process.Kill() // an error says that it has ended by itself
		<-ended
		if t.Failed() {
			t.Logf("log of the server:\n%s", log)
		}
	})
	return server{t, "http://" + log.address(t), added.Key}
}

// approved returns the texts that are public on an article.
func (s server) approved(article string) []string {
	s.t.Helper()
	res, err := http.Get(s.url + "/v1/comments?site=" + site + "&article=" + article)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var page struct{ Comments []struct{ Body string } }
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil {
		s.t.Fatal(err)
	}
	var texts []string
	for _, c := range page.Comments {
		texts = append(texts, c.Body)
	}
	return texts
}

// output is a buffer that a process writes while the test reads.
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

var listening = regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`)

// address waits until the server logs where it listens.
func (o *output) address(t *testing.T) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if m := listening.FindStringSubmatch(o.String()); m != nil {
			return m[1]
		}
	}
	t.Fatalf("the server does not listen:\n%s", o)
	return ""
}

// command is a process that the end of the test kills, without the settings of
// winnow and go that the tests themselves run with.
func command(t *testing.T, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "WINNOW_") })
	cmd.Env = append(cmd.Env, "GOFLAGS=", "GOWORK=off")
	return cmd
}

// run runs a command to its end, which must be a good one, and returns what it
// printed.
func run(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, out, &stderr)
	}
	return out
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
