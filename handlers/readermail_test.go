package handlers_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/handlers/mailer"
	"winnow/handlers/mailer/smtptest"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

// withMail runs a story on two nodes that send mail, and offer it to readers.
func withMail(t *testing.T, story func(*town, *smtptest.Server)) {
	mails := func(smtp *smtptest.Server, cfg *handlers.Config) {
		to, err := mailer.ParseURL("smtp://"+smtp.Addr, "comments@news.example")
		if err != nil {
			t.Fatal(err)
		}
		cfg.Mailer, cfg.PublicURL = mailer.New(to), &url.URL{Scheme: "https", Host: "news.example"}
		cfg.WebhookNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		cfg.MailPace, cfg.NoticePoll = storage.MailPace{Delay: time.Microsecond, Interval: time.Microsecond}, 20*time.Millisecond
	}
	run := func(t *testing.T, url string, services func(*handlers.Config)) {
		smtp := smtptest.Start(t, nil, nil)
		w := newTown(t, url, func(cfg *handlers.Config) {
			services(cfg)
			mails(smtp, cfg)
		})
		_, err := w.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error {
			s.Name, s.ReaderMail = "Gazette", true
			return nil
		})
		w.must(err)
		w.base = w.bases[0]
		story(w, smtp)
	}
	t.Run("in process", func(t *testing.T) {
		limiter, notifier := memory.NewLimiter(nil), memory.NewNotifier()
		run(t, storagetest.ReadySQLiteURL(t), func(cfg *handlers.Config) { cfg.Limiter, cfg.Notifier = limiter, notifier })
	})
	t.Run("PostgreSQL and Redis", func(t *testing.T) {
		server := storagetest.Redis(t)
		run(t, storagetest.ReadyPostgresURL(t), func(cfg *handlers.Config) {
			c, err := redis.Open(t.Context(), server.URL+"?wait=5s", slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			cfg.Limiter, cfg.Notifier = c.Limiter(), c.Notifier()
		})
	})
}

var linkForm = regexp.MustCompile(`https://news\.example(/v1/mail/\w+\?t=\S+)`)

// linkIn returns the path of the link in a mail.
func linkIn(t *testing.T, m smtptest.Message) string {
	t.Helper()
	found := linkForm.FindStringSubmatch(m.Text(t))
	if found == nil {
		t.Fatalf("no link in %q", m.Text(t))
	}
	return found[1]
}

