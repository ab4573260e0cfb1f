package models

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rules are what a newsroom sets for one site beside the model. All of them are
// optional; the zero value has no rules. A rule that matches becomes a Signal
// named "rule:…"; package classifier/rules lists the names.
type Rules struct {
	BlockedWords   BlockedWords   `json:"blocked_words,omitzero"`
	SuspectWords   SuspectWords   `json:"suspect_words,omitzero"`
	BlockedDomains BlockedDomains `json:"blocked_domains,omitzero"`
	Links          LinkRules      `json:"links,omitzero"`
	Authors        AuthorRules    `json:"authors,omitzero"`
	Length         LengthRules    `json:"length,omitzero"`
}

// BlockedWords are words and phrases that a comment and its author's name must
// not contain. They match whole words, case-insensitive and also when obfuscated;
// in scripts without spaces between words they match anywhere. A * stands for any
// part of a word, at its end, in front or inside: "idiot*" also matches "idiotic",
// "kill* yourself" also "killing yourself". Punctuation between words does not count,
// other signs do: "c++" does not match "c". A comment may mask letters: "f*ck".
type BlockedWords struct {
	Words  []string `json:"words,omitempty"`
	Action Action   `json:"action,omitempty"` // Reject or Hold; empty, Reject, only in what an earlier release stored
}

// SuspectWords are words and phrases, written like blocked ones, that hold a
// comment or add to its log odds of spam.
type SuspectWords struct {
	Words []string `json:"words,omitempty"`
	// Weight is added to the log odds of spam for each of the words that a
	// comment contains. 0: hold the comment instead.
	Weight float64 `json:"weight,omitempty"`
}

// BlockedDomains are domains, with their subdomains, that a comment must not link
// to or name, and an author must not have as home page or e-mail address. A
// top-level domain alone, such as "xyz", matches all domains under it.
type BlockedDomains struct {
	Domains []string `json:"domains,omitempty"`
	Action  Action   `json:"action,omitempty"` // Reject, also when empty, or Hold
}

// LinkRules limit the links of a comment.
type LinkRules struct {
	Max     *int     `json:"max,omitempty"`     // more links hold the comment; nil: any number
	Allowed []string `json:"allowed,omitempty"` // domains, with their subdomains, whose links do not count
}

// AuthorRules treat authors differently. An author has an identity when the site
// or a reader token vouches for Author.ID; all others are anonymous.
type AuthorRules struct {
	HoldFirst     bool `json:"hold_first,omitempty"`     // hold those with an identity until one comment was approved
	HoldAnonymous bool `json:"hold_anonymous,omitempty"` // hold those without
	// TrustAfter is how many approved comments make an author with an identity
	// trusted, as long as none was rejected in the last TrustDays. What the model
	// alone would hold of a trusted author is published. 0: nobody is trusted.
	TrustAfter int `json:"trust_after,omitempty"`
	TrustDays  int `json:"trust_days,omitempty"` // 0 means DefaultTrustDays
}

// LengthRules hold comments that are shorter or longer, in characters (code
// points). 0: no bound.
type LengthRules struct {
	Min int `json:"min,omitempty"`
	Max int `json:"max,omitempty"`
}

// DefaultTrustDays is how long a rejected comment keeps its author from being
// trusted.
const DefaultTrustDays = 30

// Bounds on rules: every node keeps the rules of all sites in memory.
const (
	MaxRuleEntries = 10_000     // in each list
	MaxRuleEntry   = 100        // characters of a word or phrase
	MaxRuleText    = 512 * 1024 // bytes of all words and phrases together
	MaxRuleWeight  = 10.0
	MaxRuleLinks   = 1_000
	MaxRuleTrust   = 100_000 // comments
	MaxRuleDays    = 3_650
)

// maxFaults bounds how many invalid entries of one list are reported.
const maxFaults = 10

// ValidateDocument checks rules that somebody sets. Beside what Validate refuses, a list
// that has entries must say what happens to a comment: an action that is left out by
// mistake must not make the rule stricter.
func (r Rules) ValidateDocument() error {
	var bad Invalid
	explicit := func(field string, entries []string, a Action) {
		if len(entries) > 0 && a == "" {
			bad.Add(field, "must be reject or hold, and is missing")
		}
	}
	explicit("blocked_words.action", r.BlockedWords.Words, r.BlockedWords.Action)
	explicit("blocked_domains.action", r.BlockedDomains.Domains, r.BlockedDomains.Action)
	bad.Join(r.Validate())
	return bad.Err()
}

