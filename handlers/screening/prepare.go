package screening

import (
	"context"
	"slices"

	"winnow/classifier"
	"winnow/classifier/campaign"
	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Prepared is what one comment gives by itself, without regard to its author's record
// and to other comments.
type Prepared struct {
	verdict models.Verdict  // of the model
	rules   *rules.Set      // of the site
	fired   []models.Signal // of the rules about the text
	print   campaign.Print
	tested  bool // it has a string to test filters with
}

// Domains returns the domains that the links of the comment lead to, as DomainsOf does.
func (p Prepared) Domains() []string { return p.print.Domains }

// Prepare applies the live model and the site's rules to a text. It counts nothing, so
// comments may be prepared in any order. The text is normalized once for model, rules
// and sketch.
func (s *Screener) Prepare(ctx context.Context, site models.Site, c models.Comment) (Prepared, error) {
	set, err := s.cfg.Source.Rules(ctx, site.Slug)
	if err != nil {
		return Prepared{}, err
	}
	return s.prepare(site, set, c), nil
}

func (s *Screener) prepare(site models.Site, set *rules.Set, c models.Comment) Prepared {
	p, in, policy := Prepared{rules: set}, input(site, set, c), classifier.PolicyOf(site)
	policy.Inspect = func(body *normalize.Text) {
		p.fired = set.ApplyText(rules.Context{Body: body, Doc: features.Doc(in)})
		p.print = campaign.PrintOf(body, features.Doc(in), knownHosts(site, c, set))
	}
	p.verdict = s.cfg.Source.Model().Verdict(in, policy)
	p.applyTestString(features.Doc(in))
	return p
}

// input returns what the model scores of a comment on a site.
func input(site models.Site, set *rules.Set, c models.Comment) classifier.Input {
	in := classifier.FromComment(c)
	in.Trusts = Trusts(site, set)
	return in
}

// Trusts returns a function for classifier.Input: links to the site's own hosts, and to
// those that its rules allow, are no evidence of spam.
func Trusts(site models.Site, set *rules.Set) func(host string) bool {
	return func(host string) bool { return isOwnHost(site, host) || set.Allows(host) }
}

func (p *Prepared) applyTestString(doc features.Doc) {
	if test, ok := rules.ApplyTestString(&p.verdict, doc); ok {
		p.fired, p.tested = append(p.fired, test), true
	}
}

// PrepareBoth does what Prepare of two screeners does, for two settings of a site, and
// names no signals of the model. Both take the text apart once, unless they trust other
// links.
func PrepareBoth(ctx context.Context, a, b *Screener, siteA, siteB models.Site, c models.Comment) (pa, pb Prepared, err error) {
	if pa.rules, err = a.cfg.Source.Rules(ctx, siteA.Slug); err != nil {
		return pa, pb, err
	}
	if pb.rules, err = b.cfg.Source.Rules(ctx, siteB.Slug); err != nil {
		return pa, pb, err
	}
	if !pa.rules.SameLinks(pb.rules) {
		if pa, err = a.Prepare(ctx, siteA, c); err == nil {
			pb, err = b.Prepare(ctx, siteB, c)
		}
		return pa, pb, err
	}
	in, policy := input(siteA, pa.rules, c), classifier.PolicyOf(siteA)
	policy.Inspect = func(body *normalize.Text) {
		about := rules.Context{Body: body, Doc: features.Doc(in)}
		pa.fired = pa.rules.ApplyText(about)
		if pb.fired = pa.fired; pb.rules != pa.rules {
			pb.fired = pb.rules.ApplyText(about)
		}
		pa.print = campaign.PrintOf(body, about.Doc, knownHosts(siteA, c, pa.rules))
		pb.print = pa.print
	}
	pa.verdict, pb.verdict = classifier.VerdictOfBoth(a.cfg.Source.Model(), b.cfg.Source.Model(), in, policy, classifier.PolicyOf(siteB))
	pa.applyTestString(features.Doc(in))
	pb.applyTestString(features.Doc(in))
	return pa, pb, nil
}

// applyRules returns the signals of all rules that match a prepared comment, those about
// its author included, in a slice of its own.
func (s *Screener) applyRules(ctx context.Context, site models.Site, c models.Comment, p Prepared) (fired []models.Signal, err error) {
	about := rules.Context{Identified: c.Author.ID != ""}
	if comments, days := p.rules.HistoryNeeded(); comments > 0 && about.Identified {
		since := s.cfg.Now().AddDate(0, 0, -days)
		if about.Record, about.RecentRejections, err = s.cfg.Source.AuthorRecord(ctx, site.Slug, c.Author.ID, since, comments); err != nil {
			return nil, err
		}
	}
	return p.rules.ApplyAuthor(slices.Clip(p.fired), about), nil
}
