package perspective

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"

	"github.com/go-json-experiment/json"

	"winnow/classifier/language"
	"winnow/models"
)

// SuggestResponse is the reply to a suggestion.
type SuggestResponse struct {
	ClientToken        string   `json:"clientToken,omitempty"`
	RequestedLanguages []string `json:"requestedLanguages,omitempty"`
	DetectedLanguages  []string `json:"detectedLanguages,omitempty"`
}

// Body returns the body of the reply.
func (r SuggestResponse) Body() ([]byte, error) { return json.Marshal(r) }

// LabelSource is the source of the labels that suggestions become.
const LabelSource = "suggestscore"

// suggestion is what a high score of an attribute says of a text.
type suggestion int

const (
	saysAbuse suggestion = iota
	saysSpam
	saysRejected // abuse or spam, whichever the filter thinks likelier
	saysHam
)

// suggestions are the attributes that scores can be suggested for: those that are known,
// and those that Coral sends for what its moderators decide.
var suggestions = map[string]suggestion{
	"TOXICITY": saysAbuse, "TOXICITY_FAST": saysAbuse, "SEVERE_TOXICITY": saysAbuse, "INSULT": saysAbuse, "THREAT": saysAbuse,
	"IDENTITY_ATTACK": saysAbuse, "PROFANITY": saysAbuse, "SPAM": saysSpam, "LIKELY_TO_REJECT": saysRejected,
	"APPROVED": saysHam, "DELETED": saysRejected,
}

// Suggest returns the label that a request which DecodeSuggest has accepted becomes, and
// false when its scores say nothing: all are 0.5.
//
// A score above 0.5 says that the text is what the attribute stands for, one below that it
// is not; its distance from 0.5, doubled, is the weight of the label. The strongest score
// that says abuse or spam decides; without one the text is ham.
func Suggest(by Assessor, site string, r SuggestRequest) (models.Label, bool) {
	text := models.CleanBody(r.Comment.Text)
	best, weight := models.Class(""), 0.0
	for _, name := range sortedNames(r.AttributeScores) {
		class, w := classOf(by, text, suggestions[baseName(name)], highest(r.AttributeScores[name]))
		bad := class != models.Ham
		if w > 0 && (best == "" || bad && best == models.Ham || bad == (best != models.Ham) && w > weight) {
			best, weight = class, w
		}
	}
	if best == "" {
		return models.Label{}, false
	}
	l := models.Label{Text: text, Label: best, Site: site, Source: LabelSource, SelectedBy: models.SelectedImport, Lang: langOf(r, text)}
	if weight < 1 {
		l.Weight = weight
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{site, string(best), text}, "\x00")))
	l.ID = LabelSource + ":" + hex.EncodeToString(sum[:16])
	return l, true
}

// classOf returns the class that a score stands for, and its weight.
func classOf(by Assessor, text string, s suggestion, score float64) (models.Class, float64) {
	positive, weight := score > 0.5, math.Abs(2*score-1)
	if s == saysHam {
		s, positive = saysRejected, !positive
	}
	switch {
	case !positive:
		return models.Ham, weight
	case s == saysSpam:
		return models.Spam, weight
	case s == saysRejected:
		if a := by.Assess(text); spam(a) > toxicity(a) {
			return models.Spam, weight
		}
	}
	return models.Abuse, weight
}

// highest returns the score of the text, or without one the highest of its parts.
func highest(a AttributeScores) (p float64) {
	if a.SummaryScore != nil {
		return float64(a.SummaryScore.Value)
	}
	for _, s := range a.SpanScores {
		p = max(p, float64(s.Score.Value))
	}
	return p
}

// langOf returns the language of a text as ISO 639-1.
func langOf(r SuggestRequest, text string) string {
	if len(r.Languages) == 1 {
		if base, _, _ := strings.Cut(strings.ToLower(r.Languages[0]), "-"); len(base) == 2 {
			return base
		}
	}
	return language.Detect(text)
}

// Reply returns the reply to a request.
func Reply(r SuggestRequest) SuggestResponse {
	res := SuggestResponse{ClientToken: r.ClientToken, RequestedLanguages: r.Languages}
	if lang := language.Detect(r.Comment.Text); lang != "" {
		res.DetectedLanguages = []string{lang}
	}
	return res
}
