package commentfile

import (
	"strings"
	"testing"
)

func TestPlainText(t *testing.T) {
	for from, want := range map[string]string{
		"no elements, 1 < 2":                                          "no elements, 1 < 2",
		"a &amp; b &lt;c&gt;":                                         "a & b <c>",
		"<p>one</p><p>two</p>":                                        "one\n\ntwo",
		"one<br>two<br/>three":                                        "one\ntwo\nthree",
		"<p>one<br/>\ntwo</p>\n\n<p>three</p>\n":                      "one\ntwo\n\nthree",
		"one<br>\n<br>\ntwo\n\nthree":                                 "one\n\ntwo\n\nthree",
		"<blockquote>q</blockquote> <i>said</i> he":                   "q\n\nsaid he",
		"<p>code:</p>\n<pre>  a\n  b</pre>\n":                         "code:\n\n  a\n  b",
		"<ul>\n<li>a</li>\n<li>b<br/>\n</li>\n</ul>\nend":             "a\nb\n\nend",
		"<ul><li>a</li><li>b</li></ul>":                               "a\nb",
		"x<script>alert(1)</script>y":                                 "xy",
		"x<style>p{}</style>y<noscript>z":                             "xy",
		`<a href="https://a.example/x">words</a>`:                     "words (https://a.example/x)",
		`<a href="https://a.example/x">https://a.example/x</a>`:       "https://a.example/x",
		`<a href="https://a.example/long/path">a.example/long...</a>`: "a.example/long...",
		`<a href="https://a.example">open`:                            "open (https://a.example)",
		`<a href="javascript:alert(1)">words</a>`:                     "words",
		`<a href="https://a.example"></a>`:                            "https://a.example",
		`<img src="https://a.example/i.png">`:                         "https://a.example/i.png",
		"<b><i>bold</b></i>":                                          "bold",
		"<!-- a comment -->x":                                         "x",
	} {
		if got := plainText(from); got != want {
			t.Errorf("%q becomes %q, want %q", from, got, want)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("<p>one<a href='https://a.example'>two</a>")
	f.Fuzz(func(t *testing.T, s string) {
		if got := plainText(s); len(got) > 8*len(s)+100 || strings.TrimSpace(got) != got && strings.ContainsAny(s, "<&") {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}
