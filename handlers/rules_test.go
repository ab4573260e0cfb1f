package handlers_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/handlers"
	"winnow/models"
)

// set gives the gazette rules, and thresholds that no comment reaches, so that
// the rules decide alone.
func (f *testSite) set(r models.Rules) {
	f.Helper()
	f.disableThresholds()
	f.send("PUT", "/v1/sites/gazette/rules", bearer(f.token("eve")), r).must(http.StatusOK)
}

// disableThresholds lets the model hold or reject nothing.
func (f *testSite) disableThresholds() {
	f.Helper()
	one := 1.0
	_, err := f.db.UpdateSite(f.Context(), operator, "gazette", func(s *models.Site) error {
		s.Thresholds = models.Thresholds{Hold: &one, Reject: &one}
		return nil
	})
	f.must(err)
}

// signal returns the signal of that name, or ends the test.
func signal(t *testing.T, v *models.Verdict, name string) models.Signal {
	t.Helper()
	for _, s := range v.Signals {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no %s in %+v", name, v.Signals)
	return models.Signal{}
}

func TestRulesDecide(t *testing.T) {
	f := newTestSite(t)
	most := 1
	r := models.Rules{
		BlockedWords:   models.BlockedWords{Words: []string{"lighthouse tour*"}, Action: models.Reject},
		SuspectWords:   models.SuspectWords{Words: []string{"keeper"}},
		BlockedDomains: models.BlockedDomains{Domains: []string{"tours.example"}, Action: models.Hold},
		Links:          models.LinkRules{Max: &most, Allowed: []string{"gazette.example"}},
	}
	f.set(r)
	var got models.Rules
	f.send("GET", "/v1/sites/gazette/rules", bearer(f.token("eve")), nil).into(http.StatusOK, &got)
	if !reflect.DeepEqual(got, r) {
		t.Errorf("stored %+v", got)
	}
	for body, test := range map[string]struct{ status, signal, detail string }{
		"The boats came back this morning.":           {"approved", "", ""},
		"Book our L1ghth0use  TOURS at the quay.":     {"rejected", "rule:blocked-word", "lighthouse tour*"},
		"The keeper was there as well.":               {"pending", "rule:suspect-word", "keeper"},
		"See https://www.tours.example/quay":          {"pending", "rule:blocked-domain", "www.tours.example"},
		"https://a.example and https://b.example":     {"pending", "rule:links", "2"},
		"https://gazette.example/a https://a.example": {"approved", "", ""},
	} {
		p := f.post(object{"body": body})
		if p.Status != test.status {
			t.Errorf("%s: %s", body, p.Status)
		}
		var tested models.Verdict
		f.send("POST", "/v1/sites/gazette/test", bearer(f.token("eve")), object{"text": body}).into(http.StatusOK, &tested)
		if tested.Action != p.Verdict.Action {
			t.Errorf("%s: the test says %s, the comment got %s", body, tested.Action, p.Verdict.Action)
		}
		if test.signal == "" {
			continue
		}
		if p.Reason != "rule" {
			t.Errorf("%s: reason %s", body, p.Reason)
		}
		for _, v := range []*models.Verdict{p.Verdict, &tested} {
			if s := signal(t, v, test.signal); s.Detail != test.detail || s.Action == "" || len(s.Spans) == 0 {
				t.Errorf("%s: %+v", body, s)
			}
		}
	}
	f.set(models.Rules{})
	if p := f.post(object{"body": "The keeper was there as well, he said."}); p.Status != "approved" {
		t.Errorf("%s without rules", p.Status)
	}
}

func TestTestedTextsAreNotStored(t *testing.T) {
	f := newTestSite(t)
	f.set(models.Rules{BlockedWords: models.BlockedWords{Words: []string{"admiral"}, Action: models.Reject}, Length: models.LengthRules{Min: 500}})
	body := object{"text": "Nine of us have seen the lighthouse burn on that winter evening.", "author": object{"name": "The Admiral"}}
	var v models.Verdict
	for range 5 { // as a campaign it would show
		f.send("POST", "/v1/sites/gazette/test", bearer(f.token("eve")), body).into(http.StatusOK, &v)
	}
	if signal(t, &v, "rule:blocked-name").Action != models.Reject || signal(t, &v, "rule:too-short").Detail != "64" {
		t.Errorf("%+v", v)
	}
	page, err := f.db.Queue(t.Context(), operator, models.QueueFilter{})
	f.must(err)
	if page.Total != 0 {
		t.Errorf("%d comments wait", page.Total)
	}
	if p := f.post(object{"body": body["text"]}); p.Verdict.Signals[0].Name == "campaign:copies" {
		t.Errorf("tests were counted: %+v", p.Verdict)
	}
}

func TestBadRules(t *testing.T) {
	f := newTestSite(t)
	put := func(who, site string, body any) reply {
		return f.send("PUT", "/v1/sites/"+site+"/rules", bearer(f.token(who)), body)
	}
	put("eve", "gazette", models.Rules{BlockedWords: models.BlockedWords{Words: []string{"fine", " "}, Action: models.Reject}}).names("blocked_words.words[1]")
	put("eve", "gazette", models.Rules{SuspectWords: models.SuspectWords{Words: []string{"fine", "fine", "..."}}}).names("suspect_words.words[2]")
	put("eve", "gazette", models.Rules{Links: models.LinkRules{Allowed: []string{"no domain"}}}).names("links.allowed[0]")
	put("eve", "gazette", models.Rules{Length: models.LengthRules{Min: 3, Max: 2}}).names("length.min")
	put("eve", "gazette", `{"links":{"max":"two"}}`).must(http.StatusBadRequest)
	put("eve", "gazette", `{"blocked_words":{"words":["`+strings.Repeat("x", 1<<20)+`"]}}`).must(http.StatusRequestEntityTooLarge)
	put("hanna", "gazette", models.Rules{}).must(http.StatusNotFound)

	// What is misspelled is not left out.
	put("eve", "gazette", `{"authors":{"hold_frist":true}}`).names("authors.hold_frist")
	if body := put("eve", "gazette", `{"authors":{"hold_frist":true}}`).body; !strings.Contains(string(body), "was hold_first meant?") {
		t.Errorf("the reply does not say what was meant: %s", body)
	}
	put("eve", "gazette", `{"author":{}}`).names("author")
	put("eve", "gazette", `{"blocked_wordz":{}}`).names("blocked_wordz")
	f.send("POST", "/v1/sites/gazette/what-if", bearer(f.token("eve")), `{"rules":{"authors":{"hold_frist":true}}}`).names("rules.authors.hold_frist")
	f.send("POST", "/v1/sites/gazette/test", bearer(f.token("eve")), `{"text":"x","rules":{"authors":{"hold_frist":true}}}`).names("rules.authors.hold_frist")

	many := make([]string, models.MaxRuleEntries)
	for i := range many {
		many[i] = "word" + strings.Repeat("x", 20) + string(rune('a'+i%26))
	}
	put("eve", "gazette", models.Rules{BlockedWords: models.BlockedWords{Words: many, Action: models.Reject}}).must(http.StatusOK) // more than other requests may have
	f.send("POST", "/v1/sites/gazette/test", bearer(f.token("eve")), object{"text": " "}).names("text")
	f.send("POST", "/v1/sites/gazette/test", bearer(f.token("hanna")), object{"text": "x"}).must(http.StatusNotFound)
}

// TestActionLeftOutIsRefused: it must not make a rule that holds one that rejects.
func TestActionLeftOutIsRefused(t *testing.T) {
	f := newTestSite(t)
	f.set(models.Rules{
		BlockedWords:   models.BlockedWords{Words: []string{"admiral"}, Action: models.Hold},
		BlockedDomains: models.BlockedDomains{Domains: []string{"tours.example"}, Action: models.Hold},
	})
	for document, field := range map[string]string{
		`{"blocked_words":{"words":["admiral"]}}`:               "blocked_words.action",
		`{"blocked_words":{"words":["admiral"],"action":null}}`: "blocked_words.action",
		`{"blocked_domains":{"domains":["tours.example"]}}`:     "blocked_domains.action",
	} {
		f.send("PUT", "/v1/sites/gazette/rules", bearer(f.token("eve")), document).names(field)
		f.send("POST", "/v1/sites/gazette/what-if", bearer(f.token("eve")), `{"rules":`+document+`}`).names("rules." + field)
		f.send("POST", "/v1/sites/gazette/test", bearer(f.token("eve")), `{"text":"x","rules":`+document+`}`).names("rules." + field)
	}
	if p := f.post(object{"body": "The admiral told us of the old harbour."}); p.Status != "pending" {
		t.Errorf("the rule that holds is gone: %s", p.Status)
	}
}

// TestProposedRulesAreTestedOnAText stores neither the rules nor the text.
func TestProposedRulesAreTestedOnAText(t *testing.T) {
	f := newTestSite(t)
	f.set(models.Rules{BlockedWords: models.BlockedWords{Words: []string{"admiral"}, Action: models.Reject}})
	var tested struct {
		Action models.Action
		Why    string
		Causes []string
	}
	test := func(body object) {
		t.Helper()
		f.send("POST", "/v1/sites/gazette/test", bearer(f.token("eve")), body).into(http.StatusOK, &tested)
	}
	const text = "The admiral and the keeper told us of it."
	test(object{"text": text, "rules": models.Rules{SuspectWords: models.SuspectWords{Words: []string{"keeper"}}}})
	if tested.Action != models.Hold || tested.Why != "Held because it contains “keeper”, which is suspect here." || len(tested.Causes) != 1 {
		t.Errorf("by the proposed rules: %+v", tested)
	}
	test(object{"text": text})
	if tested.Action != models.Reject {
		t.Errorf("by those of the site: %+v", tested)
	}
}

func TestAuthorsEarnTrust(t *testing.T) {
	f := newTestSite(t)
	f.set(models.Rules{Authors: models.AuthorRules{HoldFirst: true, HoldAnonymous: true, TrustAfter: 2}})
	author := object{"id": "u7", "name": "Zoë"}
	known := func(article string) object {
		return object{"author": author, "body": "I walked along the new quay this morning.", "article": object{"id": article}}
	}
	other := object{"author": author, "body": "The old station deserves a second life, too."}
	approve := func(id string) {
		t.Helper()
		_, _, err := f.db.Decide(t.Context(), operator, id, models.DecisionRequest{Action: models.Approve})
		f.must(err)
	}
	p := f.post(nil)
	if signal(t, p.Verdict, "rule:anonymous"); p.Status != "pending" {
		t.Errorf("a name alone: %s", p.Status)
	}
	approve(p.ID) // a name earns nothing
	p = f.post(known("harbour"))
	if signal(t, p.Verdict, "rule:first-time"); p.Status != "pending" {
		t.Errorf("the first comment: %s", p.Status)
	}
	approve(p.ID)
	for _, short := range []string{"ok", "fine", "good"} {
		if p = f.post(object{"author": author, "body": short}); p.Status != "approved" {
			t.Errorf("a short comment: %s", p.Status)
		}
	}

	zero := 0.0 // the model holds everything
	_, err := f.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error { s.Thresholds.Hold = &zero; return nil })
	f.must(err)
	f.pass(time.Second)                                     // until the cached site of the key has expired
	if p = f.post(known("bridge")); p.Status != "pending" { // short comments, and one text twice, earn nothing
		t.Errorf("an author of one text: %s", p.Status)
	}
	approve(p.ID)
	approve(f.post(other).ID)
	p = f.post(known("station"))
	if s := signal(t, p.Verdict, "rule:trusted"); p.Status != "approved" || s.Detail != "6" {
		t.Errorf("a trusted author: %s, %+v", p.Status, s)
	}
	_, _, err = f.db.Decide(t.Context(), operator, p.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonOther})
	f.must(err)
	if p = f.post(known("school")); p.Status != "pending" {
		t.Errorf("after a rejection: %s", p.Status)
	}
}

