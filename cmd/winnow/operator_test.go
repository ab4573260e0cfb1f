package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"winnow/storage/storagetest"
)

var greeting = regexp.MustCompile(`(?s)Winnow is ready.*password: (\S+).*secret key: (\S+)`)

func TestFirstPasswordIsNotLost(t *testing.T) {
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	status, out, errs := winnow(t, "", "serve", "--listen", taken.Addr().String(), database)
	if status != exitFailed || out != "" || !strings.Contains(errs, "in use") {
		t.Fatalf("on a taken port: %d, %q, %s", status, out, errs)
	}
	var first string
	for range 2 { // nobody has logged in after the first start
		n := start(t, database)
		if first == "" {
			first = n.stdout.String()
		}
		if said := n.stdout.String(); !greeting.MatchString(said) || greeting.FindString(said) == "" || credentialsIn(said) != credentialsIn(first) {
			t.Fatalf("the greeting is %q after %q", said, first)
		}
		n.stop()
	}
	n := start(t, database)
	n.login(t, "admin", greeting.FindStringSubmatch(first)[1])
	n.comment(t, greeting.FindStringSubmatch(first)[2], "harbour", "The key works after a restart too.", 1)
	n.stop()
	if said := start(t, database).stdout.String(); said != "" {
		t.Errorf("after a login: %q", said)
	}
}

func credentialsIn(text string) string {
	return strings.Join(greeting.FindStringSubmatch(text)[1:], " ")
}

func TestChangedFirstPasswordIsNotShown(t *testing.T) {
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	start(t, database).stop()
	must(t, "quite another pass phrase\n", "moderator", "set-password", "admin", "--password-stdin", database)
	if said := start(t, database).stdout.String(); said != "" {
		t.Errorf("a password that is not valid: %q", said)
	}
}

// TestShutdown: readiness goes first, requests are still answered, and a client that
// stops in the middle of a body does not hold up the end.
func TestShutdown(t *testing.T) {
	p := launch(t, "--database="+storagetest.SQLiteURL(t), "--shutdown-delay=2s")
	base := p.base()
	half, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	fmt.Fprintf(half, "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"name\":")
	get := func(path string) int {
		res, err := http.Get(base + path)
		if err != nil {
			return 0
		}
		res.Body.Close()
		return res.StatusCode
	}
	poll(t, "the server is ready", func() bool { return get("/readyz") == http.StatusOK })
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	poll(t, "the server is not ready", func() bool { return get("/readyz") == http.StatusServiceUnavailable })
	if status := get("/healthz"); status != http.StatusOK {
		t.Errorf("another request during the delay: %d", status)
	}
	<-p.exited
	log := p.log.String()
	if status := p.cmd.ProcessState.ExitCode(); status != exitDone || strings.Contains(log, "did not finish") {
		t.Errorf("exit status %d", status)
	}
	for _, line := range []string{`msg="shutting down"`, "msg=stopped"} {
		if !strings.Contains(log, line) {
			t.Errorf("the log lacks %s", line)
		}
	}
}

// TestIdleConnectionsOfAStranger: at 256 descriptors, 300 connections that say nothing
// stall neither others nor readers behind the same address.
func TestIdleConnectionsOfAStranger(t *testing.T) {
	p := launchCommand(t, exec.Command("sh", "-c", `ulimit -n 256; exec "$0" "$@"`,
		os.Args[0], "serve", "--listen", "127.0.0.1:0", "--database="+storagetest.SQLiteURL(t)))
	base := p.base()
	address := strings.TrimPrefix(base, "http://")
	for range 300 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	for _, from := range []string{"127.0.0.1", "127.0.0.2"} {
		client := &http.Client{Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext:       (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).DialContext,
		}}
		for range 20 {
			res, err := client.Get(base + "/readyz")
			if err != nil {
				t.Fatalf("from %s: %v", from, err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Fatalf("from %s: %d", from, res.StatusCode)
			}
		}
	}
	if strings.Contains(p.log.String(), "too many open files") {
		t.Error("the descriptors were used up")
	}
}

