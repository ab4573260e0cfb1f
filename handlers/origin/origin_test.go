package origin

import (
	"slices"
	"strings"
	"testing"
)

func TestOriginsAreWrittenAsBrowsersSendThem(t *testing.T) {
	for s, want := range map[string]string{
		"https://news.example":          "https://news.example",
		" HTTPS://News.Example:443/ ":   "https://news.example",
		"http://news.example:80":        "http://news.example",
		"http://news.example:443":       "http://news.example:443",
		"https://news.example:08443":    "https://news.example:8443",
		"https://zeitung-münchen.de":    "https://xn--zeitung-mnchen-osb.de",
		"https://ZEITUNG-MÜNCHEN.de/":   "https://xn--zeitung-mnchen-osb.de",
		"https://газета.example":        "https://xn--80aahjj1e.example",
		"http://localhost:3000":         "http://localhost:3000",
		"http://127.0.0.1:8080":         "http://127.0.0.1:8080",
		"http://[0:0::1]:8080":          "http://[::1]:8080",
		"https://*.Example.org":         "https://*.example.org",
		"https://*.example.org:443":     "https://*.example.org",
		"https://*.staging.example.org": "https://*.staging.example.org",
		"https://my_site.example":       "https://my_site.example",
		"https://news.example:":         "https://news.example",
	} {
		if got, err := Normalize(s); err != nil || got != want {
			t.Errorf("%q becomes %q, %v; want %q", s, got, err, want)
		}
	}
}

func TestWhatCanNeverMatchIsRefusedWithWords(t *testing.T) {
	for s, words := range map[string]string{
		"news.example":                 "begin with https://",
		"":                             "begin with https://",
		"//news.example":               "begin with https://",
		"*":                            "begin with https://",
		"https://news.example/sport":   "it must be https://news.example",
		"https://news.example?x=1":     "no path",
		"https://news.example/#a":      "no path",
		"https://ada:x@news.example":   "user name",
		"file:///home/ada":             "only of https:// and http://",
		"chrome-extension://abcdef":    "only of https:// and http://",
		"https://":                     "no host",
		"https://*":                    "subdomains",
		"https://news.*.example":       "subdomains",
		"https://*.org":                "strangers",
		"https://*.co.uk":              "strangers",
		"https://*.github.io":          "strangers",
		"https://new s.example":        "not an address",
		"https://a..example":           "name of a host",
		"https://news.example:0":       "port",
		"https://news.example:70000":   "port",
		"https://[fe80::1%25eth0]":     "zone",
		"https://news.example\\@x.com": "not an address",
	} {
		got, err := Normalize(s)
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q becomes %q, %v; want an error with %q", s, got, err, words)
		}
	}
}

func TestAWildcardMeansTheSubdomains(t *testing.T) {
	for _, test := range []struct {
		pattern, origin string
		want            bool
	}{
		{"https://*.example.org", "https://www.example.org", true},
		{"https://*.example.org", "https://a.b.example.org", true},
		{"https://*.example.org", "https://example.org", false},
		{"https://*.example.org", "https://badexample.org", false},
		{"https://*.example.org", "http://www.example.org", false},
		{"https://*.example.org", "https://www.example.org:8443", false},
		{"https://*.example.org:8443", "https://www.example.org:8443", true},
		{"https://*.example.org", "https://example.org.evil.example", false},
		{"https://example.org", "https://example.org", true},
		{"https://example.org", "null", false},
		{"https://*.example.org", "https://*.example.org", false},
	} {
		if got := slices.Contains(Patterns(test.origin), test.pattern); got != test.want {
			t.Errorf("%s for %s: %v", test.pattern, test.origin, got)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add("https://*.Zeitung-München.de:443/")
	f.Add("http://[::ffff:1.2.3.4]:080")
	f.Fuzz(func(t *testing.T, s string) {
		once, err := Normalize(s)
		if err != nil {
			return
		}
		if again, err := Normalize(once); err != nil || again != once {
			t.Errorf("%q becomes %q, then %q, %v", s, once, again, err)
		}
		if !strings.Contains(once, "*") && !slices.Contains(Patterns(once), once) || strings.ContainsAny(once, " \n\"<>\\") {
			t.Errorf("%q becomes %q", s, once)
		}
	})
}
