package gate

import (
	"context"
	"iter"
	"slices"

	"winnow/classifier"
	"winnow/classifier/language"
	"winnow/models"
)

// maxExamples is how many rows a finding, and how many changes a report shows.
const maxExamples = 10

// maxExampleLen is the length of the beginning of a text that a report shows, in
// characters.
const maxExampleLen = 300

// cluster is a group of near-copies with labels. It counts as one observation.
type cluster struct {
	Change    // of the newest label of the class that most of the labels have
	counts    classifier.Counts
	now, then standing // of live and of the candidate
	rate      float64  // probability that somebody looks at such a text; 0: unknown
	newest    [len(classes)]labelled
}

// labelled is the newest label of a class in a cluster.
type labelled struct {
	labelRow
	position int // from 1; 0: there is none
}

var classes = [...]models.Class{models.Ham, models.Spam, models.Abuse}

func (c *cluster) bad() bool { return c.Label != models.Ham }

// labelRow is a label before it is grouped.
type labelRow struct {
	models.Label
	now, then standing // of live and of the candidate
}

// pair are the models that are compared.
type pair struct {
	now, then *classifier.Model // live and candidate
	policy    func(site string) classifier.Policy
	trusts    map[string]func(host string) bool
}

// outcomes scores a text with both models.
func (p pair) outcomes(in classifier.Input, site string) (now, then Outcome) {
	policy := p.policy(site)
	in.Trusts = p.trusts[site]
	a, b := classifier.VerdictOfBoth(p.now, p.then, in, policy, policy)
	return outcome(a), outcome(b)
}

// label scores a label with both models, by their standing to it.
func (p pair) label(l models.Label, now, then standing) Change {
	ch := newChange(l)
	in, policy := classifier.FromLabel(l), p.policy(l.Site)
	in.Trusts = p.trusts[l.Site]
	ch.Now, ch.Then = now.outcome(p.now, in, policy), then.outcome(p.then, in, policy)
	return ch
}

func outcome(v models.Verdict) Outcome { return Outcome{v.Action, v.Spam, v.Abuse} }

func (o Outcome) flagged() bool { return o.Action != models.Approve }

// probability is that of the head that is surer.
func (o Outcome) probability() float64 {
	return models.Verdict{Spam: o.Spam, Abuse: o.Abuse}.Probability()
}

// of is the probability of one class, 0 when the model does not know it.
func (o Outcome) of(class models.Class) float64 {
	switch {
	case class == models.Spam && o.Spam != nil:
		return *o.Spam
	case class == models.Abuse && o.Abuse != nil:
		return *o.Abuse
	}
	return 0
}

// readLabels reads the newest labels of the evidence. Those that are in HeldOut and
// in Labels are taken once, as held out.
func readLabels(ctx context.Context, ev Evidence, candidate, live learned, limit int) ([]labelRow, bool, error) {
	type key struct {
		id, text string
		class    models.Class
	}
	heldOut := map[key]bool{}
	newest := ring[labelRow]{limit: limit}
	read := func(labels iter.Seq2[models.Label, error], explicit bool) error {
		if labels == nil {
			return nil
		}
		n := 0
		for l, err := range labels {
			if err != nil {
				return err
			}
			if n++; n%256 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			k := key{l.ID, l.Text, l.Label}
			if explicit {
				heldOut[k] = true
			} else if heldOut[k] {
				continue
			}
			row := labelRow{l, live.standingOf(l), candidate.standingOf(l)}
			row.then.fair = row.then.fair || explicit
			newest.add(row)
		}
		return ctx.Err()
	}
	if err := read(ev.HeldOut, true); err != nil {
		return nil, false, err
	}
	if err := read(ev.Labels, false); err != nil {
		return nil, false, err
	}
	return newest.items(), newest.dropped, nil
}

// ring keeps the last items that were added.
type ring[T any] struct {
	limit   int
	buffer  []T
	next    int
	dropped bool
}

func (r *ring[T]) add(item T) {
	if len(r.buffer) < r.limit {
		r.buffer = append(r.buffer, item)
		return
	}
	r.buffer[r.next] = item
	r.next, r.dropped = (r.next+1)%r.limit, true
}

// items returns what is kept, oldest first.
func (r *ring[T]) items() []T { return append(slices.Clone(r.buffer[r.next:]), r.buffer[:r.next]...) }

// groupLabels groups labels into near-copies with an inspector, and scores one of each
// group. The index of a cluster is its index in the inspector.
func groupLabels(ctx context.Context, rows []labelRow, p pair, in *Inspector) ([]*cluster, error) {
	var clusters []*cluster
	for i, row := range rows {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		at := slices.Index(classes[:], row.Label.Label)
		if at < 0 {
			continue
		}
		id, first := in.add(row.Label)
		if first {
			clusters = append(clusters, &cluster{now: row.now, then: row.then})
		}
		c := clusters[id]
		addCount(&c.counts, row.Label.Label)
		c.now, c.then = c.now.join(row.now), c.then.join(row.then)
		c.rate = max(c.rate, row.SelectionRate)
		newest := &c.newest[at]
		if newest.position == 0 || !row.CreatedAt.Before(newest.CreatedAt) {
			newest.labelRow, newest.position = row, i+1
		}
	}
	for i, c := range clusters {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c.score(p)
	}
	return clusters, nil
}

// score chooses the label that stands for the cluster, and scores it.
func (c *cluster) score(p pair) {
	best := 0
	for at, class := range classes {
		n, most := count(c.counts, class), count(c.counts, classes[best])
		if n > most || n == most && c.newest[at].isNewer(c.newest[best]) {
			best = at
		}
	}
	chosen := c.newest[best]
	c.Change = p.label(chosen.Label, c.now.join(chosen.now), c.then.join(chosen.then))
	c.newest = [len(classes)]labelled{} // the texts are no longer needed
}

func (l labelled) isNewer(other labelled) bool {
	if !l.CreatedAt.Equal(other.CreatedAt) {
		return l.CreatedAt.After(other.CreatedAt)
	}
	return l.position > other.position
}

func addCount(c *classifier.Counts, class models.Class) { addCounts(c, class, 1) }

func addCounts(c *classifier.Counts, class models.Class, n int) {
	switch class {
	case models.Ham:
		c.Ham += n
	case models.Spam:
		c.Spam += n
	case models.Abuse:
		c.Abuse += n
	}
}

func langOf(lang, text string) string {
	if lang != "" {
		return lang
	}
	return language.Detect(text)
}

func beginning(text string) string {
	n := 0
	for i := range text {
		if n == maxExampleLen {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
