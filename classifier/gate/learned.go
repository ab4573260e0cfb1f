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
}

func learnedBy(m *classifier.Model) learned {
	manifest := m.Manifest()
	l := learned{languages: manifest.Languages, until: manifest.LearnedUntil, starter: manifest.Starter}
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
