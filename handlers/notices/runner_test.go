package notices

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/handlers/mailer"
	"winnow/handlers/mailer/smtptest"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

var anyMailer = mailer.New(mailer.Config{From: "comments@news.example"})

var command = models.Caller{Kind: models.ByCommand, Name: "operator"}

// desk is a site with what is around it.
type desk struct {
	*testing.T
	*storage.DB
	url   string
	clock *storagetest.Clock
	smtp  *smtptest.Server
	slack *slackServer
	log   *logBuffer
}

// logBuffer keeps the log of all runners.
type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// slackServer takes messages as Slack does.
type slackServer struct {
	*httptest.Server
	mu    sync.Mutex
	down  bool
	texts []string
}

func newSlack(t *testing.T) *slackServer {
	s := &slackServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		data, err := io.ReadAll(r.Body)
		var message map[string]string
		if err != nil || s.down || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || json.Unmarshal(data, &message) != nil || len(message) != 1 {
			http.Error(w, "invalid_payload", http.StatusBadRequest)
			return
		}
		s.texts = append(s.texts, message["text"])
		_, _ = io.WriteString(w, "ok")
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *slackServer) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.texts...)
}

func newDesk(t *testing.T, url string, site models.Site) *desk {
	d := &desk{T: t, url: url, clock: storagetest.NewClock(), smtp: smtptest.Start(t, nil, nil), slack: newSlack(t), log: &logBuffer{}}
	d.DB = storagetest.Open(t, url, storage.Options{Now: d.clock.Now})
	if site.Notices.WebhookURL == "slack" {
		site.Notices.WebhookURL = d.slack.URL + "/services/secret"
	}
	site.Slug = "gazette"
	_, err := d.AddSite(t.Context(), command, site)
	d.must(err)
	return d
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// run runs a node until it is stopped.
func (d *desk) run(name string) (stop func()) {
	d.Helper()
	host, port, err := net.SplitHostPort(d.smtp.Addr)
	d.must(err)
	n, err := strconv.Atoi(port)
	d.must(err)
	db := storagetest.Open(d.T, d.url, storage.Options{Now: d.clock.Now})
	r := New(Config{
		DB: db, Node: name, Mailer: mailer.New(mailer.Config{Host: host, Port: n, TLS: mailer.NoTLS, From: "comments@news.example"}),
		Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Links: newTestLinks(d.T, "secret"),
		Address: func(c models.Comment) string { return "https://news.example/a#comment-" + c.ID }, Log: slog.New(slog.NewTextHandler(d.log, nil)),
		Pace: storage.MailPace{Delay: time.Microsecond}, Poll: 20 * time.Millisecond, Check: 50 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.Context()))
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		d.must(<-ended)
	})
}

func (d *desk) post(status models.Status, author models.Author, body, parent string) models.Comment {
	d.Helper()
	c, _, _, err := d.CreateComment(d.Context(), storage.NewComment{Comment: models.Comment{
		Site: "gazette", Article: models.Article{ID: "a", Title: "Harbour"}, Author: author, Body: body, Status: status, ParentID: parent,
	}})
	d.must(err)
	d.clock.Advance(time.Millisecond)
	return c
}

// until waits for a condition.
func (d *desk) until(what string, done func() bool) {
	d.Helper()
	for began := time.Now(); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			d.Fatalf("no %s; the log says\n%s", what, d.log)
		}
	}
}

// idle waits until nothing is to be sent, and the nodes have looked again.
func (d *desk) idle() {
	d.Helper()
	d.until("empty queue", func() bool {
		n, _, err := d.Outgoing(d.Context())
		d.must(err)
		return n == 0
	})
}

