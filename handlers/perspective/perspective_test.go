package perspective

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"winnow/classifier"
	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/classifier/text/lexicon"
	"winnow/handlers/screening"
	"winnow/models"
)

var starter = sync.OnceValues(classifier.Starter)

const (
	calm     = "The council meets on Thursday, and the minutes are public."
	threat   = "I will kill you, and nobody will find you."
	offended = "You are an idiot."
	advert   = "Earn $5000 a week from home, guaranteed! Click here: http://cash.example/win"
)

// assessor is of a site with a list of words.
func assessor(t *testing.T) *screening.Assessor {
	t.Helper()
	model, err := starter()
	if err != nil {
		t.Fatal(err)
	}
	set, err := rules.Compile(models.Rules{
		BlockedWords: models.BlockedWords{Words: []string{"blasted"}, Action: models.Reject},
		SuspectWords: models.SuspectWords{Words: []string{"darned"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return screening.NewAssessor(models.Site{Slug: "gazette"}, set, model)
}

// analyze returns the reply, or the error, as it is sent.
func analyze(t *testing.T, request string) (body string, code int) {
	t.Helper()
	r, fault := DecodeAnalyze([]byte(request))
	if fault != nil {
		return string(fault.Body()), fault.Code
	}
	res, fault := Analyze(assessor(t), r)
	if fault != nil {
		return string(fault.Body()), fault.Code
	}
	b, err := res.Body()
	if err != nil {
		t.Fatal(err)
	}
	return string(b), 200
}

// score returns the summary score of an attribute.
func score(t *testing.T, text, attribute string) float64 {
	t.Helper()
	request, err := json.Marshal(map[string]any{
		"comment": map[string]string{"text": text}, "languages": []string{"en"}, "requestedAttributes": map[string]any{attribute: map[string]any{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	body, code := analyze(t, string(request))
	var res struct {
		AttributeScores map[string]struct {
			SummaryScore struct {
				Value float64
				Type  string
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &res); err != nil || code != 200 {
		t.Fatalf("%d %s: %v", code, body, err)
	}
	s, ok := res.AttributeScores[attribute]
	if !ok || s.SummaryScore.Type != "PROBABILITY" {
		t.Fatalf("%s: %s", attribute, body)
	}
	return s.SummaryScore.Value
}

func TestAttributesScoreWhatTheyAreNamedAfter(t *testing.T) {
	for _, c := range []struct {
		attribute, high, low string
	}{
		{"TOXICITY", offended, calm},
		{"TOXICITY_FAST", offended, calm},
		{"SEVERE_TOXICITY", threat, calm},
		{"INSULT", offended, calm},
		{"THREAT", threat, offended},
		{"IDENTITY_ATTACK", "All immigrants are vermin.", threat},
		{"PROFANITY", "This blasted ferry.", calm},
		{"SPAM", advert, calm},
		{"LIKELY_TO_REJECT", advert, calm},
		{"THREAT_EXPERIMENTAL", threat, offended},
		{"TOXICITY@6", offended, calm},
	} {
		high, low := score(t, c.high, c.attribute), score(t, c.low, c.attribute)
		if high < 0.5 || low >= 0.5 {
			t.Errorf("%s: %q has %g, %q has %g", c.attribute, c.high, high, c.low, low)
		}
	}
}

func TestScoresAreNoMoreCertainThanHeldOutRows(t *testing.T) {
	const insulted = "You are a stupid idiot, a stupid liar and a stupid moron."
	for _, attribute := range []string{"TOXICITY", "INSULT", "PROFANITY"} {
		if p := score(t, insulted, attribute); p < 0.9 || p > 0.9999 {
			t.Errorf("%s of an insult is %g", attribute, p)
		}
	}
	if p := score(t, advert, "SPAM"); p < 0.5 || p > 0.9999 {
		t.Errorf("SPAM of an advertisement is %g", p)
	}
	if insult, severe := score(t, insulted, "SEVERE_TOXICITY"), score(t, threat, "SEVERE_TOXICITY"); insult > notSevere || severe <= notSevere {
		t.Errorf("SEVERE_TOXICITY of an insult is %g, of a threat %g", insult, severe)
	}
}

func TestLikelyToRejectFollowsTheSite(t *testing.T) {
	by := assessor(t)
	for _, text := range []string{calm, threat, offended, advert, "A blasted ferry.", "A darned ferry.", "Thanks!"} {
		a := by.Assess(text)
		p := likelyToReject(a)
		want := map[models.Action][2]float64{models.Approve: {0, beforeHold}, models.Hold: {heldAt, 1}, models.Reject: {rejectedAt, 1}}[a.Verdict.Action]
		if p < want[0] || p > want[1] {
			t.Errorf("%q: %g, and the site would %s it", text, p, a.Verdict.Action)
		}
	}
}

func TestBend(t *testing.T) {
	for _, c := range []struct{ p, hold, reject, want float64 }{
		{0, 0.4, 0.8, 0},
		{0.2, 0.4, 0.8, 0.25},
		{0.4, 0.4, 0.8, 0.5},
		{0.6, 0.4, 0.8, 0.7},
		{0.8, 0.4, 0.8, 0.9},
		{1, 0.4, 0.8, 1},
		{0.7, 0.4, 0, 0.75},
		{0.5, 1, 0, 0.25},
		{0.5, 0, 0, 0.75},
		{0.5, 1.5, 0, 1. / 6},
	} {
		if got := bend(c.p, c.hold, c.reject); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("bend(%g, %g, %g) = %g, want %g", c.p, c.hold, c.reject, got, c.want)
		}
	}
}

func TestErrorsAreThoseOfTheReference(t *testing.T) {
	for request, want := range map[string]string{
		`{`:    `"message":"Invalid JSON payload received."`,
		`[]`:   `"message":"Invalid JSON payload received."`,
		`null`: `"message":"Comment must be non-empty."`,
		`{}`:   `{"error":{"code":400,"message":"Comment must be non-empty.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.commentanalyzer.v1alpha1.Error","errorType":"COMMENT_EMPTY"}]}}`,
		`{"comment":{"text":" "},"requestedAttributes":{"TOXICITY":{}}}`:                             `"errorType":"COMMENT_EMPTY"`,
		`{"comment":{"text":"` + strings.Repeat("a", MaxText+1) + `"}}`:                              `"message":"Comment text too long.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.commentanalyzer.v1alpha1.Error","errorType":"COMMENT_TOO_LONG"}]`,
		`{"comment":{"text":"a"}}`:                                                                   `"message":"Missing requested_attributes","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.commentanalyzer.v1alpha1.Error","errorType":"NO_REQUESTED_ATTRIBUTES"}]`,
		`{"comment":{"text":"a"},"requestedAttributes":{"FLIRTATION":{}}}`:                           `"message":"Unknown requested attribute: FLIRTATION","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.commentanalyzer.v1alpha1.Error","errorType":"INVALID_REQUEST"}]`,
		`{"comment":{"text":"a"},"requestedAttributes":{"SPAM_EXPERIMENTAL":{}}}`:                    `Unknown requested attribute: SPAM_EXPERIMENTAL`,
		`{"comment":{"text":"a"},"requestedAttributes":{"SPAM@new":{}}}`:                             `Unknown requested attribute: SPAM@new`,
		`{"comment":{"text":"a"},"requestedAttributes":{"SPAM":{"scoreType":"RAW"}}}`:                `Requested score type RAW is not supported by attribute SPAM`,
		`{"comment":{"text":"a","type":"HTML"},"requestedAttributes":{"SPAM":{}}}`:                   `Currently, only 'PLAIN_TEXT' comments are supported`,
		`{"comment":{"text":"a","type":"RTF"},"requestedAttributes":{"SPAM":{}}}`:                    `Unknown text type`,
		`{"comment":{"text":"a"},"context":{"entries":[{"text":"b"}],"articleAndParentComment":{}}}`: `Context can have either entries or article_and_parent_comment`,
		`{"comment":{"text":"a"},"languages":["ja"],"requestedAttributes":{"THREAT":{}}}`:            `"message":"Attribute THREAT does not support request languages: ja","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.commentanalyzer.v1alpha1.Error","errorType":"LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE","languageNotSupportedByAttributeError":{"requestedLanguages":["ja"],"attribute":"THREAT"}}]`,
		`{"comment":{"text":"これは日本語の文章です。"},"requestedAttributes":{"INSULT":{}}}`:                    `"languageNotSupportedByAttributeError":{"detectedLanguages":["ja"],"attribute":"INSULT"}`,
		`{"comment":{"text":"a","html":true}}`:                                                       `"message":"Invalid JSON payload received. Unknown name \"html\" at 'comment': Cannot find field.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"comment"`,
		`{"text":"a"}`:                                                                               `Unknown name \"text\": Cannot find field.`,
		`{"comment":{"text":"a"},"requestedAttributes":{"SPAM":{"scoreThreshold":{"value":1}}}}`:     `Invalid value at 'requestedAttributes.SPAM.scoreThreshold'`,
		"{\"comment\":{\"text\":\"\xff\"}}":                                                          `Invalid UTF-8`,
	} {
		if got, code := analyze(t, request); code != 400 || !strings.Contains(got, want) {
			t.Errorf("%.200s\n\tgets %d %s\n\twant %s", request, code, got, want)
		}
	}
}

func TestRequestsAsClientsSendThem(t *testing.T) {
	for request, want := range map[string]string{
		// The sample of the reference.
		`{"comment":{"text":"what kind of idiot name is foo?"},"languages":["en"],"requestedAttributes":{"TOXICITY":{}}}`: `"languages":["en"]`,
		`{"comment":{"text":"a"},"requested_attributes":{"TOXICITY":{"score_threshold":0}},"client_token":"t1"}`:          `"clientToken":"t1"`,
		`{"comment":{"text":"a"},"requestedAttributes":{"SPAM":null},"languages":null,"sessionId":"s","communityId":"c"}`: `"SPAM":{`,
		// Coral.
		`{"comment":{"text":"a b"},"doNotStore":true,"requestedAttributes":{"SEVERE_TOXICITY":{}},"languages":["en"]}`:                   `"SEVERE_TOXICITY":{"spanScores":[{"begin":0,"end":3,`,
		`{"comment":{"text":"hello"},"languages":["ja"],"dropUnsupportedAttributes":true,"requestedAttributes":{"THREAT":{},"SPAM":{}}}`: `{"attributeScores":{"SPAM":`,
		`{"comment":{"text":"` + calm + `"},"requestedAttributes":{"SPAM":{"scoreThreshold":0.99},"THREAT":{"scoreThreshold":0.99}}}`:    `{"languages":["en"],"detectedLanguages":["en"]}`,
	} {
		if got, code := analyze(t, request); code != 200 || !strings.Contains(got, want) {
			t.Errorf("%s\n\tgets %d %s\n\twant %s", request, code, got, want)
		}
	}
}

func TestSpansAreSentences(t *testing.T) {
	body, _ := analyze(t, `{"comment":{"text":"Grüße aus Köln 🙂. You are an idiot!  Thanks."},"languages":["en"],"spanAnnotations":true,"requestedAttributes":{"INSULT":{}}}`)
	var res AnalyzeResponse
	if err := json.Unmarshal([]byte(body), &res); err != nil {
		t.Fatal(err)
	}
	spans := res.AttributeScores["INSULT"].SpanScores
	if len(spans) != 3 {
		t.Fatal(body)
	}
	text := []rune("Grüße aus Köln 🙂. You are an idiot!  Thanks.")
	for i, want := range []string{"Grüße aus Köln 🙂.", "You are an idiot!", "Thanks."} {
		if got := string(text[spans[i].Begin:spans[i].End]); got != want || (spans[i].Score.Value > 0.5) != (i == 1) {
			t.Errorf("%q has %g, want %q", got, spans[i].Score.Value, want)
		}
	}
	many := sentences(strings.Repeat("No. ", 1017))
	if len(many) > maxSpans || many[len(many)-1].end != 4*1017-1 {
		t.Errorf("%d spans to %d", len(many), many[len(many)-1].end)
	}
}

func TestSuggestionsBecomeLabels(t *testing.T) {
	for _, c := range []struct {
		text, scores string
		class        models.Class
		weight       float64 // 0: fully
		none         bool
	}{
		{calm, `{"TOXICITY":{"summaryScore":{"value":0}}}`, models.Ham, 0, false},
		{calm, `{"TOXICITY":{"summaryScore":{"value":1}}}`, models.Abuse, 0, false},
		{calm, `{"SPAM":{"summaryScore":{"value":0.75,"type":"PROBABILITY"}}}`, models.Spam, 0.5, false},
		{calm, `{"SPAM":{"summaryScore":{"value":0.9}},"TOXICITY":{"summaryScore":{"value":0}}}`, models.Spam, 0.8, false},
		{calm, `{"THREAT":{"spanScores":[{"begin":0,"end":3,"score":{"value":0.2}},{"begin":3,"end":9,"score":{"value":1}}]}}`, models.Abuse, 0, false},
		{calm, `{"INSULT":{"summaryScore":{"value":0.5}}}`, "", 0, true},
		{calm, `{"APPROVED":{"summaryScore":{"value":1}}}`, models.Ham, 0, false},
		{advert, `{"DELETED":{"summaryScore":{"value":1}}}`, models.Spam, 0, false},
		{threat, `{"DELETED":{"summaryScore":{"value":1}}}`, models.Abuse, 0, false},
	} {
		quoted, err := json.Marshal(c.text)
		if err != nil {
			t.Fatal(err)
		}
		r, fault := DecodeSuggest([]byte(`{"comment":{"text":` + string(quoted) + `},"attributeScores":` + c.scores + `}`))
		if fault != nil {
			t.Fatal(fault)
		}
		l, ok := Suggest(assessor(t), "gazette", r)
		if ok == c.none || l.Label != c.class || l.Weight < c.weight-1e-9 || l.Weight > c.weight+1e-9 {
			t.Errorf("%s: %v %s, weight %g", c.scores, ok, l.Label, l.Weight)
		}
		if ok && (l.Text != c.text || l.Source != "suggestscore" || l.Site != "gazette" || l.Lang != "en" || l.SelectedBy != models.SelectedImport) {
			t.Errorf("%+v", l)
		}
	}
}

func TestSuggestionsThatAreRefused(t *testing.T) {
	for request, want := range map[string]string{
		`{"comment":{"text":"a"}}`:                                                                             `Missing attribute_scores`,
		`{"comment":{"text":"a"},"attributeScores":{"TOXICITY":{}}}`:                                           `must not be empty`,
		`{"comment":{"text":"a"},"attributeScores":{"TOXICITY":{"summaryScore":{"value":1.5}}}}`:               `from 0 to 1`,
		`{"comment":{"text":"a"},"attributeScores":{"FLIRTATION":{"summaryScore":{"value":1}}}}`:               `Unknown requested attribute: FLIRTATION`,
		`{"comment":{"text":"a"},"attributeScores":{"SPAM":{"summaryScore":{"value":1,"type":"PERCENTILE"}}}}`: `score type PERCENTILE`,
		`{"comment":{"text":""},"attributeScores":{"SPAM":{"summaryScore":{"value":1}}}}`:                      `Comment must be non-empty.`,
	} {
		if _, fault := DecodeSuggest([]byte(request)); fault == nil || !strings.Contains(fault.Message, want) {
			t.Errorf("%s: %v", request, fault)
		}
	}
}

// TestPatternLanguages holds the list against the lexicon.
func TestPatternLanguages(t *testing.T) {
	seen := map[string]bool{}
	for _, title := range lexicon.Roles {
		for lang := range lexicon.Section(title) {
			seen[lang] = true
		}
	}
	var all []string
	for lang := range seen {
		all = append(all, lang)
	}
	slices.Sort(all)
	if !slices.Equal(all, patternLanguages) {
		t.Errorf("the lexicon has %v", all)
	}
	for _, names := range []string{"threat", "wish", "slur", "dehumanise", "group", "insult", "hate"} {
		if !slices.Contains(features.AddressNames, names) {
			t.Errorf("there is no pattern %s", names)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"comment":{"text":"You are an idiot. Thanks."},"spanAnnotations":true,"requestedAttributes":{"TOXICITY":{"scoreThreshold":0.1},"SPAM@2":{}}}`))
	f.Add([]byte(`{"comment":{"text":"a"},"attributeScores":{"TOXICITY":{"summaryScore":{"value":0.2},"spanScores":[{"begin":0,"end":1,"score":{"value":1}}]}}}`))
	f.Add([]byte(`{"Comment":{"TEXT":"\ud800"},"requested-attributes":{"A":null}}`))
	model, err := starter()
	if err != nil {
		f.Fatal(err)
	}
	by := screening.NewAssessor(models.Site{Slug: "gazette"}, nil, model)
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, fault := DecodeAnalyze(data); fault == nil {
			res, fault := Analyze(by, r)
			if fault == nil {
				b, err := res.Body()
				if err != nil || !json.Valid(b) {
					t.Errorf("%s: %v", b, err)
				}
			} else if !json.Valid(fault.Body()) {
				t.Errorf("%s", fault.Body())
			}
		} else if !json.Valid(fault.Body()) || fault.Code != 400 {
			t.Errorf("%d %s", fault.Code, fault.Body())
		}
		if r, fault := DecodeSuggest(data); fault == nil {
			if l, ok := Suggest(by, "gazette", r); ok && (!l.Label.Valid() || !(l.Weight >= 0 && l.Weight < 1)) {
				t.Errorf("%+v", l)
			}
		}
	})
}

func BenchmarkAnalyze(b *testing.B) {
	model, err := starter()
	if err != nil {
		b.Fatal(err)
	}
	by := screening.NewAssessor(models.Site{Slug: "gazette"}, nil, model)
	by.Assess(calm) // which builds the tables
	request := []byte(`{"comment":{"text":"I walked along the new quay this morning and it is well done. The benches face the wrong way if you ask me. Has anyone asked the fishermen?"},"doNotStore":true,"requestedAttributes":{"TOXICITY":{}},"languages":["en"]}`)
	for b.Loop() {
		r, fault := DecodeAnalyze(request)
		if fault != nil {
			b.Fatal(fault)
		}
		res, _ := Analyze(by, r)
		if _, err := res.Body(); err != nil {
			b.Fatal(err)
		}
	}
}
