package features

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// names scans a document and returns the names of its tokens.
func names(sc *Scanner, in Doc) []string {
	var out []string
	for _, t := range sc.Scan(in) {
		out = append(out, sc.Name(t))
	}
	return out
}

var scanTests = []struct {
	about string
	in    Doc
	want  string // names, separated by ", "
	not   string
}{
	{"words and pairs", Doc{Text: "Click here now"}, "word:click, word:here, pair:click here, pair:here now", "pair:click now"},
	{"characters of words, with their ends", Doc{Text: "Via"}, "chars:_vi, chars:via, chars:ia_, chars:_via, chars:via_, chars:_via_", "chars:vi"},
	{"pairs end with the line", Doc{Text: "one\ntwo"}, "word:one, word:two", "pair:one two"},
	{"apostrophes are dropped", Doc{Text: "Don't"}, "word:dont", "word:don"},
	{"but kept after an article", Doc{Text: "L'homme"}, "word:l, word:homme", ""},
	{"two short parts are also one word", Doc{Text: "vi-agra e-mail"}, "word:vi, word:viagra, word:email", "word:agrae"},
	{"words without their accents", Doc{Text: "Größe"}, "word:größe, word:große", ""},
	{"words with a star", Doc{Text: "f*ck"}, "word:f*ck, fold:masked", ""},
	{"obfuscated words", Doc{Text: "саsinо"}, "word:casino, fold:confusable, shape:tricks:1", ""},
	{"links", Doc{Text: "see https://www.Promo.Example.com/win/now?id=1."}, "link:host:promo.example.com, link:domain:example.com, link:tld:com, link:path, link:path:win, link:query, shape:links:1", "word:https"},
	{"bare links", Doc{Text: "(example.com)"}, "link:host:example.com, shape:links:1", ""},
	{"links inside text without blanks", Doc{Text: "看http://example.com/吧"}, "link:host:example.com, chars:看, chars:吧", ""},
	{"shorteners and messengers", Doc{Text: "bit.ly/x t.me/y"}, "link:shortener, link:messenger, shape:links:2", ""},
	{"IP addresses", Doc{Text: "http://10.0.0.1/"}, "link:ip", ""},
	{"words with a dot are not links", Doc{Text: "end.Start e.g.this 3.50"}, "word:end, shape:links:0", "link:tld:start"},
	{"e-mail", Doc{Text: "write me@example.org"}, "mark:email, mark:host:example.org, shape:emails:1", "link:host:example.org"},
	{"mentions and hashtags", Doc{Text: "@bob #wahl"}, "mark:mention:bob, mark:hashtag:wahl, word:wahl", ""},
	{"telephone numbers", Doc{Text: "call +44 (20) 7946-0018"}, "number:phone", ""},
	{"dates are not telephone numbers", Doc{Text: "on 2024-05-06 at 10"}, "word:2024", "number:phone"},
	{"amounts", Doc{Text: "$5,000 or 300 евро, 20 %"}, "number:money, number:money:4, number:money:3, shape:amounts:2", ""},
	{"long numbers by their length", Doc{Text: "id 123456"}, "number:digits:6", ""},
	{"emoji as a whole, without skin colour", Doc{Text: "👨\u200d👩\u200d👧👍🏽🇩🇪"}, "emoji:👨\u200d👩\u200d👧, emoji:👍, emoji:🇩🇪", ""},
	{"Chinese by character", Doc{Text: "你好世界"}, "chars:你, chars:你好, chars:好世, chars:世界", "chars:_你"},
	{"Korean by syllable", Doc{Text: "안녕하세요"}, "word:안녕하세요, chars:안녕, chars:_안, chars:세요_", "chars:안"},
	{"Thai by runs of characters", Doc{Text: "สวัสดีครับ"}, "chars:สวั, chars:รับ", ""},
	{"scripts are separated", Doc{Text: "K팝"}, "word:k, word:팝", "word:k팝"},
	{"capitals", Doc{Text: "BUY THIS NOW"}, "shape:capitals:6, word:buy", ""},
	{"the author", Doc{Text: "x", Author: "Cheap Pills24", AuthorEmail: "A@Mail.example.ru", AuthorURL: "https://www.pills.example/x"}, "author:name:cheap, author:name:pills24, author:digits:2, author:mail:mail.example.ru, author:mail:tld:ru, author:home:pills.example", "author:link"},
	{"an author who is a link", Doc{Text: "x", Author: "cheap.com"}, "author:link", ""},
	{"no author, no tokens", Doc{Text: "x"}, "", "author:words:0"},
	{"the article's title", Doc{Text: "The bridge is too costly", ArticleTitle: "Council votes for bridge"}, "article:shared:1", "word:council"},
	{"the article's own site", Doc{Text: "see http://news.example/a", ArticleURL: "https://www.news.example/b"}, "article:link:own", ""},
	{"scripts", Doc{Text: "привет hello мир"}, "shape:script:alphabet, shape:script:mixed", ""},
	{"intents of a comment", Doc{Text: "Please subscribe to my new channel!"}, "call:follow, call:mine, call:some:short, call:several:3", "call:act"},
	{"of other languages", Doc{Text: "Подпишись на мой новый канал, пиши в личку"}, "call:follow, call:mine, call:contact", ""},
	{"with and without accents", Doc{Text: "Haz clíc, suscríbete a mi canal"}, "call:act, call:follow, call:mine", ""},
	{"of obfuscated text", Doc{Text: "cl1ck h\u200bere, f r e e саsinо"}, "call:act, call:gamble", ""},
	{"an intent in a long text", Doc{Text: strings.Repeat("and so on ", 40) + "click here"}, "call:act:long, call:some:long", "call:act"},
	{"a link by the length of the text", Doc{Text: "example.com"}, "call:link:short", "call:some:short"},
	{"phrases end with the line", Doc{Text: "I will click\nhere"}, "", "call:act"},
	{"no intent in news", Doc{Text: "My view: the council, whose videos I watched, must say what the bridge costs."}, "", "call:some:short"},
	{"an empty comment", Doc{}, "shape:length:0, shape:script:none", ""},
}

