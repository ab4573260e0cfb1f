// Package mailer sends mail over SMTP. It knows nothing of comments.
//
// go-mail speaks SMTP: net/smtp of the standard library is frozen, and has neither a
// context nor the sign-in methods that providers want today.
package mailer

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"winnow/models"
)

// timeout is for each step of the dialogue with the server.
const timeout = 30 * time.Second

// Config says through which server mail is sent.
type Config struct {
	Host           string
	Port           int
	User, Password string
	// TLS is when the connection is encrypted.
	TLS TLSMode
	// From is the address of the sender, also of the envelope.
	From string
	// Roots are the certificate authorities, those of the machine when nil.
	Roots *tls.Config
}

// TLSMode says how a connection is encrypted.
type TLSMode string

// Modes of encryption.
const (
	StartTLS TLSMode = "starttls" // required
	Implicit TLSMode = "implicit" // from the first byte on
	NoTLS    TLSMode = "none"     // encrypted when the server offers it
)

// ParseURL reads smtp://USER:PASSWORD@HOST:PORT, or smtps:// for a connection that is encrypted
// from the first byte on. With smtp:// the server must offer STARTTLS, unless the host is this
// machine or the query says tls=none. Errors do not show the password.
func ParseURL(text, from string) (Config, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Config{}, errors.New("it is not a URL")
	}
	cfg := Config{Host: u.Hostname(), User: u.User.Username(), TLS: StartTLS, Port: 587, From: from}
	cfg.Password, _ = u.User.Password()
	switch u.Scheme {
	case "smtp":
	case "smtps":
		cfg.TLS, cfg.Port = Implicit, 465
	default:
		return Config{}, errors.New("it must begin with smtp:// or smtps://")
	}
	query := u.Query()
	switch mode := query.Get("tls"); {
	case mode == "none" && cfg.TLS == StartTLS, mode == "" && cfg.TLS == StartTLS && isLoopback(cfg.Host):
		cfg.TLS = NoTLS
	case mode != "" && mode != string(cfg.TLS):
		return Config{}, errors.New("tls must be none or starttls, and is only for smtp://")
	}
	if query.Del("tls"); cfg.Host == "" || u.Path != "" && u.Path != "/" || len(query) > 0 || u.Fragment != "" {
		return Config{}, errors.New("it must be an address such as smtp://user:password@mail.example:587")
	}
	if port := u.Port(); port != "" {
		if cfg.Port, err = strconv.Atoi(port); err != nil || cfg.Port < 1 || cfg.Port > 65535 {
			return Config{}, errors.New("its port must be from 1 to 65535")
		}
	}
	if !models.ValidMailAddress(from) {
		return Config{}, errors.New("the sender must be an address such as comments@news.example")
	}
	return cfg, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// Message is a mail in plain text to one recipient.
type Message struct {
	// ID is the Message-ID without the domain. A message that is sent again has the same one.
	ID      string
	To      string
	From    string // name of the sender
	Subject string
	Text    string
	At      time.Time
	// Unsubscribe is where a POST ends such mail (RFC 8058), and a GET shows a page that does;
	// "" for mail that nobody has subscribed to.
	Unsubscribe string
}

// Mailer sends mail. It is safe for concurrent use.
type Mailer struct{ cfg Config }

// New returns a mailer. It connects for each message.
func New(cfg Config) *Mailer { return &Mailer{cfg} }

// Errors of Send after which it is of no use to try again.
var (
	// ErrRefused says that the server will never take the message.
	ErrRefused = errors.New("for good")
	// ErrNoRecipient is an ErrRefused because nobody has the address.
	ErrNoRecipient = fmt.Errorf("nobody has the address: %w", ErrRefused)
)

