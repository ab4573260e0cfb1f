package text

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// names scans a document and returns what its tokens are called.
func names(sc *Scanner, in Doc) []string {
	var out []string
	for _, t := range sc.Scan(in) {
		out = append(out, sc.Name(t))
	}
	return out
}

func TestScanFindsTokens(t *testing.T) {
	for _, c := range []struct {
		about string
		in    Doc
		want  string // names, parted by ", "
		not   string
	}{
		{"words and pairs", Doc{Text: "Click here now"}, "word:click, word:here, pair:click here, pair:here now", "pair:click now"},
		{"pieces of words with their ends", Doc{Text: "Via"}, "chars:_vi, chars:via, chars:ia_, chars:_via, chars:via_, chars:_via_", "chars:vi"},
		{"pairs end with the line", Doc{Text: "one\ntwo"}, "word:one, word:two", "pair:one two"},
		{"apostrophes are dropped", Doc{Text: "Don't"}, "word:dont", "word:don"},
		{"but not after an article", Doc{Text: "L'homme"}, "word:l, word:homme", ""},
		{"two short parts are also one word", Doc{Text: "vi-agra e-mail"}, "word:vi, word:viagra, word:email", "word:agrae"},
		{"words without their accents", Doc{Text: "Größe"}, "word:größe, word:große", ""},
		{"starred words", Doc{Text: "f*ck"}, "word:f*ck, fold:masked", ""},
		{"disguised words", Doc{Text: "саsinо"}, "word:casino, fold:confusable, shape:tricks:1", ""},
		{"links", Doc{Text: "see https://www.Promo.Example.com/win/now?id=1."}, "link:host:promo.example.com, link:domain:example.com, link:tld:com, link:path, link:path:win, link:query, shape:links:1", "word:https"},
		{"bare links", Doc{Text: "(example.com)"}, "link:host:example.com, shape:links:1", ""},
		{"links inside text without blanks", Doc{Text: "看http://example.com/吧"}, "link:host:example.com, chars:看, chars:吧", ""},
		{"shorteners and messengers", Doc{Text: "bit.ly/x t.me/y"}, "link:shortener, link:messenger, shape:links:2", ""},
		{"addresses of machines", Doc{Text: "http://10.0.0.1/"}, "link:ip", ""},
		{"words with a dot are no links", Doc{Text: "end.Start e.g.this 3.50"}, "word:end, shape:links:0", "link:tld:start"},
		{"e-mail", Doc{Text: "write me@example.org"}, "mark:email, mark:host:example.org, shape:emails:1", "link:host:example.org"},
		{"mentions and hashtags", Doc{Text: "@bob #wahl"}, "mark:mention:bob, mark:hashtag:wahl, word:wahl", ""},
		{"telephone numbers", Doc{Text: "call +44 (20) 7946-0018"}, "number:phone", ""},
		{"dates are none", Doc{Text: "on 2024-05-06 at 10"}, "word:2024", "number:phone"},
		{"amounts", Doc{Text: "$5,000 or 300 евро, 20 %"}, "number:money, number:money:4, number:money:3, shape:amounts:2", ""},
		{"long numbers by their length", Doc{Text: "id 123456"}, "number:digits:6", ""},
		{"emoji, whole and without skin", Doc{Text: "👨\u200d👩\u200d👧👍🏽🇩🇪"}, "emoji:👨\u200d👩\u200d👧, emoji:👍, emoji:🇩🇪", ""},
		{"Chinese by character", Doc{Text: "你好世界"}, "chars:你, chars:你好, chars:好世, chars:世界", "chars:_你"},
		{"Korean by syllable", Doc{Text: "안녕하세요"}, "word:안녕하세요, chars:안녕, chars:_안, chars:세요_", "chars:안"},
		{"Thai by pieces", Doc{Text: "สวัสดีครับ"}, "chars:สวั, chars:รับ", ""},
		{"scripts are parted", Doc{Text: "K팝"}, "word:k, word:팝", "word:k팝"},
		{"capitals", Doc{Text: "BUY THIS NOW"}, "shape:capitals:6, word:buy", ""},
		{"the author", Doc{Text: "x", Author: "Cheap Pills24", AuthorEmail: "A@Mail.example.ru", AuthorURL: "https://www.pills.example/x"}, "author:name:cheap, author:name:pills24, author:digits:2, author:mail:mail.example.ru, author:mail:tld:ru, author:home:pills.example", "author:link"},
		{"an author who is a link", Doc{Text: "x", Author: "cheap.com"}, "author:link", ""},
		{"no author, no tokens", Doc{Text: "x"}, "", "author:words:0"},
		{"the article's title", Doc{Text: "The bridge is too costly", ArticleTitle: "Council votes for bridge"}, "article:shared:1", "word:council"},
		{"the article's own site", Doc{Text: "see http://news.example/a", ArticleURL: "https://www.news.example/b"}, "article:link:own", ""},
		{"scripts", Doc{Text: "привет hello мир"}, "shape:script:alphabet, shape:script:mixed", ""},
		{"what a comment asks for", Doc{Text: "Please subscribe to my new channel!"}, "call:follow, call:mine, call:some:short, call:several:3", "call:act"},
		{"in other languages", Doc{Text: "Подпишись на мой новый канал, пиши в личку"}, "call:follow, call:mine, call:contact", ""},
		{"with and without accents", Doc{Text: "Haz clíc, suscríbete a mi canal"}, "call:act, call:follow, call:mine", ""},
		{"in disguise", Doc{Text: "cl1ck h\u200bere, f r e e саsinо"}, "call:act, call:gamble", ""},
		{"a call in a long text", Doc{Text: strings.Repeat("and so on ", 40) + "click here"}, "call:act:long, call:some:long", "call:act"},
		{"a link by the length of the text", Doc{Text: "example.com"}, "call:link:short", "call:some:short"},
		{"phrases end with the line", Doc{Text: "I will click\nhere"}, "", "call:act"},
		{"news ask for nothing", Doc{Text: "My view: the council, whose videos I watched, must say what the bridge costs."}, "", "call:some:short"},
		{"nothing at all", Doc{}, "shape:length:0, shape:script:none", ""},
	} {
		t.Run(c.about, func(t *testing.T) {
			var sc Scanner
			got := names(&sc, c.in)
			for want := range strings.SplitSeq(c.want, ", ") {
				if want != "" && !slices.Contains(got, want) {
					t.Errorf("no %q among\n%q", want, got)
				}
			}
			if c.not != "" && slices.Contains(got, c.not) {
				t.Errorf("%q is among\n%q", c.not, got)
			}
		})
	}
}

