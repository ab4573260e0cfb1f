package campaign_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"winnow/classifier/campaign"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

func sketchOf(s string) (models.Sketch, bool) {
	var f normalize.Text
	f.Normalize(s)
	return campaign.SketchOf(&f)
}

// common returns how many bands two texts share, -1 when one has no sketch.
func common(a, b string) int {
	x, one := sketchOf(a)
	y, two := sketchOf(b)
	if !one || !two {
		return -1
	}
	n := 0
	for i := range x {
		if x[i] == y[i] {
			n++
		}
	}
	return n
}

func TestCopiesMatch(t *testing.T) {
	const offer = "I was jobless for a year, then Mrs Ruth Miller taught me to trade and now I earn 4,500 dollars a week from home. Write to her at https://ruth.example/start today!"
	for what, pair := range map[string][2]string{
		"with another name":   {offer, strings.ReplaceAll(offer, "Ruth Miller", "Agnes Dove")},
		"with another link":   {offer, strings.ReplaceAll(offer, "https://ruth.example/start", "www.agnes.example/?id=99")},
		"with other numbers":  {offer, strings.ReplaceAll(offer, "4,500", "9.250")},
		"with emoji put in":   {offer, strings.ReplaceAll(offer, ", ", " 🔥🔥 💰 ")},
		"in capitals":         {offer, strings.ToUpper(offer)},
		"with a mention":      {offer, "@paul @anna " + offer},
		"with words in front": {offer, "Hello everybody here! " + offer},
		"in German":           {"Ich habe mit dieser Methode endlich meine Schulden bezahlt, schreibt Frau Weber, sie hilft jedem", "Ich habe mit dieser Methode endlich meine Schulden bezahlt, schreibt Herrn Kunze, er hilft jedem 😍"},
		"in Russian":          {"Заработок на дому без вложений, от 5000 рублей в день, пишите в личные сообщения Анне", "Заработок на дому без вложений, от 7000 рублей в день, пишите в личные сообщения Ольге"},
		"in Greek":            {"Κερδίστε χρήματα από το σπίτι σας κάθε μέρα χωρίς καμία εμπειρία με τη Μαρία", "Κερδίστε χρήματα από το σπίτι σας κάθε μέρα χωρίς καμία εμπειρία με την Ελένη"},
		"in Chinese":          {"在家兼职每天轻松赚钱,无需经验,添加老师微信马上开始 abc123", "在家兼职每天轻松赚钱,无需经验,添加客服微信马上开始 xyz789"},
		"in Thai":             {"ทำงานที่บ้านรายได้ดีทุกวันไม่ต้องมีประสบการณ์ ติดต่อคุณสมชาย", "ทำงานที่บ้านรายได้ดีทุกวันไม่ต้องมีประสบการณ์ ติดต่อคุณสมหญิง"},
		"in Korean":           {"집에서 하루 한시간 일하고 월 오백만원 벌어요 지금 바로 김선생님께 문의하세요", "집에서 하루 한시간 일하고 월 오백만원 벌어요 지금 바로 박선생님께 문의하세요"},
		"in Arabic":           {"اربح المال من المنزل كل يوم بدون خبرة تواصل مع السيدة مريم الآن", "اربح المال من المنزل كل يوم بدون خبرة تواصل مع السيدة فاطمة الآن"},
	} {
		if n := common(pair[0], pair[1]); n < models.MinSharedBands {
			t.Errorf("a copy %s shares %d bands of %d", what, n, models.SketchSize)
		}
	}
}

// ordinary are comments of six to ten words, on the same subjects and with the
// same phrases.
var ordinary = []string{
	"I completely agree with the author of this article",
	"I completely disagree with everything the author says here",
	"The government should have done something about this years ago",
	"The government has never done anything useful about housing",
	"Why does nobody ever talk about the cost of this",
	"Why does nobody ask the people who actually live there",
	"Thank you for this thoughtful and well researched article",
	"Thank you for finally reporting on what happened here",
	"This is what happens when you vote for them",
	"This is exactly what happens every single winter around here",
	"Das ist doch wirklich nicht mehr normal in diesem Land",
	"Das ist doch genau das, was wir seit Jahren sagen",
	"Ich verstehe nicht, warum darüber niemand offen reden will",
	"Ich verstehe die Aufregung um diesen Vorschlag überhaupt nicht",
	"Полностью согласен с автором, давно пора было это сказать",
	"Полностью не согласен, автор ничего не понимает в экономике",
	"这个政策实施以后我们小区的生活真的方便了很多",
	"这个城市的房价实在太高了年轻人根本买不起房子",
	"정부가 이 문제를 해결할 생각이 전혀 없는 것 같습니다",
	"정부가 발표한 대책은 우리 지역에는 아무 도움이 안 됩니다",
}

