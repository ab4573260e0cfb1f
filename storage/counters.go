package storage

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"winnow/models"
)

// sums are what a transaction adds to the counters. They are written at its
// end: each row once however many comments it counts, and in the same order by
// everybody, so that transactions wait for each other shortly and never in a
// circle.
type counterDeltas struct {
	articles    map[[2]string]articleDelta // by site and id
	pending     map[string]int64           // by site
	authors     map[[2]string]statusCounts // by site and key
	arrivals    map[siteDay]statusCounts
	decisions   map[decisionKey]decisionCounts
	secondLooks map[secondLookKey]secondLookCounts
	histograms  map[histogramKey]histogram
}

type (
	articleDelta struct {
		article  models.Article
		changes  int64 // of what the public sees
		activeAt int64 // when the newest comment came, to the minute
		comments statusCounts
	}
	statusCounts   struct{ approved, rejected, pending int64 }
	decisionCounts struct{ approved, rejected int64 }
	siteDay        struct {
		day  int64
		site string
	}
	decisionKey struct {
		siteDay
		moderator string
		machine   string
	}
	secondLookKey struct {
		siteDay
		of string
	}
	secondLookCounts struct{ approvedTwice, approvedRejected, rejectedApproved, rejectedTwice int64 }
)

func (s *statusCounts) add(status models.Status, n int64) {
	switch status {
	case models.Approved:
		s.approved += n
	case models.Rejected:
		s.rejected += n
	case models.Pending:
		s.pending += n
	}
}

// plus adds to the sum of a key.
func add[K comparable, V any](sums *map[K]V, key K, add func(*V)) {
	if *sums == nil {
		*sums = map[K]V{}
	}
	v := (*sums)[key]
	add(&v)
	(*sums)[key] = v
}

// count notes that there is one comment more, or less, of the status that c has.
func (s *counterDeltas) countComment(c models.Comment, change int64) {
	add(&s.authors, [2]string{c.Site, c.Author.Key()}, func(v *statusCounts) { v.add(c.Status, change) })
	if c.Status == models.Pending {
		add(&s.pending, c.Site, func(n *int64) { *n += change })
	}
	add(&s.articles, [2]string{c.Site, c.Article.ID}, func(v *articleDelta) {
		v.comments.add(c.Status, change)
		if c.Status == models.Approved {
			v.changes++
		}
	})
}

// touch notes an article, or its new address, title or section, on which a
// comment came.
func (s *counterDeltas) touchArticle(a models.Article, at time.Time) {
	add(&s.articles, [2]string{a.Site, a.ID}, func(v *articleDelta) {
		v.article.URL = cmp.Or(a.URL, v.article.URL)
		v.article.Title = cmp.Or(a.Title, v.article.Title)
		v.article.Section = cmp.Or(a.Section, v.article.Section)
		v.activeAt = max(v.activeAt, micros(at.Truncate(time.Minute)))
	})
}

// arrived notes a comment for the statistics.
func (s *counterDeltas) onArrival(k commentRow) {
	c := k.comment
	s.addToHistogram(c.CreatedAt, c.Site, kindScore, riskBin(k.verdict.Probability()), 1)
	add(&s.arrivals, siteDay{dayOf(c.CreatedAt), c.Site}, func(v *statusCounts) { v.add(c.Status, 1) })
}

// judged notes a decision, or with -1 that it was undone.
func (s *counterDeltas) onDecision(d models.Decision, machine models.Status, change int64) {
	add(&s.decisions, decisionKey{siteDay{dayOf(d.CreatedAt), d.Site}, d.Moderator, string(machine)}, func(v *decisionCounts) {
		if d.Action == models.Approve {
			v.approved += change
		} else {
			v.rejected += change
		}
	})
}

// lookedAgain notes a second look.
func (s *counterDeltas) onSecondLook(site string, o models.SecondOpinion, at time.Time) {
	add(&s.secondLooks, secondLookKey{siteDay{dayOf(at), site}, string(o.Of)}, func(v *secondLookCounts) {
		switch approved := o.FirstAction == models.Approve; {
		case approved && o.Agreed:
			v.approvedTwice++
		case approved:
			v.approvedRejected++
		case o.Agreed:
			v.rejectedTwice++
		default:
			v.rejectedApproved++
		}
	})
}

