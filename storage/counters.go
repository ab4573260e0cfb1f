package storage

import (
	"cmp"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// counterDeltas are what a transaction adds to the counters. They are written at
// its end, so that transactions wait for each other only shortly: each row once,
// however many comments it counts, and always in the order of the keys, which
// prevents deadlocks.
type counterDeltas struct {
	articles    map[[2]string]articleDelta // by site and id
	pending     map[string]int64           // by site
	authors     map[[2]string]statusCounts // by site and key
	arrivals    map[siteDay]statusCounts
	decisions   map[decisionKey]decisionCounts
	secondLooks map[secondLookKey]secondLookCounts
	histograms  map[histogramKey]histogram
	hours       map[siteHour]hourCounts
	threads     map[[2]string]threadChanges // by site and id of the article
	rejected    map[string]rejectedComments // by site
}

type (
	articleDelta struct {
		article  models.Article
		namedBy  string // the comment whose page said what article has
		changes  int64  // of what the public sees of it
		activeAt int64  // when the newest comment came, to the minute
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
		moderator     string
		initialStatus string
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

// add changes the delta of a key.
func add[K comparable, V any](deltas *map[K]V, key K, change func(*V)) {
	if *deltas == nil {
		*deltas = map[K]V{}
	}
	v := (*deltas)[key]
	change(&v)
	(*deltas)[key] = v
}

// countComment counts one comment more, or less, of the status that c has.
func (s *counterDeltas) countComment(c models.Comment, change int64) {
	// A reader of the newsroom's name has not its record, and nobody has rejected what its
	// author took back.
	if c.WrittenBy == "" && c.Reason != models.ReasonWithdrawn {
		add(&s.authors, [2]string{c.Site, c.Author.Key()}, func(v *statusCounts) { v.add(c.Status, change) })
	}
	if c.Status == models.Pending {
		add(&s.pending, c.Site, func(n *int64) { *n += change })
	}
	add(&s.articles, [2]string{c.Site, cmp.Or(c.PostedOn, c.Article.ID)}, func(v *articleDelta) {
		v.comments.add(c.Status, change)
		if c.Status == models.Approved {
			v.changes++
		}
	})
}

// touchArticle adds an article on which a comment was posted, with what the page
// said of it. The first word counts, also among the comments of one transaction.
func (s *counterDeltas) touchArticle(a models.Article, comment string, at time.Time) {
	add(&s.articles, [2]string{a.Site, a.ID}, func(v *articleDelta) {
		if v.article.URL == "" && v.article.Title == "" {
			v.article.URL, v.article.Title, v.article.Section = a.URL, a.Title, cmp.Or(v.article.Section, a.Section)
			if a.URL != "" || a.Title != "" {
				v.namedBy = comment
			}
		}
		v.activeAt = max(v.activeAt, micros(at.Truncate(time.Minute)))
	})
}

// onArrival counts a new comment in the statistics.
func (s *counterDeltas) onArrival(c models.Comment, v models.Verdict) {
	s.addToHistogram(c.CreatedAt, c.Site, kindScore, riskBin(v.Probability()), 1)
	add(&s.arrivals, siteDay{dayOf(c.CreatedAt), c.Site}, func(n *statusCounts) { n.add(c.Status, 1) })
	s.inHour(c.Site, c.CreatedAt, func(n *hourCounts) { n.arrivals.add(c.Status, 1) })
}

// onDecision counts a decision, or with -1 that it was undone.
func (s *counterDeltas) onDecision(d models.Decision, initial models.Status, change int64) {
	add(&s.decisions, decisionKey{siteDay{dayOf(d.CreatedAt), d.Site}, d.Moderator, string(initial)}, func(v *decisionCounts) {
		if d.Action == models.Approve {
			v.approved += change
		} else {
			v.rejected += change
		}
	})
	s.inHour(d.Site, d.CreatedAt, func(n *hourCounts) { n.decisions += change })
}

// onSecondLook counts a second look that was decided.
func (s *counterDeltas) onSecondLook(site string, o models.SecondLookResult, at time.Time) {
	add(&s.secondLooks, secondLookKey{siteDay{dayOf(at), site}, string(o.Target)}, func(v *secondLookCounts) {
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

// entry is a row of a counter: its key and what is added to it.
type entry[K comparable, V any] struct {
	key   K
	delta V
}

type (
	articleEntry    = entry[[2]string, articleDelta]
	authorEntry     = entry[[2]string, statusCounts]
	siteEntry       = entry[string, int64]
	arrivalEntry    = entry[siteDay, statusCounts]
	decisionEntry   = entry[decisionKey, decisionCounts]
	secondLookEntry = entry[secondLookKey, secondLookCounts]
)

// undescribed is the condition that a page may say what an article is called.
const undescribed = `NOT articles.described AND articles.url = '' AND articles.title = ''`

var (
	// An article that is new begins with version 1 and its changes. A page's word
	// counts only for an article that nobody has described, a page included.
	articleCounters = sqldb.NewInsert("articles", `ON CONFLICT (site, id) DO UPDATE SET
		url = CASE WHEN `+undescribed+` THEN excluded.url ELSE articles.url END,
		title = CASE WHEN `+undescribed+` THEN excluded.title ELSE articles.title END,
		named_by = CASE WHEN `+undescribed+` AND (excluded.url <> '' OR excluded.title <> '') THEN excluded.named_by ELSE articles.named_by END,
		section = CASE WHEN articles.section = '' AND `+undescribed+` THEN excluded.section ELSE articles.section END,
		version = articles.version + excluded.version - 1 + CASE WHEN `+undescribed+` AND (excluded.url <> '' OR excluded.title <> '') THEN 1 ELSE 0 END,
		approved = articles.approved + excluded.approved,
		rejected = articles.rejected + excluded.rejected,
		pending = articles.pending + excluded.pending,
		active_at = CASE WHEN excluded.active_at > articles.active_at THEN excluded.active_at ELSE articles.active_at END`,
		sqldb.Text("site", func(e articleEntry) string { return e.key[0] }),
		sqldb.Text("id", func(e articleEntry) string { return e.key[1] }),
		sqldb.Text("url", func(e articleEntry) string { return e.delta.article.URL }),
		sqldb.Text("title", func(e articleEntry) string { return e.delta.article.Title }),
		sqldb.Text("section", func(e articleEntry) string { return e.delta.article.Section }),
		sqldb.Text("named_by", func(e articleEntry) string { return e.delta.namedBy }),
		sqldb.Int("version", func(e articleEntry) int64 { return 1 + e.delta.changes }),
		sqldb.Int("approved", func(e articleEntry) int64 { return e.delta.comments.approved }),
		sqldb.Int("rejected", func(e articleEntry) int64 { return e.delta.comments.rejected }),
		sqldb.Int("pending", func(e articleEntry) int64 { return e.delta.comments.pending }),
		sqldb.Int("active_at", func(e articleEntry) int64 { return e.delta.activeAt }),
		sqldb.Int("added_at", func(e articleEntry) int64 { return e.delta.activeAt }),
	)
	authorCounters = sqldb.NewInsert("authors", `ON CONFLICT (site, key) DO UPDATE SET
		approved = authors.approved + excluded.approved,
		rejected = authors.rejected + excluded.rejected,
		pending = authors.pending + excluded.pending,
		folded = excluded.folded`,
		sqldb.Text("folded", func(e authorEntry) string { return foldedName(e.key[1]) }),
		sqldb.Text("site", func(e authorEntry) string { return e.key[0] }),
		sqldb.Text("key", func(e authorEntry) string { return e.key[1] }),
		sqldb.Int("approved", func(e authorEntry) int64 { return e.delta.approved }),
		sqldb.Int("rejected", func(e authorEntry) int64 { return e.delta.rejected }),
		sqldb.Int("pending", func(e authorEntry) int64 { return e.delta.pending }),
	)
	siteCounters = sqldb.NewInsert("site_counts",
		`ON CONFLICT (site) DO UPDATE SET pending = site_counts.pending + excluded.pending`,
		sqldb.Text("site", func(e siteEntry) string { return e.key }),
		sqldb.Int("pending", func(e siteEntry) int64 { return e.delta }),
	)
	arrivalCounters = sqldb.NewInsert("arrivals", `ON CONFLICT (day, site) DO UPDATE SET
		approved = arrivals.approved + excluded.approved,
		rejected = arrivals.rejected + excluded.rejected,
		held = arrivals.held + excluded.held`,
		sqldb.Int("day", func(e arrivalEntry) int64 { return e.key.day }),
		sqldb.Text("site", func(e arrivalEntry) string { return e.key.site }),
		sqldb.Int("approved", func(e arrivalEntry) int64 { return e.delta.approved }),
		sqldb.Int("rejected", func(e arrivalEntry) int64 { return e.delta.rejected }),
		sqldb.Int("held", func(e arrivalEntry) int64 { return e.delta.pending }),
	)
	decisionCounters = sqldb.NewInsert("judgements", `ON CONFLICT (day, site, moderator, machine) DO UPDATE SET
		approved = judgements.approved + excluded.approved,
		rejected = judgements.rejected + excluded.rejected`,
		sqldb.Int("day", func(e decisionEntry) int64 { return e.key.day }),
		sqldb.Text("site", func(e decisionEntry) string { return e.key.site }),
		sqldb.Text("moderator", func(e decisionEntry) string { return e.key.moderator }),
		sqldb.Text("machine", func(e decisionEntry) string { return e.key.initialStatus }),
		sqldb.Int("approved", func(e decisionEntry) int64 { return e.delta.approved }),
		sqldb.Int("rejected", func(e decisionEntry) int64 { return e.delta.rejected }),
	)
	secondLookCounters = sqldb.NewInsert("agreements", `ON CONFLICT (day, site, of) DO UPDATE SET
		approved_approved = agreements.approved_approved + excluded.approved_approved,
		approved_rejected = agreements.approved_rejected + excluded.approved_rejected,
		rejected_approved = agreements.rejected_approved + excluded.rejected_approved,
		rejected_rejected = agreements.rejected_rejected + excluded.rejected_rejected`,
		sqldb.Int("day", func(e secondLookEntry) int64 { return e.key.day }),
		sqldb.Text("site", func(e secondLookEntry) string { return e.key.site }),
		sqldb.Text("of", func(e secondLookEntry) string { return e.key.of }),
		sqldb.Int("approved_approved", func(e secondLookEntry) int64 { return e.delta.approvedTwice }),
		sqldb.Int("approved_rejected", func(e secondLookEntry) int64 { return e.delta.approvedRejected }),
		sqldb.Int("rejected_approved", func(e secondLookEntry) int64 { return e.delta.rejectedApproved }),
		sqldb.Int("rejected_rejected", func(e secondLookEntry) int64 { return e.delta.rejectedTwice }),
	)
)

// flush writes the counters, and empties them.
func (t *tx) flush() error {
	c := t.counters
	t.counters = counterDeltas{}
	if err := articleCounters.Add(t, sorted(c.articles, comparePairs)...); err != nil {
		return err
	}
	if err := t.removePageWords(c.rejected); err != nil {
		return err
	}
	if err := t.updateThreads(c.threads); err != nil {
		return err
	}
	if err := authorCounters.Add(t, sorted(c.authors, comparePairs)...); err != nil {
		return err
	}
	if err := siteCounters.Add(t, sorted(c.pending, cmp.Compare[string])...); err != nil {
		return err
	}
	if err := arrivalCounters.Add(t, sorted(c.arrivals, siteDay.compare)...); err != nil {
		return err
	}
	if err := decisionCounters.Add(t, sorted(c.decisions, decisionKey.compare)...); err != nil {
		return err
	}
	if err := secondLookCounters.Add(t, sorted(c.secondLooks, secondLookKey.compare)...); err != nil {
		return err
	}
	if err := hourCounters.Add(t, sorted(c.hours, siteHour.compare)...); err != nil {
		return err
	}
	return histogramCounters.Add(t, sorted(c.histograms, histogramKey.compare)...)
}

func (a siteDay) compare(b siteDay) int {
	return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.site, b.site))
}

func (a decisionKey) compare(b decisionKey) int {
	return cmp.Or(a.siteDay.compare(b.siteDay), cmp.Compare(a.moderator, b.moderator), cmp.Compare(a.initialStatus, b.initialStatus))
}

func (a secondLookKey) compare(b secondLookKey) int {
	return cmp.Or(a.siteDay.compare(b.siteDay), cmp.Compare(a.of, b.of))
}

func comparePairs(a, b [2]string) int { return slices.Compare(a[:], b[:]) }

// sorted returns the rows of a counter in the order of their keys.
func sorted[K comparable, V any](deltas map[K]V, order func(a, b K) int) []entry[K, V] {
	if len(deltas) == 0 {
		return nil
	}
	rows := make([]entry[K, V], 0, len(deltas))
	for key, delta := range deltas {
		rows = append(rows, entry[K, V]{key, delta})
	}
	slices.SortFunc(rows, func(a, b entry[K, V]) int { return order(a.key, b.key) })
	return rows
}
