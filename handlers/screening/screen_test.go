package screening

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/classifier/rules"
	"winnow/models"
)

// source is a Source in memory. Its model is the starter model.
type source struct {
	rules    models.Rules
	article  models.ArticleEntry
	sanction *models.Sanction
	record   models.AuthorRecord
	rejected int
	err      error // of StartBurst
	bursts   []time.Time
	decided  [2]int // comments of a campaign that were approved, and rejected
	earlier  models.Comment
	hosts    HostRecords
}

var starter = sync.OnceValues(classifier.Starter)

func (s *source) Model() *classifier.Model {
	m, err := starter()
	if err != nil {
		panic(err)
	}
	return m
}

func (s *source) Rules(context.Context, string) (*rules.Set, error) { return rules.Compile(s.rules) }

func (s *source) Article(context.Context, string, string) (models.ArticleEntry, error) {
	return s.article, nil
}

func (s *source) Sanction(context.Context, string, models.Identity) (*models.Sanction, error) {
	return s.sanction, nil
}

func (s *source) AuthorRecord(context.Context, string, string, time.Time, int) (models.AuthorRecord, int, error) {
	return s.record, s.rejected, nil
}

func (s *source) ApprovedCount(context.Context, string, string) (int, error) {
	return s.record.Approved, nil
}

func (s *source) CampaignDecisions(context.Context, string, string) (approved, rejected int, err error) {
	return s.decided[0], s.decided[1], nil
}

func (s *source) PublishedComment(_ context.Context, id string) (models.Comment, bool, error) {
	return s.earlier, s.earlier.ID == id, nil
}

func (s *source) HostRecords(context.Context, string) (*HostRecords, error) { return &s.hosts, nil }

func (s *source) StartBurst(_ context.Context, _, _ string, until time.Time) error {
	s.bursts = append(s.bursts, until)
	return s.err
}

// campaigns returns the same group for each comment, and notes the authors.
type campaigns struct {
	group   models.Campaign
	err     error
	authors []string
}

func (c *campaigns) Assign(_ context.Context, q models.CampaignQuery) (models.Campaign, error) {
	c.authors = append(c.authors, q.Author)
	return c.group, c.err
}

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func newScreener(s *source, c *campaigns) *Screener {
	return New(Config{
		Source: s, Campaigns: c, Bursts: new(BurstCounter), Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	})
}

const sentence = "The boats came back this morning, and the whole quay stood there to watch them come in."

// submission is a comment that neither the model nor anything else objects to.
func submission(change ...func(*Submission)) Submission {
	one := 1.0 // a probability that the model does not reach
	sub := Submission{
		Site: models.Site{Slug: "gazette", Mode: models.ModePost, Thresholds: models.Thresholds{Hold: &one, Reject: &one}},
		Comment: models.Comment{
			ID: "c1", Site: "gazette", Article: models.Article{ID: "harbour"}, Author: models.Author{Name: "Reader"}, Body: sentence,
		},
	}
	for _, c := range change {
		c(&sub)
	}
	return sub
}

func body(text string) func(*Submission) { return func(s *Submission) { s.Comment.Body = text } }

func authorID(id string) func(*Submission) { return func(s *Submission) { s.Comment.Author.ID = id } }

func honeypot(s *Submission) { s.Honeypot = true }

func premoderated(s *Submission) { s.Site.Mode = models.ModePre }

func shadowed(s *Submission) { s.Restrictions.Shadowed = true }

func holdAll(s *Submission) { s.Site.Thresholds.Hold = new(float64) }

func bursting(s *Submission) { s.Restrictions.Article.BurstUntil = now.Add(time.Minute) }