// Of comments that share a quarter of their words and pairs, one in 200 matches by
// chance; here the first two of the list do.
func TestOrdinaryCommentsDoNotMatch(t *testing.T) {
	var matches []string
	for i, a := range ordinary {
		for _, b := range ordinary[:i] {
			n := common(a, b)
			if n < 0 {
				t.Errorf("no sketch of %q or %q", a, b)
			}
			if n >= models.MinSharedBands {
				matches = append(matches, a+" | "+b)
			}
		}
	}
	if len(matches) > 1 {
		t.Errorf("%d pairs match: %q", len(matches), matches)
	}
}

func TestShortTextHasNoSketch(t *testing.T) {
	for _, s := range []string{
		"", "First!", "Thank you so much", "I agree, well said", "lol lol lol lol lol lol lol lol lol lol",
		"a b c d e f g h", "👍👍👍👍👍👍👍👍👍", "https://one.example/a/long/path/with/many/words/in/it https://two.example",
		"12 34 56 78 90 123 456 789", "谢谢大家", strings.Repeat("a", 100_000), strings.Repeat("<", 100_000),
		strings.Repeat("\u0301", 100_000), "@ann @bob @cem @dora @emil @fritz @gustav @hans @ida",
	} {
		if _, ok := sketchOf(s); ok {
			t.Errorf("%.60q has a sketch", s)
		}
	}
}

// With up to a tenth of the words changed nearly all copies match; with all words
// changed none does.
func TestRecallByShareOfChangedWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 9))
	words := func(n int) []string {
		w := make([]string, n)
		for i := range w {
			for range 3 + rng.IntN(6) {
				w[i] += string(rune('a' + rng.IntN(26)))
			}
		}
		return w
	}
	for _, c := range []struct {
		words, changed int
		least, most    float64
	}{{10, 1, .9, 1}, {20, 2, .9, 1}, {40, 4, .9, 1}, {40, 20, 0, .2}, {40, 40, 0, 0}} {
		matches := 0
		const tries = 400
		for range tries {
			a := words(c.words)
			b := append([]string(nil), a...)
			for j, w := range words(c.changed) {
				b[rng.Perm(len(b))[0]] = w
				if c.changed == c.words {
					b[j] = w
				}
			}
			if common(strings.Join(a, " "), strings.Join(b, " ")) >= models.MinSharedBands {
				matches++
			}
		}
		if share := float64(matches) / tries; share < c.least || share > c.most {
			t.Errorf("%d of %d words changed: %.2f match, want %.2f to %.2f", c.changed, c.words, share, c.least, c.most)
		}
	}
}

// FuzzSketch checks that a text always has the same sketch, and that what campaigns
// vary does not change it.
func FuzzSketch(f *testing.F) {
	for _, s := range ordinary {
		f.Add(s)
	}
	f.Add("http://a.example/x@y z.w ก่า กา ー々 \u200d \xff\x00 www. a@b.c 1a2 ة")
	f.Fuzz(func(t *testing.T, s string) {
		one, ok := campaign.SketchOf(&normalize.Text{Bytes: []byte(s)})
		if ok != (one != models.Sketch{}) {
			t.Fatalf("%q: %v, %v", s, one, ok)
		}
		two, again := campaign.SketchOf(&normalize.Text{Bytes: []byte(s + " 👍 123 https://a.example/b @ann x.example")})
		if ok != again || one != two {
			t.Fatalf("%q: a link, mention, number or emoji changed the sketch", s)
		}
	})
}

func BenchmarkSketch(b *testing.B) {
	var f normalize.Text
	f.Normalize(strings.Join(ordinary[:5], ". "))
	b.ReportAllocs()
	for b.Loop() {
		campaign.SketchOf(&f)
	}
}