// form posts a form as a browser or a mail program does, without any credentials.
func (w *town) form(path, body string) string {
	w.Helper()
	res, err := http.Post(w.bases[0]+path, "application/x-www-form-urlencoded", strings.NewReader(body))
	w.must(err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	w.must(err)
	if res.StatusCode != http.StatusOK {
		w.Errorf("POST %s: %d %s", path, res.StatusCode, data)
	}
	return string(data)
}

func (w *town) mailState(r reply) string {
	w.Helper()
	var state struct{ Mail string }
	r.into(http.StatusAccepted, &state)
	return state.Mail
}

func TestAReaderGetsMailAndEndsIt(t *testing.T) {
	withMail(t, func(w *town, smtp *smtptest.Server) {
		posted := w.write(visit("203.0.113.7", ""), object{"notify": object{"email": "ada@quillfeather.example", "replies": true, "outcome": true}})
		if state := posted.header.Get("Winnow-Mail"); state != "unconfirmed" || strings.Contains(string(posted.body), "quillfeather") {
			w.Fatalf("the reply is %q %s", state, posted.body)
		}
		id, mine := idOf(posted), visit("203.0.113.7", browserOf(posted))
		question := smtp.Wait(w.T, 1)[0]
		link := linkIn(w.T, question)
		// A program that opens the link confirms nothing.
		for range 3 {
			page := w.call("GET", link, nil, nil)
			if page.must(http.StatusOK); !strings.Contains(string(page.body), "ada@quillfeather.example") || !strings.Contains(string(page.body), "<button>") ||
				page.header.Get("Referrer-Policy") != "no-referrer" || page.header.Get("Cache-Control") != "no-store" || !strings.Contains(page.header.Get("Content-Security-Policy"), "form-action 'self'") {
				w.Fatalf("the page is %v %s", page.header, page.body)
			}
		}
		answer := func(text string) string {
			r := w.write(visit("203.0.113.9", ""), object{"parent_id": id, "author": object{"name": "Bob"}, "body": text})
			w.as("bob", "POST", "/v1/comments/"+idOf(r)+"/decision", object{"action": "approve"}).must(http.StatusOK)
			return idOf(r)
		}
		w.as("bob", "POST", "/v1/comments/"+id+"/decision", object{"action": "approve"}).must(http.StatusOK)
		answer("It came at nine, before the link was opened.")
		if state := w.mailState(w.call("PUT", "/v1/comments/"+id+"/mail", mine, object{"site": "gazette", "email": "ada@quillfeather.example", "replies": true})); state != "unconfirmed" {
			w.Errorf("asked again: %s", state)
		}
		if page := w.form(link, ""); !strings.Contains(page, "Thank you") {
			w.Fatalf("confirmed: %s", page)
		}
		if state := w.mailState(w.call("PUT", "/v1/comments/"+id+"/mail", mine, object{"site": "gazette", "email": "ada@quillfeather.example", "replies": true})); state != "confirmed" {
			w.Errorf("asked a third time: %s", state)
		}
		answer("It came at ten, and was full.")
		mails := smtp.Wait(w.T, 2)
		text := mails[1].Text(w.T)
		if len(mails) != 2 || !strings.Contains(text, "> It came at ten, and was full.") || strings.Contains(text, "nine") {
			w.Fatalf("%d mails, the last one is %q", len(mails), text)
		}
		var list, outcome string
		for _, path := range []string{"/v1/threads?site=gazette&article=harbour", "/v1/me/comments?site=gazette"} {
			list += string(w.call("GET", path, mine, nil).body)
		}
		outcome = string(w.as("ada", "GET", "/v1/audit?site=gazette", nil).body)
		if strings.Contains(list+outcome, "quillfeather") {
			w.Error("the address is in a public reply or in the audit trail")
		}
		if export := w.as("ada", "GET", "/v1/readers?site=gazette&email=ADA@quillfeather.example", nil); !strings.Contains(string(export.body), `"ada@quillfeather.example"`) {
			w.Errorf("the export is %s", export.body)
		}

		// One click: a POST by the mail program, without any login.
		stop := strings.TrimPrefix(strings.Trim(mails[1].Header(w.T, "List-Unsubscribe"), "<>"), "https://news.example")
		if page := w.call("GET", stop, nil, nil); !strings.Contains(string(page.body), "No more mail from Gazette") {
			w.Fatalf("the page is %s", page.body)
		}
		if page := w.form(strings.Replace(stop, "?t=", "?t=x", 1), "List-Unsubscribe=One-Click"); !strings.Contains(page, "does not work") {
			w.Errorf("with a made-up token: %s", page)
		}
		if page := w.form(strings.Replace(stop, "unsubscribe", "confirm", 1), ""); !strings.Contains(page, "does not work") {
			w.Errorf("a token for something else: %s", page)
		}
		if page := w.form(stop, "List-Unsubscribe=One-Click"); !strings.Contains(page, "no more such mail") {
			w.Errorf("one click: %s", page)
		}
		if page := w.form(stop, "List-Unsubscribe=One-Click"); !strings.Contains(page, "there will be no more") {
			w.Errorf("a second click: %s", page)
		}
		// Nobody else can have the address asked again.
		again := w.write(visit("203.0.113.9", ""), object{"body": "Was the ferry late again?", "notify": object{"email": "ada@quillfeather.example", "replies": true}})
		if state := again.header.Get("Winnow-Mail"); state != "unconfirmed" {
			w.Errorf("a stranger learns that mail was ended: %q", state)
		}
		last := answer("It came at eleven.")
		w.until(func() bool { // the node has read on
			_, _, err := w.db.Outgoing(w.Context())
			w.must(err)
			at, err := w.db.TaskCursor(w.Context(), "mail")
			w.must(err)
			return at > 0 && last != ""
		})
		if n := len(smtp.Messages(w.T)); n != 2 {
			w.Errorf("%d mails, want 2", n)
		}
	})
}

// until waits for a condition.
func (w *town) until(done func() bool) {
	w.Helper()
	for began := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			w.Fatal("it never happened")
		}
	}
}

