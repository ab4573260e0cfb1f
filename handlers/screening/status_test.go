package screening

import (
	"testing"

	"winnow/models"
)

func TestResolveStatus(t *testing.T) {
	approve := models.Verdict{Action: models.Approve}
	hold := models.Verdict{Action: models.Hold, Reason: models.ReasonSpam}
	reject := models.Verdict{Action: models.Reject, Reason: models.ReasonHoneypot}
	shadowed := Restrictions{Shadowed: true}
	pre := Restrictions{Article: models.ArticleEntry{State: models.ArticlePre}}
	open := Restrictions{Article: models.ArticleEntry{State: models.ArticleOpen}}
	for name, test := range map[string]struct {
		verdict      models.Verdict
		mode         models.Mode
		restrictions Restrictions
		burst        bool
		status       models.Status
		reason       models.Reason
	}{
		"an approved comment is published":                           {approve, models.ModePost, open, false, models.Approved, ""},
		"a held comment waits, for the verdict's reason":             {hold, models.ModePost, open, false, models.Pending, models.ReasonSpam},
		"a rejected comment is rejected, for the verdict's reason":   {reject, models.ModePost, open, false, models.Rejected, models.ReasonHoneypot},
		"a site with pre-moderation holds an approved comment":       {approve, models.ModePre, open, false, models.Pending, models.ReasonPremoderation},
		"an article with pre-moderation holds an approved comment":   {approve, models.ModePost, pre, false, models.Pending, models.ReasonPremoderation},
		"a shadowed author's approved comment waits":                 {approve, models.ModePost, shadowed, false, models.Pending, models.ReasonShadow},
		"a burst holds an approved comment":                          {approve, models.ModePost, open, true, models.Pending, models.ReasonBurst},
		"a rejection comes before everything":                        {reject, models.ModePre, shadowed, true, models.Rejected, models.ReasonHoneypot},
		"a shadow ban comes before a hold by the verdict":            {hold, models.ModePre, shadowed, true, models.Pending, models.ReasonShadow},
		"a hold by the verdict comes before pre-moderation":          {hold, models.ModePre, pre, true, models.Pending, models.ReasonSpam},
		"pre-moderation comes before a burst":                        {approve, models.ModePre, open, true, models.Pending, models.ReasonPremoderation},
		"a verdict without an action is published, as with no model": {models.Verdict{}, models.ModePost, open, false, models.Approved, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, reason := resolveStatus(test.verdict, test.mode, test.restrictions, test.burst)
			if status != test.status || reason != test.reason {
				t.Errorf("got %s, %q, want %s, %q", status, reason, test.status, test.reason)
			}
		})
	}
}
