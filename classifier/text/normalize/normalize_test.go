package normalize

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"winnow/classifier/text/disguise"
)

var obfuscated = []struct {
	about, in, want string
	kind            Obfuscation
}{
	{"a zero-width space in a word is dropped", "ca\u200bsino", "casino", Hidden},
	{"so are joiners, word joiners and byte order marks", "c\u200da\u2060s\ufeffi\u200cno", "casino", Hidden},
	{"a soft hyphen after every letter hides a word", "v\u00adi\u00ada\u00adgra", "viagra", Hidden},
	{"an override of the direction of writing is dropped", "the \u202eonisac\u202c", "the onisac", Hidden},
	{"mark-up inside a word is dropped", "vi<b></b>ag<!-- x -->ra", "viagra", Hidden},
	{"plain letters written as entities are read", "&#118;iagr&#x61;", "viagra", Hidden},
	{"a text escaped twice is read", "&amp;#118;iagra", "viagra", Hidden},
	{"Cyrillic letters among Latin ones are Latin", "саsinо", "casino", Confusable},
	{"Greek ones too", "νiαgrα", "viagra", Confusable},
	{"and Armenian ones", "brօker", "broker", Confusable},
	{"and Cherokee capitals", "ᎪᏢᏢᏞᎬ is a fruit for all", "apple is a fruit for all", Confusable},
	{"and syllables of Canada", "ᗩᑭᑭᒪE", "apple", Confusable},
	{"and Coptic letters, within Latin text", "play ⲕⲟⲣ today and win", "play kop today and win", Confusable},
	{"a Cyrillic word that looks Latin is Latin within Latin text", "buy a nice сосо bag here", "buy a nice coco bag here", Confusable},
	{"a capital lambda is an A", "CΛSH", "cash", Confusable},
	{"Latin letters among Cyrillic ones are Cyrillic", "зaрaбoтoк нa дoму", "заработок на дому", Confusable},
	{"Greek letters among Cyrillic ones are Cyrillic", "легкая ραбοта", "легкая работа", Confusable},
	{"strokes through letters are dropped", "v̷i̷a̷g̷r̷a̷", "viagra", Combining},
	{"stacked marks are dropped", "c\u0336\u0321a\u0338\u0353s\u0337\u031bi\u0336n\u0337o\u0336", "casino", Combining},
	{"accents on every letter are dropped", "ćáśíńó", "casino", Combining},
	{"mathematical letters are letters", "𝗖𝗮𝘀𝗶𝗻𝗼", "casino", Styled},
	{"circled letters too", "ⓜⓞⓝⓔⓨ", "money", Styled},
	{"and squared ones", "🅵🆁🅴🅴", "free", Styled},
	{"and fullwidth ones, within Latin text", "ＦＲＥＥ money", "free money", Styled},
	{"and raised ones", "ᵛⁱᵃᵍʳᵃ", "viagra", Styled},
	{"and small capitals", "ꜰʀᴇᴇ", "free", Styled},
	{"and regional indicators that make no flag", "🇻🇮🇦🇬🇷🇦", "viagra", Styled},
	{"a digit is a letter inside a word", "v1agra", "viagra", Leet},
	{"several too", "v14gr4", "viagra", Leet},
	{"also at the end", "fr33", "free", Leet},
	{"a sign is a letter inside a word", "c@sh", "cash", Leet},
	{"a dollar is an s", "ca$h", "cash", Leet},
	{"a bar is an i", "cl|ck", "click", Leet},
	{"an exclamation mark is an i", "v!agra", "viagra", Leet},
	{"Russian has leet", "раб0та", "работа", Leet},
	{"one leet word makes others likely", "m0n3y fr0m hom3", "money from home", Leet},
	{"letters separated by spaces are a word", "v i a g r a", "viagra", Spaced},
	{"wider gaps separate the words", "c l i c k   h e r e", "click here", Spaced},
	{"dots separate letters too", "v.i.a.g.r.a", "viagra", Spaced},
	{"underscores too", "c_l_i_c_k", "click", Spaced},
	{"emoji too", "c🔥a🔥s🔥h", "cash", Spaced},
	{"line feeds too", "m\no\nn\ne\ny", "money", Spaced},
	{"styled letters are joined too", "𝗣 𝗟 𝗨 𝗧 𝗢 𝟴 𝟴", "pluto88", Spaced},
	{"a star in a word is dropped", "vi*gra", "vigra", Inserted},
	{"so is a bullet", "vi•agra", "viagra", Inserted},
	{"so is an emoji after the first letter", "v🔥iagra", "viagra", Inserted},
	{"a vowel replaced by a star stays so", "f*ck", "f*ck", Masked},
	{"repeated letters are shortened", "clickkkk", "click", Repeated},
	{"but words keep their double letters", "freeeee", "free", Repeated},
	{"in Russian too", "приветттт", "привет", Repeated},
	{"hxxp is http", "hxxps://example.com", "https://example.com", Link},
	{"a dot in brackets is a dot", "example[.]com", "example.com", Link},
	{"so is the word", "example (dot) com", "example.com", Link},
	{"without brackets before a known domain", "example dot com", "example.com", Link},
	{"spaces around the dot are dropped", "example . com", "example.com", Link},
	{"an e-mail address is joined", "name [at] example [dot] com", "name@example.com", Link},
}

