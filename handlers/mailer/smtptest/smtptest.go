// Package smtptest runs an SMTP server in a process of its own, which is the test binary once
// more. Tests that use it call Main in their TestMain.
package smtptest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

const (
	variable = "WINNOW_TEST_SMTP" // the folder of the server, in its own process
	refuse   = "refuse"           // a file: messages are refused for now
	maxSize  = 1 << 20

	// User and Password are what the server accepts; it wants none.
	User, Password = "winnow", "open sesame"
)

// Main serves until it is killed when this process is a server, and returns otherwise.
func Main() {
	folder := os.Getenv(variable)
	if folder == "" {
		return
	}
	if err := serve(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(1)
}

func serve(folder string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{folder: folder}, nil }))
	s.Domain, s.AllowInsecureAuth, s.MaxMessageBytes = "mail.example", true, maxSize
	if certificate, err := tls.LoadX509KeyPair(filepath.Join(folder, "certificate"), filepath.Join(folder, "key")); err == nil {
		s.TLSConfig, s.AllowInsecureAuth = &tls.Config{Certificates: []tls.Certificate{certificate}}, false
	}
	fmt.Println(listener.Addr())
	return s.Serve(listener)
}

// session is a connection. It appends what it accepts to the file of messages.
type session struct {
	folder   string
	received Message
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.received = Message{User: s.received.User} }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.received.From = from
	return nil
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, NoMailbox) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "there is no mailbox " + to}
	}
	s.received.To = append(s.received.To, to)
	return nil
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return errors.New("wrong password")
		}
		s.received.User = user
		return nil
	}), nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.folder, refuse)); err == nil {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "not now, " + strings.Join(s.received.To, " ")}
	}
	s.received.Data = string(data)
	line, err := json.Marshal(s.received)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(messages(s.folder), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// NoMailbox begins addresses that the server does not have.
const NoMailbox = "nobody"

func messages(folder string) string { return filepath.Join(folder, "messages") }

// Message is a message that the server has accepted.
type Message struct {
	User string // who signed in
	From string // of the envelope, as To
	To   []string
	Data string
}

// Header returns a header field, decoded.
func (m Message) Header(t testing.TB, name string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(m.parse(t).Header.Get(name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Text returns the text, decoded.
func (m Message) Text(t testing.TB) string {
	t.Helper()
	parsed := m.parse(t)
	body := parsed.Body
	if strings.EqualFold(parsed.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

func (m Message) parse(t testing.TB) *mail.Message {
	t.Helper()
	parsed, err := mail.ReadMessage(strings.NewReader(m.Data))
	if err != nil {
		t.Fatalf("%v in %q", err, m.Data)
	}
	return parsed
}

// Server is a running server.
type Server struct {
	Addr   string
	folder string
}

// Start starts a server, which ends with the test. With a certificate and its key, as PEM, it
// offers STARTTLS, and takes passwords only after it.
func Start(t testing.TB, certificate, key []byte) *Server {
	t.Helper()
	s := &Server{folder: t.TempDir()}
	for name, data := range map[string][]byte{"certificate": certificate, "key": key} {
		if data != nil {
			s.write(t, name, data)
		}
	}
	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env, process.Stderr = append(os.Environ(), variable+"="+s.folder), os.Stderr
	out, err := process.StdoutPipe()
	if err == nil {
		err = process.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal("the SMTP server does not start: ", err)
	}
	s.Addr = strings.TrimSpace(line)
	return s
}

func (s *Server) write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.folder, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Refuse makes the server refuse all messages for now, or no longer.
func (s *Server) Refuse(t testing.TB, on bool) {
	t.Helper()
	if on {
		s.write(t, refuse, nil)
	} else if err := os.Remove(filepath.Join(s.folder, refuse)); err != nil {
		t.Fatal(err)
	}
}

// Messages returns what was accepted so far, in that order.
func (s *Server) Messages(t testing.TB) (all []Message) {
	t.Helper()
	data, err := os.ReadFile(messages(s.folder))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var m Message
		if !bytes.HasSuffix(line, []byte("\n")) { // it is being written
			break
		}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// maxWait is how long Wait waits.
const maxWait = 20 * time.Second

// Wait returns the messages once there are at least n.
func (s *Server) Wait(t testing.TB, n int) []Message {
	t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if all := s.Messages(t); len(all) >= n {
			return all
		} else if time.Since(began) > maxWait {
			t.Fatalf("%d messages after %s, want %d", len(all), maxWait, n)
		}
	}
}
