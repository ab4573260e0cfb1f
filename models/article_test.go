package models

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestArticleID(t *testing.T) {
	for given, want := range map[string]string{
		"2026/quay":                  "2026/quay",
		"2026/quay/":                 "2026/quay",
		" 2026/quay// ":              "2026/quay",
		"cafe\u0301":                 "caf\u00e9",
		"/":                          "/",
		"https://gazette.example/a/": "https://gazette.example/a",
		"":                           "",
	} {
		if got := ArticleID(given); got != want || ArticleID(got) != got {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}

func TestWhatAPageMaySayOfItsURL(t *testing.T) {
	site := Site{Origins: []string{"https://gazette.example"}, URLParameters: []string{"id"}}
	for given, want := range map[string]string{
		"https://gazette.example/quay":                              "https://gazette.example/quay",
		"HTTPS://Gazette.Example/quay":                              "https://gazette.example/quay",
		"https://gazette.example/quay?email=ada@mail.example&utm=1": "https://gazette.example/quay",
		"https://gazette.example/a.php?email=x&id=5#top":            "https://gazette.example/a.php?id=5",
		"https://gazette.example/quay?":                             "https://gazette.example/quay",
		"https://ada:secret@gazette.example/quay":                   "https://gazette.example/quay",
		"https://evil.example/login":                                "",
		"http://gazette.example/quay":                               "",
		"https://gazette.example:8443/quay":                         "",
		"https://gazette.example.evil.example/":                     "",
		"https://gazette.example@evil.example/":                     "",
		"https://gazette.example\\@evil.example/":                   "",
		"https://evil.example/#https://gazette.example/":            "",
		"//gazette.example/quay":                                    "",
		"/quay":                                                     "",
		"javascript:alert(1)//https://gazette.example":              "",
		"data:text/html,https://gazette.example":                    "",
		"https://gazette.example/" + strings.Repeat("x", MaxURL):    "",
		"https://gazette.example/?x=" + strings.Repeat("x", MaxURL): "https://gazette.example/",
		"": "",
	} {
		if got := site.PageDescription(Article{URL: given}, "https://other.example").URL; got != want {
			t.Errorf("%.80q became %q, want %q", given, got, want)
		}
	}
	long := site.PageDescription(Article{Title: strings.Repeat("é", MaxTitle+1), Section: strings.Repeat("s", MaxSection+1), Described: true}, "")
	if utf8.RuneCountInString(long.Title) != MaxTitle || utf8.RuneCountInString(long.Section) != MaxSection || long.Described {
		t.Errorf("long texts became %+v", long)
	}
}

// FuzzPageDescription looks for a page's URL that leads away from the site, or that
// has more of a query than the site lists.
func FuzzPageDescription(f *testing.F) {
	for _, seed := range []string{
		"https://gazette.example/quay?id=5&email=x#f", "https://gazette.example@evil.example/", "https://gazette.example%2f@evil.example/",
		"https://gazette.example:443/", "https://gazette.example\t.evil.example/", "https://[::1]/", "https://gazette.example?id=%zz;email=x",
	} {
		f.Add(seed, "caf\u0065\u0301/")
	}
	site := Site{Origins: []string{"https://gazette.example"}, URLParameters: []string{"id"}}
	f.Fuzz(func(t *testing.T, address, id string) {
		a := site.PageDescription(Article{ID: id, URL: address, Title: address}, "")
		if a.URL != "" && a.URL != "https://gazette.example" && !strings.HasPrefix(a.URL, "https://gazette.example/") && !strings.HasPrefix(a.URL, "https://gazette.example?id=") {
			t.Errorf("%q led to %q", address, a.URL)
		}
		if _, query, ok := strings.Cut(a.URL, "?"); ok && (!strings.HasPrefix(query, "id=") || strings.ContainsAny(query, "&;#")) {
			t.Errorf("%q kept the query %q", address, query)
		}
		if again := site.PageDescription(a, ""); again != a {
			t.Errorf("%+v became %+v", a, again)
		}
		if got := ArticleID(id); got != ArticleID(got) || !norm.NFC.IsNormalString(got) {
			t.Errorf("the id %q became %q", id, got)
		}
	})
}

func TestWhenArticlesClose(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2031, 5, n, 12, 0, 0, 0, time.UTC) }
	two := Closing{Days: 2, Sections: map[string]int{"Sport": 1, "Letters": 0}}
	for name, test := range map[string]struct {
		entry ArticleEntry
		now   time.Time
		state ArticleState
		by    ClosedBy
	}{
		"an article is open while it is young":           {ArticleEntry{PublishedAt: day(1)}, day(2), ArticleOpen, ""},
		"age closes it":                                  {ArticleEntry{PublishedAt: day(1)}, day(3), ArticleClosed, ClosedByAge},
		"a section has an age of its own":                {ArticleEntry{Article: Article{Section: "Sport", Described: true}, PublishedAt: day(1)}, day(2), ArticleClosed, ClosedByAge},
		"a section may be without one":                   {ArticleEntry{Article: Article{Section: "Letters", Described: true}, PublishedAt: day(1)}, day(9), ArticleOpen, ""},
		"a page names no section that closes":            {ArticleEntry{Article: Article{Section: "Sport"}, PublishedAt: day(1)}, day(2), ArticleOpen, ""},
		"a page names no section that stays open":        {ArticleEntry{Article: Article{Section: "Letters"}, PublishedAt: day(1)}, day(3), ArticleClosed, ClosedByAge},
		"without a publication its first comment counts": {ArticleEntry{AddedAt: day(1)}, day(3), ArticleClosed, ClosedByAge},
		"what nobody has heard of is open":               {ArticleEntry{}, day(3), ArticleOpen, ""},
		"an article that is kept open does not age":      {ArticleEntry{PublishedAt: day(1), KeepOpen: true}, day(9), ArticleOpen, ""},
		"a time of its own comes before age":             {ArticleEntry{PublishedAt: day(1), ClosesAt: day(5)}, day(4), ArticleOpen, ""},
		"that time closes it":                            {ArticleEntry{PublishedAt: day(1), ClosesAt: day(5)}, day(5), ArticleClosed, ClosedByTime},
		"a hand closes it first":                         {ArticleEntry{State: ArticleClosed, PublishedAt: day(1)}, day(1), ArticleClosed, ClosedByHand},
		"age closes what is held for moderators":         {ArticleEntry{State: ArticlePre, PublishedAt: day(1)}, day(3), ArticleClosed, ClosedByAge},
		"age closes what a hand had closed for a while":  {ArticleEntry{State: ArticleClosed, Until: day(2), PublishedAt: day(1)}, day(3), ArticleClosed, ClosedByAge},
	} {
		if got := test.entry.WithClosing(two).AsOf(test.now); got.State != test.state || got.ClosedBy != test.by {
			t.Errorf("%s: %s by %q, want %s by %q", name, got.State, got.ClosedBy, test.state, test.by)
		}
	}
}