func TestMailIsNoWeapon(t *testing.T) {
	withMail(t, func(w *town, smtp *smtptest.Server) {
		posted := w.write(visit("203.0.113.7", ""), nil)
		id, mine := idOf(posted), visit("203.0.113.7", browserOf(posted))
		path := "/v1/comments/" + id + "/mail"
		for _, email := range []string{
			"", "ada", "ada@quillfeather.example\r\nBcc: eve@mail.example", "Ada <ada@quillfeather.example>", "ada@quillfeather.example,bob@news.example",
			strings.Repeat("a", 300) + "@news.example", "ada@localhost", "ada\u202e@news.example",
		} {
			if r := w.call("PUT", path, mine, object{"site": "gazette", "email": email, "replies": true}); r.status != http.StatusUnprocessableEntity {
				w.Errorf("%q: %d %s", email, r.status, r.body)
			}
			if email != "" {
				w.call("POST", "/v1/comments", mine, comment(object{"site": "gazette", "notify": object{"email": email, "replies": true}})).must(http.StatusUnprocessableEntity)
			}
		}
		w.call("PUT", path, mine, object{"site": "gazette", "email": "ada@quillfeather.example"}).must(http.StatusUnprocessableEntity)
		w.call("PUT", path, visit("203.0.113.7", ""), object{"site": "gazette", "email": "eve@mail.example", "replies": true}).must(http.StatusNotFound)
		w.call("DELETE", path+"?site=gazette", visit("203.0.113.7", ""), nil).must(http.StatusNotFound)

		// One reader cannot have many asked, and many cannot ask one.
		asked := 0
		for n := range 6 {
			switch r := w.call("PUT", path, mine, object{"site": "gazette", "email": "victim" + string(rune('0'+n)) + "@news.example", "replies": true}); r.status {
			case http.StatusAccepted:
				asked++
			case http.StatusTooManyRequests:
			default:
				w.Errorf("%d %s", r.status, r.body)
			}
		}
		if asked != 3 {
			w.Errorf("one reader had %d addresses asked", asked)
		}
		for n := range 6 {
			h := visit("198.51.100."+string(rune('1'+n)), "")
			r := w.write(h, object{"body": "The ferry of the day " + string(rune('a'+n)) + " was late.", "notify": object{"email": "Victim+" + string(rune('0'+n)) + "@mail.example", "replies": true}})
			if state := r.header.Get("Winnow-Mail"); state == "unconfirmed" {
				asked++
			} else if state != "refused" {
				w.Errorf("state %q", state)
			}
		}
		if asked != 6 {
			w.Errorf("%d mails were asked for", asked)
		}
		if mails := smtp.Wait(w.T, asked); len(mails) != asked {
			w.Errorf("%d mails", len(mails))
		}
		w.call("DELETE", path+"?site=gazette", mine, nil).must(http.StatusNoContent)

		_, err := w.db.UpdateSite(w.Context(), operator, "gazette", func(s *models.Site) error { s.ReaderMail = false; return nil })
		w.must(err)
		w.until(func() bool {
			return w.call("PUT", path, mine, object{"site": "gazette", "email": "ada@quillfeather.example", "replies": true}).status == http.StatusForbidden
		})
	})
}

// TestMailToNobodyIsNotTriedAgain: a mailbox that there is not ends the mail to it.
func TestMailToNobodyIsNotTriedAgain(t *testing.T) {
	withMail(t, func(w *town, smtp *smtptest.Server) {
		posted := w.write(visit("203.0.113.7", ""), object{"notify": object{"email": smtptest.NoMailbox + "@quillfeather.example", "replies": true}})
		mine := visit("203.0.113.7", browserOf(posted))
		w.until(func() bool {
			export := w.as("ada", "GET", "/v1/readers?site=gazette&email="+smtptest.NoMailbox+"@quillfeather.example", nil)
			n, _, err := w.db.Outgoing(w.Context())
			w.must(err)
			return n == 0 && !strings.Contains(string(export.body), `"mail":[`)
		})
		if state := w.mailState(w.call("PUT", "/v1/comments/"+idOf(posted)+"/mail", mine, object{"site": "gazette", "email": "ada@quillfeather.example", "replies": true})); state != "unconfirmed" {
			w.Errorf("another address: %s", state)
		}
		smtp.Wait(w.T, 1)
	})
}

