package campaign_test

import (
	"slices"
	"testing"

	"winnow/classifier/campaign"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
)

func printOf(d features.Doc) campaign.Print {
	var body normalize.Text
	body.Normalize(d.Text)
	return campaign.PrintOf(&body, d, func(host string) bool { return host == "gazette.example" })
}

func TestContacts(t *testing.T) {
	for text, want := range map[string][]string{
		"Nothing here, said Mr. Smith. Really...":                {},
		"visit WIN-big (dot) top now":                            {"win-big.top"},
		"https://go.win-big.top/?ref=8, and http://win-big.top.": {"win-big.top"},
		"http://192.0.2.7/x":                                     {"192.0.2.7"},
		"http://shop.unheardof/":                                 {"shop.unheardof"},
		"it ended.then we went home":                             {},
		"our own https://gazette.example/a1":                     {},
		"https://www.bbc.co.uk/news/uk-12345678":                 {},
		"https://www.parliament.gov.uk/bill":                     {},
		"https://herald.test/2026/a-bridge-for-the-old-harbour":  {"herald.test/2026/a-bridge-for-the-old-harbour"},
		"https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3":        {"youtube.com/watch?v=dqw4w9wgxcq"},
		"https://www.google.com/search?q=boats":                  {},
		"ask @Crypto_Anna or t.me/cryptoanna":                    {"@crypto_anna"},
		"@Marianne I do not think so":                            {},
		"@marianne_77 has helped me":                             {"@marianne_77"},
		"I think @marianne is right":                             {"@marianne"},
		"call +49 (0)151 23456789":                               {"49015123456789"},
		"call 0151-23456789, or wa.me/4915123456789":             {"015123456789"},
		"on 29.11.2026 it cost 12 000 000 000":                   {},
		"write to Joe.Doe@mail.test":                             {"joe.doe@mail.test"},
		"https://t.me/+AbCdEf123":                                {"t.me/+abcdef123"},
	} {
		got := []string{}
		for _, c := range printOf(features.Doc{Text: text}).Contacts {
			got = append(got, c.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	same := [][]string{
		{"+49 151 23456789", "0151/23456789", "https://wa.me/4915123456789", "0151 234 567 89"},
		{"see @anna_trades9", "t.me/AnnaTrades9", "https://telegram.me/anna.trades9"},
		{"www.win-big.top", "hxxp://m.win-big[.]top/app"},
	}
	for _, texts := range same {
		first := printOf(features.Doc{Text: texts[0]}).Contacts
		for _, text := range texts {
			if got := printOf(features.Doc{Text: text}).Contacts; len(got) != 1 || got[0].Hash != first[0].Hash {
				t.Errorf("%q is not %q: %+v", text, texts[0], got)
			}
		}
	}
	if got := printOf(features.Doc{Text: "Well said.", AuthorURL: "https://Win-Big.top/x"}).Contacts; len(got) != 1 || got[0].Text != "win-big.top" {
		t.Errorf("the home page gives %+v", got)
	}
}

func TestSlogans(t *testing.T) {
	for text, want := range map[string]bool{
		"Save our tram and keep the harbour public!":                   true,
		"Save our tram and keep the harbour public! tram.top":          false,
		"Save our tram and keep the harbour public! Code TRAM50":       false,
		"Save our tram and keep the harbour public! Call 0151 2345678": false,
		"Free Assange!": false, // too short to be compared at all
		"I enjoyed this article on the tram, and will show it to my colleagues": false,
	} {
		if got := printOf(features.Doc{Text: text}).Slogan; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestAPlainTextCostsNoAllocation(t *testing.T) {
	d := features.Doc{Text: "The council met on Tuesday 3 June. Nobody could say what the new bridge costs; some spoke of 9.5 million, or 12."}
	var body normalize.Text
	body.Normalize(d.Text)
	known := func(string) bool { return false }
	if n := testing.AllocsPerRun(100, func() { campaign.PrintOf(&body, d, known) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPrint(b *testing.B) {
	d := features.Doc{Text: "The council met on Tuesday 3 June. Nobody could say what the new bridge costs; some spoke of 9.5 million, or 12."}
	var body normalize.Text
	body.Normalize(d.Text)
	known := func(string) bool { return false }
	b.Run("sketch", func(b *testing.B) {
		for b.Loop() {
			campaign.SketchOf(&body)
		}
	})
	b.Run("print", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			campaign.PrintOf(&body, d, known)
		}
	})
}
