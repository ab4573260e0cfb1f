package screening

import (
	"context"
	"math"
	"slices"

	"winnow/classifier"
	"winnow/classifier/campaign"
	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

const (
	// KnownHostAuthors is how many authors' comments with links to a domain moderators
	// must have approved until the site knows it.
	KnownHostAuthors = 3

	// knownHostWeight is what links to such domains add to the log odds of spam. It is
	// small: they are no free pass, and an advertiser may have been overlooked.
	knownHostWeight = -1
)

// HostRecords has what moderators decided on the comments with links to each domain, on
// one site. The zero value is empty.
type HostRecords struct {
	authors  map[string]map[string]int // approved comments by domain and models.Author.Key
	rejected map[string]int            // rejected comments by domain
}

// DomainsOf returns the domains that the links of a comment lead to and of which a
// site knows nothing else.
func DomainsOf(site models.Site, set *rules.Set, c models.Comment) []string {
	var body normalize.Text
	body.Normalize(c.Body)
	return campaign.PrintOf(&body, features.Doc(classifier.FromComment(c)), knownHosts(site, c, set)).Domains
}

// Count counts a decision on a comment with links to some domains, or with -1 that it
// is no longer in force.
func (r *HostRecords) Count(domains []string, authorKey string, action models.Action, change int) {
	for _, domain := range domains {
		if action != models.Approve {
			if r.rejected == nil {
				r.rejected = map[string]int{}
			}
			r.rejected[domain] += change
			continue
		}
		if r.authors == nil {
			r.authors = map[string]map[string]int{}
		}
		if r.authors[domain] == nil {
			r.authors[domain] = map[string]int{}
		}
		if r.authors[domain][authorKey] += change; r.authors[domain][authorKey] <= 0 {
			delete(r.authors[domain], authorKey)
		}
	}
}

// Knows reports whether moderators approved comments of enough authors with links to a
// domain, and rejected none.
func (r *HostRecords) Knows(domain string) bool {
	return r != nil && r.rejected[domain] <= 0 && len(r.authors[domain]) >= KnownHostAuthors
}

// weighKnownHosts returns the verdict of the model with a signal more when all links of
// a comment lead to domains that moderators keep approving.
func (s *Screener) weighKnownHosts(ctx context.Context, site models.Site, p Prepared) models.Verdict {
	v, domains := p.verdict, p.print.Domains
	if len(domains) == 0 || v.Spam == nil || v.Reason == models.ReasonAbuse || p.tested {
		return v
	}
	known, err := s.cfg.Source.HostRecords(ctx, site.Slug)
	if err != nil {
		s.cfg.Log.ErrorContext(ctx, "reading the links that moderators approved failed", "error", err)
		return v
	}
	if slices.ContainsFunc(domains, func(domain string) bool { return !known.Knows(domain) }) {
		return v
	}
	v = s.cfg.Source.Model().WithSpam(v, rules.AddLogOdds(*v.Spam, knownHostWeight), classifier.PolicyOf(site))
	at := 0 // signals with more weight are before it
	for at < len(v.Signals) && v.Signals[at].Rank() == 0 && math.Abs(v.Signals[at].Weight) >= -knownHostWeight {
		at++
	}
	v.Signals = slices.Insert(slices.Clone(v.Signals), at, models.Signal{Name: "rule:known-link", Detail: domains[0], Weight: knownHostWeight})
	return v
}