// failuresAreShown lets a test message fail, and expects that admins see why.
func (w *town) failuresAreShown(test string) {
	w.Helper()
	gone := httptest.NewServer(http.NotFoundHandler())
	w.Cleanup(gone.Close)
	failures := func() (all []models.NoticeFailure) {
		w.Helper()
		var reply struct{ Items []models.NoticeFailure }
		w.as("ada", "GET", "/v1/sites/gazette/notices/failures", nil).into(http.StatusOK, &reply)
		return reply.Items
	}
	w.as("ada", "PATCH", "/v1/sites/gazette", object{"notices": object{"webhook_url": gone.URL + "/services/secret"}}).must(http.StatusOK)
	if all := failures(); len(all) > 0 {
		w.Errorf("before anything failed: %+v", all)
	}
	w.as("ada", "POST", test, nil).must(http.StatusAccepted)
	for began := time.Now(); len(failures()) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			w.Fatal("no failure is shown")
		}
	}
	if f := failures()[0]; f.Target != models.TargetWebhook || f.Error != "the webhook answers with status 404" || f.Since.IsZero() {
		w.Errorf("the failure is %+v", f)
	}
	w.as("ada", "PATCH", "/v1/sites/gazette", object{"notices": object{"webhook_url": ""}}).must(http.StatusOK)
	if all := failures(); len(all) > 0 {
		w.Errorf("of settings that are gone: %+v", all)
	}
}

func TestNoticesAreSetAndTested(t *testing.T) {
	withMail(t, func(w *town, smtp *smtptest.Server) {
		texts := make(chan string, 10)
		slack := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			var message struct{ Text string }
			if err := json.NewDecoder(r.Body).Decode(&message); err == nil {
				texts <- message.Text
			}
		}))
		w.Cleanup(slack.Close)
		test := "/v1/sites/gazette/notices/test"
		w.as("ada", "POST", test, nil).must(http.StatusConflict)
		w.as("ada", "PATCH", "/v1/sites/gazette", object{"notices": object{"addresses": []string{"no address"}, "queue": -1}}).must(http.StatusUnprocessableEntity)
		changed := w.as("ada", "PATCH", "/v1/sites/gazette", object{"language": "de", "notices": object{
			"webhook_url": slack.URL + "/services/secret", "addresses": []string{" desk@news.example "}, "queue": 100, "report_hours": 24, "drift": true, "digest": true,
		}})
		changed.must(http.StatusOK)
		sites := w.as("bob", "GET", "/v1/sites", nil)
		audit := w.as("ada", "GET", "/v1/audit?site=gazette", nil)
		if strings.Contains(string(changed.body)+string(sites.body)+string(audit.body), "services/secret") || !strings.Contains(string(sites.body), `"has_notice_webhook":true`) {
			w.Errorf("the webhook is shown: %s", sites.body)
		}
		w.as("ada", "PATCH", "/v1/sites/gazette", object{"notices": object{"queue": 50}}).must(http.StatusOK)
		w.as("ada", "POST", test, nil).must(http.StatusAccepted)
		select {
		case text := <-texts:
			if !strings.HasPrefix(text, "Gazette: Ein Test\n") || !strings.Contains(text, "https://news.example/console/#queue") {
				w.Errorf("Slack got %q", text)
			}
		case <-time.After(20 * time.Second):
			w.Fatal("Slack got nothing")
		}
		if m := smtp.Wait(w.T, 1)[0]; m.To[0] != "desk@news.example" || m.Header(w.T, "Subject") != "Gazette: Ein Test" {
			w.Errorf("the mail is %q", m.Data)
		}
		w.failuresAreShown(test)
		w.as("ada", "PATCH", "/v1/sites/gazette", object{"notices": nil}).must(http.StatusOK)
		w.as("ada", "POST", test, nil).must(http.StatusConflict)
	})
}
