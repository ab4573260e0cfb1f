package rules_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

func compile(t testing.TB, r models.Rules) *rules.Set {
	t.Helper()
	s, err := rules.Compile(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fire(s *rules.Set, c rules.Context) []models.Signal {
	c.Body = new(normalize.Text)
	c.Body.Normalize(c.Doc.Text)
	return s.Apply(c)
}

func apply(s *rules.Set, body string) []models.Signal {
	return fire(s, rules.Context{Doc: features.Doc{Text: body}})
}

// told writes signals as "name detail [found in the text]".
func told(signals []models.Signal, body string) []string {
	out := []string{}
	for _, s := range signals {
		line := strings.TrimPrefix(s.Name, "rule:")
		if s.Detail != "" {
			line += " " + s.Detail
		}
		for _, at := range s.At {
			line += " [" + string([]rune(body)[at[0]:at[1]]) + "]"
		}
		out = append(out, line)
	}
	return out
}

func blocking(words ...string) models.Rules {
	return models.Rules{BlockedWords: models.BlockedWords{Words: words}}
}

func TestWords(t *testing.T) {
	for what, c := range map[string]struct {
		words []string
		body  string
		found []string // entries, with the place as it was written
	}{
		"a word without case":              {[]string{"Casino"}, "The CASINO is open", []string{"Casino [CASINO]"}},
		"whole words alone":                {[]string{"ass"}, "classic assessment, pass", nil},
		"a word beside signs":              {[]string{"spam"}, "(spam), »spam«", []string{"spam [spam] [spam]"}},
		"a prefix":                         {[]string{"idiot*"}, "Such idiotic idiots, not nonidiots", []string{"idiot* [idiotic] [idiots]"}},
		"a prefix is a word of its own":    {[]string{"idiot*"}, "idiot", []string{"idiot* [idiot]"}},
		"a phrase over signs and lines":    {[]string{"buy now"}, "Buy,\n\tnow! now buy", []string{"buy now [Buy,\n\tnow]"}},
		"a phrase that ends in a prefix":   {[]string{"free bitcoin*"}, "free bitcoins", []string{"free bitcoin* [free bitcoins]"}},
		"part of a phrase is none":         {[]string{"buy now"}, "buy it now", nil},
		"entries within each other":        {[]string{"new york times", "york", "york times"}, "New York Times", []string{"new york times [New York Times]", "york times [York Times]", "york [York]"}},
		"a phrase after a false start":     {[]string{"a a b"}, "xa ya a a a b", []string{"a a b [a a b]"}},
		"letters of another alphabet":      {[]string{"casino"}, "best cаsіnо here", []string{"casino [cаsіnо]"}},
		"letters nobody sees":              {[]string{"casino"}, "best ca\u200bsi\u200dno here", []string{"casino [ca\u200bsi\u200dno]"}},
		"letters set apart":                {[]string{"casino"}, "best c a s i n o here", []string{"casino [c a s i n o]"}},
		"letters with dots":                {[]string{"casino"}, "best c.a.s.i.n.o here", []string{"casino [c.a.s.i.n.o]"}},
		"mathematical letters":             {[]string{"casino"}, "best 𝐜𝐚𝐬𝐢𝐧𝐨 here", []string{"casino [𝐜𝐚𝐬𝐢𝐧𝐨]"}},
		"digits for letters":               {[]string{"viagra"}, "best v1agra here", []string{"viagra [v1agra]"}},
		"an entry in disguise":             {[]string{"ｃａｓｉｎｏ"}, "best casino here", []string{"ｃａｓｉｎｏ [casino]"}},
		"German":                           {[]string{"Lügenpresse"}, "Ihr LÜGENPRESSE!", []string{"Lügenpresse [LÜGENPRESSE]"}},
		"Russian":                          {[]string{"казино*"}, "В нашем КАЗИНО", []string{"казино* [КАЗИНО]"}},
		"Greek":                            {[]string{"καζίνο"}, "στο καζίνο μας", []string{"καζίνο [καζίνο]"}},
		"Arabic":                           {[]string{"قمار"}, "هذا قمار حرام", []string{"قمار [قمار]"}},
		"Hindi":                            {[]string{"जुआ"}, "यह जुआ है", []string{"जुआ [जुआ]"}},
		"Hindi, not a word with one more":  {[]string{"क"}, "यह की है", nil},
		"Korean":                           {[]string{"도박*"}, "온라인 도박을 하세요", []string{"도박* [도박을]"}},
		"Korean, whole words":              {[]string{"도박"}, "온라인 도박을 하세요", nil},
		"Chinese, anywhere":                {[]string{"加微信"}, "请马上加微信吧", []string{"加微信 [加微信]"}},
		"Chinese, set apart":               {[]string{"加微信"}, "请加 微-信吧", []string{"加微信 [加 微-信]"}},
		"Chinese and Latin":                {[]string{"加vx"}, "请加VX吧, 加vxy", []string{"加vx [加VX]"}},
		"Japanese, anywhere":               {[]string{"カジノ", "スーパー"}, "オンラインカジノでスーパー勝利", []string{"カジノ [カジノ]", "スーパー [スーパー]"}},
		"Thai, anywhere":                   {[]string{"พนัน"}, "เล่นพนันออนไลน์", []string{"พนัน [พนัน]"}},
		"Thai, not with another tone":      {[]string{"ขาว"}, "ข่าววันนี้", nil},
		"an emoji":                         {[]string{"🍆"}, "eat🍆 it", []string{"🍆 [🍆]"}},
		"emoji together":                   {[]string{"🍆💦"}, "🍆 x 💦 and 💦🍆", []string{"🍆💦 [🍆 x 💦]"}},
		"an emoji does not part a phrase":  {[]string{"buy now"}, "buy 🔥 now", []string{"buy now [buy 🔥 now]"}},
		"blocked and suspect: blocked":     {[]string{"spam", "spam"}, "spam", []string{"spam [spam]"}},
		"nothing in nothing":               {[]string{"spam"}, "", nil},
		"broken text":                      {[]string{"spam"}, "\xff spam \xc3", []string{"spam [spam]"}},
		"two places of an entry, in order": {[]string{"spam"}, "spam, spam", []string{"spam [spam] [spam]"}},
	} {
		var want []string
		for _, f := range c.found {
			want = append(want, "blocked-word "+f)
		}
		got := told(apply(compile(t, blocking(c.words...)), c.body), c.body)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, wanted %q", what, got, want)
		}
	}
}

func TestListsOfWords(t *testing.T) {
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
	crypto := models.Signal{Name: "rule:suspect-word", Detail: "crypto", Action: models.Hold, At: [][2]int{{0, 6}, {15, 21}}}
	casino := models.Signal{Name: "rule:blocked-word", Detail: "casino", Action: models.Reject, At: [][2]int{{7, 13}}}
	name := models.Signal{Name: "rule:blocked-name", Detail: "casino", Action: models.Reject}
	check("blocked words reject, suspect ones hold", r, crypto, casino, name)

	r.BlockedWords.Action, casino.Action, name.Action = models.Hold, models.Hold, models.Hold
	r.SuspectWords.Weight, crypto.Action, crypto.Weight = 1.5, "", 1.5
	check("as the newsroom says", r, crypto, casino, name)
}

func TestNoRules(t *testing.T) {
	for _, s := range []*rules.Set{nil, {}, compile(t, models.Rules{})} {
		if got := apply(s, "casino http://evil.example http://evil.example"); len(got) > 0 {
			t.Errorf("no rules, and %+v fired", got)
		}
	}
}

func TestManyHitsAreBounded(t *testing.T) {
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
		places += len(sig.At)
	}
	if of["rule:blocked-word"] == 0 || of["rule:suspect-word"] == 0 || len(got) > 100 || places > 600 {
		t.Errorf("%v, %d places", of, places)
	}
}

