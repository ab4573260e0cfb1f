package screening

import (
	"fmt"
	"math"
	"testing"

	"winnow/models"
)

func TestHostRecords(t *testing.T) {
	var r HostRecords
	decide := func(author string, action models.Action, change int) {
		r.Count([]string{"harbour-news.example", "other.example"}, author, action, change)
	}
	known := func(want bool) {
		t.Helper()
		if r.Knows("harbour-news.example") != want || r.Knows("unknown.example") {
			t.Errorf("known: %v", !want)
		}
	}
	for range 5 {
		decide("ann", models.Approve, 1) // one author
	}
	decide("bob", models.Approve, 1)
	known(false)
	decide("cem", models.Approve, 1)
	known(true)
	decide("dora", models.Reject, 1)
	known(false)
	decide("dora", models.Reject, -1)
	known(true)
	decide("cem", models.Approve, -1)
	known(false)
}

func TestLinksThatModeratorsKeepApproving(t *testing.T) {
	from := &source{}
	for i := range KnownHostAuthors {
		from.hosts.Count([]string{"harbour-news.example"}, fmt.Sprint(i), models.Approve, 1)
	}
	s, unaware := newScreener(from, &campaigns{}), newScreener(&source{}, &campaigns{})
	site := models.Site{Slug: "gazette", Mode: models.ModePost}
	for body, known := range map[string]bool{
		"Read it: https://harbour-news.example/a":                                 true,
		"Read it: https://www.harbour-news.example/a":                             true,
		"Read https://harbour-news.example/a and https://win-money-now.example/":  false,
		"Read https://harbour-news.example/a and https://t.me/harbour_news_daily": false,
		"Read it: https://harbour-news.example.evil.example/a":                    false,
		"No link at all, only a walk along the harbour":                           false,
	} {
		c := models.Comment{Author: models.Author{Name: "Jo"}, Body: body}
		v, err := s.Score(t.Context(), site, c)
		if err != nil {
			t.Fatal(err)
		}
		before, err := unaware.Score(t.Context(), site, c)
		if err != nil {
			t.Fatal(err)
		}
		logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
		change := logit(*v.Spam) - logit(*before.Spam)
		if known != (math.Abs(change+1) < 1e-6) || !known && change != 0 {
			t.Errorf("%s: %.3f, and %.3f before", body, *v.Spam, *before.Spam)
		}
		if held := *v.Spam >= v.HoldAt; held != (v.Action == models.Hold) {
			t.Errorf("%s: %s at %.3f", body, v.Action, *v.Spam)
		}
		signal := false
		for _, s := range v.Signals {
			signal = signal || s.Name == "rule:known-link"
		}
		if signal != known {
			t.Errorf("%s: signals %v", body, v.Signals)
		}
	}
}