func TestNormalizeUndoesObfuscation(t *testing.T) {
	for _, c := range obfuscated {
		t.Run(c.about, func(t *testing.T) {
			var f Text
			f.Normalize(c.in)
			if got := string(f.Bytes); got != c.want {
				t.Errorf("%q is normalized to %q, want %q", c.in, got, c.want)
			}
			if f.Evidence[c.kind] == 0 {
				t.Errorf("%q gives no evidence of %v: %v", c.in, c.kind, f.Evidence)
			}
			f.Normalize(c.want)
			if got := string(f.Bytes); got != c.want {
				t.Errorf("normalized again, %q becomes %q", c.want, got)
			}
		})
	}
}

var legitimate = []struct{ about, in, want string }{
	{"English", "Don't you think it's well-known? I'd say so — e.g. in the U.S.A.", "don't you think it's well-known? i'd say so - e.g. in the u.s.a."},
	{"initials", "J. R. R. Tolkien and C. S. Lewis", "j. r. r. tolkien and c. s. lewis"},
	{"numbers and codes", "2nd 4th covid19 b2b h2o 100k A4 mp3 5G PS5 x86 utf8 sha256 iPhone15 G20", "2nd 4th covid19 b2b h2o 100k a4 mp3 5g ps5 x86 utf8 sha256 iphone15 g20"},
	{"product codes", "W45WQ SW7 3SS LS15HB GT3RS A380 B52 F16", "w45wq sw7 3ss ls15hb gt3rs a380 b52 f16"},
	{"prices", "US$ 50, 50$, $1,000, 20€, £5", "us$ 50, 50$, $1,000, 20€, £5"},
	{"signs without a space", "wow!that is and/or was,right?yes", "wow!that is and/or was,right?yes"},
	{"the alphabet, chords and lists", "A B C D E F G; x y z; C G A D; plan a, b, c, d", "a b c d e f g; x y z; c g a d; plan a, b, c, d"},
	{"the dot com bubble", "the dot com bubble, and .NET too", "the dot com bubble, and .net too"},
	{"German", "Übergröße, Straße, Schifffahrt, Stillleben, Donau\u00addampfschiff", "übergröße, straße, schifffahrt, stillleben, donaudampfschiff"},
	{"German gender stars", "Leser*innen, Leser:innen, Leser_innen, jede*r, Bürger*innenrechte", "leser*innen, leser:innen, leser_innen, jede*r, bürger*innenrechte"},
	{"French", "L’été à Noël, c'est où ? Aujourd’hui, garçon, 1ᵉʳ", "l'été à noël, c'est où ? aujourd'hui, garçon, 1er"},
	{"Spanish", "¿Qué pasó, niño? ¡Tod@s l@s amig@s!", "¿qué pasó, niño? ¡tod@s l@s amig@s!"},
	{"Portuguese", "São João não é à toa", "são joão não é à toa"},
	{"Catalan", "El col·legi paral·lel, l'àvia", "el col·legi paral·lel, l'àvia"},
	{"Polish", "Zażółć gęślą jaźń, źdźbło", "zażółć gęślą jaźń, źdźbło"},
	{"Czech", "Příliš žluťoučký kůň úpěl ďábelské ódy", "příliš žluťoučký kůň úpěl ďábelské ódy"},
	{"Turkish", "Işık, ağaç, çünkü, İstanbul", "işık, ağaç, çünkü, istanbul"},
	{"Vietnamese", "Việt Nam được nghĩ ngờ rất nhiều người", "việt nam được nghĩ ngờ rất nhiều người"},
	{"Vietnamese, decomposed", "Vie\u0323\u0302t Nam", "việt nam"},
	{"Icelandic and Danish", "Það er æði, rødgrød med fløde på", "það er æði, rødgrød med fløde på"},
	{"Yoruba", "Ẹ káàárọ̀, báwo ni?", "ẹ káàárọ, báwo ni?"},
	{"Russian", "Привет! Как дела? Ещё в IT-компании, 3D-принтер, SMSка, VPNом", "привет! как дела? ещё в it-компании, 3d-принтер, smsка, vpnом"},
	{"Russian with stress", "за́мок и замо́к", "замок и замок"},
	{"a foreign name with a Russian ending", "в Facebookе и на YouTubeе говорят много", "в facebookе и на youtubeе говорят много"},
	{"Russian one-letter words", "я и в с у о к", "я и в с у о к"},
	{"Ukrainian", "Їжак і п’ять ґав", "їжак і п'ять ґав"},
	{"Greek", "Γειά σου Κόσμε, τι κάνεις;", "γειά σου κόσμε, τι κάνεισ;"},
	{"Greek letters in science", "Δt, 20 μm, 5µm, α-Strahlen, β-blocker, μTorrent, π", "δt, 20 μm, 5μm, α-strahlen, β-blocker, μtorrent, π"},
	{"Armenian", "Բարեւ, ինչպես ես", "բարեւ, ինչպես ես"},
	{"Georgian", "გამარჯობა, როგორ ხარ", "გამარჯობა, როგორ ხარ"},
	{"Cherokee", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ"},
	{"Arabic with vowels", "اَلسَّلَامُ عَلَيْكُمْ", "اَلسَّلَامُ عَلَيْكُمْ"},
	{"Persian, with its zero width non-joiner", "می\u200cخواهم", "میخواهم"},
	{"Hebrew with points, right to left", "\u200fשָׁלוֹם\u200f לכם", "שָׁלוֹם לכם"},
	{"Hindi, with joiners", "नमस्ते दुनिया, क्\u200dष", "नमस्ते दुनिया, क्ष"},
	{"Bengali and Tamil", "আমি বাংলায় গান গাই, தமிழ் மொழி", "আমি বাংলায় গান গাই, தமிழ் மொழி"},
	{"Thai", "สวัสดีครับ ผมชื่อ\u200bสมชาย", "สวัสดีครับ ผมชื่อสมชาย"},
	{"Khmer and Burmese", "សួស្តី\u200bពិភពលោក မင်္ဂလာပါ", "សួស្តីពិភពលោក မင်္ဂလာပါ"},
	{"Korean", "안녕하세요 ㅋㅋㅋ ㅠㅠ 진짜 K팝 좋아요", "안녕하세요 ㅋㅋㅋ ㅠㅠ 진짜 k팝 좋아요"},
	{"Korean, decomposed", "\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"},
	{"Chinese", "你好,世界。价格１００元ＡＢＣ", "你好,世界。价格100元abc"},
	{"Japanese, halfwidth and fullwidth", "ﾃｽﾄです。ＴＶを見る、１２３！", "テストです。tvを見る、123!"},
	{"emoji, joined and coloured", "👨\u200d👩\u200d👧 👍🏽 ❤\ufe0f 🏳\ufe0f\u200d🌈", "👨\u200d👩\u200d👧 👍🏽 ❤ 🏳\u200d🌈"},
	{"flags and keycaps", "🇩🇪🇫🇷 🇺🇦 1\ufe0f\u20e3 🅰\ufe0f", "🇩🇪🇫🇷 🇺🇦 1 a"},
	{"emoji without a space", "ok👍thanks I❤you so👏much👏fun 안녕😀하세요", "ok👍thanks i❤you so👏much👏fun 안녕😀하세요"},
	{"code", "for (i=0;i<10;i++) { a[i] = b->c * *p; } std::vector<int> v; user_id = x1 + y2", "for (i=0;i<10;i++) { a[i] = b->c * *p; } std::vector<int> v; user_id = x1 + y2"},
	{"a comparison is not a tag", "a < b && c > d, x<y", "a < b && c > d, x<y"},
	{"HTML of an editor", "one<br />two &amp; <b>three</b>&nbsp;four &lt;3", "one\ntwo & three four <3"},
	{"the target of a link is kept", `<a href="https://example.com/x">here</a>`, "https://example.com/x here"},
	{"links, addresses and names", "https://Example.com/A1b2?c=d3 me.too@example.org @user1name #h4sh", "https://example.com/a1b2?c=d3 me.too@example.org @user1name #h4sh"},
	{"numbers in other forms", "m², x³, ½, №5, Ⅷ, ①, 5 ㎏, 20 ℃", "m2, x3, ½, no5, viii, 1, 5 kg, 20 °c"},
	{"one mathematical letter", "𝑥 + 𝑦 = 𝑓(𝑥)", "x + y = f(x)"},
	{"quotes with a wrong encoding", "don\u0092t, it`s, geht´s", "don't, it's, geht's"},
	{"white space", " a\t b \n\n c\u00a0d\u3000e ", "a b\nc d e"},
	{"many signs", "no!!!!!! ------- .....", "no!!! --- ..."},
}

// Legitimate texts in many languages and styles: normalization lowers case,
// collapses white space and the like, and finds no obfuscation.
func TestNormalizeKeepsLegitimateText(t *testing.T) {
	for _, c := range legitimate {
		t.Run(c.about, func(t *testing.T) {
			var f Text
			f.Normalize(c.in)
			if got := string(f.Bytes); got != c.want {
				t.Errorf("%q is normalized to\n%q, want\n%q", c.in, got, c.want)
			}
			if f.Evidence != (Evidence{}) {
				t.Errorf("%q has evidence of %v %v", c.in, f.Evidence, f.Spans)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	for _, c := range []struct{ in, find, want string }{
		{"Say v i a g r a now", "viagra", "v i a g r a"},
		{"öö sаy саsinо now", "casino", "саsinо"},
		{"x ca\u200bsi\u200bno y", "casino", "ca\u200bsi\u200bno"},
		{"<b>Übel</b> &amp; gut", "&", "&amp;"},
		{"at example [dot] com now", "example.com", "example [dot] com"},
		{"only ㎏ of", "kg", "㎏"},
		{"only ㎏ of", "k", "㎏"},
		{"\xff\xfe bad casino", "casino", "casino"},
	} {
		var f Text
		f.Normalize(c.in)
		at := strings.Index(string(f.Bytes), c.find)
		if at < 0 {
			t.Errorf("%q is normalized to %q, without %q", c.in, f.Bytes, c.find)
			continue
		}
		start, end := f.Origin(at, at+len(c.find))
		if got := string([]rune(c.in)[start:end]); got != c.want {
			t.Errorf("%q of %q came from %q, want %q", c.find, c.in, got, c.want)
		}
	}
}

func TestSpansHaveTheirPlace(t *testing.T) {
	var f Text
	f.Normalize("Free c@sh at саsinо and v i a g r a")
	var got []string
	for _, s := range f.Spans {
		got = append(got, fmt.Sprintf("%v %s", s.Kind, f.Bytes[s.Start:s.End]))
	}
	if want := "[leet cash confusable casino spaced viagra]"; fmt.Sprint(got) != want {
		t.Errorf("spots %v, want %s", got, want)
	}
}

// floods are repeated to long texts, for which a careless implementation takes
// quadratic time.
var floods = []string{
	"a", "aa b", "\u0301", "<", "<a", "<!--", "&", "&#", "&amp;", "amp;", " ", ".", "a.", "a ", "a*", "[", "( ", "dot ", ". ",
	"1a", "@", "a@a.", "а", "аa", "😀", "😀\u200d", "\u200b", "🇩", "ㅋ", "中", "ก", "กั", "http://", "\xff", "'", "a'", "xx", "hxxp", "\n", "+1 ", "1", "1.",
}

// The result is at most a small multiple of the source; BenchmarkFloods shows the
// time.
func TestFloods(t *testing.T) {
	var f Text
	for _, what := range floods {
		in := strings.Repeat(what, 1<<18/len(what))
		f.Normalize(in)
		if !utf8.Valid(f.Bytes) || len(f.Bytes) > 2*len(in) {
			t.Errorf("a flood of %q is normalized to %d bytes", what, len(f.Bytes))
		}
	}
	if f.Reset(); cap(f.chars) > 1<<16 {
		t.Error("the buffers of a flood are not released")
	}
}

// Normalization restores most words of an obfuscated text.
func TestNormalizeRecoversWords(t *testing.T) {
	const spam = "Please subscribe to my channel and click here for free money from the best online casino with a bonus today"
	const russian = "Ищу людей для удаленной работы оплата каждый день пишите мне в личные сообщения"
	least := map[disguise.Kind]float64{disguise.Spacing: .6, disguise.Leet: .85, disguise.Mixed: .9, disguise.Punctuation: .9, disguise.Repeats: .9}
	for _, kind := range disguise.Reversible() {
		for _, in := range []string{spam, russian} {
			want := least[kind]
			if want == 0 {
				want = .94
			}
			if in == russian && kind == disguise.Mathematical || kind == disguise.Fullwidth {
				continue // Cyrillic has no such letters
			}
			if got := recovered(kind, in); got < want {
				t.Errorf("%s: %.0f %% of the words of %.20q are restored, want %.0f %%", kind, 100*got, in, 100*want)
			}
		}
	}
}

// recovered obfuscates a text many times and returns the share of its words that
// are found after normalization.
func recovered(kind disguise.Kind, in string) float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields(strings.ToLower(in))
	found, all := 0, 0
	var f Text
	for range 200 {
		f.Normalize(disguise.Apply(kind, rng, in))
		have := map[string]bool{}
		for _, w := range strings.Fields(string(f.Bytes)) {
			have[w] = true
		}
		for _, w := range words {
			all++
			if have[w] {
				found++
			}
		}
	}
	return float64(found) / float64(all)
}
