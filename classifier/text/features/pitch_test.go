package features

import (
	"slices"
	"testing"
)

// TestPitches: single phrases of advertisements are ordinary words; several, or one
// with another intent, a company or an advertised site, are a pitch.
func TestPitches(t *testing.T) {
	for _, c := range []struct {
		in   Doc
		want string // "": none
	}{
		{Doc{Text: "Our team lost on Saturday."}, ""},
		{Doc{Text: "There was a discount on bread."}, ""},
		{Doc{Text: "We offer free quotes and competitive prices, no hidden fees."}, "call:pitch:4"},
		{Doc{Text: "Wir bieten Festpreise und sind rund um die Uhr für Sie da."}, "call:pitch:3"},
		{Doc{Text: "It is half price at slimdrops.shop tonight"}, "call:pitch:2"},
		{Doc{Text: "There was a discount on bread.", Author: "BreadDirect"}, "call:pitch:2"},
		{Doc{Text: "There was a discount on bread.", Author: "Anna McDonald"}, ""},
		{Doc{Text: "Nothing here sells.", Author: "BreadDirect"}, ""},
	} {
		var sc Scanner
		got := ""
		for _, token := range sc.Scan(c.in) {
			if name := sc.Name(token); len(name) > 10 && name[:10] == "call:pitch" {
				got = name
			}
		}
		if got != c.want {
			t.Errorf("%q by %q: %q, want %q", c.in.Text, c.in.Author, got, c.want)
		}
	}
}

func TestPromotedLinks(t *testing.T) {
	for text, want := range map[string]bool{
		"Just look at slimdrops.shop tonight":                    true,
		"Ask at www.leeds.gov.uk about it":                       false,
		"The minutes are on theguardian.com since yesterday":     false,
		"Everything about it is written on casino-now.com today": true,
	} {
		var sc Scanner
		promoted := slices.ContainsFunc(sc.Scan(Doc{Text: text}), func(token Token) bool { return sc.Name(token) == "call:link:promoted" })
		if promoted != want {
			t.Errorf("%q: promoted %t", text, promoted)
		}
	}
}
