package features

import (
	"slices"
	"strings"
	"testing"
)

// calls returns the tokens of kind Intent of a comment.
func calls(in Doc) []string {
	var sc Scanner
	var names []string
	for _, token := range sc.Scan(in) {
		if token.Kind == Intent {
			names = append(names, strings.TrimPrefix(sc.Name(token), "call:"))
		}
	}
	return names
}

// TestSales: a house, its customers, a price, a deadline and a summons are a sale, none of
// them alone.
func TestSales(t *testing.T) {
	for _, c := range []struct {
		in   Doc
		want string // "": none
	}{
		{Doc{Text: "We heat our house with wood and the price went up again this winter."}, ""},
		{Doc{Text: "Before you sign anything ask for the price and for the name of the installer."}, ""},
		{Doc{Text: "Our ovens bake your bread in half the time, the price is low, call until the end of the month."}, "sale:5"},
		{Doc{Text: "Unsere Öfen backen Ihr Brot in der halben Zeit, der Preis gilt noch bis Ende März, bestellen Sie."}, "sale:5"},
		{Doc{Text: "We bake your bread, call today."}, ""}, // too short to say all of it
		{Doc{Text: "Our ovens bake the bread in half the time, the price is low, call us in the evening.", Author: "Crumb Ovens Ltd"}, "sale:4"},
	} {
		got := ""
		for _, name := range calls(c.in) {
			if strings.HasPrefix(name, "sale:") {
				got = name
			}
		}
		if got != c.want {
			t.Errorf("%q by %q: %q, want %q", c.in.Text, c.in.Author, got, c.want)
		}
	}
}

// TestSchemes: somebody who helped, with what and how fast, makes a scheme only when readers
// are told how to reach him.
func TestSchemes(t *testing.T) {
	story := "My debts are gone, a man called Ferris paid 4,000 within a week."
	if got := calls(Doc{Text: story}); slices.ContainsFunc(got, isScheme) {
		t.Errorf("a story: %q", got)
	}
	if got := calls(Doc{Text: story + " Ask me for his number."}); !slices.ContainsFunc(got, isScheme) {
		t.Errorf("a scheme: %q", got)
	}
	if got := calls(Doc{Text: "Call your councillor, I did, and the bus came back."}); slices.ContainsFunc(got, isScheme) {
		t.Errorf("an ordinary comment: %q", got)
	}
}

func isScheme(name string) bool { return strings.HasPrefix(name, "scheme:") }

// TestPhrasesInsideRuns: Chinese does not separate words, so that a phrase is found anywhere.
func TestPhrasesInsideRuns(t *testing.T) {
	for text, want := range map[string]bool{
		"本店招聘兼职人员工资日结请联系我": true,
		"菜场附近的银行网点又关了一家":   false,
	} {
		got := calls(Doc{Text: text})
		if slices.Contains(got, "job") != want || slices.Contains(got, "contact") != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestNamesOfTrades(t *testing.T) {
	for _, c := range []struct {
		name, home string
		want       string // a token that must be there, or with "-" in front must not
	}{
		{"Tree Removal Spokane", "https://spokanetreeremoval.example", "author:home:keywords"},
		{"Handyreparatur Dortmund", "", "author:offer"},
		{"retired trader", "", "-author:offer"},
		{"Contact Ferris", "", "author:contact"},
		{"Ferris on IG", "", "author:contact"},
		{"John.Blue", "", "-author:link"},
		{"cheap-shoes.com", "", "author:link"},
		{"Anna Weber", "https://annaweber.example", "author:home:own"},
		{"在线娱乐城注册送彩金", "", "author:keywords"},
	} {
		got := calls(Doc{Text: "That is how it was.", Author: c.name, AuthorURL: c.home})
		want, absent := strings.CutPrefix(c.want, "-")
		if slices.Contains(got, want) == absent {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestFavouriteMedia: a reader's favourite song is not his own.
func TestFavouriteMedia(t *testing.T) {
	for text, want := range map[string]bool{"Listen, it is my new song": true, "Listen, it is my favorite song": false} {
		if got := calls(Doc{Text: text}); slices.Contains(got, "mine") != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
