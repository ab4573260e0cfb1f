// Package why says in one sentence, in English or German, why a comment was held,
// rejected or approved, for people who do not read weights. All texts are in
// table.go.
//
// It imports models, and nothing of handlers or storage.
package why

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"winnow/models"
)

// Language is a language that sentences are written in.
type Language string

// The first of these is the default.
const (
	English Language = "en"
	German  Language = "de"
)

var matcher = language.NewMatcher([]language.Tag{language.English, language.German})

// Preferred returns the language for an Accept-Language header (RFC 9110, section
// 12.5.4): English when it names neither, or cannot be read.
func Preferred(acceptLanguage string) Language {
	_, i := language.MatchStrings(matcher, acceptLanguage)
	return []Language{English, German}[i]
}

const (
	maxClauses  = 2 // of a sentence
	maxFindings = 3 // words that a clause names
)

// Explanation says why a comment is where it is: why it waits, or else what the verdict
// asked for when it arrived.
type Explanation struct {
	Why string `json:"why,omitempty"` // one sentence
	// Causes are the names of the signals that the sentence is about. There are none when
	// something else than the text and its author decided.
	Causes []string `json:"causes,omitempty"`
}

// Explain explains a verdict on a comment. The campaign is nil when there are no similar
// comments.
func Explain(lang Language, c models.Comment, v models.Verdict, group *models.Campaign) Explanation {
	action, reason := v.Action, v.Reason
	if c.Status == models.Pending {
		if action != models.Hold {
			action = models.Hold // whatever the filter said, it waits
		}
		if c.Reason != "" {
			reason = c.Reason
		}
	}
	opening, ok := openings[action]
	if !ok || reason == "" {
		return Explanation{Why: approved.in(lang)}
	}
	var cause string
	var names []string
	switch reason {
	case models.ReasonSpam, models.ReasonAbuse, models.ReasonRule:
		cause, names = causes(lang, reason, v.Signals)
	case models.ReasonCampaign:
		names = campaignSignals(v.Signals)
		if group != nil {
			cause = strings.NewReplacer("{authors}", strconv.Itoa(group.Authors), "{count}", strconv.Itoa(group.Count)).
				Replace(wholeCampaign.in(lang))
		}
	}
	if cause == "" {
		if known, ok := reasons[reason]; ok {
			cause = known.in(lang)
		} else {
			cause = reasons[models.ReasonOther].in(lang)
		}
	}
	return Explanation{opening.in(lang) + cause + ".", names}
}

func campaignSignals(all []models.Signal) (names []string) {
	for _, s := range all {
		if strings.HasPrefix(s.Name, "campaign:") {
			names = append(names, s.Name)
		}
	}
	return names
}

func (c clause) in(lang Language) string {
	if lang == German {
		return c.de
	}
	return c.en
}

// causes returns the clauses of the strongest signals for a reason, or "", and the names
// of these signals.
func causes(lang Language, reason models.Reason, all []models.Signal) (text string, names []string) {
	var keys []string
	found := map[string][]string{} // by key
	for _, s := range all {
		key := keyOf(s.Name, reason)
		if key == "" || !speaksFor(reason, s) || s.Rank() > 0 && len(keys) > 0 { // a sum says less than what is named
			continue
		}
		known, ok := found[key]
		if !ok && len(keys) == maxClauses {
			continue
		}
		if !ok {
			keys = append(keys, key)
			found[key] = []string{}
		}
		what := finding(s)
		switch {
		case what != "" && len(known) < maxFindings:
			found[key] = append(known, what)
		case ok && what != "": // more than the sentence names
			continue
		}
		names = append(names, s.Name)
	}
	if len(keys) == 0 {
		return "", nil
	}
	and := clause{" and ", " und "}.in(lang)
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = fill(lang, signals[key], found[key])
	}
	return subjects.in(lang) + strings.Join(texts, and), names
}

// speaksFor reports whether a signal is a cause of a hold or rejection for a reason.
func speaksFor(reason models.Reason, s models.Signal) bool {
	if reason == models.ReasonRule {
		return s.Action == models.Hold || s.Action == models.Reject || s.Weight > 0 && isRule(s.Name)
	}
	return s.Weight > 0 && s.Name != models.PriorSignal
}

// fill writes what was found into a clause: in quotes, or a number as it is.
func fill(lang Language, c clause, found []string) string {
	quoted := make([]string, len(found))
	for i, what := range found {
		quoted[i] = quote(lang, what)
	}
	text := c.in(lang)
	if len(found) == 0 {
		text = nothingFound.ReplaceAllString(text, "")
	}
	return strings.NewReplacer("{what}", strings.Join(quoted, ", "), "{n}", strings.Join(found, ", ")).Replace(text)
}

// nothingFound is the end of a clause that has no example to name: a model knows that a
// comment threatens somebody, and not by which words.
var nothingFound = regexp.MustCompile(`(:|,[^,]+) \{what\}$`)

func isRule(name string) bool {
	return strings.HasPrefix(name, "rule:") || strings.HasPrefix(name, "campaign:")
}

// keyOf returns the key of a signal in the table: the longest beginning of its
// name, up to a colon; "" when there is none.
func keyOf(name string, reason models.Reason) string {
	for {
		if _, ok := signals["abuse/"+name]; ok && reason == models.ReasonAbuse {
			return "abuse/" + name
		}
		if _, ok := signals[name]; ok {
			return name
		}
		colon := strings.LastIndexByte(name, ':')
		if colon < 0 {
			return ""
		}
		name = name[:colon]
	}
}

// finding is what a signal found in the text: a word, or the entry of a list.
func finding(s models.Signal) string {
	if s.Detail != "" {
		return s.Detail
	}
	kind, name, _ := strings.Cut(s.Name, ":")
	if kind == "word" || kind == "pair" {
		return name
	}
	return ""
}

func quote(lang Language, s string) string {
	if lang == German {
		return "„" + s + "“"
	}
	return "“" + s + "”"
}

// untold are the kinds of signals for a comment that say little to people.
var untold = []string{"rest", "prior", "shape", "chars", "emoji", "mark", "number", "fold", "author"}

// Phrases returns what the signals of comments mean, in a language, by the beginnings of
// their names: for a signal the longest one applies. A phrase follows "a comment that",
// and has {what} or {n} for what was found. Those of signals that speak for a comment
// begin with "-", and those that are different for abuse with "abuse/".
func Phrases(lang Language) map[string]string {
	all := make(map[string]string, len(signals)+len(ordinary))
	for name, c := range signals {
		if !strings.HasPrefix(name, models.RestPrefix) { // "rest" says enough of a sum
			all[name] = c.in(lang)
		}
	}
	for name, c := range ordinary {
		if kind, _, _ := strings.Cut(name, ":"); !slices.Contains(untold, kind) {
			all["-"+name] = c.in(lang)
		}
	}
	return all
}