func TestTokensHaveTheirPlace(t *testing.T) {
	var sc Scanner
	for _, tok := range sc.Scan(Doc{Text: "Get VIAGRA at vi\u200bagra.example.com, viagra!"}) {
		if tok.Kind == Word && sc.Name(tok) == "word:viagra" {
			if got := string(sc.Body.Bytes[tok.Start:tok.End]); got != "viagra" || tok.Start != 4 {
				t.Errorf("viagra stands at %d: %q", tok.Start, got)
			}
		}
		if tok.Kind == Shape && (tok.Start != -1 || tok.End != -1) {
			t.Errorf("%s has a place", sc.Name(tok))
		}
	}
}

func TestTokensComeOnce(t *testing.T) {
	var sc Scanner
	seen := map[uint64]string{}
	for _, tok := range sc.Scan(Doc{Text: strings.Repeat("spam and more spam, see example.com! ", 50), Author: "spam", ArticleTitle: "spam"}) {
		if other, ok := seen[tok.Hash]; ok {
			t.Errorf("%q and %q have one hash", sc.Name(tok), other)
		}
		seen[tok.Hash] = sc.Name(tok)
	}
}

// Models keep hashes: they may change with Scheme only.
func TestHashesAreStable(t *testing.T) {
	want := map[string]string{
		"word:casino":        "653eb4ac2f660409",
		"pair:online casino": "424830c19ddcb235",
		"chars:_ca":          "9d1eeecd94e647e1",
		"link:host:bit.ly":   "fc25ac8d124e7834",
		"link:shortener":     "c3b31ce9375ea775",
		"author:name:bo":     "97b7893382edaea3",
		"shape:links:1":      "09d63ee32d28d864",
		"fold:confusable":    "29953df02e4992b9",
	}
	var sc Scanner
	for _, tok := range sc.Scan(Doc{Text: "online саsinо http://bit.ly/x", Author: "Bo"}) {
		name := sc.Name(tok)
		if h, ok := want[name]; ok {
			if got := fmt.Sprintf("%016x", tok.Hash); got != h {
				t.Errorf("%s hashes to %s, want %s; has Scheme grown?", name, got, h)
			}
			delete(want, name)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

func TestScanDoesNotAllocate(t *testing.T) {
	var sc Scanner
	in := Doc{Text: forty + " Größe саsinо v i a g r a 👍🏽 bit.ly/x +44 20 7946 0018", Author: "Jane Doe", AuthorEmail: "jane@example.org", ArticleTitle: "Council votes"}
	sc.Scan(in)
	if n := testing.AllocsPerRun(100, func() { sc.Scan(in) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLongTextsAreCapped(t *testing.T) {
	var b strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&b, "w%xx ", i*2654435761%1_000_003)
	}
	var sc Scanner
	n := len(sc.Scan(Doc{Text: b.String()}))
	if n < maxWords || n > 2*maxWords+maxNGrams+maxOthers {
		t.Errorf("%d tokens", n)
	}
}

// check holds what must be true of any text.
func check(t *testing.T, sc *Scanner, in Doc) {
	t.Helper()
	tokens := sc.Scan(in)
	f := &sc.Body
	if !utf8.Valid(f.Bytes) {
		t.Fatalf("%q folds to broken %q", in.Text, f.Bytes)
	}
	if len(f.Bytes) > 16+20*len(in.Text) {
		t.Fatalf("%d bytes fold to %d", len(in.Text), len(f.Bytes))
	}
	if len(f.origin) != len(f.Bytes)+1 || !slices.IsSorted(f.origin) || int(f.origin[len(f.Bytes)]) != len(in.Text) {
		t.Fatalf("%q has origins %v", in.Text, f.origin)
	}
	runes := utf8.RuneCountInString(in.Text)
	for _, s := range f.Spans {
		if s.Start < 0 || s.Start >= s.End || int(s.End) > len(f.Bytes) {
			t.Fatalf("%q has spot %v", in.Text, s)
		}
		if start, end := f.Origin(int(s.Start), int(s.End)); start < 0 || start >= end || end > runes {
			t.Fatalf("spot %v of %q came from %d to %d", s, in.Text, start, end)
		}
	}
	for _, tok := range tokens {
		if tok.Start == -1 && tok.End == -1 {
			continue
		}
		if tok.Start < 0 || tok.Start > tok.End || int(tok.End) > len(f.Bytes) {
			t.Fatalf("%q of %q stands from %d to %d", sc.Name(tok), in.Text, tok.Start, tok.End)
		}
	}
	if len(tokens) > 0 && !utf8.ValidString(sc.Name(tokens[len(tokens)-1])) {
		t.Fatalf("a broken name")
	}
}

func FuzzFold(f *testing.F) {
	f.Add("v1agra саsinо 𝗖𝗮𝘀𝗶𝗻𝗼 v i a g r a ca\u200bsino f*ck loooove hxxp://a[.]b (dot) com")
	f.Add("<a href=\"x\">y</a> &amp;lt;&#x41; \xff\xfe e\u0301\u0301\u0301 \u1112\u1161\u11ab 🇩🇪🇩 ﷺ ㎏")
	f.Fuzz(func(t *testing.T, s string) {
		var sc Scanner
		check(t, &sc, Doc{Text: s})
		// What a scanner has seen before changes nothing.
		first := string(sc.Body.Bytes)
		sc.Scan(Doc{Text: "another text"})
		sc.Scan(Doc{Text: s})
		if again := string(sc.Body.Bytes); again != first {
			t.Fatalf("%q folds to %q, then to %q", s, first, again)
		}
	})
}

// FuzzOrdinary holds the short way of ordinary text equal to the long way.
func FuzzOrdinary(f *testing.F) {
	f.Add("dot com. net (at) a.b hxxp :// x x x x !!!! ... lll $5 k!ll “so” 8.5 3rd\n \t")
	for _, s := range readComments(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		short, long := Text{source: s}, Text{source: s}
		if !short.normalizeFast(s) {
			return
		}
		long.normalizeFully(s)
		if string(short.Bytes) != string(long.Bytes) || !slices.Equal(short.origin, long.origin) || short.Capitals != long.Capitals {
			t.Errorf("%q: %q at %v, %d capitals; %q at %v, %d capitals wanted",
				s, short.Bytes, short.origin, short.Capitals, long.Bytes, long.origin, long.Capitals)
		}
		if len(long.Links)+len(long.Spans) > 0 {
			t.Errorf("%q: links %v and tricks %v", s, long.Links, long.Spans)
		}
		for i := range short.Bytes {
			from, to := short.Origin(i, i+1)
			if a, b := long.Origin(i, i+1); from != a || to != b {
				t.Errorf("%q: byte %d comes from %d to %d, %d to %d wanted", s, i, from, to, a, b)
			}
		}
	})
}

func FuzzScan(f *testing.F) {
	f.Add("see http://a.b.com/c?d=e me@x.org +1 555 123 4567 $5 你好 สวัสดี", "Jane D0e", "a@b.c", "http://x.y", "Votes for x", "http://a.b.com/z")
	f.Fuzz(func(t *testing.T, body, author, mail, home, title, address string) {
		var sc Scanner
		check(t, &sc, Doc{body, author, mail, home, address, title})
	})
}