func TestAuthors(t *testing.T) {
	all := models.AuthorRules{HoldFirst: true, HoldAnonymous: true, TrustAfter: 5}
	for what, c := range map[string]struct {
		rules models.AuthorRules
		in    rules.Context
		want  []string
	}{
		"nobody vouches for the author":       {all, rules.Context{}, []string{"anonymous"}},
		"a record without identity is none":   {all, rules.Context{Record: models.Record{Approved: 99}}, []string{"anonymous"}},
		"nothing was approved yet":            {all, rules.Context{Identified: true, Record: models.Record{Rejected: 2, Pending: 1}}, []string{"first-time"}},
		"one was approved":                    {all, rules.Context{Identified: true, Record: models.Record{Approved: 1}}, nil},
		"enough were approved":                {all, rules.Context{Identified: true, Record: models.Record{Approved: 5}}, []string{"trusted 5"}},
		"enough, and one was rejected":        {all, rules.Context{Identified: true, Record: models.Record{Approved: 9, Rejected: 1}, RejectedLately: 1}, nil},
		"enough, and one rejected long ago":   {all, rules.Context{Identified: true, Record: models.Record{Approved: 9, Rejected: 1}}, []string{"trusted 9"}},
		"no such rules":                       {models.AuthorRules{}, rules.Context{}, nil},
		"no such rules, with identity":        {models.AuthorRules{}, rules.Context{Identified: true, Record: models.Record{Approved: 9}}, nil},
		"only anonymous authors are held":     {models.AuthorRules{HoldAnonymous: true}, rules.Context{Identified: true}, nil},
		"only first-time authors are held":    {models.AuthorRules{HoldFirst: true}, rules.Context{}, nil},
		"trust alone, for one who has earned": {models.AuthorRules{TrustAfter: 1}, rules.Context{Identified: true, Record: models.Record{Approved: 1}}, []string{"trusted 1"}},
	} {
		got := told(fire(compile(t, models.Rules{Authors: c.rules}), c.in), "")
		if !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: %q, wanted %q", what, got, c.want)
		}
	}
}