func TestServerBelowAPath(t *testing.T) {
	n := start(t, "--database="+storagetest.SQLiteURL(t), "--public-url=https://news.example/winnow/")
	if said := n.stdout.String(); !strings.Contains(said, "https://news.example/winnow/console/") {
		t.Errorf("the greeting is %q", said)
	}
	direct := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string) (*http.Response, string) {
		res, err := direct.Get(n.base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(body)
	}
	for from, want := range map[string]string{
		"/winnow": "/winnow/", "/winnow/": "/winnow/demo", "/winnow/console": "/winnow/console/",
	} {
		res, _ := get(from)
		to, err := res.Location()
		if err != nil || to.Path != want {
			t.Errorf("%s leads to %v, %v; want %s", from, to, err, want)
		}
	}
	for _, prefix := range []string{"/winnow", ""} { // left, or removed by the proxy
		for _, path := range []string{"/demo", "/demo/demo.css", "/demo/clock", "/console/", "/widget/v1.js", "/widget/v2.js", "/readyz", "/v1/comments?site=demo&article=welcome"} {
			if res, _ := get(prefix + path); res.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", prefix+path, res.StatusCode)
			}
		}
	}
	if _, page := get("/winnow/demo"); strings.Contains(page, `"/demo/`) || !strings.Contains(page, `"/winnow/demo/demo.js"`) || !strings.Contains(page, `"/winnow/widget/v2.js"`) {
		t.Errorf("the demo page is\n%s", page)
	}
	if res, _ := get("/winnowers/demo"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a path that only begins like it: %d", res.StatusCode)
	}
	first := greeting.FindStringSubmatch(n.stdout.String())
	login, err := http.NewRequest(http.MethodPost, n.base+"/winnow/v1/auth/login",
		strings.NewReader(fmt.Sprintf(`{"name":"admin","password":%q,"cookie":true}`, first[1])))
	if err != nil {
		t.Fatal(err)
	}
	login.Header.Set("Content-Type", "application/json")
	login.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := direct.Do(login)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if len(res.Cookies()) == 0 {
		t.Fatalf("the login has no cookies: %d", res.StatusCode)
	}
	for _, cookie := range res.Cookies() {
		if cookie.Path != "/" && !strings.HasPrefix(cookie.Path, "/winnow/") {
			t.Errorf("the cookie %s has the path %s", cookie.Name, cookie.Path)
		}
	}
}

func TestPublicURLMustBeAnAddress(t *testing.T) {
	for _, address := range []string{"news.example", "ftp://news.example", "https://news.example/a//b", "https://news.example/?x", "https://u@news.example"} {
		if status, _, errs := winnow(t, "", "serve", "--public-url", address, "--database="+storagetest.SQLiteURL(t)); status != exitUsage {
			t.Errorf("%s: %d %s", address, status, errs)
		}
	}
}

func TestLogsAndMetricsOfAServer(t *testing.T) {
	n := launch(t, "--database="+storagetest.SQLiteURL(t), "--log-format=json", "--log-requests", "--metrics-listen=127.0.0.1:0")
	var base, metrics string
	lines := func() (all []map[string]any) {
		for scan := bufio.NewScanner(strings.NewReader(n.log.String())); scan.Scan(); {
			var line map[string]any
			if json.Unmarshal(scan.Bytes(), &line) == nil {
				all = append(all, line)
			}
		}
		return all
	}
	poll(t, "the server listens", func() bool {
		n.running()
		for _, line := range lines() {
			switch line["msg"] {
			case "listening":
				base = "http://" + line["address"].(string)
			case "serving metrics":
				metrics = "http://" + line["at"].(string)
			}
		}
		return base != ""
	})
	for at, want := range map[string]int{base + "/metrics": http.StatusNotFound, metrics + "/metrics": http.StatusOK, metrics + "/v1/sites": http.StatusNotFound} {
		res, err := http.Get(at)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", at, res.StatusCode, want)
		}
	}
	poll(t, "the request is logged", func() bool {
		for _, line := range lines() {
			if line["msg"] == "request" && line["status"] == float64(http.StatusNotFound) {
				return true
			}
		}
		return false
	})
}

func TestSecretsFromFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("WINNOW_DATABASE_FILE", write("database", "sqlite:"+filepath.Join(dir, "w.db")+"\n"))
	must(t, "", "site", "add", "gazette")
	if list := must(t, "", "site", "list", "--database=sqlite:"+filepath.Join(dir, "w.db")); !strings.Contains(list, "gazette") {
		t.Errorf("the database of the file was not used:\n%s", list)
	}
	t.Setenv("WINNOW_SECRET_FILE", write("secret", "short"))
	if status, _, errs := winnow(t, "", "serve"); status != exitUsage || !strings.Contains(errs, "16 bytes") {
		t.Errorf("a short secret: %d %s", status, errs)
	}
	t.Setenv("WINNOW_SECRET_FILE", filepath.Join(dir, "none"))
	if status, _, errs := winnow(t, "", "serve"); status != exitFailed || !strings.Contains(errs, "WINNOW_SECRET_FILE") {
		t.Errorf("no such file: %d %s", status, errs)
	}
	t.Setenv("WINNOW_SECRET", "a secret in the variable itself")
	if status, _, errs := winnow(t, "", "serve"); status != exitUsage || !strings.Contains(errs, "not both") {
		t.Errorf("both: %d %s", status, errs)
	}
	t.Setenv("WINNOW_DATABASE_FILE", filepath.Join(dir, "none"))
	if status, _, errs := winnow(t, "", "site", "list"); status != exitFailed || !strings.Contains(errs, "WINNOW_DATABASE_FILE") {
		t.Errorf("a command: %d %s", status, errs)
	}
}

