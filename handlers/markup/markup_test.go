package markup

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func TestHTML(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"one line", ""},
		{"a quote \" and <b>", ""},
		{"two > one", ""},
		{"> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>"},
		{"one\ntwo", "<p>one<br>\ntwo</p>"},
		{"one\n\ntwo", "<p>one</p>\n<p>two</p>"},
		{"*so* and **so** and _so_", "<p><em>so</em> and <strong>so</strong> and <em>so</em></p>"},
		{"c**asino** c*a*sino ca**si**no c*a*s*i*n*o", "<p>c**asino** c*a*sino ca**si**no c*a*s*i*n*o</p>"},
		{"***c**asino* and **bold**ly", "<p><em>**c**asino</em> and **bold**ly</p>"},
		{"(**so**), *so*! and “*so*”", "<p>(<strong>so</strong>), <em>so</em>! and “<em>so</em>”</p>"},
		{"snake_case_word and 2 * 3 * 4", "<p>snake_case_word and 2 * 3 * 4</p>"},
		{"> said she\n\nand he", "<blockquote>\n<p>said she</p>\n</blockquote>\n<p>and he</p>"},
		{"# no heading\n\n- no list\n1. none\n\n    no code", "<p># no heading</p>\n<p>- no list<br>\n1. none</p>\n<p>no code</p>"},
		{"no\n===\nheading\n---", "<p>no<br>\n===<br>\nheading<br>\n---</p>"},
		{"<b>x</b>\n<script>alert(1)</script>", "<p>&lt;b&gt;x&lt;/b&gt;<br>\n&lt;script&gt;alert(1)&lt;/script&gt;</p>"},
		{"```\n*code*\n```", "<p>```<br>\n<em>code</em><br>\n```</p>"},
		{"*a* [x](https://shop.example) https://shop.example", "<p><em>a</em> [x](https://shop.example) https://shop.example</p>"},
		{"&lt;b&gt; &amp;amp;", "<p>&lt;b&gt; &amp;amp;</p>"},
	} {
		if got := HTML(c.text, false); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

func TestLinks(t *testing.T) {
	const rel = ` rel="ugc nofollow noopener"`
	for _, c := range []struct{ text, want string }{
		{"see https://gazette.example/a?b=1&c=2.", `<p>see <a href="https://gazette.example/a?b=1&amp;c=2"` + rel + `>https://gazette.example/a?b=1&amp;c=2</a>.</p>`},
		{"[the *paper*](https://gazette.example \"title\")", `<p><a href="https://gazette.example"` + rel + `>the <em>paper</em></a></p>`},
		{"<https://gazette.example>", `<p><a href="https://gazette.example"` + rel + `>https://gazette.example</a></p>`},
		{"[x](javascript:alert(1))", `<p>x</p>`},
		{"[x](/relative)", `<p>x</p>`},
		{`[this boat](https\://evil\.example/)`, `<p>this boat</p>`}, // the rules read no address there
		{`[this boat](https://evil\.example/)`, `<p>this boat</p>`},
		{`[this boat](https&colon;//evil.example/)`, `<p>this boat</p>`},
		{`[this boat](https://evil&#46;example/)`, `<p>this boat</p>`},
		{"[https://gazette.example.com/login](https://phish.example.net/)", `<p>https://gazette.example.com/login</p>`},
		{"[the www.gazette.com page](https://gazette.com/a)", `<p><a href="https://gazette.com/a"` + rel + `>the www.gazette.com page</a></p>`},
		{"[of Node.js, e.g.](https://gazette.com/a)", `<p><a href="https://gazette.com/a"` + rel + `>of Node.js, e.g.</a></p>`},
		{"https://gazette.com@phish.example.net/", `<p>https://gazette.com@phish.example.net/</p>`},
		{"[x](https://gazette.com@phish.example.net/)", `<p>x</p>`},
		{"[x](data:text/html,x)", `<p>x</p>`},
		{"![x](https://shop.example/x.png)", `<p>x</p>`},
		{"write to ada@gazette.example: now", `<p>write to ada@gazette.example: now</p>`},
		{"<ada@gazette.example>", `<p>ada@gazette.example</p>`},
		{"javascript:alert(1)", `<p>javascript:alert(1)</p>`},
		{"no link at all", ""},
	} {
		if got := HTML(c.text, true); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

// What the spans of a word touch is written as «word».
func TestLinkTargets(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"ask «Piet» or [Jo](https://jo.example)", "ask «Piet» or [Jo](https://jo.example)"},
		{"ask [«Piet»](https://gazette.example/piet), [Jo](https://jo.example)", "ask [«Piet»](‹https://gazette.example/piet›), [Jo](https://jo.example)"},
		{"[our *dear* «Piet»!](<https://gazette.example/a b> \"his house\")", "[our *dear* «Piet»!](<‹https://gazette.example/a b> \"his house\"›)"},
		{"> see [**«Änne»**](https://a.example)\n> now", "> see [**«Änne»**](‹https://a.example›)\n> now"},
		{"ask [«Piet»][1].\n\n[1]: https://a.example/piet 'of Piet'", "ask [«Piet»][1].\n\n[1]: ‹https://a.example/piet 'of Piet'›"},
		{"![«Piet»](https://a.example/piet.png)", "![«Piet»](‹https://a.example/piet.png›)"},
		{"[«Piet»](/a) and an /a", "[«Piet»](‹/a›) and an /a"},
		{`[«Piet»](https://a\.example)`, `[«Piet»](‹https://a\.example›)`},
		{"[«Piet](https://a.exam»ple)", "[«Piet](https://a.exam»ple)"}, // no link is left
		{"https://«piet».example", "https://«piet».example"},
		{"    [«Piet»](https://a.example)", "    [«Piet»](‹https://a.example›)"},
	} {
		plain := strings.NewReplacer("«", "", "»", "").Replace(c.text)
		before, rest, _ := strings.Cut(c.text, "«")
		word, _, _ := strings.Cut(rest, "»")
		start := utf8.RuneCountInString(before)
		end := start + utf8.RuneCountInString(word)
		got := []rune(plain)
		for _, s := range slices.Backward(LinkTargets(plain, [][2]int{{start, end}})) {
			got = slices.Concat(got[:s[0]], []rune("‹"), got[s[0]:s[1]], []rune("›"), got[s[1]:])
		}
		got = slices.Concat(got[:start], []rune("«"), got[start:end], []rune("»"), got[end:])
		if string(got) != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.text, string(got), c.want)
		}
	}
}

