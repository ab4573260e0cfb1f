package mailer

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"winnow/handlers/mailer/smtptest"
)

func TestMain(m *testing.M) {
	smtptest.Main()
	goleak.VerifyTestMain(m)
}

func TestParseURL(t *testing.T) {
	const from = "comments@news.example"
	for text, want := range map[string]Config{
		"smtp://mail.example":                       {Host: "mail.example", Port: 587, TLS: StartTLS},
		"smtp://bob:p%40ss@mail.example:2525":       {Host: "mail.example", Port: 2525, User: "bob", Password: "p@ss", TLS: StartTLS},
		"smtps://mail.example/":                     {Host: "mail.example", Port: 465, TLS: Implicit},
		"smtp://localhost:25":                       {Host: "localhost", Port: 25, TLS: NoTLS},
		"smtp://[::1]:25":                           {Host: "::1", Port: 25, TLS: NoTLS},
		"smtp://127.0.0.1:25?tls=starttls":          {Host: "127.0.0.1", Port: 25, TLS: StartTLS},
		"smtp://relay.internal.example:25?tls=none": {Host: "relay.internal.example", Port: 25, TLS: NoTLS},
	} {
		want.From = from
		if got, err := ParseURL(text, from); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "mail.example:25", "http://mail.example", "smtp://", "smtp://mail.example/inbox", "smtp://mail.example?tls=maybe", "smtps://mail.example?tls=none",
		"smtp://mail.example?ttl=1", "smtp://mail.example:0", "smtp://mail.example:99999", "smtp://user:secret%zz@mail.example", "smtp://mail.example#x",
	} {
		if got, err := ParseURL(text, from); err == nil {
			t.Errorf("%s: %+v", text, got)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error shows the password: %v", text, err)
		}
	}
	if _, err := ParseURL("smtp://mail.example", "The Gazette"); err == nil {
		t.Error("a sender without an address")
	}
}

func FuzzMessage(f *testing.F) {
	for _, address := range []string{"ada@news.example", "ada@news.example\r\nBcc: eve@mail.example", `"a\r\nb"@news.example`, "käthe@zeitung.example"} {
		f.Add(address, "Gazette", "New reply\r\nBcc: eve@mail.example", "Hello\r\n.\r\nQUIT\r\n")
	}
	m := New(Config{From: "comments@news.example"})
	f.Fuzz(func(t *testing.T, to, from, subject, text string) {
		msg, err := m.message(Message{ID: "1", To: to, From: from, Subject: subject, Text: text, At: time.Unix(0, 0)})
		if err != nil {
			return
		}
		var written strings.Builder
		if _, err := msg.WriteTo(&written); err != nil {
			return // nothing is sent
		}
		head, _, _ := strings.Cut(written.String(), "\r\n\r\n")
		if strings.Contains(strings.ReplaceAll(head, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(head, "\r\n", ""), "\r") {
			t.Errorf("a bare line break in %q", head)
		}
		for line := range strings.SplitSeq(head, "\r\n") {
			name, _, _ := strings.Cut(line, ":")
			if !strings.Contains(" Date MIME-Version Message-ID Subject Auto-Submitted From To Content-Transfer-Encoding Content-Type ", " "+name+" ") && !strings.HasPrefix(line, " ") {
				t.Errorf("the header has the line %q", line)
			}
		}
	})
}

func config(t *testing.T, s *smtptest.Server, mode TLSMode) Config {
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return Config{Host: host, Port: n, TLS: mode, From: "comments@news.example"}
}

func TestMailReachesAServer(t *testing.T) {
	server := smtptest.Start(t, nil, nil)
	cfg := config(t, server, NoTLS)
	cfg.User, cfg.Password = smtptest.User, smtptest.Password
	m := New(cfg)
	sent := Message{
		ID: "abc", To: "ada@news.example", From: "Zeitung für\r\nBcc: eve@mail.example", Subject: "Käthe hat\r\nBcc: eve@mail.example geantwortet " + strings.Repeat("é", 500),
		Text: "Grüße\n.\nBcc: eve@mail.example\n" + strings.Repeat("long ", 500) + "\n", At: time.Now(), Unsubscribe: "https://news.example/stop?t=1",
	}
	if err := m.Send(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	got := server.Messages(t)
	if len(got) != 1 || len(got[0].To) != 1 || got[0].To[0] != sent.To || got[0].From != cfg.From || got[0].User != smtptest.User {
		t.Fatalf("received %+v", got)
	}
	for name, want := range map[string]string{
		"Bcc": "", "To": "<ada@news.example>", "Message-ID": "<abc@news.example>", "List-Unsubscribe": "<" + sent.Unsubscribe + ">",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated",
	} {
		if text := got[0].Header(t, name); text != want {
			t.Errorf("%s: %q, want %q", name, text, want)
		}
	}
	if subject := got[0].Header(t, "Subject"); !strings.HasPrefix(subject, "Käthe hat Bcc: eve@mail.example geantwortet é") || len([]rune(subject)) != maxSubject {
		t.Errorf("subject %q", subject)
	}
	if text := got[0].Text(t); text != sent.Text {
		t.Errorf("text %q", text)
	}

	server.Refuse(t, true)
	err := m.Send(t.Context(), sent)
	if err == nil || !strings.Contains(err.Error(), "451") || strings.Contains(err.Error(), "ada") {
		t.Errorf("refused: %v", err)
	}
	gone := sent
	gone.To = smtptest.NoMailbox + "@news.example"
	if err := m.Send(t.Context(), gone); !errors.Is(err, ErrNoRecipient) || !errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "nobody@") {
		t.Errorf("nobody has the address: %v", err)
	}
	if errors.Is(err, ErrRefused) {
		t.Errorf("refused for now: %v", err)
	}
	cfg.Password = "wrong"
	if err := New(cfg).Send(t.Context(), sent); err == nil || strings.Contains(err.Error(), "wrong") && !strings.Contains(err.Error(), "wrong password") {
		t.Errorf("with a wrong password: %v", err)
	}
	if err := m.Send(t.Context(), Message{To: "ada@news.example\r\nRCPT TO:<eve@mail.example>"}); err == nil {
		t.Error("sent to a hostile address")
	}
	cfg.TLS = StartTLS
	if err := New(cfg).Send(t.Context(), sent); err == nil || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("the server offers no encryption: %v", err)
	}
	if n := len(server.Messages(t)); n != 1 {
		t.Errorf("%d messages were accepted", n)
	}
}

func TestMailIsEncrypted(t *testing.T) {
	// The certificate of httptest is for 127.0.0.1.
	https := httptest.NewTLSServer(nil)
	defer https.Close()
	key, err := x509.MarshalPKCS8PrivateKey(https.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	server := smtptest.Start(t, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: https.Certificate().Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	cfg := config(t, server, StartTLS)
	cfg.User, cfg.Password = smtptest.User, smtptest.Password
	message := Message{ID: "1", To: "ada@news.example", Subject: "s", Text: "t", At: time.Now()}
	if err := New(cfg).Send(t.Context(), message); err == nil {
		t.Error("sent to a server with an unknown certificate")
	}
	roots := x509.NewCertPool()
	roots.AddCert(https.Certificate())
	cfg.Roots = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if err := New(cfg).Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if got := server.Messages(t); len(got) != 1 || got[0].User != smtptest.User {
		t.Errorf("received %+v", got)
	}
}