func TestOutageIsLoggedOnce(t *testing.T) {
	database, restart := storagetest.OwnPostgres(t)
	n := start(t, "--database="+database)
	token := n.login(t, "admin", greeting.FindStringSubmatch(n.stdout.String())[1])
	failures := func() int { return strings.Count(n.log.String(), "level=ERROR") }
	before := failures()
	restart(func() {
		for range 50 {
			if status, reply := n.do(t, "GET", "/v1/queue", token, nil); status != http.StatusServiceUnavailable {
				t.Fatalf("%d: %s", status, reply)
			}
		}
	})
	if logged := failures() - before; logged == 0 || logged > 3 { // of requests, and as "not available" or "does not answer" of the tasks
		t.Errorf("the outage was logged %d times", logged)
	}
	poll(t, "the end of the outage is logged", func() bool { return strings.Contains(n.log.String(), "no longer refused") })
}

func TestCheckCommand(t *testing.T) {
	database := "--database=" + storagetest.SQLiteURL(t)
	n := start(t, database)
	key := greeting.FindStringSubmatch(n.stdout.String())[2]
	req, err := http.NewRequest(http.MethodGet, n.base+"/v1/comments?site=demo&article=a", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "203.0.113.9")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	n.call(t, http.StatusCreated, "POST", "/v1/comments", key, object{"article": object{"id": "a"}, "author": object{"name": "Ada"}, "body": "From a server that names nobody."})
	var out string
	poll(t, "the command tells what the node has found", func() bool {
		var status int
		status, out, _ = winnow(t, "", "check", database)
		return status == exitFailed && strings.Contains(out, "proxies") && strings.Contains(out, "client-ip")
	})
	for _, want := range []string{"--trusted-proxies 127.0.0.1", "demo", "winnow site add"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if log := n.log.String(); strings.Count(log, "check=proxies") != 1 {
		t.Errorf("it is not logged once:\n%s", log)
	}
	ready := n.call(t, http.StatusOK, "GET", "/readyz?verbose", "", nil)
	if text := fmt.Sprint(ready["findings"]); ready["status"] != "degraded" || !strings.Contains(text, "--trusted-proxies") {
		t.Errorf("/readyz?verbose: %v", ready)
	}
}

func TestSitesAndPeopleByCommand(t *testing.T) {
	database := "--database=" + storagetest.SQLiteURL(t)
	must(t, "", "site", "add", "gazette", "--name", "The Gazette", database)
	if shown := must(t, "", "site", "show", "gazette", database); !strings.Contains(shown, `"name": "The Gazette"`) {
		t.Errorf("site show: %s", shown)
	}
	must(t, "", "site", "remove", "gazette", database)
	if status, _, errs := winnow(t, "", "site", "show", "gazette", database); status != exitFailed || !strings.Contains(errs, "gazette") {
		t.Errorf("after site remove: %d %s", status, errs)
	}
	must(t, "a fine long pass phrase\n", "moderator", "add", "eve", "--password-stdin", database)
	must(t, "", "moderator", "disable", "eve", database)
	must(t, "", "moderator", "enable", "eve", database)
	must(t, "", "moderator", "role", "eve", "editor", database)
	if list := must(t, "", "moderator", "list", database); !regexp.MustCompile(`eve +editor +all +active`).MatchString(list) {
		t.Errorf("moderator list:\n%s", list)
	}
	if status, _, errs := winnow(t, "", "moderator", "role", "eve", "queen", database); status != exitFailed || !strings.Contains(errs, "role") {
		t.Errorf("a bad role: %d %s", status, errs)
	}
	if out := must(t, "", "--version"); !strings.Contains(out, version()) {
		t.Errorf("--version: %s", out)
	}
	if script := must(t, "", "completion", "bash"); !strings.Contains(script, "winnow") {
		t.Errorf("completion: %s", script)
	}
}