func TestScreen(t *testing.T) {
	blocked := models.Rules{BlockedWords: models.BlockedWords{Words: []string{"quay"}}}
	suspect := models.Rules{SuspectWords: models.SuspectWords{Words: []string{"quay"}}}
	both := models.Rules{BlockedWords: blocked.BlockedWords, SuspectWords: suspect.SuspectWords}
	trust := models.Rules{Authors: models.AuthorRules{TrustAfter: 2}}
	trustAndSuspect := models.Rules{Authors: trust.Authors, SuspectWords: suspect.SuspectWords}
	first := models.Rules{Authors: models.AuthorRules{HoldFirst: true}}
	good := models.AuthorRecord{Approved: 5, Substantial: 5}
	for name, test := range map[string]struct {
		source source
		sub    Submission
		status models.Status
		reason models.Reason
	}{
		"a comment that nothing objects to is approved":        {source{}, submission(), models.Approved, ""},
		"a comment with a filled-in honeypot is rejected":      {source{}, submission(honeypot), models.Rejected, models.ReasonHoneypot},
		"the honeypot also counts with pre-moderation":         {source{}, submission(honeypot, premoderated), models.Rejected, models.ReasonHoneypot},
		"a pre-moderated site holds the comment":               {source{}, submission(premoderated), models.Pending, models.ReasonPremoderation},
		"a shadowed author's comment is held":                  {source{}, submission(shadowed), models.Pending, models.ReasonShadow},
		"a shadowed author's spam is rejected":                 {source{rules: blocked}, submission(shadowed), models.Rejected, models.ReasonRule},
		"a burst that goes on holds the comment":               {source{}, submission(bursting), models.Pending, models.ReasonBurst},
		"the model holds what reaches the threshold":           {source{}, submission(holdAll), models.Pending, models.ReasonSpam},
		"a blocked word rejects":                               {source{rules: blocked}, submission(), models.Rejected, models.ReasonRule},
		"a suspect word holds":                                 {source{rules: suspect}, submission(), models.Pending, models.ReasonRule},
		"of a blocked and a suspect word the blocked decides":  {source{rules: both}, submission(), models.Rejected, models.ReasonRule},
		"words in other texts do nothing":                      {source{rules: both}, submission(body("Nine cats live on the wall.")), models.Approved, ""},
		"a trusted author passes the model":                    {source{rules: trust, record: good}, submission(holdAll, authorID("u1")), models.Approved, ""},
		"a trusted author does not pass a suspect word":        {source{rules: trustAndSuspect, record: good}, submission(authorID("u1")), models.Pending, models.ReasonRule},
		"a lately rejected author is not trusted":              {source{rules: trust, record: good, rejected: 1}, submission(holdAll, authorID("u1")), models.Pending, models.ReasonSpam},
		"a name alone earns no trust":                          {source{rules: trust, record: good}, submission(holdAll), models.Pending, models.ReasonSpam},
		"the first comment of an author can be held":           {source{rules: first}, submission(authorID("u1")), models.Pending, models.ReasonRule},
		"the next comment of an author is not the first":       {source{rules: first, record: good}, submission(authorID("u1")), models.Approved, ""},
		"pre-moderation does not hide the reason of a verdict": {source{rules: suspect}, submission(premoderated), models.Pending, models.ReasonRule},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := newScreener(&test.source, &campaigns{}).Screen(t.Context(), test.sub)
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != test.status || got.Reason != test.reason {
				t.Errorf("got %s, %q, want %s, %q; %+v", got.Status, got.Reason, test.status, test.reason, got.Verdict)
			}
			if got.Status == models.Pending != (got.Lang == "en") {
				t.Errorf("%s, in the language %q", got.Status, got.Lang)
			}
			for _, r := range []models.Reason{models.ReasonShadow, models.ReasonBurst} {
				if (got.Reason == r) != (got.Verdict.Reason == r) {
					t.Errorf("the reason is %q, and the verdict's %q", got.Reason, got.Verdict.Reason)
				}
			}
		})
	}
}

func TestBursts(t *testing.T) {
	limit := models.Burst{Count: 2, Minutes: 5, HoldMinutes: 30}
	limited := func(s *Submission) { s.Site.Burst = limit }
	own := func(count int) func(*Submission) {
		return func(s *Submission) {
			s.Restrictions.Article.Burst = &models.Burst{Count: count, Minutes: 5, HoldMinutes: 30}
		}
	}
	for name, test := range map[string]struct {
		sub    Submission
		before int  // comments before this one
		held   bool // for the burst
		bursts int  // that begin
	}{
		"the last comment within the limit is approved":         {submission(limited), 1, false, 0},
		"the first comment over the limit begins the burst":     {submission(limited), 2, true, 1},
		"further comments do not begin it again":                {submission(limited), 5, true, 1},
		"without a limit there is no burst":                     {submission(), 50, false, 0},
		"the article's own limit comes before the site's":       {submission(limited, own(4)), 3, false, 0},
		"a burst begins over the article's own limit":           {submission(limited, own(1)), 1, true, 1},
		"an article can be without a limit":                     {submission(limited, own(0)), 50, false, 0},
		"rejected comments do not count":                        {submission(limited, honeypot), 9, false, 0},
		"comments that are held for another reason do count":    {submission(limited, premoderated), 2, false, 1},
		"in a burst that another node began nothing is counted": {submission(limited, bursting), 9, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			src := &source{}
			s := newScreener(src, &campaigns{})
			var got Result
			for range test.before + 1 {
				var err error
				if got, err = s.Screen(t.Context(), test.sub); err != nil {
					t.Fatal(err)
				}
			}
			if held := got.Reason == models.ReasonBurst; held != test.held {
				t.Errorf("status %s, reason %q", got.Status, got.Reason)
			}
			if len(src.bursts) != test.bursts {
				t.Errorf("%d bursts began, want %d", len(src.bursts), test.bursts)
			}
			for _, until := range src.bursts {
				if want := now.Add(30 * time.Minute); !until.Equal(want) {
					t.Errorf("the burst ends at %s, want %s", until, want)
				}
			}
		})
	}
}

