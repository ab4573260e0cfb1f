package screening

import (
	"testing"

	"winnow/models"
)

func TestACopyWithALinkAddedIsHeld(t *testing.T) {
	const text = "The old bridge was closed for nine years because nobody in the council wanted to sign the contract for its repair."
	earlier := models.Comment{
		ID: "first", Site: "gazette", Article: models.Article{ID: "bridge"}, Author: models.Author{Name: "Ann"}, Body: text, Status: models.Approved,
	}
	for what, test := range map[string]struct {
		author, article, body string
		count                 int
		held                  bool
	}{
		"a link":              {"Bob", "bridge", text + " https://bridge-loans.example", 2, true},
		"folded, with a name": {"Bob", "bridge", "THE ОLD bridge was closed for nine years, because nobody in the council wanted to sign the contract for its repair!! t.me/loans_now", 2, true},
		"no link":             {"Bob", "bridge", text, 2, false},
		"the same author":     {"Ann", "bridge", text + " https://bridge-loans.example", 2, false},
		"another article":     {"Bob", "tram", text + " https://bridge-loans.example", 2, false},
		"a newspaper":         {"Bob", "bridge", text + " https://www.bbc.co.uk/news/61234567", 2, false},
		"an answer":           {"Bob", "bridge", text + " No, it was eleven years, and there was no contract at all before the mayor asked the engineers in Delft, see https://bridges-of-the-north.example/history", 2, false},
		"a group of its own":  {"Bob", "bridge", text + " https://bridge-loans.example", 1, false},
	} {
		s := newScreener(&source{earlier: earlier}, &campaigns{group: models.Campaign{ID: "first", Count: test.count, Authors: 2, Articles: 1}})
		none := 1.0
		r, err := s.Screen(t.Context(), Submission{
			Site: models.Site{Slug: "gazette", Mode: models.ModePost, Thresholds: models.Thresholds{Hold: &none, Reject: &none}},
			Comment: models.Comment{
				ID: "second", Site: "gazette", Article: models.Article{ID: test.article}, Author: models.Author{Name: test.author}, Body: test.body,
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		held := false
		for _, signal := range r.Verdict.Signals {
			held = held || signal.Name == "campaign:link-added" && signal.Detail != "" && signal.Action == models.Hold
		}
		if held != test.held || (r.Status == models.Pending) != test.held {
			t.Errorf("%s: %s, %v", what, r.Status, r.Verdict.Signals)
		}
	}
}
