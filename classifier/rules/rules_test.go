package rules_test

import (
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
	return s.ApplyAuthor(s.ApplyText(c), c)
}

func apply(s *rules.Set, body string) []models.Signal {
	return fire(s, rules.Context{Doc: features.Doc{Text: body}})
}

// describe writes signals as "name detail [found in the text]".
func describe(signals []models.Signal, body string) []string {
	out := []string{}
	for _, s := range signals {
		line := strings.TrimPrefix(s.Name, "rule:")
		if s.Detail != "" {
			line += " " + s.Detail
		}
		for _, at := range s.Spans {
			line += " [" + string([]rune(body)[at[0]:at[1]]) + "]"
		}
		out = append(out, line)
	}
	return out
}

func blocking(words ...string) models.Rules {
	return models.Rules{BlockedWords: models.BlockedWords{Words: words}}
}

func TestEmptySet(t *testing.T) {
	for _, s := range []*rules.Set{nil, {}, compile(t, models.Rules{})} {
		if got := apply(s, "casino http://evil.example http://evil.example"); len(got) > 0 {
			t.Errorf("%+v fired without rules", got)
		}
	}
}

func TestAuthors(t *testing.T) {
	all := models.AuthorRules{HoldFirst: true, HoldAnonymous: true, TrustAfter: 5}
	for what, c := range map[string]struct {
		rules models.AuthorRules
		in    rules.Context
		want  []string
	}{
		"the author is not identified":             {all, rules.Context{}, []string{"anonymous"}},
		"a record without identity does not count": {all, rules.Context{Record: models.AuthorRecord{Approved: 99, Substantial: 99}}, []string{"anonymous"}},
		"no comment was approved yet":              {all, rules.Context{Identified: true, Record: models.AuthorRecord{Rejected: 2, Pending: 1}}, []string{"first-time"}},
		"one was approved":                         {all, rules.Context{Identified: true, Record: models.AuthorRecord{Approved: 1, Substantial: 1}}, nil},
		"enough were approved":                     {all, rules.Context{Identified: true, Record: models.AuthorRecord{Approved: 5, Substantial: 5}}, []string{"trusted 5"}},
		"enough, but only short ones":              {all, rules.Context{Identified: true, Record: models.AuthorRecord{Approved: 12, Substantial: 4}}, nil},
		"enough, and one was rejected":             {all, rules.Context{Identified: true, Record: models.AuthorRecord{Approved: 9, Substantial: 9, Rejected: 1}, RecentRejections: 1}, nil},
		"enough, and one rejected long ago":        {all, rules.Context{Identified: true, Record: models.AuthorRecord{Approved: 9, Substantial: 9, Rejected: 1}}, []string{"trusted 9"}},
		"no such rules":                            {models.AuthorRules{}, rules.Context{}, nil},
		"no such rules, with identity":             {models.AuthorRules{}, rules.Context{Identified: true, Record: models.AuthorRecord{Approved: 9, Substantial: 9}}, nil},
		"only anonymous authors are held":          {models.AuthorRules{HoldAnonymous: true}, rules.Context{Identified: true}, nil},
		"only first-time authors are held":         {models.AuthorRules{HoldFirst: true}, rules.Context{}, nil},
		"trust without the other rules":            {models.AuthorRules{TrustAfter: 1}, rules.Context{Identified: true, Record: models.AuthorRecord{Approved: 1, Substantial: 1}}, []string{"trusted 1"}},
	} {
		got := describe(fire(compile(t, models.Rules{Authors: c.rules}), c.in), "")
		if !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

func TestLength(t *testing.T) {
	s := compile(t, models.Rules{Length: models.LengthRules{Min: 3, Max: 6}})
	for body, want := range map[string][]string{
		"äö": {"too-short 2"}, "äöü": nil, "👍👍👍👍👍👍": nil, "1234567": {"too-long 7"}, "  ab \n": {"too-short 2"}, "": {"too-short 0"},
	} {
		if got := describe(apply(s, body), ""); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

func TestInvalidRules(t *testing.T) {
	five := strings.Repeat("x", models.MaxRuleEntry+1)
	minus := -1
	for field, r := range map[string]models.Rules{
		"blocked_words.words[1]":     blocking("fine", " "),
		"blocked_words.words[0]":     blocking("k*", "a*b c++"),
		"blocked_words.words[2]":     blocking("fine", "fine*", "a*"),
		"blocked_words.words":        blocking(make([]string, models.MaxRuleEntries+1)...),
		"blocked_words.action":       {BlockedWords: models.BlockedWords{Action: models.Approve}},
		"suspect_words.words[0]":     {SuspectWords: models.SuspectWords{Words: []string{five}}},
		"suspect_words.words[3]":     {SuspectWords: models.SuspectWords{Words: []string{"a", "b", "c", "–,"}}},
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
		t.Errorf("%d errors are reported at once", len(e.Fields))
	}
	big := blocking(slices.Repeat([]string{strings.Repeat("ж", 90)}, 5000)...)
	if models.KindOf(big.Validate()) != models.KindInvalid {
		t.Error("900 kB of words are accepted")
	}
}

func TestSetIsSafeForConcurrentUse(t *testing.T) {
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
		for _, at := range s.Spans {
			if at[0] < 0 || at[1] < at[0] || at[1] > n {
				t.Errorf("%s %q at %v of %d characters", s.Name, s.Detail, at, n)
			}
		}
	}
}