func TestABurstThatIsNotStoredBeginsAgain(t *testing.T) {
	src := &source{err: errors.New("the database does not answer")}
	s := newScreener(src, &campaigns{})
	for range 6 {
		if _, err := s.Screen(t.Context(), submission(func(s *Submission) { s.Site.Burst = models.Burst{Count: 2, Minutes: 5, HoldMinutes: 30} })); err != nil {
			t.Fatal(err)
		}
	}
	if len(src.bursts) != 2 { // by the third comment, and by the third after the reset
		t.Errorf("%d attempts to begin it", len(src.bursts))
	}
}

func TestCampaigns(t *testing.T) {
	group := models.Campaign{ID: "c0", Count: 40, Authors: 30, Articles: 9, First: now.Add(-time.Minute)}
	for name, test := range map[string]struct {
		campaigns campaigns
		sub       Submission
		id        string // of the campaign
		heavier   bool   // the probability of spam grows
		author    string // that was counted
	}{
		"a single comment has a campaign without weight": {campaigns{group: models.Campaign{ID: "c1", Count: 1, Authors: 1, Articles: 1}}, submission(), "c1", false, "name reader "},
		"many copies by many authors weigh as spam":      {campaigns{group: group}, submission(), "c0", true, "name reader "},
		"an identified author counts by id":              {campaigns{group: group}, submission(authorID("u1")), "c0", true, "id u1"},
		"a short text has no campaign":                   {campaigns{group: group}, submission(body("Me too!")), "", false, ""},
		"an outage costs only the campaign":              {campaigns{err: errors.New("gone")}, submission(), "", false, "name reader "},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScreener(&source{}, &test.campaigns)
			got, err := s.Screen(t.Context(), test.sub)
			if err != nil {
				t.Fatal(err)
			}
			alone, err := s.Score(t.Context(), test.sub.Site, test.sub.Comment)
			if err != nil {
				t.Fatal(err)
			}
			if got.Campaign.ID != test.id || got.Status != models.Approved && !test.heavier {
				t.Errorf("campaign %q, status %s", got.Campaign.ID, got.Status)
			}
			if heavier := *got.Verdict.Spam > *alone.Spam; heavier != test.heavier {
				t.Errorf("spam %f, and without the campaign %f", *got.Verdict.Spam, *alone.Spam)
			}
			var want []string
			if test.author != "" {
				want = []string{test.author}
			}
			if len(test.campaigns.authors) != len(want) || len(want) == 1 && test.campaigns.authors[0] != want[0] {
				t.Errorf("counted for %q, want %q", test.campaigns.authors, want)
			}
		})
	}
}

func TestRescreenCountsNothing(t *testing.T) {
	c := &campaigns{group: models.Campaign{ID: "c0", Count: 40, Authors: 30, Articles: 9, First: now}}
	src := &source{rules: models.Rules{SuspectWords: models.SuspectWords{Words: []string{"cats"}}}}
	s := newScreener(src, c)
	limited := func(s *Submission) { s.Site.Burst = models.Burst{Count: 1, Minutes: 5, HoldMinutes: 30} }
	for text, want := range map[string]models.Status{sentence: models.Approved, "Nine cats live on the wall, and more.": models.Pending} {
		for range 3 {
			got, err := s.Rescreen(t.Context(), submission(limited, body(text)))
			if err != nil || got.Status != want {
				t.Errorf("%s: %s, %v, want %s", text, got.Status, err, want)
			}
		}
	}
	if len(c.authors) != 0 || len(src.bursts) != 0 {
		t.Errorf("%d comments were counted for campaigns, and %d bursts began", len(c.authors), len(src.bursts))
	}
}
