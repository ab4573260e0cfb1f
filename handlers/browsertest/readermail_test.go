package browsertest

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"winnow/handlers/mailer"
	"winnow/handlers/mailer/smtptest"
	"winnow/models"
)

func TestAReaderAsksForMailAndConfirms(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	smtp := smtptest.Start(t, nil, nil)
	to, err := mailer.ParseURL("smtp://"+smtp.Addr, "comments@gazette.example")
	d.must(err)
	d.mailer, d.public = mailer.New(to), &url.URL{Scheme: "https", Host: "comments.gazette.example"}
	_, err = d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.ReaderMail = true; return nil })
	d.must(err)
	d.url = d.serve(d.db, "")
	d.other = d.url
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle})
	p := d.openURL(address + "/")
	p.compose("Ilse", "The bread was worth the wait.")
	p.waitFor(`!!` + comments + `.querySelector("article.own")`)
	p.click("Mail me about replies")
	p.waitFor(comments + `.activeElement?.type === "email"`)
	p.evaluate(`(() => { const f = ` + comments + `.querySelector("form.inline"); f.querySelector("input").value = "ilse@gazette.example"; f.requestSubmit() })()`)
	p.says("Please open the link in the mail that you get now.")

	_, link, _ := strings.Cut(smtp.Wait(t, 1)[0].Text(t), "https://comments.gazette.example")
	link, _, _ = strings.Cut(link, "\n")
	p = d.openURL(d.url + link)
	p.waitForText("main", "ilse@gazette.example")
	p.run(chromedp.Click("form button"))
	var state models.ReaderState
	for began := time.Now(); len(state.Mail) == 0 || state.Mail[0].ConfirmedAt.IsZero() && time.Since(began) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		state, _, _, err = d.db.ExportReader(t.Context(), operator, models.Reader{Site: "demo", Email: "ilse@gazette.example"})
		d.must(err)
	}
	if subs := state.Mail; len(subs) != 1 || subs[0].ConfirmedAt.IsZero() || !subs[0].Replies || !subs[0].Outcome {
		t.Errorf("stored: %+v", subs)
	}
}
