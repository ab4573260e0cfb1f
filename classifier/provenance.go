package classifier

import (
	"time"

	"winnow/classifier/language"
	"winnow/models"
)

// clusterClass is a cluster of near copies with labels of a class.
type clusterClass struct {
	cluster uint32
	class   models.Class
}

// describe adds the cluster, the language and the time of a text that is learned from
// to the manifest.
func (t *trainer) describe(l models.Label, text *labelledText) {
	if t.described == nil {
		t.described = map[clusterClass]bool{}
	}
	if c := (clusterClass{text.cluster, l.Label}); !t.described[c] {
		t.described[c] = true
		t.manifest.Clusters.add(l.Label)
	}
	lang := l.Lang
	if lang == "" {
		lang = language.Detect(l.Text)
	}
	if t.manifest.Languages == nil {
		t.manifest.Languages = map[string]int{}
	}
	if _, known := t.manifest.Languages[lang]; lang != "" && (known || len(t.manifest.Languages) < maxLanguages) {
		t.manifest.Languages[lang]++
	}
	t.learnedUntil(l.CreatedAt)
	if base := t.opt.Base; base != nil && !base.manifest.Starter {
		t.learnedUntil(base.manifest.LearnedUntil)
	}
}

func (t *trainer) learnedUntil(at time.Time) {
	switch t.undated = t.undated || at.IsZero(); {
	case t.undated:
		t.manifest.LearnedUntil = time.Time{}
	case at.After(t.manifest.LearnedUntil):
		t.manifest.LearnedUntil = at.UTC()
	}
}

// maxLanguages is how many languages a manifest names.
const maxLanguages = 200
