package screening

import (
	"context"

	"winnow/classifier"
	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Assessment is what the filter finds in a text by itself, for those who ask for scores
// instead of a decision.
type Assessment struct {
	Verdict  models.Verdict // of the model and of the rules about the text; without the signals of the model
	Abuse    classifier.AbuseParts
	AbuseAt  float64 // probability of abuse at and above which the site holds; 0: the model knows no abuse
	Listed   bool    // the text has a blocked word of the site
	Suspect  bool    // the text has a suspect word of the site
	Detected bool    // the text tests the filter: see rules.ApplyTestString
	// Certain is the highest probability of each class that the model's held-out rows can
	// speak for.
	Certain struct{ Spam, Abuse float64 }
}

// Assessor assesses texts for one site, with the rules and the model that were current
// when it was made.
type Assessor struct {
	site  models.Site
	set   *rules.Set
	model *classifier.Model
}

// Assessor returns an assessor. It costs no query when the site's rules are known.
func (s *Screener) Assessor(ctx context.Context, site models.Site) (*Assessor, error) {
	set, err := s.cfg.Source.Rules(ctx, site.Slug)
	if err != nil {
		return nil, err
	}
	return NewAssessor(site, set, s.cfg.Source.Model()), nil
}

// NewAssessor returns an assessor with these rules, which may be nil, and this model.
func NewAssessor(site models.Site, set *rules.Set, model *classifier.Model) *Assessor {
	return &Assessor{site, set, model}
}

// HasSpam reports whether the model scores spam.
func (a *Assessor) HasSpam() bool { return a.model.Manifest().Spam != nil }

// Assess scores a text. It counts nothing and stores nothing.
func (a *Assessor) Assess(text string) Assessment {
	var result Assessment
	var fired []models.Signal
	in, plain := input(a.site, a.set, models.Comment{Site: a.site.Slug, Body: text}), classifier.PolicyOf(a.site)
	policy := plain
	policy.Parts = &result.Abuse
	policy.Inspect = func(body *normalize.Text) {
		fired = a.set.ApplyText(rules.Context{Body: body, Doc: features.Doc(in)})
	}
	v, _ := classifier.VerdictOfBoth(a.model, a.model, in, policy, plain)
	if test, ok := rules.ApplyTestString(&v, features.Doc(in)); ok {
		fired, result.Detected = append(fired, test), true
	}
	for _, s := range fired {
		result.Listed = result.Listed || s.Name == "rule:blocked-word"
		result.Suspect = result.Suspect || s.Name == "rule:suspect-word"
	}
	result.Verdict, result.AbuseAt = rules.Combine(v, fired...), a.model.AbuseThreshold(plain)
	figures := a.model.Manifest().Metrics
	result.Certain.Spam, result.Certain.Abuse = figures.Spam.MostCertain(), figures.Abuse.MostCertain()
	return result
}
