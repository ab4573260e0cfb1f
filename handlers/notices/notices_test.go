package notices

import (
	"os"
	"slices"
	"strings"
	"testing"
	"text/template/parse"
	"time"

	"go.uber.org/goleak"

	"winnow/handlers/mailer/smtptest"
	"winnow/models"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) {
	smtptest.Main()
	code := storagetest.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		println(err.Error())
		code = 1
	}
	os.Exit(code)
}

// TestConditionsAreToldWhenTheyBeginAndEnd is a table of what holds at which hour, and what is
// told then.
func TestConditionsAreToldWhenTheyBeginAndEnd(t *testing.T) {
	type look struct {
		hours float64
		holds bool
		told  phase
	}
	for name, looks := range map[string][]look{
		"told once when it begins, and once when it is over":   {{0, false, ""}, {1, true, begin}, {1.1, true, ""}, {2, true, ""}, {3, false, end}, {4, false, ""}},
		"told again once a day":                                {{0, true, begin}, {23, true, ""}, {24, true, still}, {25, true, ""}, {48, true, still}, {49, false, end}},
		"what comes and goes is told once":                     {{0, true, begin}, {0.1, false, end}, {0.2, true, ""}, {0.3, false, ""}, {0.4, true, ""}, {0.5, false, ""}, {3, false, ""}},
		"what comes back and stays is told later":              {{0, true, begin}, {0.1, false, end}, {0.2, true, ""}, {1.1, true, begin}, {1.2, true, ""}, {2, false, end}},
		"what comes back after the pause is told at once":      {{0, true, begin}, {0.5, false, end}, {2, true, begin}},
		"a condition that holds when the node starts is told":  {{0, true, begin}},
		"the reminder of what went on untold is not the start": {{0, true, begin}, {1, false, end}, {1.5, true, ""}, {30, true, begin}, {54, true, still}},
	} {
		t.Run(name, func(t *testing.T) {
			var s models.NoticeState
			start := time.Date(2031, 5, 4, 12, 0, 0, 0, time.UTC)
			for _, l := range looks {
				var told phase
				if s, told = next(s, l.holds, start.Add(time.Duration(l.hours*float64(time.Hour)))); told != l.told || s.Active != l.holds {
					t.Errorf("after %g hours: told %q, want %q; %+v", l.hours, told, l.told, s)
				}
			}
		})
	}
}

func TestTheQueueMustBecomeMuchShorter(t *testing.T) {
	at := time.Now()
	for _, test := range []struct {
		limit, pending int
		active, holds  bool
	}{{0, 500, false, false}, {0, 500, true, false}, {100, 100, false, false}, {100, 101, false, true}, {100, 90, true, true}, {100, 80, true, false}, {1, 1, true, true}, {1, 0, true, false}} {
		f := models.NoticeFigures{At: at, Pending: test.pending, States: map[models.NoticeKind]models.NoticeState{models.NoticeQueue: {Active: test.active}}}
		if got := conditionsOf(models.Notices{Queue: test.limit}, f)[0].holds; got != test.holds {
			t.Errorf("%+v: holds %t", test, got)
		}
	}
}

func TestADigestIsOnceADay(t *testing.T) {
	r := New(Config{Mailer: nil})
	site := models.Site{Slug: "gazette", Notices: models.Notices{Addresses: []string{"desk@news.example"}, Digest: true, DigestHour: 6}}
	figures := func(at time.Time, last time.Time) models.NoticeFigures {
		f := models.NoticeFigures{At: at, States: map[models.NoticeKind]models.NoticeState{}}
		if !last.IsZero() {
			f.States[models.NoticeDigest] = models.NoticeState{ToldAt: last}
		}
		return f
	}
	day := time.Date(2031, 5, 4, 0, 0, 0, 0, time.UTC)
	if _, messages := r.tell(site, figures(day, day.AddDate(0, 0, -2))); len(messages) > 0 {
		t.Error("told without a mail server")
	}
	r.Mailer = anyMailer
	for _, test := range []struct {
		hours, last int // since midnight
		told        bool
	}{{5, -18, false}, {6, -18, true}, {7, 6, false}, {23, 6, false}, {29, 6, false}, {30, 6, true}, {100, 6, true}} {
		states, messages := r.tell(site, figures(day.Add(time.Duration(test.hours)*time.Hour), day.Add(time.Duration(test.last)*time.Hour)))
		if (len(messages) == 1) != test.told || (len(states) == 1) != test.told {
			t.Errorf("%+v: %v", test, messages)
		}
	}
	if states, messages := r.tell(site, figures(day, time.Time{})); len(states) != 1 || len(messages) != 0 {
		t.Errorf("the first time: %v, %v", states, messages)
	}
}

