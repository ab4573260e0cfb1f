package rules_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/models"
)

func TestWords(t *testing.T) {
	for what, c := range map[string]struct {
		words []string
		body  string
		found []string // entries, with the place as it was written
	}{
		"a word without case":               {[]string{"Casino"}, "The CASINO is open", []string{"Casino [CASINO]"}},
		"whole words alone":                 {[]string{"ass"}, "classic assessment, pass", nil},
		"a word beside signs":               {[]string{"spam"}, "(spam), »spam«", []string{"spam [spam] [spam]"}},
		"a prefix":                          {[]string{"idiot*"}, "Such idiotic idiots, not nonidiots", []string{"idiot* [idiotic] [idiots]"}},
		"a prefix is a word of its own":     {[]string{"idiot*"}, "idiot", []string{"idiot* [idiot]"}},
		"a phrase over signs and lines":     {[]string{"buy now"}, "Buy,\n\tnow! now buy", []string{"buy now [Buy,\n\tnow]"}},
		"a phrase that ends in a prefix":    {[]string{"free bitcoin*"}, "free bitcoins", []string{"free bitcoin* [free bitcoins]"}},
		"part of a phrase is not enough":    {[]string{"buy now"}, "buy it now", nil},
		"entries within each other":         {[]string{"new york times", "york", "york times"}, "New York Times", []string{"new york times [New York Times]", "york times [York Times]", "york [York]"}},
		"a phrase after a false start":      {[]string{"a a b"}, "xa ya a a a b", []string{"a a b [a a b]"}},
		"letters of another alphabet":       {[]string{"casino"}, "best cаsіnо here", []string{"casino [cаsіnо]"}},
		"invisible characters":              {[]string{"casino"}, "best ca\u200bsi\u200dno here", []string{"casino [ca\u200bsi\u200dno]"}},
		"letters separated by spaces":       {[]string{"casino"}, "best c a s i n o here", []string{"casino [c a s i n o]"}},
		"letters separated by dots":         {[]string{"casino"}, "best c.a.s.i.n.o here", []string{"casino [c.a.s.i.n.o]"}},
		"mathematical letters":              {[]string{"casino"}, "best 𝐜𝐚𝐬𝐢𝐧𝐨 here", []string{"casino [𝐜𝐚𝐬𝐢𝐧𝐨]"}},
		"digits for letters":                {[]string{"viagra"}, "best v1agra here", []string{"viagra [v1agra]"}},
		"an obfuscated entry":               {[]string{"ｃａｓｉｎｏ"}, "best casino here", []string{"ｃａｓｉｎｏ [casino]"}},
		"German":                            {[]string{"Lügenpresse"}, "Ihr LÜGENPRESSE!", []string{"Lügenpresse [LÜGENPRESSE]"}},
		"Russian":                           {[]string{"казино*"}, "В нашем КАЗИНО", []string{"казино* [КАЗИНО]"}},
		"Greek":                             {[]string{"καζίνο"}, "στο καζίνο μας", []string{"καζίνο [καζίνο]"}},
		"Arabic":                            {[]string{"قمار"}, "هذا قمار حرام", []string{"قمار [قمار]"}},
		"Hindi":                             {[]string{"जुआ"}, "यह जुआ है", []string{"जुआ [जुआ]"}},
		"Hindi, not a word with one more":   {[]string{"क"}, "यह की है", nil},
		"Korean":                            {[]string{"도박*"}, "온라인 도박을 하세요", []string{"도박* [도박을]"}},
		"Korean, whole words":               {[]string{"도박"}, "온라인 도박을 하세요", nil},
		"Chinese, anywhere":                 {[]string{"加微信"}, "请马上加微信吧", []string{"加微信 [加微信]"}},
		"Chinese, separated by signs":       {[]string{"加微信"}, "请加 微-信吧", []string{"加微信 [加 微-信]"}},
		"Chinese and Latin":                 {[]string{"加vx"}, "请加VX吧, 加vxy", []string{"加vx [加VX]"}},
		"Japanese, anywhere":                {[]string{"カジノ", "スーパー"}, "オンラインカジノでスーパー勝利", []string{"カジノ [カジノ]", "スーパー [スーパー]"}},
		"Thai, anywhere":                    {[]string{"พนัน"}, "เล่นพนันออนไลน์", []string{"พนัน [พนัน]"}},
		"Thai, not with another tone":       {[]string{"ขาว"}, "ข่าววันนี้", nil},
		"an emoji":                          {[]string{"🍆"}, "eat🍆 it", []string{"🍆 [🍆]"}},
		"emoji together":                    {[]string{"🍆💦"}, "🍆 x 💦 and 💦🍆, 🍆💦", []string{"🍆💦 [🍆💦]"}},
		"an emoji with a skin tone":         {[]string{"👍", "🖕🏽"}, "👍🏽 and 🖕", []string{"👍 [👍🏽]", "🖕🏽 [🖕]"}},
		"not a part of an emoji":            {[]string{"👨"}, "👨‍👩‍👧", nil},
		"a flag":                            {[]string{"🇪🇺"}, "🇩🇪🇺🇸 and 🇫🇷🇪🇺", []string{"🇪🇺 [🇪🇺]"}},
		"signs side by side":                {[]string{"$$$"}, "between 5 $ and 9 $, or 3 $; earn $$$ fast", []string{"$$$ [$$$]"}},
		"signs after a word":                {[]string{"c++", "c#"}, "Vitamin C, c + +, a c-sharp; C++ and (C#)", []string{"c++ [C++]", "c# [C#]"}},
		"a dot before a word":               {[]string{".net"}, "the net result. Net of tax", nil},
		"a dot before a word, found":        {[]string{".net"}, "learn .NET, or asp.net", []string{".net [.NET] [.net]"}},
		"signs within a phrase":             {[]string{"100% free", "@admin"}, "100 free; admin; 100% (free) @Admin", []string{"100% free [100% (free]", "@admin [@Admin]"}},
		"punctuation in an entry":           {[]string{"e-mail me", "hey, you"}, "E mail me hey you", []string{"e-mail me [E mail me]", "hey, you [hey you]"}},
		"sharp s":                           {[]string{"straße", "SCHEISSE*"}, "STRASSE, Straße; scheißegal", []string{"straße [STRASSE] [Straße]", "SCHEISSE* [scheißegal]"}},
		"half-width kana":                   {[]string{"バカ"}, "このﾊﾞｶめ", []string{"バカ [ﾊﾞｶ]"}},
		"Arabic with vowel signs":           {[]string{"كلب"}, "أنت كَلْبٌ", []string{"كلب [كَلْبٌ]"}},
		"Arabic with prefixes":              {[]string{"*كلب"}, "والكلب", []string{"*كلب [والكلب]"}},
		"Hebrew with points and prefix":     {[]string{"*כלב"}, "הַכֶּלֶב", []string{"*כלב [הַכֶּלֶב]"}},
		"forms of alef":                     {[]string{"احمق"}, "يا أحمق", []string{"احمق [أحمق]"}},
		"Turkish i without a dot":           {[]string{"sikıl*", "pislik"}, "SIKIL sikilir PİSLİK", []string{"sikıl* [SIKIL] [sikilir]", "pislik [PİSLİK]"}},
		"i with two dots":                   {[]string{"idiot"}, "quel ïdiot", []string{"idiot [ïdiot]"}},
		"an accent is a letter of its own":  {[]string{"ano"}, "feliz año", nil},
		"masked letters":                    {[]string{"fuck", "bitch", "shit*"}, "f*ck f**k, b#tch, sh*tty, *itch, _fuck_", []string{"fuck [fuck] [f*ck] [f**k]", "bitch [b#tch] [*itch]", "shit* [sh*tty]"}},
		"too many masks":                    {[]string{"fuck", "ok"}, "f*** **** *k o* 2*3", nil},
		"masks of another length":           {[]string{"fuck"}, "f*k f***k f*ckers", nil},
		"a star in front":                   {[]string{"*sohn"}, "Hurensohn, sohn, sohnes", []string{"*sohn [Hurensohn] [sohn]"}},
		"a star inside":                     {[]string{"un*able"}, "unbelievable, unable, unably", []string{"un*able [unbelievable] [unable]"}},
		"stars in a phrase":                 {[]string{"kill* your*"}, "Killing yourself, kill you; killer, YOUR", []string{"kill* your* [Killing yourself] [killer, YOUR]"}},
		"stars around":                      {[]string{"*scheiß*"}, "Verscheißert, scheiss", []string{"*scheiß* [Verscheißert] [scheiss]"}},
		"one anchor of several entries":     {[]string{"idiot a*b", "un* idiot"}, "uncouth idiot aab", []string{"idiot a*b [idiot aab]", "un* idiot [uncouth idiot]"}},
		"an emoji does not divide a phrase": {[]string{"buy now"}, "buy 🔥 now", []string{"buy now [buy 🔥 now]"}},
		"blocked and suspect: blocked":      {[]string{"spam", "spam"}, "spam", []string{"spam [spam]"}},
		"an empty text":                     {[]string{"spam"}, "", nil},
		"invalid UTF-8":                     {[]string{"spam"}, "\xff spam \xc3", []string{"spam [spam]"}},
		"two places of an entry, in order":  {[]string{"spam"}, "spam, spam", []string{"spam [spam] [spam]"}},
	} {
		var want []string
		for _, f := range c.found {
			want = append(want, "blocked-word "+f)
		}
		got := describe(apply(compile(t, blocking(c.words...)), c.body), c.body)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
}

func TestActionsOfWordLists(t *testing.T) {
	r := models.Rules{
		BlockedWords: models.BlockedWords{Words: []string{"casino"}},
		SuspectWords: models.SuspectWords{Words: []string{"crypto", "casino"}},
	}
	const body = "crypto casino, crypto"
	check := func(what string, r models.Rules, want ...models.Signal) {
		t.Helper()
		got := fire(compile(t, r), rules.Context{Doc: features.Doc{Text: body, Author: "Casino Crypto"}})
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", what, got)
		}
	}
	crypto := models.Signal{Name: "rule:suspect-word", Detail: "crypto", Action: models.Hold, Spans: [][2]int{{0, 6}, {15, 21}}}
	casino := models.Signal{Name: "rule:blocked-word", Detail: "casino", Action: models.Reject, Spans: [][2]int{{7, 13}}}
	name := models.Signal{Name: "rule:blocked-name", Detail: "casino", Action: models.Reject}
	check("blocked words reject, suspect ones hold", r, crypto, casino, name)

	r.BlockedWords.Action, casino.Action, name.Action = models.Hold, models.Hold, models.Hold
	r.SuspectWords.Weight, crypto.Action, crypto.Weight = 1.5, "", 1.5
	check("as configured", r, crypto, casino, name)
}

func TestSignalsAreBounded(t *testing.T) {
	var words []string
	for i := range 2000 {
		words = append(words, fmt.Sprintf("word%cx%d", 'a'+rune(i%26), i))
	}
	s := compile(t, models.Rules{
		BlockedWords: models.BlockedWords{Words: words[:1000]}, SuspectWords: models.SuspectWords{Words: words[1000:]},
	})
	body := strings.Repeat(strings.Join(words[500:1500], " ")+" ", 3)
	got := apply(s, body)
	places, of := 0, map[string]int{}
	for _, sig := range got {
		of[sig.Name]++
		places += len(sig.Spans)
	}
	if of["rule:blocked-word"] == 0 || of["rule:suspect-word"] == 0 || len(got) > 100 || places > 600 {
		t.Errorf("%v, %d places", of, places)
	}
}