func TestTwoNodesTellANewsroomOnce(t *testing.T) {
	for kind, url := range map[string]func(testing.TB) string{"SQLite": storagetest.ReadySQLiteURL, "PostgreSQL": storagetest.ReadyPostgresURL} {
		t.Run(kind, func(t *testing.T) {
			d := newDesk(t, url(t), models.Site{
				Name: "The <Gazette> & Herald", Notices: models.Notices{WebhookURL: "slack", Addresses: []string{"desk@news.example", "käthe@news.example"}, Queue: 2, ReportHours: 5},
			})
			stopOne, stopTwo := d.run("one"), d.run("two")
			defer stopTwo()
			for range 3 {
				d.post(models.Pending, models.Author{Name: "Ada"}, "Is it so?", "")
			}
			d.until("message", func() bool { return len(d.slack.seen()) > 0 })
			mails := d.smtp.Wait(t, 2)
			want := "The &lt;Gazette&gt; &amp; Herald: 3 comments wait\n3 comments of The &lt;Gazette&gt; &amp; Herald wait for a moderator; you want to know of more than 2.\n\nhttps://news.example/winnow/console/#queue"
			if got := d.slack.seen()[0]; got != want {
				t.Errorf("Slack got %q", got)
			}
			if got := mails[0].Text(t); !strings.Contains(got, "3 comments of The <Gazette> & Herald wait") || mails[0].Header(t, "Subject") != "The <Gazette> & Herald: 3 comments wait" || mails[0].Header(t, "List-Unsubscribe") != "" {
				t.Errorf("the mail is %q", mails[0].Data)
			}
			stopOne()
			stopThree := d.run("three")
			defer stopThree()
			d.until("another holder", func() bool {
				d.clock.Advance(time.Second)
				held, err := d.HoldTask(t.Context(), task, "three", taskLease)
				d.must(err)
				return held
			})
			d.idle()
			queue, err := d.Queue(t.Context(), command, models.QueueFilter{})
			d.must(err)
			for _, item := range queue.Items {
				_, _, err := d.Decide(t.Context(), command, item.Comment.ID, models.DecisionRequest{Action: models.Approve})
				d.must(err)
			}
			d.until("end", func() bool { return len(d.slack.seen()) > 1 })
			d.smtp.Wait(t, 4)
			d.idle()
			if got := d.slack.seen(); len(got) != 2 || !strings.Contains(got[1], "the queue is short again") {
				t.Errorf("Slack got %q", got)
			}
			if n := len(d.smtp.Messages(t)); n != 4 {
				t.Errorf("%d mails", n)
			}
		})
	}
}

func TestAMessageIsTriedAgainAndGivenUp(t *testing.T) {
	d := newDesk(t, storagetest.ReadySQLiteURL(t), models.Site{Notices: models.Notices{WebhookURL: "slack", Addresses: []string{"desk@news.example"}}})
	d.slack.down = true
	d.smtp.Refuse(t, true)
	stop := d.run("one")
	// Nothing that the runner finds out itself: a reminder would be tried between the attempts,
	// and what waits for the same webhook would wait as long as it.
	toWebhook := models.OutgoingMessage{Site: "gazette", ID: "one", Channel: models.ChannelWebhook, Text: "One."}
	toMail := models.OutgoingMessage{Site: "gazette", ID: "two", Channel: models.ChannelMail, To: "desk@news.example", Subject: "Two", Text: "Two."}
	d.must(d.EnqueueMessages(t.Context(), []models.OutgoingMessage{toWebhook, toMail}))
	tried := func(channel string, attempts int) func() bool {
		return func() bool {
			return strings.Contains(d.log.String(), "channel="+channel+" attempts="+strconv.Itoa(attempts))
		}
	}
	d.until("first attempts", func() bool { return tried("mail", 1)() && tried("webhook", 1)() })
	d.smtp.Refuse(t, false)
	d.clock.Advance(firstPause)
	d.smtp.Wait(t, 1)
	for n := 2; n <= maxAttempts; n++ {
		d.until("attempt "+strconv.Itoa(n), tried("webhook", n))
		d.clock.Advance(longest)
	}
	d.until("end", func() bool { return strings.Contains(d.log.String(), "given up") })
	failures, err := d.NoticeFailures(t.Context(), "gazette")
	d.must(err)
	if len(failures) != 1 || failures[0].Target != models.TargetWebhook || failures[0].GivenUp != 1 || failures[0].Error != "the webhook answers with status 400" || !failures[0].FailedAt.After(failures[0].Since) {
		t.Errorf("the failures are %+v", failures)
	}
	d.slack.mu.Lock()
	d.slack.down = false
	d.slack.mu.Unlock()
	d.clock.Advance(time.Second)
	d.must(d.EnqueueMessages(t.Context(), []models.OutgoingMessage{toWebhook}))
	d.until("a message that arrives", func() bool {
		failures, err = d.NoticeFailures(t.Context(), "gazette")
		d.must(err)
		return len(failures) == 0
	})
	stop()
	log := d.log.String()
	if strings.Contains(log, "desk@") || strings.Contains(log, "secret") {
		t.Errorf("the log is %s", log)
	}
}

func TestADigestSumsUpTheDay(t *testing.T) {
	d := newDesk(t, storagetest.ReadySQLiteURL(t), models.Site{Name: "Gazette", Notices: models.Notices{WebhookURL: "slack", Addresses: []string{"desk@news.example"}, Digest: true}})
	stop := d.run("one")
	defer stop()
	d.until("digest", func() bool {
		d.clock.Advance(time.Hour)
		d.post(models.Pending, models.Author{Name: "Ada"}, "Is it so?", "")
		return len(d.smtp.Messages(t)) > 0
	})
	m := d.smtp.Messages(t)[0]
	if text := m.Text(t); m.Header(t, "Subject") != "Gazette: the comments of the last 24 hours" || !strings.Contains(text, "Waiting now: ") || !strings.Contains(text, "published  0\n") || !strings.Contains(text, "the oldest since 2031-05-04 ") {
		t.Errorf("the digest is %q", text)
	}
	if texts := d.slack.seen(); len(texts) > 0 {
		t.Errorf("Slack got %q", texts)
	}
}

