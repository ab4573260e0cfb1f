package classifier

import (
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Model is a trained classifier. It is immutable, so any number of goroutines may
// use it at once.
type Model struct {
	manifest     Manifest
	manifestJSON []byte // as in the model file; nil before the model was read from one
	version      string
	features     featureTable
	outOfFold    outOfFold
}

// Version identifies the model by the checksum of its file.
func (m *Model) Version() string { return m.version }

// Manifest describes the model.
func (m *Model) Manifest() Manifest { return m.manifest }

// Policy holds the settings of a site. The zero value takes the model's
// thresholds, and never rejects.
type Policy struct {
	Hold, Reject *float64 // thresholds, in probability of spam; nil: the model's own
	Abuse        *float64 // threshold, in probability of abuse; nil: the model's own
	Site         string
	// Inspect, unless nil, is called with the normalized text, so that rules and
	// campaigns need not normalize it again. The text is valid until it returns.
	Inspect func(body *normalize.Text)
	// Parts, unless nil, is filled with what makes up the probability of abuse.
	Parts *AbuseParts
}

// PolicyOf returns the policy that the comments of a site are scored with.
func PolicyOf(s models.Site) Policy {
	return Policy{Hold: s.Thresholds.Hold, Reject: s.Thresholds.Reject, Abuse: s.Thresholds.Abuse, Site: s.Slug}
}

// minSiteLabels is how many labels of ham, and of spam, a model must have learned
// of a site before it may reject comments of that site. Near copies count once.
const minSiteLabels = 200

// Cold reports whether the model has learned too few labels of a site to reject
// its comments. It holds them instead. Labels that name no site do not count: they
// may be of comments that are unlike the site's.
func (m *Model) Cold(site string) bool {
	labels := m.manifest.SiteClusters
	if labels == nil { // a file of an earlier release
		labels = m.manifest.Sites
	}
	n := labels[site]
	return m.manifest.Starter || site == "" || n.Ham < minSiteLabels || n.Spam < minSiteLabels
}

// AbuseThreshold returns the probability of abuse at and above which comments are held
// under a policy; 0 when the model has no head for abuse.
func (m *Model) AbuseThreshold(p Policy) float64 {
	h := m.manifest.Abuse
	switch {
	case h == nil:
		return 0
	case p.Abuse != nil:
		return *p.Abuse
	}
	return h.holdAt(p.Site)
}

// Thresholds returns the probabilities of spam at and above which comments are
// held and rejected under a policy. A reject threshold of 0 means that none is
// rejected. Both are 0 when the model has no spam head.
func (m *Model) Thresholds(p Policy) (hold, reject float64) {
	h := m.manifest.Spam
	if h == nil {
		return 0, 0
	}
	hold, reject = h.holdAt(p.Site), h.Reject
	if reject > 0 {
		reject = max(reject, hold)
	}
	if p.Hold != nil {
		hold = *p.Hold
	}
	if p.Reject != nil {
		reject = *p.Reject
	}
	if m.Cold(p.Site) {
		reject = 0
	}
	return hold, reject
}

func (m *Model) head(i int) *Head {
	if i == spamHead {
		return m.manifest.Spam
	}
	return m.manifest.Abuse
}