func TestLength(t *testing.T) {
	s := compile(t, models.Rules{Length: models.LengthRules{Min: 3, Max: 6}})
	for body, want := range map[string][]string{
		"äö": {"too-short 2"}, "äöü": nil, "👍👍👍👍👍👍": nil, "1234567": {"too-long 7"}, "  ab \n": {"too-short 2"}, "": {"too-short 0"},
	} {
		if got := told(apply(s, body), ""); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q: %q, wanted %q", body, got, want)
		}
	}
}

func TestRefusedRules(t *testing.T) {
	five := strings.Repeat("x", models.MaxRuleEntry+1)
	minus := -1
	for field, r := range map[string]models.Rules{
		"blocked_words.words[1]":     blocking("fine", " "),
		"blocked_words.words[0]":     blocking("f*ck"),
		"blocked_words.words[2]":     blocking("fine", "fine*", "a*"),
		"blocked_words.words":        blocking(make([]string, models.MaxRuleEntries+1)...),
		"blocked_words.action":       {BlockedWords: models.BlockedWords{Action: models.Approve}},
		"suspect_words.words[0]":     {SuspectWords: models.SuspectWords{Words: []string{five}}},
		"suspect_words.words[3]":     {SuspectWords: models.SuspectWords{Words: []string{"a", "b", "c", "?!"}}},
		"suspect_words.weight":       {SuspectWords: models.SuspectWords{Weight: -1}},
		"blocked_domains.domains[0]": {BlockedDomains: models.BlockedDomains{Domains: []string{"https://evil.example/"}}},
		"blocked_domains.domains[1]": {BlockedDomains: models.BlockedDomains{Domains: []string{"evil.example", "evil..example"}}},
		"blocked_domains.action":     {BlockedDomains: models.BlockedDomains{Action: "delete"}},
		"links.max":                  {Links: models.LinkRules{Max: &minus}},
		"links.allowed[0]":           {Links: models.LinkRules{Allowed: []string{"*"}}},
		"authors.trust_after":        {Authors: models.AuthorRules{TrustAfter: -1}},
		"authors.trust_days":         {Authors: models.AuthorRules{TrustDays: models.MaxRuleDays + 1}},
		"length.min":                 {Length: models.LengthRules{Min: 9, Max: 8}},
		"length.max":                 {Length: models.LengthRules{Max: models.MaxBody + 1}},
		"blocked_words.words[4]":     blocking("a", "b", "c", "d", "\xff"),
		"blocked_words.words[5]":     blocking("a", "b", "c", "d", "e", "x\x00"),
		"blocked_words.words[6]":     blocking("a", "b", "c", "d", "e", "f", strings.Repeat("ﷺ", 90)),
		"suspect_words.words[1]":     {SuspectWords: models.SuspectWords{Words: []string{"a", "\u200b"}}},
		"blocked_domains.domains[2]": {BlockedDomains: models.BlockedDomains{Domains: []string{"a.example", "b.example", "..."}}},
		"blocked_domains.domains":    {BlockedDomains: models.BlockedDomains{Domains: make([]string, models.MaxRuleEntries+1)}},
		"links.allowed":              {Links: models.LinkRules{Allowed: make([]string, models.MaxRuleEntries+1)}},
	} {
		_, err := rules.Compile(r)
		var e *models.Error
		if models.KindOf(err) != models.KindInvalid {
			t.Errorf("%s: %v", field, err)
			continue
		}
		e = err.(*models.Error)
		if len(e.Fields) != 1 || e.Fields[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	many := blocking(slices.Repeat([]string{""}, 5000)...)
	if e := many.Validate().(*models.Error); len(e.Fields) > 20 {
		t.Errorf("%d faults are told at once", len(e.Fields))
	}
	big := blocking(slices.Repeat([]string{strings.Repeat("ж", 90)}, 5000)...)
	if models.KindOf(big.Validate()) != models.KindInvalid {
		t.Error("900 kB of words are fine")
	}
}

func TestSetIsShared(t *testing.T) {
	max := 0
	s := compile(t, models.Rules{
		BlockedWords: models.BlockedWords{Words: []string{"casino*", "加微信"}}, Links: models.LinkRules{Max: &max},
		BlockedDomains: models.BlockedDomains{Domains: []string{"evil.example"}},
	})
	const body = "Casinos! 请加微信 at http://evil.example"
	want := apply(s, body)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				got := fire(s, rules.Context{Doc: features.Doc{Text: body, Author: "Ann"}})
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%+v, alone %+v", got, want)
					return
				}
			}
		})
	}
	all.Wait()
}

// within fails when a place is not in the text.
func within(t *testing.T, signals []models.Signal, body string) {
	t.Helper()
	n := utf8.RuneCountInString(body)
	for _, s := range signals {
		for _, at := range s.At {
			if at[0] < 0 || at[1] < at[0] || at[1] > n {
				t.Errorf("%s %q at %v of %d characters", s.Name, s.Detail, at, n)
			}
		}
	}
}