// subscribe makes a comment whose author wants mail, and returns it with the subscription.
func (d *desk) subscribe(email string) (models.Comment, string) {
	d.Helper()
	own := d.post(models.Pending, models.Author{ID: "u1", Name: "Ada"}, "What about the tide?", "")
	before := len(d.smtp.Messages(d.T))
	_, err := d.Subscribe(d.Context(), models.MailSubscription{Site: "gazette", CommentID: own.ID, Email: email, Owner: models.MailOwner(own), Replies: true, Outcome: true})
	d.must(err)
	question := d.smtp.Wait(d.T, before+1)[before]
	_, link, _ := strings.Cut(question.Text(d.T), ConfirmPath+"?t=")
	token, _, _ := strings.Cut(link, "\n")
	site, id, ok := newTestLinks(d.T, "secret").Read(ToConfirm, token)
	if !ok || site != "gazette" || len(question.To) != 1 || question.To[0] != email || strings.Contains(question.Data, "tide") {
		d.Fatalf("the question is %q", question.Data)
	}
	return own, id
}

func TestAReaderIsToldOfRepliesAndTheOutcome(t *testing.T) {
	for kind, url := range map[string]func(testing.TB) string{"SQLite": storagetest.ReadySQLiteURL, "PostgreSQL": storagetest.ReadyPostgresURL} {
		t.Run(kind, func(t *testing.T) {
			d := newDesk(t, url(t), models.Site{Name: "Gazette", Language: "de", ReaderMail: true})
			stopOne, stopTwo := d.run("one"), d.run("two")
			defer func() { stopTwo() }()
			defer stopOne()
			own, id := d.subscribe("ada@news.example")
			decide := func(action models.Action) {
				d.Helper()
				_, _, err := d.Decide(t.Context(), command, own.ID, models.DecisionRequest{Action: action, Message: "Danke"})
				d.must(err)
				d.clock.Advance(time.Second)
			}
			decide(models.Approve) // before the address is confirmed
			d.post(models.Approved, models.Author{Name: "Too early"}, "No.", own.ID)
			d.idle()
			d.clock.Advance(time.Second)
			d.must(d.ConfirmSubscription(t.Context(), "gazette", id))
			d.clock.Advance(time.Second)
			if n := len(d.smtp.Messages(t)); n != 1 {
				t.Fatalf("%d mails before the address was confirmed", n)
			}
			reply := d.post(models.Approved, models.Author{Name: "Bob\r\nBcc: eve@mail.example"}, "At noon.\r\n.\r\nQUIT", own.ID)
			d.clock.Advance(time.Second)
			update := d.smtp.Wait(t, 2)[1]
			got := update.Text(t)
			if !strings.Contains(got, "> At noon.\n") || !strings.Contains(got, "#comment-"+reply.ID) || strings.Contains(got, "Too early") || update.Header(t, "Bcc") != "" ||
				update.To[0] != "ada@news.example" || !strings.HasPrefix(update.Header(t, "Subject"), "Gazette: Bob") || update.Header(t, "From") != `"Gazette" <comments@news.example>` {
				t.Errorf("the mail is %q", update.Data)
			}
			stop := update.Header(t, "List-Unsubscribe")
			if !strings.HasPrefix(stop, "<https://news.example/winnow"+UnsubscribePath+"?t=") || update.Header(t, "List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" ||
				!strings.Contains(got, strings.Trim(stop, "<>")) {
				t.Errorf("ended by %q", stop)
			}
			d.idle()
			stopTwo()
			stopTwo = d.run("two") // a restart repeats nothing
			decide(models.Reject)
			outcome := d.smtp.Wait(t, 3)[2]
			if subject := outcome.Header(t, "Subject"); subject != "Gazette: Ihr Kommentar wurde nicht veröffentlicht" || !strings.Contains(outcome.Text(t), "> Danke") {
				t.Errorf("the outcome is %q", outcome.Data)
			}
			decide(models.Approve)
			d.must(d.Unsubscribe(t.Context(), "gazette", id, true))
			d.post(models.Approved, models.Author{Name: "Cyd"}, "Too late.", own.ID)
			d.clock.Advance(time.Second)
			d.idle()
			stopOne()
			if n := len(d.smtp.Messages(t)); n != 3 {
				t.Errorf("%d mails, want 3", n)
			}
			if log := d.log.String(); strings.Contains(log, "ada@") {
				t.Errorf("the log is %s", log)
			}
		})
	}
}
