package screening

import (
	"strings"
	"testing"

	"winnow/models"
)

func TestLinksToKnownSitesAreNoEvidence(t *testing.T) {
	site := models.Site{Slug: "gazette", Mode: models.ModePost, Origins: []string{"https://www.gazette.example"}}
	s := newScreener(&source{rules: models.Rules{Links: models.LinkRules{Allowed: []string{"partner.example"}}}}, &campaigns{})
	for _, test := range []struct {
		host string
		want models.Action
	}{
		{"gazette.example", models.Approve},
		{"www.gazette.example", models.Approve},
		{"sport.gazette.example", models.Approve},
		{"news.partner.example", models.Approve},
		{"notgazette.example", models.Hold},
		{"gazette.example.evil-site.example", models.Hold},
		{"gаzette.example", models.Hold}, // a Cyrillic letter
	} {
		body := "Read it: https://" + test.host + "/a"
		v, err := s.Score(t.Context(), site, models.Comment{Author: models.Author{Name: "Jo"}, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		if v.Action != test.want {
			t.Errorf("%s: %s, want %s; %v", test.host, v.Action, test.want, v.Signals)
		}
		trusted := strings.Contains(models.SignalsJSON(v.Signals), `"call:link:trusted"`)
		if trusted != (test.want == models.Approve) {
			t.Errorf("%s: signals %v", test.host, v.Signals)
		}
	}
}

func TestStringsForTestsAreRejectedAsSpam(t *testing.T) {
	s := newScreener(&source{}, &campaigns{})
	for _, c := range []models.Comment{
		{Author: models.Author{Name: "viagra-test-123"}, Body: "The harbour was beautiful this morning."},
		{Author: models.Author{Name: "Ada", Email: "akismet-guaranteed-spam@example.com"}, Body: "The harbour was beautiful this morning."},
		{Author: models.Author{Name: "Ada"}, Body: "A test: XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"},
	} {
		v, err := s.Score(t.Context(), models.Site{Slug: "gazette", Mode: models.ModePost}, c)
		if err != nil {
			t.Fatal(err)
		}
		if v.Action != models.Reject || v.Reason != models.ReasonSpam || v.Signals[0].Name != "rule:test-string" || *v.Spam < 0.99 {
			t.Errorf("%+v: %s, %s, %v", c, v.Action, v.Reason, v.Signals)
		}
	}
	v, err := s.Score(t.Context(), models.Site{Slug: "gazette", Mode: models.ModePost}, models.Comment{Author: models.Author{Name: "Ada"}, Body: "The harbour was beautiful this morning."})
	if err != nil || v.Action != models.Approve {
		t.Errorf("an ordinary comment: %s, %v", v.Action, err)
	}
}