// refusal returns what an answer of the server means for the message: only a permanent one
// (5xx, RFC 5321) to the recipient or to the text is about it. Enhanced codes (RFC 3463) with
// the subject 7 are about policy, such as relaying, and not about whether there is an address.
func refusal(e *mail.SendError) error {
	permanent := e.ErrorCode() >= 500 && e.ErrorCode() <= 599
	switch {
	case permanent && e.Reason == mail.ErrSMTPRcptTo && !strings.HasPrefix(e.EnhancedStatusCode(), "5.7."):
		return ErrNoRecipient
	case permanent && (e.Reason == mail.ErrSMTPRcptTo || e.Reason == mail.ErrSMTPData || e.Reason == mail.ErrSMTPDataClose):
		return ErrRefused
	}
	return nil
}

// Failure is an error of Send about the server. It names neither the recipient nor what the
// server said of them, so that it may be logged.
type Failure struct {
	// Reason may be shown to whoever runs a site: it does not name the server.
	Reason string
	host   string
	cause  error // may be nil
}

func (f *Failure) Error() string {
	text := f.host + ": " + f.Reason
	if f.cause != nil {
		text += ": " + f.cause.Error()
	}
	return text
}

func (f *Failure) Unwrap() error { return f.cause }

// Send hands a message to the server.
func (m *Mailer) Send(ctx context.Context, message Message) error {
	msg, err := m.message(message)
	if err != nil {
		return err
	}
	client, err := m.client()
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // the server may hang up before the farewell
		return nil
	}
	var refused *mail.SendError
	if errors.As(err, &refused) {
		reason := fmt.Sprintf("the mail server refused the message: %s (%d)", refused.Reason, refused.ErrorCode())
		return &Failure{reason, m.cfg.Host, refusal(refused)}
	}
	var network net.Error
	if ctx.Err() != nil || errors.As(err, &network) && network.Timeout() {
		return &Failure{"the mail server does not answer", m.cfg.Host, nil}
	}
	return &Failure{"the mail server cannot be used", m.cfg.Host, err}
}

const (
	maxSubject = 150 // characters
	maxName    = 100
)

func (m *Mailer) message(message Message) (*mail.Msg, error) {
	if !models.ValidMailAddress(message.To) {
		return nil, errors.New("the recipient is not an address")
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	_, domain, _ := strings.Cut(m.cfg.From, "@")
	msg.FromMailAddress(&netmail.Address{Name: OneLine(message.From, maxName), Address: m.cfg.From})
	if err := msg.To(message.To); err != nil {
		return nil, errors.New("the message has no valid sender or recipient")
	}
	msg.Subject(OneLine(message.Subject, maxSubject))
	msg.SetMessageIDWithValue(message.ID + "@" + domain)
	msg.SetDateWithValue(message.At)
	// No answers by machines (RFC 3834).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if message.Unsubscribe != "" {
		msg.SetGenHeaderPreformatted(mail.HeaderListUnsubscribe, "<"+message.Unsubscribe+">")
		msg.SetListUnsubscribePost()
	}
	msg.SetBodyString(mail.TypeTextPlain, message.Text)
	return msg, nil
}

func (m *Mailer) client() (*mail.Client, error) {
	options := []mail.Option{mail.WithPort(m.cfg.Port), mail.WithTimeout(timeout)}
	auth := mail.SMTPAuthAutoDiscover
	switch m.cfg.TLS {
	case Implicit:
		options = append(options, mail.WithSSL())
	case StartTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case NoTLS:
		auth = mail.SMTPAuthPlain // which the library sends without encryption to this machine alone
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	}
	if m.cfg.Roots != nil {
		tlsConfig := m.cfg.Roots.Clone()
		tlsConfig.ServerName = m.cfg.Host
		options = append(options, mail.WithTLSConfig(tlsConfig))
	}
	if m.cfg.User != "" {
		options = append(options, mail.WithSMTPAuth(auth), mail.WithUsername(m.cfg.User), mail.WithPassword(m.cfg.Password))
	}
	return mail.NewClient(m.cfg.Host, options...)
}
