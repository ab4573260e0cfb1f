package perspective

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"winnow/models"
)

// MaxText is the limit of the original: 20 KB of text.
const MaxText = 20 << 10

// maxAttributes bounds how many attributes a request names: their names may have versions.
const maxAttributes = 50

// AnalyzeRequest is a text to be scored.
type AnalyzeRequest struct {
	Comment                   TextEntry            `json:"comment"`
	Context                   Context              `json:"context"`
	RequestedAttributes       map[string]Attribute `json:"requestedAttributes"`
	SpanAnnotations           bool                 `json:"spanAnnotations"`
	Languages                 []string             `json:"languages"`
	DropUnsupportedAttributes bool                 `json:"dropUnsupportedAttributes"`
	DoNotStore                bool                 `json:"doNotStore"` // nothing is stored in any case
	ClientToken               string               `json:"clientToken"`
	SessionID                 string               `json:"sessionId"`
	CommunityID               string               `json:"communityId"`
}

// SuggestRequest is a text with the scores that somebody thinks right.
type SuggestRequest struct {
	Comment         TextEntry                  `json:"comment"`
	Context         Context                    `json:"context"`
	AttributeScores map[string]AttributeScores `json:"attributeScores"`
	Languages       []string                   `json:"languages"`
	ClientToken     string                     `json:"clientToken"`
	SessionID       string                     `json:"sessionId"`
	CommunityID     string                     `json:"communityId"`
}

// TextEntry is a text. Type is PLAIN_TEXT, or empty for the same.
type TextEntry struct {
	Text string `json:"text"`
	Type string `json:"type"`
}

// Context is accepted, and as in the original without effect.
type Context struct {
	Entries                 []TextEntry `json:"entries"`
	ArticleAndParentComment *struct {
		Article       TextEntry `json:"article"`
		ParentComment TextEntry `json:"parentComment"`
	} `json:"articleAndParentComment"`
}

// Attribute says how an attribute is requested. A score below ScoreThreshold is left out.
type Attribute struct {
	ScoreType      string  `json:"scoreType"`
	ScoreThreshold float64 `json:"scoreThreshold"`
}

// AttributeScores are the scores of one attribute.
type AttributeScores struct {
	SpanScores   []SpanScore `json:"spanScores,omitempty"`
	SummaryScore *Score      `json:"summaryScore,omitempty"`
}

// SpanScore is the score of a part of the text, from Begin to before End in characters
// (code points).
type SpanScore struct {
	Begin int   `json:"begin"`
	End   int   `json:"end"`
	Score Score `json:"score"`
}

