package gate

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"winnow/classifier"
	"winnow/classifier/campaign"
	"winnow/classifier/text/features"
	"winnow/models"
)

// Inspector finds what is wrong with a set of labels before or while a model learns
// from it: too few, near-copies, texts with labels of more than one class.
type Inspector struct {
	limits  Limits
	groups  campaign.Clusters
	sizes   []groupSize
	scanner features.Scanner
	samples []string
}

// groupSize counts the labels of one group of near-copies.
type groupSize struct {
	classifier.Counts
	labeller  string
	labellers bool // more than one
}

// NewInspector returns an inspector. The zero Limits are the defaults.
func NewInspector(limits Limits) *Inspector { return &Inspector{limits: limits.withDefaults()} }

// Add adds a label.
func (in *Inspector) Add(l models.Label) {
	if l.Label.Valid() {
		in.add(l)
	}
}

// add returns the group of a label, and whether the label is its first.
func (in *Inspector) add(l models.Label) (id int, first bool) {
	tokens := in.scanner.Scan(features.Doc{Text: l.Text})
	id, first = in.groups.Add(&in.scanner.Body, tokens)
	if first {
		in.sizes = append(in.sizes, groupSize{labeller: l.LabelledBy})
		in.samples = append(in.samples, beginning(l.Text))
	}
	s := &in.sizes[id]
	addCount(&s.Counts, l.Label)
	s.labellers = s.labellers || s.labeller != l.LabelledBy
	return id, first
}

// composition sums up the groups of one class.
type composition struct {
	labels, clusters int
	largest, at      int // size of the largest group, and its index
}

func (in *Inspector) composition(class models.Class) (c composition) {
	for i, s := range in.sizes {
		n := count(s.Counts, class)
		if n == 0 {
			continue
		}
		c.labels, c.clusters = c.labels+n, c.clusters+1
		if n > c.largest {
			c.largest, c.at = n, i
		}
	}
	return c
}

// copiesPerText is how many labels a text must have on average, near-copies together,
// for a class with few different texts to count as copied.
const copiesPerText = 10

// isCopied reports whether most labels of a class are copies of few texts.
func (c composition) isCopied(minimum int, share float64) bool {
	return c.labels >= minimum && (areCopies(c.labels, c.clusters, minimum) || float64(c.largest) > share*float64(c.labels))
}

// areCopies reports whether labels are of fewer different texts than wanted, and of
// those mostly copies.
func areCopies(labels, clusters, minimum int) bool {
	return clusters < minimum && labels >= copiesPerText*clusters
}

// fewLabels returns the parameters of a finding when there are too few labels of ham,
// or of both spam and abuse; otherwise nil. Copies do not count.
func fewLabels(labels, clusters classifier.Counts, limits Limits) map[string]any {
	few := func(class models.Class, minimum int) bool {
		n, k := count(labels, class), count(clusters, class)
		return n < minimum || areCopies(n, k, minimum)
	}
	if !few(models.Ham, limits.MinHam) && !(few(models.Spam, limits.MinClass) && few(models.Abuse, limits.MinClass)) {
		return nil
	}
	return map[string]any{
		"ham": clusters.Ham, "spam": clusters.Spam, "abuse": clusters.Abuse, "min_ham": limits.MinHam, "min_class": limits.MinClass,
	}
}

func (c composition) params(class models.Class) map[string]any {
	return map[string]any{"n": c.labels, "class": word(class), "largest": c.largest, "clusters": c.clusters}
}

// Findings returns what is wrong with the labels that were added, in a language as
// with Report.In.
func (in *Inspector) Findings(lang string) []Finding {
	var found []Finding
	add := func(code Code, params map[string]any, rows []Change) {
		found = append(found, Finding{Code: code, Params: params, Message: message{code, params}.in(lang), Rows: rows})
	}
	n := map[models.Class]composition{}
	for _, class := range classes {
		n[class] = in.composition(class)
	}
	var labels, clusters classifier.Counts
	for _, s := range in.sizes {
		for _, class := range classes {
			if k := count(s.Counts, class); k > 0 {
				addCounts(&labels, class, k)
				addCounts(&clusters, class, 1)
			}
		}
	}
	if params := fewLabels(labels, clusters, in.limits); params != nil {
		add(FewLabels, params, nil)
	}
	for _, class := range classes {
		if n[class].isCopied(in.limits.MinClass, in.limits.Copies) {
			add(NearCopies, n[class].params(class), []Change{{Text: in.samples[n[class].at], Label: class}})
		}
	}
	var conflicts []Change
	total := 0
	for i, s := range in.sizes {
		if min(s.Ham, s.Spam+s.Abuse) > 0 || min(s.Spam, s.Abuse) > 0 {
			if total++; total <= maxExamples {
				conflicts = append(conflicts, Change{Text: in.samples[i]})
			}
		}
	}
	if total > 0 {
		add(Conflicts, map[string]any{"n": total}, conflicts)
	}
	return found
}

const (
	// A group of so many near-copies, all by one person, of a text that live approves,
	// is more likely a mistake or an attack than a campaign: when it has this share
	// of the labels of its class, or when nobody knows who gave the labels.
	doubtfulCopies = 50
	doubtfulShare  = 0.25
)

// checkCopies refuses a candidate that learned a class mostly from copies of few
// texts. It looks at the labels of the installation only if the candidate can have
// learned from them: it has not learned from more.
func (c *comparison) checkCopies() {
	for _, class := range classes {
		n := c.inspector.composition(class)
		if learned := count(c.candidate.labels, class); learned == 0 || learned > n.labels {
			continue
		}
		minimum := c.limits.MinClass
		if class == models.Ham {
			minimum = c.limits.MinHam
		}
		largest := c.clusters[n.at]
		group := c.inspector.sizes[n.at]
		doubtful := class != models.Ham && n.largest >= doubtfulCopies && !largest.Now.flagged() && !group.labellers &&
			(group.labeller == "" || float64(n.largest) > doubtfulShare*float64(n.labels))
		if doubtful || n.isCopied(minimum, c.limits.Copies) {
			c.report.refuse(NearCopies, n.params(class), []Change{largest.Change})
		}
	}
}

const (
	minLanguageLabels   = 20 // of known language
	minLanguageComments = 50
)

// checkLanguages compares the languages that the candidate learned from with those of
// the traffic, or without traffic with those of the labels.
func (c *comparison) checkLanguages() {
	used, known := c.languages, sum(c.candidate.languages)
	if sum(used) < minLanguageComments {
		used = map[string]int{}
		for _, cl := range c.clusters {
			if cl.Lang != "" {
				used[cl.Lang]++
			}
		}
	}
	if known < minLanguageLabels || sum(used) < minLanguageComments {
		c.report.note(noLanguages, nil)
		return
	}
	if variationDistance(c.candidate.languages, used) > c.limits.Language {
		c.report.refuse(Language, map[string]any{"labels": commonest(c.candidate.languages), "traffic": commonest(used)}, nil)
	}
}

func sum(m map[string]int) (n int) {
	for _, k := range m {
		n += k
	}
	return n
}

// commonest names the three commonest languages.
func commonest(m map[string]int) string {
	names := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b))
	})
	return strings.Join(names[:min(len(names), 3)], ", ")
}