func TestCampaignsAreDetected(t *testing.T) {
	f := newTestSite(t)
	f.disableThresholds()
	premoderated := func(s *models.Site) error { s.Mode = models.ModePre; return nil }
	_, err := f.db.UpdateSite(t.Context(), operator, "gazette", premoderated)
	f.must(err)
	const text = "My sister earns a whole captain's pay from her kitchen table, ask her how at www.sister.example/"
	var first, last posted
	for i, name := range []string{"Ann", "Bo", "Cy"} {
		last = f.post(object{"body": text + name, "author": object{"name": name}})
		if i == 0 {
			first = last
		}
	}
	f.post(object{"body": "Nobody else has said this about the old harbour wall and its nine cats."})
	if s := signal(t, last.Verdict, "campaign:copies"); s.Detail != "3" || s.Weight <= 0 {
		t.Errorf("%+v", s)
	}
	var found items[models.QueueItem]
	f.send("GET", "/v1/queue?campaign="+first.ID, bearer(f.token("bob")), nil).into(http.StatusOK, &found)
	if found.Total != 3 {
		t.Fatalf("%d of the campaign wait", found.Total)
	}
	for _, item := range found.Items {
		if c := item.Campaign; c == nil || c.ID != first.ID || c.Count != 3 || c.Authors != 3 || c.Articles != 1 {
			t.Errorf("%+v", c)
		}
	}
	f.send("POST", "/v1/queue/claim", bearer(f.token("bob")), object{"campaign": first.ID, "limit": 2}).into(http.StatusOK, &found)
	if len(found.Items) != 2 {
		t.Errorf("%d claimed", len(found.Items))
	}
	var d struct{ Campaign *models.Campaign }
	f.send("GET", "/v1/comments/"+first.ID, bearer(f.token("bob")), nil).into(http.StatusOK, &d)
	if d.Campaign == nil || d.Campaign.Count != 3 {
		t.Errorf("%+v", d.Campaign)
	}
}

// brokenCampaigns fails as a campaign store without a connection does.
type brokenCampaigns struct{}

func (brokenCampaigns) Assign(context.Context, models.CampaignQuery) (models.Campaign, error) {
	return models.Campaign{}, errors.New("gone")
}

func TestCommentsNeedNoCampaigns(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) { c.Campaigns = brokenCampaigns{} })
	if p := f.post(nil); p.ID == "" {
		t.Error("not stored")
	}
}

// The server returns the verdict that winnow score prints, if the site has no rules.
func TestServerVerdictIsTheModelVerdict(t *testing.T) {
	f := newTestSite(t)
	m, err := classifier.Starter()
	f.must(err)
	for _, body := range []string{
		"The boats came back this morning, and the whole quay stood there to watch.",
		"FREE ca$h!!! Cl1ck https://win.example now and earn £500 a day from home",
	} {
		p := f.post(object{"body": body})
		c, err := f.db.Comment(t.Context(), p.ID)
		f.must(err)
		want := m.Verdict(classifier.FromComment(c), classifier.Policy{Site: "gazette"})
		if !reflect.DeepEqual(*p.Verdict, want) {
			t.Errorf("got  %+v\nwant %+v", *p.Verdict, want)
		}
	}
}
