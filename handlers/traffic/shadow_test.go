package traffic_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/models"
	"winnow/storage"
)

func TestShadowCountsWhatDirectScoringGives(t *testing.T) {
	onBoth(t, func(d *desk) {
		candidate := d.train(60, true)
		low := 0.3
		_, err := d.db.UpdateSite(d.Context(), operator, "herald", func(s *models.Site) error { s.Thresholds.Hold = &low; return nil })
		d.must(err)
		first, _ := d.reader()
		second, _ := d.reader()
		d.post("gazette", "Before the shadow began")
		_, err = d.db.StartShadow(d.Context(), operator, candidate.Version(), false)
		d.must(err)
		var posted []models.Comment
		for i, l := range rows(510, false) { // more than one batch
			posted = append(posted, d.post([]string{"gazette", "herald"}[i%2], l.Text+" Really"))
		}
		for range 3 { // two nodes at once
			var both sync.WaitGroup
			for _, step := range []func() error{
				func() error { return first.Step(d.Context()) }, func() error { return second.Step(d.Context()) },
			} {
				both.Go(func() {
					if err := step(); err != nil && models.KindOf(err) != models.KindConflict {
						d.Error(err)
					}
				})
			}
			both.Wait()
		}
		want := models.ShadowCounts{}
		for _, c := range posted {
			p := classifier.Policy{Site: c.Site}
			if c.Site == "herald" {
				p.Hold = &low
			}
			in := classifier.FromComment(c)
			want.Add(d.live.Verdict(in, p).Action, candidate.Verdict(in, p).Action)
		}
		got := d.shadow(candidate.Version())
		if got.ShadowCounts != want {
			d.Errorf("counts: %+v, want %+v", got.ShadowCounts, want)
		}
		if want.Differences == 0 {
			d.Error("no comment differs")
		}
	})
}

// good is what a shadow looks like whose candidate may be promoted.
var good = models.ShadowCounts{Comments: 200, HeldNow: 5, HeldThen: 10, RejectedNow: 1, RejectedThen: 1, Differences: 20}

func TestPromotionByItself(t *testing.T) {
	for name, test := range map[string]struct {
		change   func(*models.ShadowCounts)
		after    time.Duration
		flipped  bool
		budget   float64 // of the site; 0: the default
		answers  [2]int  // of people: candidate right, live right
		manually bool    // promote is not set
		promoted bool
		outcome  string // that the shadow ends with; empty: it goes on
	}{
		"when all conditions hold":               {promoted: true, outcome: "it was made live by itself"},
		"when people say so":                     {answers: [2]int{3, 3}, promoted: true, outcome: "about 3"},
		"few answers by chance":                  {answers: [2]int{1, 4}, promoted: true, outcome: "about 1"},
		"within the budget":                      {change: func(c *models.ShadowCounts) { c.HeldNow, c.HeldThen = 0, 4 }, promoted: true, outcome: "by itself"},
		"within the budget of the site":          {budget: 0.06, change: func(c *models.ShadowCounts) { c.HeldThen = 11 }, promoted: true, outcome: "by itself"},
		"not above the budget of the site":       {budget: 0.01, change: func(c *models.ShadowCounts) { c.HeldNow, c.HeldThen = 0, 3 }, outcome: "accepted up to 1 %"},
		"not before a day":                       {after: 24*time.Hour - time.Second},
		"not before 200 comments":                {change: func(c *models.ShadowCounts) { c.Comments = 199 }},
		"not when it is not wanted":              {manually: true},
		"not when it holds too much":             {change: func(c *models.ShadowCounts) { c.HeldThen = 11 }, outcome: "it would hold 11"},
		"not when it rejects too much":           {change: func(c *models.ShadowCounts) { c.RejectedThen = 5 }, outcome: "it would reject 5"},
		"not when people say otherwise":          {answers: [2]int{0, 5}, outcome: "it was right about 0, the live model about 5"},
		"not when the comparison is against it":  {flipped: true, outcome: "stays a candidate"},
		"not by one more when people said a lot": {answers: [2]int{15, 16}, outcome: "it was right about 15"},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(d *desk) {
				candidate := d.train(60, test.flipped)
				if test.flipped {
					_, _, err := d.db.ImportLabels(d.Context(), operator, func(yield func(models.Label, error) bool) {
						for _, l := range rows(60, false) {
							if !yield(l, nil) {
								return
							}
						}
					})
					d.must(err)
				}
				if test.budget > 0 {
					d.change("gazette", func(s *models.Site) { s.HoldBudget = &test.budget })
				}
				s, err := d.db.StartShadow(d.Context(), operator, candidate.Version(), !test.manually)
				d.must(err)
				counts := good
				if test.change != nil {
					test.change(&counts)
				}
				d.record(s, counts, test.answers)
				reader, n := d.reader()
				after := test.after
				if after == 0 {
					after = 24 * time.Hour
				}
				d.clock.Advance(after)
				d.must(reader.Step(d.Context()))
				got := d.shadow(candidate.Version())
				if live := n.Model().Version() == candidate.Version(); live != test.promoted {
					d.Errorf("promoted: %v; %s", live, got.Outcome)
				}
				if (got.Until != nil) != (test.outcome != "") || !strings.Contains(got.Outcome, test.outcome) {
					d.Errorf("ended %v with %q, want %q", got.Until, got.Outcome, test.outcome)
				}
				if test.promoted {
					d.audited(candidate.Version(), got.Outcome)
				}
			})
		})
	}
}