// Score is a probability, 0 to 1.
type Score struct {
	Value Probability `json:"value"`
	Type  string      `json:"type"`
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom. A value that is absent is none, and not 0.
func (s *Score) UnmarshalJSONFrom(in *jsontext.Decoder) error {
	type fields Score
	read := fields{Value: -1}
	err := json.UnmarshalDecode(in, &read)
	*s = Score(read)
	return err
}

// Probability is written with the precision of the original, seven digits.
type Probability float64

// MarshalJSONTo implements json.MarshalerTo.
func (p Probability) MarshalJSONTo(out *jsontext.Encoder) error {
	return out.WriteToken(jsontext.Float(rounded(float64(p))))
}

// DecodeAnalyze reads and checks a request.
func DecodeAnalyze(data []byte) (AnalyzeRequest, *Error) {
	var r AnalyzeRequest
	if err := decode(data, &r); err != nil {
		return r, err
	}
	if err := r.Comment.check(r.Context); err != nil {
		return r, err
	}
	if len(r.RequestedAttributes) == 0 {
		return r, invalid("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes")
	}
	if len(r.RequestedAttributes) > maxAttributes {
		return r, invalid(invalidRequest, "More than %d requested_attributes", maxAttributes)
	}
	for _, name := range sortedNames(r.RequestedAttributes) {
		if _, ok := attributeOf(name); !ok {
			return r, unknownAttribute(name)
		}
		if err := checkScoreType(name, r.RequestedAttributes[name].ScoreType); err != nil {
			return r, err
		}
	}
	return r, nil
}

// DecodeSuggest reads and checks a request.
func DecodeSuggest(data []byte) (SuggestRequest, *Error) {
	var r SuggestRequest
	if err := decode(data, &r); err != nil {
		return r, err
	}
	if err := r.Comment.check(r.Context); err != nil {
		return r, err
	}
	if len(r.AttributeScores) == 0 {
		return r, invalid(invalidRequest, "Missing attribute_scores")
	}
	if len(r.AttributeScores) > maxAttributes {
		return r, invalid(invalidRequest, "More than %d attribute_scores", maxAttributes)
	}
	for _, name := range sortedNames(r.AttributeScores) {
		if _, ok := suggestions[baseName(name)]; !ok {
			return r, unknownAttribute(name)
		}
		scores := r.AttributeScores[name].all()
		if len(scores) == 0 {
			return r, invalid(invalidRequest, "Attribute scores for %s must not be empty", name)
		}
		for _, s := range scores {
			if err := checkScoreType(name, s.Type); err != nil {
				return r, err
			}
			if !(s.Value >= 0 && s.Value <= 1) {
				return r, invalid(invalidRequest, "Score value for %s must be from 0 to 1", name)
			}
		}
	}
	return r, nil
}

// all returns the scores of the whole text and of its parts.
func (a AttributeScores) all() (scores []Score) {
	if a.SummaryScore != nil {
		scores = append(scores, *a.SummaryScore)
	}
	for _, s := range a.SpanScores {
		scores = append(scores, s.Score)
	}
	return scores
}

func (e TextEntry) check(c Context) *Error {
	switch {
	case len(c.Entries) > 0 && c.ArticleAndParentComment != nil:
		return invalid(invalidRequest, "Context can have either entries or article_and_parent_comment, but both fields were populated.")
	case models.Blank(e.Text):
		return invalid("COMMENT_EMPTY", "Comment must be non-empty.")
	case len(e.Text) > MaxText:
		return invalid("COMMENT_TOO_LONG", "Comment text too long.")
	}
	switch e.Type {
	case "", "TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT":
		return nil
	case "HTML":
		return invalid(invalidRequest, "Currently, only 'PLAIN_TEXT' comments are supported")
	}
	return invalid(invalidRequest, "Unknown text type")
}

const probability = "PROBABILITY"

func checkScoreType(attribute, kind string) *Error {
	if kind == "" || kind == "SCORE_TYPE_UNSPECIFIED" || kind == probability {
		return nil
	}
	return invalid(invalidRequest, "Requested score type %.40s is not supported by attribute %s", kind, attribute)
}

// decode reads JSON as the original does: names also in snake_case, null for what is
// absent, and no unknown names.
func decode(data []byte, v any) *Error {
	if !utf8.Valid(data) {
		return payloadError("", "Invalid JSON payload received. Invalid UTF-8.")
	}
	err := json.Unmarshal(data, v, json.MatchCaseInsensitiveNames(true), json.RejectUnknownMembers(true), jsontext.AllowInvalidUTF8(true))
	if err == nil {
		return nil
	}
	var kind *json.SemanticError
	if !errors.As(err, &kind) {
		return payloadError("", "Invalid JSON payload received.")
	}
	path := slices.Collect(kind.JSONPointer.Tokens())
	if errors.Is(err, json.ErrUnknownName) && len(path) > 0 {
		name, parent := path[len(path)-1], strings.Join(path[:len(path)-1], ".")
		at := ""
		if parent != "" {
			at = fmt.Sprintf(" at '%.200s'", parent)
		}
		return payloadError(parent, fmt.Sprintf("Invalid JSON payload received. Unknown name \"%.200s\"%s: Cannot find field.", name, at))
	}
	field := strings.Join(path, ".")
	if field == "" {
		return payloadError("", "Invalid JSON payload received.")
	}
	return payloadError(field, fmt.Sprintf("Invalid value at '%.200s'", field))
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
