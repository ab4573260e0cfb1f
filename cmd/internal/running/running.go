// Package running builds and starts the real program and sends requests to it, for
// the commands that measure it. It imports no other package of Winnow.
package running

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Program is the binary to measure, with its database.
type Program struct {
	Binary   string
	Database string // sqlite:FILE or postgres://…
}

// Build compiles the program of this module into a folder and returns the path of the
// binary.
func Build(ctx context.Context, dir string) (string, error) {
	binary := filepath.Join(dir, "winnow")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/winnow")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build winnow: %w", err)
	}
	return binary, nil
}

// Run runs a command of the program, such as "site add", and returns its output.
func (p Program) Run(ctx context.Context, stdin string, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, p.Binary, append(args, "--database", p.Database)...)
	c.Stdin, c.Stderr = strings.NewReader(stdin), os.Stderr
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("winnow %s: %w", strings.Join(args, " "), err)
	}
	return out, nil
}

// Serve starts the server on a free port.
func (p Program) Serve(ctx context.Context, args ...string) (*Server, error) {
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--database", p.Database}, args...)
	return Start(ctx, "listening address=", p.Binary, args...)
}

// Password is that of the admins that Admin adds.
const Password = "a pass phrase for this run"

// Admin adds an admin of all sites and returns a session token.
func (p Program) Admin(ctx context.Context, s *Server, name string) (token string, err error) {
	if _, err := p.Run(ctx, Password+"\n", "moderator", "add", name, "--role", "admin", "--password-stdin"); err != nil {
		return "", err
	}
	var login struct {
		Token string `json:"access_token"`
	}
	_, err = s.Call(ctx, http.MethodPost, "/v1/auth/login", "", map[string]string{"name": name, "password": Password}, &login)
	return login.Token, err
}

// Server is a process that serves HTTP.
type Server struct {
	Addr string // host:port
	cmd  *exec.Cmd
}

// Start starts a server and waits for the line of its log that has its address after
// the text before.
func Start(ctx context.Context, before, exe string, args ...string) (*Server, error) {
	s := &Server{cmd: exec.CommandContext(ctx, exe, args...)}
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	log, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(log)
	var last string
	for lines.Scan() {
		last = lines.Text()
		if _, rest, ok := strings.Cut(last, before); ok {
			s.Addr, _, _ = strings.Cut(rest, " ")
			go func() { _, _ = io.Copy(io.Discard, log) }() // or the server would block on a full pipe
			return s, nil
		}
	}
	return nil, fmt.Errorf("%s did not start: %s: %w", exe, last, s.cmd.Wait())
}

// Stop terminates the server and waits until it has ended.
func (s *Server) Stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// CPU returns the CPU time of the server so far, or 0 where there is no /proc. Unlike
// the rate it hardly depends on other load on the machine.
func (s *Server) CPU() time.Duration {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	// The second field, a name in brackets, may contain any character.
	fields := strings.Fields(string(line[bytes.LastIndexByte(line, ')')+1:]))
	var ticks int64
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100 // ticks a second, on every Linux
}

// Memory returns the peak memory of the server, in bytes.
func (s *Server) Memory() (n int64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	_, err = fmt.Sscanf(rest, "%d kB", &n)
	return n << 10, err
}

// ErrBusy means that the server replied 503.
var ErrBusy = errors.New("the server is too busy")

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute}

// Reply is the reply to a call.
type Reply struct {
	Header http.Header
	Took   time.Duration // from the request to the last byte
}

// Call sends a request with in as JSON, unless that is nil, and decodes the reply
// into out, unless that is nil. A status of 300 or more is an error.
func (s *Server) Call(ctx context.Context, method, path, token string, in, out any) (Reply, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return Reply{}, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.Addr+path, body)
	if err != nil {
		return Reply{}, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	begun := time.Now()
	res, err := client.Do(req)
	if err != nil {
		return Reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	reply := Reply{res.Header, time.Since(begun)}
	switch {
	case err != nil:
	case res.StatusCode == http.StatusServiceUnavailable:
		err = ErrBusy
	case res.StatusCode >= 300:
		err = fmt.Errorf("%s %s: %s: %s", method, path, res.Status, text)
	case out != nil:
		err = json.Unmarshal(text, out)
	}
	return reply, err
}