func TestScanFindsTokens(t *testing.T) {
	for _, c := range scanTests {
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

func TestTokensAreUnique(t *testing.T) {
	var sc Scanner
	seen := map[uint64]string{}
	for _, tok := range sc.Scan(Doc{Text: strings.Repeat("spam and more spam, see example.com! ", 50), Author: "spam", ArticleTitle: "spam"}) {
		if other, ok := seen[tok.Hash]; ok {
			t.Errorf("%q and %q have one hash", sc.Name(tok), other)
		}
		seen[tok.Hash] = sc.Name(tok)
	}
}

// Models store hashes, which may change only with Scheme.
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
				t.Errorf("%s hashes to %s, want %s; was Scheme raised?", name, got, h)
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
	in := Doc{Text: english + " Größe саsinо v i a g r a 👍🏽 bit.ly/x +44 20 7946 0018", Author: "Jane Doe", AuthorEmail: "jane@example.org", ArticleTitle: "Council votes"}
	sc.Scan(in)
	if n := testing.AllocsPerRun(100, func() { sc.Scan(in) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestTokensOfLongTextsAreBounded(t *testing.T) {
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

// floods are repeated to long texts, for which a careless implementation takes
// quadratic time.
var floods = []string{
	"a", "aa b", "\u0301", "<", "<a", "<!--", "&", "&#", "&amp;", "amp;", " ", ".", "a.", "a ", "a*", "[", "( ", "dot ", ". ",
	"1a", "@", "a@a.", "а", "аa", "😀", "😀\u200d", "\u200b", "🇩", "ㅋ", "中", "ก", "กั", "http://", "\xff", "'", "a'", "xx", "hxxp", "\n", "+1 ", "1", "1.",
}

// The tokens of a flood are bounded; BenchmarkFloods shows the time.
func TestFloods(t *testing.T) {
	var sc Scanner
	for _, what := range floods {
		if n := len(sc.Scan(Doc{Text: strings.Repeat(what, 1<<18/len(what))})); n > 1<<15 {
			t.Errorf("a flood of %q gives %d tokens", what, n)
		}
	}
}

// checkInvariants scans a document and checks what must be true of any.
func checkInvariants(t *testing.T, sc *Scanner, in Doc) {
	t.Helper()
	tokens := sc.Scan(in)
	text := &sc.Body
	runes := utf8.RuneCountInString(in.Text)
	for _, tok := range tokens {
		if tok.Start == -1 && tok.End == -1 {
			continue
		}
		if tok.Start < 0 || tok.Start > tok.End || int(tok.End) > len(text.Bytes) {
			t.Fatalf("%q of %q stands from %d to %d", sc.Name(tok), in.Text, tok.Start, tok.End)
		}
	}
	if start, end := text.Origin(0, len(text.Bytes)); start < 0 || start > end || end > runes {
		t.Fatalf("%q came from %d to %d", in.Text, start, end)
	}
	if len(tokens) > 0 && !utf8.ValidString(sc.Name(tokens[len(tokens)-1])) {
		t.Fatalf("a broken name")
	}
}

// corpusOf returns the texts that a fuzz target of one string has found.
func corpusOf(t testing.TB, folder string) []string {
	files, err := filepath.Glob(folder + "/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus in %s: %v", folder, err)
	}
	var texts []string
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, value, _ := strings.Cut(strings.TrimSpace(string(content)), "\nstring(")
		text, err := strconv.Unquote(strings.TrimSuffix(value, ")"))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		texts = append(texts, text)
	}
	return texts
}

func FuzzScan(f *testing.F) {
	f.Add("see http://a.b.com/c?d=e me@x.org +1 555 123 4567 $5 你好 สวัสดี", "Jane D0e", "a@b.c", "http://x.y", "Votes for x", "http://a.b.com/z")
	for _, text := range corpusOf(f, "../normalize/testdata/fuzz/FuzzNormalize") {
		f.Add(text, "", "", "", "", "")
	}
	f.Fuzz(func(t *testing.T, body, author, mail, home, title, address string) {
		var sc Scanner
		checkInvariants(t, &sc, Doc{Text: body, Author: author, AuthorEmail: mail, AuthorURL: home, ArticleURL: address, ArticleTitle: title})
	})
}