// fullData has a value for all that texts may show.
func fullData(count int) textData {
	return textData{
		Site: "The Gazette", Link: "https://news.example/x", Count: count, Limit: 7, Hours: 8, Since: "2031-05-04 12:00 UTC", Address: "ada@news.example",
		Digest: digestData{1, 2, 3, 4, 5, "2031-05-04 12:00 UTC"},
		updateData: updateData{
			Author: "Bob", Title: "Harbour", Outcome: count != 1, Published: count == 0, Message: "> Sorry", More: count / 2, Stop: "https://news.example/stop",
			Replies: []replyData{{"Bob", "> Well", "https://news.example/a#comment-1"}},
		},
	}
}

func TestEachLanguageHasEachText(t *testing.T) {
	names := map[string][]string{}
	for _, lang := range models.Languages() {
		for _, tmpl := range texts[lang].Templates() {
			if tmpl.Tree == nil || parse.IsEmptyTree(tmpl.Root) {
				continue
			}
			names[lang] = append(names[lang], tmpl.Name())
			for _, data := range []textData{{}, fullData(0), fullData(1), fullData(30)} {
				got := text(models.Site{Language: lang}, tmpl.Name(), data)
				if strings.HasSuffix(tmpl.Name(), ".subject") && (got == "" || strings.Contains(got, "\n")) || strings.Contains(got, "<no value>") {
					t.Errorf("%s, %s: %q", lang, tmpl.Name(), got)
				}
			}
		}
		slices.Sort(names[lang])
		if first := names[models.Languages()[0]]; !slices.Equal(names[lang], first) {
			t.Errorf("%s has the texts %v, and the first language has %v", lang, names[lang], first)
		}
	}
	if len(names) < 2 {
		t.Error("there is one language")
	}
}

func TestHostileNamesAreHarmlessInTexts(t *testing.T) {
	r := New(Config{Links: newTestLinks(t, "secret"), Address: func(models.Comment) string { return "" }})
	hostile := "Eve\r\nBcc: bob@news.example\x00\u202e" + strings.Repeat("long ", 500)
	data := r.updateData(models.Site{Slug: "gazette", Name: hostile}, models.MailUpdate{
		Comment: models.Comment{Article: models.Article{Title: hostile}},
		Replies: []models.Comment{{Author: models.Author{Name: hostile}, Body: "-- \r\nfirst\n.\n\u2028second " + strings.Repeat("é", 5000)}},
		Outcome: &models.Outcome{Status: models.Approved, Message: "one\ntwo"},
	})
	subject, body := text(models.Site{}, "update.subject", data), text(models.Site{}, "update.text", data)
	if strings.ContainsAny(subject, "\r\n\x00\u202e") || len([]rune(subject)) > 300 {
		t.Errorf("subject %q", subject)
	}
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "Bcc") || strings.HasPrefix(line, ".") || strings.ContainsAny(line, "\r\x00\u202e\u2028") || len([]rune(line)) > maxExcerpt+10 {
			t.Errorf("line %q", line)
		}
	}
	if !strings.Contains(body, "> one\n> two") || !strings.Contains(body, "> first\n") {
		t.Errorf("text %q", body)
	}
}
