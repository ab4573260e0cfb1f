package perspective

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/rivo/uniseg"

	"winnow/classifier/language"
	"winnow/handlers/screening"
	"winnow/models"
)

// AnalyzeResponse has the scores of a text.
type AnalyzeResponse struct {
	AttributeScores   map[string]AttributeScores `json:"attributeScores,omitempty"`
	Languages         []string                   `json:"languages,omitempty"`
	DetectedLanguages []string                   `json:"detectedLanguages,omitempty"`
	ClientToken       string                     `json:"clientToken,omitempty"`
}

// Assessor scores texts for one site: *screening.Assessor.
type Assessor interface {
	Assess(text string) screening.Assessment
	HasSpam() bool
}

// maxSpans is how many parts of a text get scores of their own. In a text of more
// sentences, several are one part.
const maxSpans = 100

// Analyze scores a text that DecodeAnalyze has accepted.
func Analyze(by Assessor, r AnalyzeRequest) (AnalyzeResponse, *Error) {
	res := AnalyzeResponse{Languages: r.Languages, ClientToken: r.ClientToken, AttributeScores: map[string]AttributeScores{}}
	if lang := language.Detect(r.Comment.Text); lang != "" {
		res.DetectedLanguages = []string{lang}
	}
	if len(res.Languages) == 0 {
		res.Languages = res.DetectedLanguages
	}
	names := sortedNames(r.RequestedAttributes)
	for i, name := range names {
		a, _ := attributeOf(name)
		switch {
		case a.spam && !by.HasSpam():
			return AnalyzeResponse{}, unknownAttribute(name)
		case !a.patterns || supported(res.Languages):
		case r.DropUnsupportedAttributes:
			names[i] = ""
		default:
			return AnalyzeResponse{}, unsupportedLanguage(name, r.Languages, res.DetectedLanguages)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })

	whole, parts := assess(by, r)
	for _, name := range names {
		a, _ := attributeOf(name)
		threshold, scores := r.RequestedAttributes[name].ScoreThreshold, AttributeScores{}
		for _, p := range parts {
			if value := rounded(a.score(p.Assessment)); value >= threshold {
				scores.SpanScores = append(scores.SpanScores, SpanScore{p.begin, p.end, scoreOf(value)})
			}
		}
		if value := rounded(a.score(whole)); value >= threshold {
			score := scoreOf(value)
			scores.SummaryScore = &score
		}
		if scores.SummaryScore != nil || len(scores.SpanScores) > 0 {
			res.AttributeScores[name] = scores
		}
	}
	return res, nil
}

func scoreOf(value float64) Score { return Score{Probability(value), probability} }

// supported reports whether the patterns have all these languages, BCP 47 tags. None is
// supported: it is not known which one it is.
func supported(tags []string) bool {
	return !slices.ContainsFunc(tags, func(tag string) bool {
		base, rest, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
		return !slices.Contains(patternLanguages, base) || rest == "latn" && (base == "ru" || base == "ar")
	})
}

// part is a part of a text, in characters, with what the filter finds in it alone.
type part struct {
	begin, end int
	screening.Assessment
}

// assess scores the text, and its sentences when they are asked for. Otherwise the whole
// text is the only part, as in the original.
func assess(by Assessor, r AnalyzeRequest) (whole screening.Assessment, parts []part) {
	text := models.ValidText(r.Comment.Text)
	whole = by.Assess(text)
	if !r.SpanAnnotations {
		return whole, []part{{0, utf8.RuneCountInString(r.Comment.Text), whole}}
	}
	spans := sentences(r.Comment.Text)
	for _, s := range spans {
		p := part{s.begin, s.end, whole}
		if len(spans) > 1 {
			p.Assessment = by.Assess(models.ValidText(s.text))
		}
		parts = append(parts, p)
	}
	return whole, parts
}

type span struct {
	begin, end int // in characters
	text       string
}

// sentences divides a text by the sentence boundaries of Unicode (UAX #29), without the
// white space between them, into at most maxSpans parts.
func sentences(text string) []span {
	var all []span
	at, state := 0, -1
	for rest := text; rest != ""; {
		var sentence string
		sentence, rest, state = uniseg.FirstSentenceInString(rest, state)
		n := utf8.RuneCountInString(sentence)
		if trimmed := strings.TrimSpace(sentence); trimmed != "" {
			before := utf8.RuneCountInString(sentence) - utf8.RuneCountInString(strings.TrimLeft(sentence, " \t\r\n"))
			all = append(all, span{at + before, at + before + utf8.RuneCountInString(trimmed), trimmed})
		}
		at += n
	}
	if len(all) <= maxSpans {
		return all
	}
	each := (len(all) + maxSpans - 1) / maxSpans
	var merged []span
	for group := range slices.Chunk(all, each) {
		joined := make([]string, len(group))
		for i, s := range group {
			joined[i] = s.text
		}
		merged = append(merged, span{group[0].begin, group[len(group)-1].end, strings.Join(joined, " ")})
	}
	return merged
}

func joined(langs []string) string { return strings.Join(langs, ", ") }

// Body returns the body of the reply.
func (r AnalyzeResponse) Body() ([]byte, error) { return json.Marshal(r, json.Deterministic(true)) }

// Scores returns the scores of a text for those of the attributes that are known.
func Scores(by Assessor, text string, names []string) map[string]float64 {
	scores, whole := map[string]float64{}, by.Assess(models.ValidText(text))
	for _, name := range names {
		if a, ok := attributeOf(name); ok && (!a.spam || by.HasSpam()) {
			scores[name] = rounded(a.score(whole))
		}
	}
	return scores
}