func FuzzLinkTargets(f *testing.F) {
	f.Add("[a](b) [c][d]\n\n[d]: e", 1, 2)
	f.Add("> ![[x](y)](<z> 'q')", 5, 6)
	f.Fuzz(func(t *testing.T, text string, from, to int) {
		if len(text) > 20_000 {
			return
		}
		for _, s := range LinkTargets(text, [][2]int{{from, to}}) {
			if s[0] < 0 || s[0] >= s[1] || s[1] > utf8.RuneCountInString(text) {
				t.Errorf("of %q the target is %v", text, s)
			}
		}
	})
}

// A text costs no more than its length: nothing that readers send may take seconds.
func TestHostileTextsAreShort(t *testing.T) {
	const most = 20_000
	for _, unit := range []string{">", "> ", "*", "_", "*a ", "**a ", "*a_b", "_*", "[", "[a](", "![", "<", "<a", "&", "\\", "> *", ">\n", "*_*_ ", "a*", "[]", "http://", "www.", "https://a.b/(", "> a\n\n", "``", "~", "\t>"} {
		text := strings.Repeat(unit, most/len(unit))
		for _, links := range []bool{false, true} {
			began := time.Now()
			checkSafe(t, HTML(text, links), links)
			if took := time.Since(began); took > 5*time.Second { // some seconds more than it takes on any machine
				t.Errorf("%q takes %v", unit, took)
			}
		}
	}
}

// checkSafe checks that nothing is in HTML but what this package writes, and nothing is deep.
func checkSafe(t *testing.T, source string, links bool) {
	t.Helper()
	depth := 0
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return
		}
		token := z.Token()
		switch {
		case kind == html.TextToken:
		case kind == html.CommentToken || kind == html.DoctypeToken:
			t.Fatalf("%v in %q", token, source)
		case kind == html.EndTagToken:
			depth--
		case token.Data == "br":
			if len(token.Attr) > 0 {
				t.Fatalf("%v in %q", token, source)
			}
		case token.Data == "a" && links:
			depth++
			for _, a := range token.Attr {
				safe := a.Key == "href" && (strings.HasPrefix(a.Val, "http://") || strings.HasPrefix(a.Val, "https://")) || a.Key == "rel" && a.Val == "ugc nofollow noopener"
				if !safe {
					t.Fatalf("%v in %q", token, source)
				}
			}
			if len(token.Attr) != 2 {
				t.Fatalf("%v in %q", token, source)
			}
		default:
			depth++
			if !strings.Contains(" p blockquote em strong ", " "+token.Data+" ") || len(token.Attr) > 0 {
				t.Fatalf("%v in %q", token, source)
			}
		}
		if depth > 2*maxNesting+2 {
			t.Fatalf("%d elements in each other, in %q", depth, source[:200])
		}
	}
}

// TestXSS renders texts that have run somewhere once.
func TestXSS(t *testing.T) {
	list, err := os.ReadFile("testdata/xss.txt")
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(list)) {
		for _, links := range []bool{false, true} {
			checkSafe(t, Document(text, links), links)
			checkSafe(t, Document(strings.TrimSpace(text), links), links)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, text := range []string{"*a* **b**\n> c\n\n[d](https://e.example)", "<b onclick=x>&lt;", "> > > > > > x", "[a](javascript:x) ![b](x)"} {
		f.Add(text, true)
		f.Add(text, false)
	}
	f.Fuzz(func(t *testing.T, text string, links bool) {
		if len(text) > 20_000 {
			return
		}
		got := Document(text, links)
		checkSafe(t, got, links)
		if !links && utf8.ValidString(text) && !strings.ContainsAny(text, "&\x00") {
			if want, shown := letters(text), letters(shownText(got)); shown != want {
				t.Errorf("of %q is shown %q", want, shown)
			}
		}
	})
}

// letters leaves letters and digits of a text.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// shownText is the text of HTML.
func shownText(source string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.WriteString(z.Token().Data)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	text := "I walked along the *new* quay this morning.\n\n> When does the ferry run again?\n\nOn **Monday**, as https://gazette.example/ferry says."
	for b.Loop() {
		HTML(text, true)
	}
}
