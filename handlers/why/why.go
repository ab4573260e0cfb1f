// Package why says in one sentence, in English or German, why a comment was held,
// rejected or approved, for people who do not read weights. All texts are in
// table.go.
//
// It imports models, and nothing of handlers or storage.
package why

import (
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

// Sentence says why a comment is where it is: why it waits, or else what the
// verdict asked for when it arrived.
func Sentence(lang Language, c models.Comment, v models.Verdict) string {
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
		return approved.in(lang)
	}
	cause := ""
	switch reason {
	case models.ReasonSpam, models.ReasonAbuse, models.ReasonRule:
		cause = causes(lang, reason, v.Signals)
	}
	if cause == "" {
		if known, ok := reasons[reason]; ok {
			cause = known.in(lang)
		} else {
			cause = reasons[models.ReasonOther].in(lang)
		}
	}
	return opening.in(lang) + cause + "."
}

func (c clause) in(lang Language) string {
	if lang == German {
		return c.de
	}
	return c.en
}

// causes returns the clauses of the strongest signals for a reason, or "".
func causes(lang Language, reason models.Reason, all []models.Signal) string {
	var keys []string
	found := map[string][]string{} // by key
	for _, s := range all {
		demands := s.Action == models.Hold || s.Action == models.Reject
		switch {
		case reason == models.ReasonRule && !demands && !(s.Weight > 0 && isRule(s.Name)),
			reason != models.ReasonRule && (s.Weight <= 0 || s.Name == models.PriorSignal),
			s.Rank() > 0 && len(keys) > 0: // a sum says less than what is named
			continue
		}
		key := keyOf(s.Name, reason)
		if key == "" {
			continue
		}
		if _, known := found[key]; !known {
			if len(keys) == maxClauses {
				continue
			}
			keys = append(keys, key)
		}
		if what := finding(s); what != "" && len(found[key]) < maxFindings {
			found[key] = append(found[key], quote(lang, what))
		} else if found[key] == nil {
			found[key] = []string{}
		}
	}
	if len(keys) == 0 {
		return ""
	}
	and := clause{" and ", " und "}.in(lang)
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = strings.ReplaceAll(signals[key].in(lang), "{what}", strings.Join(found[key], ", "))
	}
	return subjects.in(lang) + strings.Join(texts, and)
}

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
