package storagetest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// RedisServer is a Redis server for one test.
type RedisServer struct {
	URL string // redis://127.0.0.1:PORT

	t    testing.TB
	args []string
	port int
	cmd  *exec.Cmd
	gone chan struct{} // closed when the process has ended
}

// Redis starts a server without persistence on a free port and kills it after the
// test. Args come first on its command line, so that the first of them may be a
// configuration file. Without redis-server the test is skipped, or fails when
// WINNOW_TEST_REQUIRE is 1.
func Redis(t testing.TB, args ...string) *RedisServer {
	t.Helper()
	exe, err := exec.LookPath("redis-server")
	switch {
	case err == nil:
	case os.Getenv("WINNOW_TEST_REQUIRE") == "1":
		t.Fatal("redis-server is not installed, and WINNOW_TEST_REQUIRE is 1")
	default:
		t.Skip("redis-server is not installed; make test installs it")
	}
	s := &RedisServer{t: t}
	t.Cleanup(s.Kill)
	for range 5 { // another program may take the port before the server does
		s.port = freePort(t)
		s.URL = fmt.Sprintf("redis://127.0.0.1:%d", s.port)
		s.args = slices.Concat([]string{exe}, args, []string{
			"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1",
			"--save", "", "--appendonly", "no", "--dir", t.TempDir(),
		})
		if err = s.start(); err == nil {
			return s
		}
	}
	t.Fatal(err)
	return nil
}

// Addr returns the server's host and port.
func (s *RedisServer) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Start starts the server again after Kill, empty and on the same port.
func (s *RedisServer) Start() {
	s.t.Helper()
	if err := s.start(); err != nil {
		s.t.Fatal(err)
	}
}

// Kill ends the server with SIGKILL and waits until it has ended.
func (s *RedisServer) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill() // fails if it has already ended
	<-s.gone
	s.cmd = nil
}

// Pause stops the server: connections stay open, but nothing is answered.
func (s *RedisServer) Pause() { s.signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (s *RedisServer) Resume() { s.signal(syscall.SIGCONT) }

func (s *RedisServer) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("redis-server: %v: %v", sig, err)
	}
}

func (s *RedisServer) start() error {
	var output bytes.Buffer
	cmd := exec.Command(s.args[0], s.args[1:]...)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}
	gone := make(chan struct{})
	go func() { defer close(gone); _ = cmd.Wait() }()
	s.cmd, s.gone = cmd, gone

	deadline := time.After(20 * time.Second)
	for !s.ready() {
		select {
		case <-gone:
			return fmt.Errorf("redis-server ended at once: %s", output.Bytes())
		case <-deadline:
			s.Kill()
			return fmt.Errorf("redis-server did not answer: %s", output.Bytes())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

func (s *RedisServer) ready() bool {
	conn, err := net.DialTimeout("tcp", s.Addr(), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	reply := make([]byte, len("+PONG"))
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	_, err = conn.Read(reply)
	return err == nil && string(reply) == "+PONG"
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
