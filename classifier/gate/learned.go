package gate

import (
	"time"

	"winnow/classifier"
	"winnow/models"
)

// learned is what a model's manifest says of the labels that it learned from.
type learned struct {
	classifier.Counts // near-copies once, if the manifest says
	labels            classifier.Counts
	languages         map[string]int
	until             time.Time
	starter           bool
	model             *classifier.Model
}

func learnedBy(m *classifier.Model) learned {
	manifest := m.Manifest()
	l := learned{languages: manifest.Languages, until: manifest.LearnedUntil, starter: manifest.Starter, model: m}
	for _, c := range manifest.Sources {
		l.labels.Ham, l.labels.Spam, l.labels.Abuse = l.labels.Ham+c.Ham, l.labels.Spam+c.Spam, l.labels.Abuse+c.Abuse
	}
	if l.Counts = manifest.Clusters; l.Counts == (classifier.Counts{}) {
		l.Counts = l.labels
	}
	return l
}

// isNewer reports whether a label is newer than all that the model learned from. A
// starter model has learned from no installation.
func (l learned) isNewer(label models.Label) bool {
	return l.starter || !l.until.IsZero() && label.CreatedAt.After(l.until)
}

// standing is how a model stands to a label: whether its score of the text is that
// of a model that has not learned from it, and which one it is.
type standing struct {
	fair        bool
	outOfFold   bool     // the model has learned from the text; these are its scores by cross-validation
	spam, abuse *float64 // nil: the model's own is one that has not learned from the text
}

func (l learned) standingOf(label models.Label) standing {
	if spam, abuse, ok := l.model.OutOfFold(label); ok {
		return standing{fair: true, outOfFold: true, spam: spam, abuse: abuse}
	}
	return standing{fair: l.isNewer(label) || l.model.KeepsAll()}
}

// join returns how a model stands to a group of near-copies. What it got from
// cross-validation is the same for all of them, nearly: they were in one fold.
func (s standing) join(other standing) standing {
	joined := s
	if other.outOfFold {
		joined = other
	}
	joined.fair = s.fair && other.fair
	return joined
}

// outcome is what a model makes of a text, without having learned from it if its
// standing has the scores for that.
func (s standing) outcome(m *classifier.Model, in classifier.Input, p classifier.Policy) Outcome {
	return outcome(m.VerdictWith(in, p, s.spam, s.abuse))
}

func count(c classifier.Counts, class models.Class) int {
	switch class {
	case models.Ham:
		return c.Ham
	case models.Spam:
		return c.Spam
	}
	return c.Abuse
}

// hasHead reports whether a model knows a class.
func hasHead(m *classifier.Model, class models.Class) bool {
	manifest := m.Manifest()
	if class == models.Spam {
		return manifest.Spam != nil
	}
	return manifest.Abuse != nil
}