// WithActions returns rules of an earlier release, which could leave out an action, with
// the one that was meant.
func (r Rules) WithActions() Rules {
	if len(r.BlockedWords.Words) > 0 {
		r.BlockedWords.Action = cmp.Or(r.BlockedWords.Action, Reject)
	}
	if len(r.BlockedDomains.Domains) > 0 {
		r.BlockedDomains.Action = cmp.Or(r.BlockedDomains.Action, Reject)
	}
	return r
}

// Validate checks the values of rules. The compiler of package
// classifier/rules also refuses entries that are empty after normalization.
func (r Rules) Validate() error {
	var bad Invalid
	validateList(&bad, "blocked_words.words", r.BlockedWords.Words, wordFault)
	validateList(&bad, "suspect_words.words", r.SuspectWords.Words, wordFault)
	validateList(&bad, "blocked_domains.domains", r.BlockedDomains.Domains, domainFault)
	validateList(&bad, "links.allowed", r.Links.Allowed, domainFault)
	size := 0
	for _, words := range [][]string{r.BlockedWords.Words, r.SuspectWords.Words} {
		for _, w := range words {
			size += len(w)
		}
	}
	if size > MaxRuleText {
		bad.Add("blocked_words.words", "must have at most %d bytes together with suspect words, have %d", MaxRuleText, size)
	}

	action := func(field string, a Action) {
		if a != "" && a != Reject && a != Hold {
			bad.Add(field, "must be reject or hold")
		}
	}
	action("blocked_words.action", r.BlockedWords.Action)
	action("blocked_domains.action", r.BlockedDomains.Action)
	if w := r.SuspectWords.Weight; !(w >= 0 && w <= MaxRuleWeight) {
		bad.Add("suspect_words.weight", "must be from 0 to %g", MaxRuleWeight)
	}
	between := func(field string, n, most int) {
		if n < 0 || n > most {
			bad.Add(field, "must be from 0 to %d", most)
		}
	}
	if r.Links.Max != nil {
		between("links.max", *r.Links.Max, MaxRuleLinks)
	}
	between("authors.trust_after", r.Authors.TrustAfter, MaxRuleTrust)
	between("authors.trust_days", r.Authors.TrustDays, MaxRuleDays)
	between("length.min", r.Length.Min, MaxBody)
	between("length.max", r.Length.Max, MaxBody)
	if r.Length.Max > 0 && r.Length.Min > r.Length.Max {
		bad.Add("length.min", "must not be above length.max")
	}
	return bad.Err()
}

// validateList reports the first invalid entries of a list by their index.
func validateList(bad *Invalid, field string, list []string, fault func(string) string) {
	if len(list) > MaxRuleEntries {
		bad.Add(field, "must have at most %d entries, has %d", MaxRuleEntries, len(list))
		return
	}
	faults := 0
	for i, entry := range list {
		if f := fault(entry); f != "" {
			bad.Add(fmt.Sprintf("%s[%d]", field, i), "%s", f)
			if faults++; faults == maxFaults {
				return
			}
		}
	}
}

func wordFault(s string) string {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "must be valid text"
	}
	if n := utf8.RuneCountInString(s); n > MaxRuleEntry {
		return fmt.Sprintf("must have at most %d characters, has %d", MaxRuleEntry, n)
	}
	if Blank(strings.ReplaceAll(s, "*", "")) {
		return "must not be empty"
	}
	if !strings.Contains(s, "*") {
		return ""
	}
	for _, field := range strings.Fields(s) {
		letters := 0
		for _, r := range field {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				letters++
			}
		}
		if strings.Contains(field, "*") && letters < 2 {
			return "must have two letters in a word with a *"
		}
	}
	return ""
}

func domainFault(s string) string {
	const rule = "must be a domain such as spam.example"
	s = strings.TrimPrefix(s, "*.")
	if s == "" || len(s) > 253 || !utf8.ValidString(s) || strings.HasPrefix(s, ".") || strings.Contains(s, "..") {
		return rule
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '-' && r != '.' && r != '_' {
			return rule
		}
	}
	return ""
}
