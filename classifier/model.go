package classifier

import "winnow/classifier/text"

// Model is a trained filter. It never changes, so any number of goroutines may
// use it at once.
type Model struct {
	manifest     Manifest
	manifestJSON []byte // the manifest as the model's file has it
	version      string
	features     featureTable
}

// Version names the model by its content: equal files have equal versions.
func (m *Model) Version() string { return m.version }

// Manifest says what the model is made of.
func (m *Model) Manifest() Manifest { return m.manifest }

// Policy is what a site wishes. The zero value takes the model's thresholds
// and counts only labels of no site as the site's own.
type Policy struct {
	Hold, Reject *float64 // probabilities of spam; nil: the model's own
	Site         string
	// Look, unless nil, is lent the folded text for as long as the call takes,
	// so that rules and campaigns need not fold it again.
	Look func(body *text.Folded)
}

// warmLabels is how many human labels of ham and of spam a site must have
// given, or shared with others, before its comments are rejected unseen.
const minSiteLabels = 200

// Cold tells whether the model has learned too few human labels of a site to
// reject its comments; it holds them instead.
func (m *Model) Cold(site string) bool {
	n := m.manifest.Sites[""]
	if site != "" {
		own := m.manifest.Sites[site]
		n.Ham, n.Spam = n.Ham+own.Ham, n.Spam+own.Spam
	}
	return m.manifest.Starter || n.Ham < minSiteLabels || n.Spam < minSiteLabels
}

// Thresholds returns the probabilities of spam from which comments are held and
// rejected under a policy; a reject of 0 means that none is. Without a spam head
// both are 0.
func (m *Model) Thresholds(p Policy) (hold, reject float64) {
	h := m.manifest.Spam
	if h == nil {
		return 0, 0
	}
	hold, reject = h.Hold, h.Reject
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