var (
	// An article that is new begins with version 1 and some.
	upsertArticles = into("articles", `site, id, url, title, section, version bigint, approved bigint, rejected bigint, pending bigint, active_at bigint`,
		`ON CONFLICT (site, id) DO UPDATE SET
		url = CASE WHEN excluded.url <> '' THEN excluded.url ELSE articles.url END,
		title = CASE WHEN excluded.title <> '' THEN excluded.title ELSE articles.title END,
		section = CASE WHEN excluded.section <> '' THEN excluded.section ELSE articles.section END,
		version = articles.version + excluded.version - 1 + CASE WHEN (excluded.url <> '' AND excluded.url <> articles.url)
			OR (excluded.title <> '' AND excluded.title <> articles.title) THEN 1 ELSE 0 END,
		approved = articles.approved + excluded.approved,
		rejected = articles.rejected + excluded.rejected,
		pending = articles.pending + excluded.pending,
		active_at = CASE WHEN excluded.active_at > articles.active_at THEN excluded.active_at ELSE articles.active_at END`)
	upsertSiteCounts = into("site_counts", "site, pending bigint",
		`ON CONFLICT (site) DO UPDATE SET pending = site_counts.pending + excluded.pending`)
	upsertAuthors = into("authors", "site, key, approved bigint, rejected bigint, pending bigint", `ON CONFLICT (site, key) DO UPDATE SET
		approved = authors.approved + excluded.approved,
		rejected = authors.rejected + excluded.rejected,
		pending = authors.pending + excluded.pending`)
	upsertArrivals = into("arrivals", "day bigint, site, approved bigint, rejected bigint, held bigint", `ON CONFLICT (day, site) DO UPDATE SET
		approved = arrivals.approved + excluded.approved,
		rejected = arrivals.rejected + excluded.rejected,
		held = arrivals.held + excluded.held`)
	upsertDecisionCounts = into("judgements", "day bigint, site, moderator, machine, approved bigint, rejected bigint",
		`ON CONFLICT (day, site, moderator, machine) DO UPDATE SET
		approved = judgements.approved + excluded.approved,
		rejected = judgements.rejected + excluded.rejected`)
	upsertAgreements = into("agreements", `day bigint, site, of, approved_approved bigint, approved_rejected bigint,
		rejected_approved bigint, rejected_rejected bigint`, `ON CONFLICT (day, site, of) DO UPDATE SET
		approved_approved = agreements.approved_approved + excluded.approved_approved,
		approved_rejected = agreements.approved_rejected + excluded.approved_rejected,
		rejected_approved = agreements.rejected_approved + excluded.rejected_approved,
		rejected_rejected = agreements.rejected_rejected + excluded.rejected_rejected`)
)

// flush writes the sums, and empties them.
func (t *tx) flush() error {
	s := t.counters
	t.counters = counterDeltas{}
	day := func(a, b siteDay) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.site, b.site)) }
	for _, part := range []struct {
		into insert
		rows [][]any
	}{
		{upsertArticles, rowsOf(s.articles, comparePairs, func(k [2]string, v articleDelta) []any {
			n := v.comments
			return []any{k[0], k[1], v.article.URL, v.article.Title, v.article.Section, 1 + v.changes, n.approved, n.rejected, n.pending, v.activeAt}
		})},
		{upsertAuthors, rowsOf(s.authors, comparePairs, func(k [2]string, v statusCounts) []any {
			return []any{k[0], k[1], v.approved, v.rejected, v.pending}
		})},
		{upsertSiteCounts, rowsOf(s.pending, cmp.Compare[string], func(site string, n int64) []any {
			return []any{site, n}
		})},
		{upsertArrivals, rowsOf(s.arrivals, day, func(k siteDay, v statusCounts) []any {
			return []any{k.day, k.site, v.approved, v.rejected, v.pending}
		})},
		{upsertDecisionCounts, rowsOf(s.decisions, func(a, b decisionKey) int {
			return cmp.Or(day(a.siteDay, b.siteDay), cmp.Compare(a.moderator, b.moderator), cmp.Compare(a.machine, b.machine))
		}, func(k decisionKey, v decisionCounts) []any {
			return []any{k.day, k.site, k.moderator, k.machine, v.approved, v.rejected}
		})},
		{upsertAgreements, rowsOf(s.secondLooks, func(a, b secondLookKey) int {
			return cmp.Or(day(a.siteDay, b.siteDay), cmp.Compare(a.of, b.of))
		}, func(k secondLookKey, v secondLookCounts) []any {
			return []any{k.day, k.site, k.of, v.approvedTwice, v.approvedRejected, v.rejectedApproved, v.rejectedTwice}
		})},
		{upsertHistograms, rowsOf(s.histograms, func(a, b histogramKey) int {
			return cmp.Or(day(a.siteDay, b.siteDay), cmp.Compare(a.kind, b.kind))
		}, func(k histogramKey, v histogram) []any {
			row := []any{k.day, k.site, k.kind}
			for _, n := range v {
				row = append(row, n)
			}
			return row
		})},
	} {
		if err := t.insert(part.into, part.rows); err != nil {
			return err
		}
	}
	return nil
}

func comparePairs(a, b [2]string) int { return slices.Compare(a[:], b[:]) }

// rowsOf turns sums into rows in the order of their keys.
func rowsOf[K comparable, V any](sums map[K]V, order func(a, b K) int, row func(K, V) []any) [][]any {
	rows := make([][]any, 0, len(sums))
	for _, key := range slices.SortedFunc(maps.Keys(sums), order) {
		rows = append(rows, row(key, sums[key]))
	}
	return rows
}
