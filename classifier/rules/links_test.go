package rules_test

import (
	"slices"
	"strings"
	"testing"

	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/models"
)

func TestBlockedDomains(t *testing.T) {
	s := compile(t, models.Rules{BlockedDomains: models.BlockedDomains{
		Domains: []string{"evil.example", "*.bücher.example", "Quatsch.XYZ", "zip"},
	}})
	for body, found := range map[string]string{
		"http://evil.example":                           "evil.example [evil.example]",
		"HTTPS://WWW.EVIL.EXAMPLE/path":                 "www.evil.example [WWW.EVIL.EXAMPLE]",
		"see a.b.evil.example, please":                  "a.b.evil.example [a.b.evil.example]",
		"evil.example. And so on":                       "evil.example [evil.example]",
		"http://notevil.example":                        "",
		"http://evil.example.org":                       "",
		"http://evil.examples":                          "",
		"http://evil-example":                           "",
		"http://good.example@evil.example/x":            "evil.example [evil.example]",
		"http://user:pass@evil.example:8080/x":          "evil.example [evil.example]",
		"http://evil.example@good.example/":             "",
		"http://evil.example:80@good.example/":          "",
		"http://good.example\\@evil.example/":           "",
		"http://evil.example\\@good.example/":           "evil.example [evil.example]",
		"http://good.example/?@evil.example":            "",
		"http://good.example#evil.example":              "",
		"http:\\\\evil.example\\x":                      "evil.example [evil.example]",
		"http:////evil.example":                         "evil.example [evil.example]",
		"http://evil.example.:443/":                     "evil.example. [evil.example.]",
		"http://ev%69l.example/":                        "evil.example [ev%69l.example]",
		"hxxp://evil[.]example/a":                       "evil.example [evil[.]example]",
		"http://evіl.exаmple/":                          "evil.example [evіl.exаmple]",
		"http://ev\u200bil.example/":                    "evil.example [ev\u200bil.example]",
		"http://ｅｖｉｌ.example/":                          "evil.example [ｅｖｉｌ.example]",
		"http://evil。example/":                          "evil.example [evil。example]",
		"http://bücher.example/":                        "xn--bcher-kva.example [bücher.example]",
		"http://www.BÜCHER.example/":                    "www.xn--bcher-kva.example [www.BÜCHER.example]",
		"http://xn--bcher-kva.example/":                 "xn--bcher-kva.example [xn--bcher-kva.example]",
		"write to ann@evil.example":                     "evil.example [evil.example]",
		"https://archive.example/https://evil.example/": "evil.example [evil.example]",
		"all of any.quatsch.xyz":                        "any.quatsch.xyz [any.quatsch.xyz]",
		"download.zip":                                  "download.zip [download.zip]",
		"看http://evil.example再见":                        "evil.example [evil.example]",
		"看evil.example再见。":                              "evil.example [evil.example]",
		"http://evil.example。再见":                        "evil.example [evil.example]",
		"看evil.example再见good.example":                   "evil.example [evil.example]",
		"evil example":                                  "",
		"http://":                                       "",
		"http://[::1]/ http://1.2.3.4/":                 "",
	} {
		var want []string
		if found != "" {
			want = []string{"blocked-domain " + strings.Replace(found, ". [", " [", 1)}
		}
		if got := describe(apply(s, body), body); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestBlockedDomainsOfAuthors(t *testing.T) {
	s := compile(t, models.Rules{BlockedDomains: models.BlockedDomains{Domains: []string{"evil.example"}, Action: models.Hold}})
	for what, d := range map[string]features.Doc{
		"home page": {Text: "Hello", AuthorURL: "https://Sub.Evil.example:8080/me"},
		"e-mail":    {Text: "Hello", AuthorEmail: "ann@sub.EVIL.example"},
	} {
		got := fire(s, rules.Context{Doc: d})
		if len(got) != 1 || got[0].Detail != "sub.evil.example" || got[0].Action != models.Hold || got[0].Spans != nil {
			t.Errorf("%s: %+v", what, got)
		}
	}
	if got := fire(s, rules.Context{Doc: features.Doc{AuthorURL: "://", AuthorEmail: "evil.example"}}); got != nil {
		t.Errorf("neither: %+v", got)
	}
}

func TestLinks(t *testing.T) {
	for body, n := range map[string]int{
		"no link at all, e.g. this.that or 3.14":         0,
		"http://one.example and https://two.example/a":   2,
		"www.one.example and two.com, three.org/path":    3,
		"any.label/with-a-path":                          1,
		"ann@mail.example and bob@mail.com":              0,
		"http://news.example/a https://www.news.example": 0,
		"http://news.example.evil.example/":              1,
		"http://news.example@evil.example/":              1,
		"http://evil.example@news.example/":              0,
		"http://nеws.example/":                           1, // not the domain it looks like
		"news[.]example/story":                           1, // obfuscated
		"hxxp://one[.]example":                           1,
		"http://one.examplehttp://two.example":           2,
		"https://a.example/http://b.example":             2,
		"看http://一.example/看，http://二.example":           2,
		"http://1.2.3.4/ http://[::1]/":                  2,
		"I came.Then I saw.So it was":                    0,
		"<a href=\"http://one.example\">one</a>":         1,
		strings.Repeat("http://one.example ", 500):       500,
	} {
		at := func(most int) []models.Signal {
			return apply(compile(t, models.Rules{Links: models.LinkRules{Max: &most, Allowed: []string{"news.example"}}}), body)
		}
		if got := at(n); len(got) > 0 {
			t.Errorf("%.60s: %d links are allowed, and it fires: %+v", body, n, got)
		}
		if n == 0 {
			continue
		}
		got := at(n - 1)
		within(t, got, body)
		if len(got) != 1 || got[0].Name != "rule:links" || got[0].Action != models.Hold || len(got[0].Spans) != min(n, 64) {
			t.Errorf("%.60s: %d links are allowed: %+v", body, n-1, got)
		}
	}
}

func TestPlaceOfLinks(t *testing.T) {
	none := 0
	s := compile(t, models.Rules{Links: models.LinkRules{Max: &none}})
	const body = "Schöne Grüße: http://один.example/a?b#c, www.two.example und (three.com)!"
	want := []string{"links 3 [http://один.example/a?b#c,] [www.two.example] [three.com]"}
	if got := describe(apply(s, body), body); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestBlockedDomainAfterMany(t *testing.T) {
	s := compile(t, models.Rules{BlockedDomains: models.BlockedDomains{Domains: []string{"evil.example"}}})
	if got := describe(apply(s, strings.Repeat("fine.example ", 1000)+"evil.example"), ""); !slices.Equal(got, []string{"blocked-domain evil.example"}) {
		t.Errorf("%q", got)
	}
	body := strings.Repeat("x", 10)
	for i := range 1000 {
		body += " " + strings.Repeat("y", i%50+1) + string(rune('a'+i/50)) + ".evil.example"
	}
	if got := apply(s, body); len(got) == 0 || len(got) > 100 {
		t.Errorf("%d domains are listed", len(got))
	}
}
