package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runAsProgram is a variable that makes this test binary run the program, in a
// process that can be killed and that has the race detector.
const runAsProgram = "WINNOW_TEST_AS_PROGRAM"

// waitTimeout is how long a test waits before it takes something to hang.
const waitTimeout = time.Minute

// process is winnow serve in a separate process, on a free port. Its log is printed
// when the test fails.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	log    *output
	exited chan struct{} // closed when it has ended
}

// launch starts a server without waiting for it, and kills it after the test.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	return launchCommand(t, exec.Command(os.Args[0], append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...))
}

// launchCommand is launch for a command line that starts this test binary somehow.
func launchCommand(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, log: new(output), exited: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), append(cmd.Env, runAsProgram+"=1")...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.exited)
		_ = p.cmd.Wait() // the status stays in ProcessState
	}()
	t.Cleanup(func() {
		p.kill()
		log := p.log.String()
		if strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic") {
			t.Error("a race or a panic in the server")
		}
		if t.Failed() {
			t.Logf("log of server %d:\n%s", p.cmd.Process.Pid, log[max(0, len(log)-20_000):])
		}
	})
	return p
}

// base waits until the server listens and returns its address.
func (p *process) base() string {
	p.t.Helper()
	var m []string
	poll(p.t, "the server listens", func() bool {
		select {
		case <-p.exited:
			p.t.Fatalf("winnow serve ended with %v", p.cmd.ProcessState)
		default:
		}
		m = listening.FindStringSubmatch(p.log.String())
		return m != nil
	})
	return "http://" + m[1]
}

// kill ends the server with SIGKILL.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // fails if it has already ended
	<-p.exited
}

// terminate sends SIGTERM, waits for the end and returns the exit status.
func (p *process) terminate() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.exited:
	case <-time.After(waitTimeout):
		p.t.Fatal("the server does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// running fails the test when the server has ended.
func (p *process) running() {
	p.t.Helper()
	select {
	case <-p.exited:
		p.t.Fatalf("the server has ended with %v", p.cmd.ProcessState)
	default:
	}
}

// poll waits for a condition, at most waitTimeout.
func poll(t *testing.T, what string, holds func() bool) {
	t.Helper()
	pollFor(t, waitTimeout, what, holds)
}

func pollFor(t *testing.T, most time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(most); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("timeout: waiting until %s", what)
		}
	}
}