// record adds counts to a shadow, and differences of which people have decided some.
func (d *desk) record(s models.ShadowRun, counts models.ShadowCounts, answers [2]int) {
	d.Helper()
	b := storage.TrafficBatch{Shadow: &s, Counts: map[string]models.ShadowCounts{"gazette": counts}}
	for i := range answers[0] + answers[1] {
		c := d.post("gazette", fmt.Sprintf("Congratulations! Free prize number %d, claim at http://win%d.example now!!!", i, i))
		action, reason := models.Reject, models.ReasonSpam
		if i >= answers[0] {
			action, reason = models.Approve, ""
		}
		_, _, err := d.db.Decide(d.Context(), models.Caller{Kind: models.ByModerator, Name: "ann"}, c.ID, models.DecisionRequest{Action: action, Reason: reason})
		d.must(err)
		b.Differences = append(b.Differences, models.ShadowDifference{Site: c.Site, Comment: c.ID, Now: models.Approve, Then: models.Hold})
	}
	var err error
	b.From, err = d.db.TaskCursor(d.Context(), storage.TrafficTask)
	d.must(err)
	b.To, err = d.db.NewestEvent(d.Context())
	d.must(err)
	d.must(d.db.RecordTraffic(d.Context(), b))
}

func (d *desk) audited(version, outcome string) {
	d.Helper()
	audit, _, err := d.db.AuditPage(d.Context(), operator, models.AuditFilter{Action: "model.promote", Subject: version, Limit: 5})
	d.must(err)
	if len(audit) != 1 || audit[0].Actor != models.System.String() || !strings.Contains(string(audit[0].After), outcome) {
		d.Errorf("audit: %+v", audit)
	}
}

func TestShadowStartsAnewBesideAnotherLiveModel(t *testing.T) {
	onBoth(t, func(d *desk) {
		candidate, other := d.train(60, false), d.train(70, false)
		reader, n := d.reader()
		s, err := d.db.StartShadow(d.Context(), operator, candidate.Version(), true)
		d.must(err)
		d.record(s, good, [2]int{})
		d.clock.Advance(24 * time.Hour)
		_, err = d.db.PromoteModel(d.Context(), operator, other.Version())
		d.must(err)
		d.must(reader.Step(d.Context()))
		if live, _ := d.db.LiveModel(d.Context()); live.Version != other.Version() {
			d.Errorf("%s is live", live.Version)
		}
		d.post("gazette", "The council was right: harbour 77.")
		d.clock.Advance(time.Minute)
		d.must(reader.Step(d.Context()))
		got := d.shadow(candidate.Version())
		if got.Live != other.Version() || got.Comments != 1 || n.Model().Version() != other.Version() {
			d.Errorf("shadow: %+v", got)
		}
	})
}

func (d *desk) change(site string, change func(*models.Site)) {
	d.Helper()
	_, err := d.db.UpdateSite(d.Context(), operator, site, func(s *models.Site) error { change(s); return nil })
	d.must(err)
}

func TestShadowTrustsTheHostsOfASite(t *testing.T) {
	onBoth(t, func(d *desk) {
		candidate := d.train(60, false)
		d.change("gazette", func(s *models.Site) { s.Origins = []string{"https://gazette.example"} })
		reader, _ := d.reader()
		s, err := d.db.StartShadow(d.Context(), operator, candidate.Version(), false)
		d.must(err)
		for _, site := range []string{"gazette", "herald"} {
			d.post(site, "Read it: https://gazette.example/a")
		}
		d.clock.Advance(time.Minute)
		d.must(reader.Step(d.Context()))
		sites, err := d.db.ShadowSites(d.Context(), s.Version)
		d.must(err)
		if g, h := sites["gazette"], sites["herald"]; g.Comments != 1 || h.Comments != 1 || g.HeldNow != 0 || h.HeldNow != 1 {
			d.Errorf("gazette %+v, herald %+v", g, h)
		}
	})
}

func TestACommentOfANodeWhoseClockIsBehindIsRead(t *testing.T) {
	onBoth(t, func(d *desk) {
		candidate := d.train(60, false)
		d.clock.Advance(time.Hour)
		reader, _ := d.reader()
		_, err := d.db.StartShadow(d.Context(), operator, candidate.Version(), false)
		d.must(err)
		d.clock.Advance(time.Hour)
		d.post("gazette", "The council was right: harbour 1.")
		d.must(reader.Step(d.Context()))
		d.clock.Advance(-time.Minute)
		d.post("herald", "The council was right: harbour 2.")
		d.must(reader.Step(d.Context()))
		if got := d.shadow(candidate.Version()).Comments; got != 2 {
			d.Errorf("%d of 2 comments were read", got)
		}
	})
}
