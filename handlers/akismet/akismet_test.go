package akismet

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"winnow/models"
)

func TestDecode(t *testing.T) {
	for data, want := range map[string]string{
		"comment_content=a+b%21":                                      "a b!",
		"comment_content=100%&x":                                      "100%",
		"comment_content=one&comment_content=two":                     "one",
		"=x&&comment_content=a%3Db":                                   "a=b",
		"comment_content=Gr%FC%DFe&blog_charset=ISO-8859-1":           "Grüße",
		"comment_content=Gr%C3%BC%C3%9Fe&blog_charset=ISO-8859-1":     "Grüße",
		"comment_content=%FF&blog_charset=none":                       "\uFFFD",
		"comment_content=a%00b":                                       "a\uFFFDb",
		strings.Repeat("x=1&", maxFields) + "comment_content=too far": "",
	} {
		if got := Decode(data)["comment_content"]; got != want {
			t.Errorf("%.60q: %q, want %q", data, got, want)
		}
	}
}

func TestAddedSlashesAreRemoved(t *testing.T) {
	for _, c := range []struct{ why, content, author, want string }{
		{"quotes of a form", `It\'s \"new\"`, "Reader", `It's "new"`},
		{"a link of a form", `<a href=\"http://cash.example\">win</a>`, "Reader", `<a href="http://cash.example">win</a>`},
		{"a backslash of a form", `C:\\temp`, "Reader", `C:\temp`},
		{"one level of two", `It\\\'s`, "Reader", `It\'s`},
		{"a NUL of a form", `a\0b`, "Reader", "a\uFFFDb"},
		{"only the author has quotes", "Hello", `Pat O\'Hara`, "Hello"},
		{"a plain quote", `It's`, "Reader", `It's`},
		{"one quote is plain", `It\'s "new"`, "Reader", `It\'s "new"`},
		{"a plain author", `It\'s`, "Pat O'Hara", `It\'s`},
		{"a plain backslash", `C:\temp`, "Reader", `C:\temp`},
		{"a backslash at the end", `It\'s \`, "Reader", `It\'s \`},
		{"a plain NUL", "It\\'s \x00", "Reader", "It\\'s \uFFFD"},
	} {
		form := Decode(url.Values{"comment_content": {c.content}, "comment_author": {c.author}}.Encode())
		if got := form["comment_content"]; got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
	form := Decode(url.Values{"comment_author": {`Pat O\'Hara`}, "comment_author_email": {`o\'hara@example.org`}, "comment_author_url": {`http://example.org/o\'hara`}}.Encode())
	if form["comment_author"] != "Pat O'Hara" || form["comment_author_email"] != "o'hara@example.org" || form["comment_author_url"] != "http://example.org/o'hara" {
		t.Errorf("%q", form)
	}
	// The second byte of this character is a backslash in Shift JIS, and no slash that was added.
	if got := Decode("comment_content=%83%5C%5C%27&blog_charset=shift_jis")["comment_content"]; got != `ソ\'` {
		t.Errorf("%q", got)
	}
	if got := Decode("comment_content=%83%5C%5C%5C%27&blog_charset=shift_jis")["comment_content"]; got != "ソ'" {
		t.Errorf("%q", got)
	}
}

func TestKeyIsInTheFormOrInTheHost(t *testing.T) {
	for _, c := range []struct{ data, host, want, account string }{
		{"api_key=wk_a&key=wk_b", "wk_c.rest.example.org", "wk_a", "wk_b"},
		{"key=wk_b", "rest.example.org", "wk_b", "wk_b"},
		{"api_key=wk_a", "rest.example.org", "wk_a", "wk_a"},
		{"", "wk_c.rest.example.org:8080", "wk_c", "wk_c"},
		{"", "localhost:8080", "", ""},
		{"", "", "", ""},
	} {
		form := Decode(c.data)
		if got := form.Key(c.host, KeyOfCall); got != c.want {
			t.Errorf("%q at %q: %q, want %q", c.data, c.host, got, c.want)
		}
		if got := form.Key(c.host, KeyOfAccount); got != c.account {
			t.Errorf("%q at %q: %q of the account, want %q", c.data, c.host, got, c.account)
		}
	}
}

func TestComment(t *testing.T) {
	c := Decode("comment_author=%20Max%0A&comment_author_email=max%40example.org&comment_author_url=example.org&permalink=javascript%3Aalert(1)&comment_content=hi%0D%0Athere").Comment("gazette")
	if c.Author.Name != "Max" || c.Author.Email != "max@example.org" || c.Author.URL != "http://example.org" || c.Article.URL != "" || c.Body != "hi\nthere" || c.Site != "gazette" {
		t.Errorf("%+v", c)
	}
	for blog, want := range map[string]string{
		"https://News.Example/": "news.example", "https://news.example/blog/": "news.example/blog", "no address": "no address",
	} {
		if got := (Form{"blog": blog}).Blog(); got != want {
			t.Errorf("%s: %s", blog, got)
		}
	}
}

func TestContentIsThatOfTheKeptComment(t *testing.T) {
	for sent, kept := range map[string]string{
		`Read <a href="http://library.example/boats">this</a>`: `Read <a href="http://library.example/boats" rel="nofollow ugc">this</a>`,
		`Tom & Jerry`: `Tom &amp; Jerry`,
	} {
		if a, b := (Form{"comment_content": sent}).Content(), (Form{"comment_content": kept}).Content(); a != b {
			t.Errorf("%q, kept: %q", a, b)
		}
	}
	if a, b := (Form{"comment_content": `<a href="http://a.example">x</a>`}).Content(), (Form{"comment_content": `<a href="http://b.example">x</a>`}).Content(); a == b {
		t.Errorf("%q", a)
	}
}

func TestAnswers(t *testing.T) {
	high, low, certain := 0.7, 0.1, 0.999
	held := func(signals ...models.Signal) models.Verdict {
		return models.Verdict{Spam: &low, HoldAt: 0.5, Action: models.Hold, Reason: models.ReasonRule, Signals: signals}
	}
	approved := models.Verdict{Spam: &low, HoldAt: 0.5, Action: models.Approve}
	spam := models.Verdict{Spam: &high, HoldAt: 0.5, Action: models.Hold, Reason: models.ReasonSpam}
	for _, c := range []struct {
		why  string
		form Form
		v    models.Verdict
		want Answer
	}{
		{"what is approved is ham", nil, approved, Answer{}},
		{"what the model holds is spam", nil, spam, Answer{Spam: true}},
		{"abuse is spam", nil, models.Verdict{Spam: &low, HoldAt: 0.5, Action: models.Hold, Reason: models.ReasonAbuse}, Answer{Spam: true}},
		{"what is rejected as spam is certain", nil, models.Verdict{Spam: &high, Action: models.Reject, Reason: models.ReasonSpam}, Answer{Spam: true, Discard: true}},
		{"what a rule rejects is not certain", nil, models.Verdict{Spam: &low, Action: models.Reject, Reason: models.ReasonRule}, Answer{Spam: true}},
		{"a probability may be certain", nil, models.Verdict{Spam: &certain, HoldAt: 0.5, Action: models.Hold, Reason: models.ReasonSpam}, Answer{Spam: true, Discard: true}},
		{"a word of a list is spam", nil, held(models.Signal{Name: "rule:suspect-word", Action: models.Hold}), Answer{Spam: true}},
		{"a new author is no spam", nil, held(models.Signal{Name: "rule:anonymous", Action: models.Hold}), Answer{}},
		{"the test author is spam", Form{"comment_author": "viagra-test-123", "user_role": "administrator"}, approved, Answer{Spam: true}},
		{"the other test author is spam", Form{"comment_author": "akismet-guaranteed-spam"}, approved, Answer{Spam: true}},
		{"the test address is spam", Form{"comment_author_email": "akismet-guaranteed-spam@example.com"}, approved, Answer{Spam: true}},
		{"an administrator is ham", Form{"user_role": "administrator"}, spam, Answer{}},
		{"a filled honeypot is certain", Form{"honeypot_field_name": "hp", "hp": "x"}, approved, Answer{Spam: true, Discard: true}},
		{"the honeypot of WordPress has no name", Form{"POST_ak_hp_textarea": "x"}, approved, Answer{Spam: true, Discard: true}},
		{"its empty honeypot says nothing", Form{"POST_ak_hp_textarea": ""}, approved, Answer{}},
		{"an empty honeypot says nothing", Form{"honeypot_field_name": "hp", "hp": ""}, approved, Answer{}},
	} {
		if got := AnswerTo(c.form, c.v); got != c.want {
			t.Errorf("%s: %+v", c.why, got)
		}
	}
}

func TestTestCalls(t *testing.T) {
	for value, want := range map[string]bool{"": false, "0": false, "false": false, "1": true, "true": true} {
		if got := (Form{"is_test": value}).IsTest(); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

func TestFigures(t *testing.T) {
	all := []models.AkismetFigures{
		{Blog: "a.example", Calls: 5, Spam: 3, Ham: 2, MissedSpam: 1}, {Blog: "b.example", Calls: 9, Spam: 1, Ham: 8, FalsePositives: 2}, {Blog: "c.test", Calls: 1},
	}
	if got, want := UsageBody(all), `{"limit":"none","usage":15,"percentage":"0","throttled":false}`; got != want {
		t.Error(got)
	}
	now := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	kind, body, err := SitesQueryOf(Form{"filter": "example", "limit": "1"}, now).Body("gazette", all)
	if want := `{"2026-11":[{"site":"b.example","api_calls":"9","spam":"1","ham":"8","missed_spam":"0","false_positives":"2","is_revoked":false}],"limit":1,"offset":0,"total":2}`; err != nil || kind != "application/json" || body != want {
		t.Errorf("%v %s %s", err, kind, body)
	}
	_, body, err = SitesQueryOf(Form{"format": "csv", "order": "spam", "month": "2026-09", "offset": "1"}, now).Body("gazette", all)
	want := "Active sites for gazette during 2026-09 (limit:500, offset: 1, total: 3)\nSite,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked\nb.example,9,1,8,0,2,false\nc.test,1,0,0,0,0,false\n"
	if err != nil || body != want {
		t.Errorf("%v %s", err, body)
	}
	if _, body, _ = SitesQueryOf(Form{"offset": "99"}, now).Body("gazette", nil); !strings.Contains(body, `"2026-11":[]`) {
		t.Error(body)
	}
}

func TestStats(t *testing.T) {
	now := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	for from, want := range map[string]string{"": "2026-06", "6-months": "2026-06", "60-days": "2026-10", "all": "0001-01"} {
		if got := StatsSince(Form{"from": from}, now).Format("2006-01"); got != want {
			t.Errorf("%q: %s, want %s", from, got, want)
		}
	}
	month := func(m time.Month, spam, ham, missed, wrong int64) models.AkismetFigures {
		return models.AkismetFigures{Month: time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC), Spam: spam, Ham: ham, MissedSpam: missed, FalsePositives: wrong}
	}
	for _, c := range []struct {
		months []models.AkismetFigures
		want   string
	}{
		{[]models.AkismetFigures{month(11, 13, 19, 1, 1)}, `{"spam":13,"ham":19,"missed_spam":1,"false_positives":1,"accuracy":93.75,"time_saved":65,"breakdown":{"2026-11":{"spam":13,"ham":19,"missed_spam":1,"false_positives":1,"accuracy":93.75,"time_saved":65,"da":"2026-11-01"}}}`},
		{nil, `{"spam":0,"ham":0,"missed_spam":0,"false_positives":0,"accuracy":100,"time_saved":0,"breakdown":{"2026-11":{"spam":0,"ham":0,"missed_spam":0,"false_positives":0,"accuracy":100,"time_saved":0,"da":"2026-11-01"}}}`},
		{[]models.AkismetFigures{month(10, 0, 3, 1, 0), month(11, 0, 0, -1, 2)}, `{"spam":0,"ham":3,"missed_spam":0,"false_positives":2,"accuracy":33.33,"time_saved":0,"breakdown":{"2026-10":{"spam":0,"ham":3,"missed_spam":1,"false_positives":0,"accuracy":66.67,"time_saved":0,"da":"2026-10-01"},"2026-11":{"spam":0,"ham":0,"missed_spam":0,"false_positives":2,"accuracy":100,"time_saved":0,"da":"2026-11-01"}}}`},
	} {
		if got, err := StatsBody(c.months, now); err != nil || got != c.want {
			t.Errorf("%v %s", err, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("api_key=wk_a&blog=https%3A%2F%2Fnews.example&user_ip=192.0.2.1&comment_content=Hello%21", "wk_a.rest.example.org")
	f.Add("comment_content=%FF%&blog_charset=shift_jis&honeypot_field_name=x&x=%zz", "[::1]:80")
	f.Add("comment_context[]=a&comment_context[0]=b&=&&%", "..")
	f.Add(`api_key=wk_a&comment_content=It%5C%27s+%3Ca+href%3D%5C%22http%3A%2F%2Fcash.example%5C%22%3E&comment_author=O%5C%27Hara`, "")
	f.Fuzz(func(t *testing.T, data, host string) {
		form := Decode(data)
		for name, value := range form {
			if !utf8.ValidString(name) || !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
				t.Errorf("%q: %q", name, value)
			}
		}
		form.Key(host, KeyOfCall)
		AnswerTo(form, models.Verdict{})
		form.Content()
		c := form.Comment("gazette")
		if utf8.RuneCountInString(c.Body) > models.MaxBody || utf8.RuneCountInString(c.Author.Name) > models.MaxName || utf8.RuneCountInString(form.Blog()) > models.MaxID || utf8.RuneCountInString(form.GUID()) > models.MaxID {
			t.Errorf("%+v", c)
		}
	})
}

// FuzzUnslash: what addslashes gives becomes the text again, and what it cannot have given stays.
func FuzzUnslash(f *testing.F) {
	f.Add("It's", "Pat O'Hara")
	f.Add(`<a href="http://cash.example">C:\temp</a>`, "Reader")
	f.Add("a\x00b", `\`)
	f.Fuzz(func(t *testing.T, content, author string) {
		add := strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`, "\x00", `\0`)
		form := map[string]string{"comment_content": add.Replace(content), "comment_author": add.Replace(author)}
		if unslash(form); form["comment_content"] != content || form["comment_author"] != author {
			t.Errorf("%q", form)
		}
		plain := map[string]string{"comment_content": content + "'", "comment_author": author + "'"}
		if unslash(plain); !isSlashed(content+"'") && (plain["comment_content"] != content+"'" || plain["comment_author"] != author+"'") {
			t.Errorf("%q", plain)
		}
	})
}
