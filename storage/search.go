package storage

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Search looks at one block of a site, then at four, sixteen and 64 at a time: a usual word
// fills a page from the first, and a rare one costs a look-up a block. What a page may cost
// is bounded: one that stops early has the place where the next one goes on.
const (
	maxSearchSites   = 20  // in one search
	maxSearchWindow  = 64  // blocks in one statement
	searchCandidates = 100 // documents that one statement finds, at most
	fewCandidates    = 16  // that the first one finds on each of several sites
	maxSearchCost    = 100 // statements for a page
)

// searchPlace is where a search of several sites goes on: below these documents. A site that
// is not in it has no more.
type searchPlace map[string]int64

const endOfIndex = int64(1) << 62

func (p searchPlace) String() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts and numbers
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseSearchPlace(s string) (p searchPlace, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil || len(p) == 0 || len(p) > maxSearchSites {
		return nil, sqldb.ErrCursor()
	}
	return p, nil
}

// Search returns a page of the comments that a filter selects on the sites that the caller
// sees, newest first, whatever their status. Comments whose text was removed are not found.
func (db *DB) Search(ctx context.Context, by models.Caller, f models.SearchFilter) (models.SearchPage, error) {
	sites, err := db.searchSites(ctx, by, f.Site)
	if err != nil {
		return models.SearchPage{}, err
	}
	place := searchPlace{}
	if f.Cursor != "" {
		if place, err = parseSearchPlace(f.Cursor); err != nil {
			return models.SearchPage{}, err
		}
	}
	return readFor(ctx, db, sqldb.Searching, func(t *tx) (page models.SearchPage, err error) {
		s := search{tx: t, filter: f, limit: sqldb.PageSize(f.Limit)}
		for _, site := range sites {
			below, more := place[site]
			if f.Cursor == "" {
				below, more = endOfIndex, true
			}
			if !more {
				continue
			}
			query, err := t.searchQuery(site, f)
			if err != nil {
				return page, err
			}
			from, err := t.searchFrom(site, f)
			if err != nil {
				return page, err
			}
			s.sites = append(s.sites, &siteSearch{search: &s, site: site, query: query, from: from, below: below, window: 1, most: searchCandidates})
		}
		if len(s.sites) > 1 { // each has a part of the page
			for _, site := range s.sites {
				site.most = min(searchCandidates, max(fewCandidates, 2*s.limit/len(s.sites)))
			}
		}
		keys, err := s.page()
		if err != nil {
			return page, err
		}
		page.Next = s.next()
		if page.Items, err = t.queueItems(keys); err != nil {
			return page, err
		}
		return page, t.addLastDecisions(page.Items)
	})
}

// addLastDecisions adds to each item the last decision that is in force.
func (t *tx) addLastDecisions(items []models.QueueItem) error {
	if len(items) == 0 {
		return nil
	}
	keys := make([]key, len(items))
	for i, item := range items {
		keys[i] = keyOf(item.Comment)
	}
	last, err := t.lastDecisions(keys)
	for i := range items {
		items[i].Decision = last[items[i].Comment.ID]
	}
	return err
}

// lastDecisions returns of each comment the last decision that is in force, by the comment's id.
func (t *tx) lastDecisions(of []key) (map[string]*models.Decision, error) {
	if len(of) == 0 {
		return nil, nil
	}
	condition, args := t.amongKeys("site", "comment_id", of)
	all, err := sqldb.List(t, readDecision, decisionColumns+` WHERE `+condition+` AND undone_at IS NULL`, args...)
	last := map[string]*models.Decision{}
	for _, d := range all {
		if known := last[d.CommentID]; known == nil || known.ID < d.ID {
			last[d.CommentID] = &d
		}
	}
	return last, err
}

// searchSites returns the sites of a search.
func (db *DB) searchSites(ctx context.Context, by models.Caller, site string) ([]string, error) {
	sites, all, err := visibleSites(by, site)
	if err == nil && all {
		sites, err = db.slugs(ctx)
	}
	if err == nil && len(sites) > maxSearchSites {
		var bad models.Invalid
		bad.Add("site", "must be one site: you see %d, and at most %d can be searched at once", len(sites), maxSearchSites)
		err = bad.Err()
	}
	return sites, err
}

// searchQuery turns a filter into a condition on terms.
func (t *tx) searchQuery(site string, f models.SearchFilter) (q sqldb.TermQuery, err error) {
	if len(f.AnyOf) > 0 {
		alternatives := make([][]sqldb.Term, len(f.AnyOf))
		for i, terms := range f.AnyOf {
			for _, term := range terms {
				alternatives[i] = append(alternatives[i], sqldb.Term(term))
			}
		}
		q = append(q, alternatives)
	}
	attribute := func(kind, value string) []sqldb.Term {
		return []sqldb.Term{{Text: attributeTerm(kind, sqldb.SanitizeText(value))}}
	}
	if f.Status != "" {
		q = append(q, [][]sqldb.Term{{{Text: statusTerm(f.Status)}}})
	}
	if f.Reason != "" {
		q = append(q, [][]sqldb.Term{attribute("r", string(f.Reason))})
	}
	if f.Moderator != "" {
		q = append(q, [][]sqldb.Term{attribute("m", f.Moderator)})
	}
	if f.ReportedReplies {
		q = append(q, [][]sqldb.Term{{{Text: reportedReplyTerm}}})
	}
	if f.Author != "" {
		q = append(q, [][]sqldb.Term{attribute("a", f.Author), attribute("n", f.Author)})
	}
	if f.Article != "" {
		root, err := t.rootArticle(site, f.Article)
		if err != nil {
			return nil, err
		}
		aliases, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM articles WHERE site = $1 AND merged_into = $2 AND merged_into <> '' ORDER BY id LIMIT 100`, site, root)
		if err != nil {
			return nil, err
		}
		ids := [][]sqldb.Term{attribute("p", root)}
		for _, id := range aliases {
			ids = append(ids, attribute("p", id))
		}
		q = append(q, ids)
	}
	return q, nil
}

// searchFrom returns the time of arrival from which on comments of a site can be found; 0: all.
func (t *tx) searchFrom(site string, f models.SearchFilter) (from int64, err error) {
	if !f.From.IsZero() {
		from = micros(f.From)
	}
	if f.Network == "" {
		return from, nil
	}
	// Retention has removed the networks of older ones.
	cleared, err := sqldb.One(t, sqldb.ScanOne[int64], `SELECT cleared_at FROM sites WHERE slug = $1`, site)
	return max(from, cleared), notFoundIf(err, "there is no site %q", site)
}

// search is the search for one page.
type search struct {
	*tx
	filter models.SearchFilter
	limit  int
	cost   int
	sites  []*siteSearch
}

// page merges what is found on the sites. Nothing is taken as long as a site might still
// have something newer.
func (s *search) page() (keys []key, err error) {
	for len(keys) < s.limit {
		var newest *siteSearch
		for _, site := range s.sites {
			for !site.ended && len(site.found) == 0 {
				if s.cost >= maxSearchCost {
					return keys, nil
				}
				if err := site.look(); err != nil {
					return keys, err
				}
			}
			if len(site.found) > 0 && (newest == nil || site.found[0].isNewer(newest.found[0])) {
				newest = site
			}
		}
		if newest == nil {
			return keys, nil
		}
		keys = append(keys, key{newest.site, newest.found[0].comment})
		newest.found = newest.found[1:]
	}
	return keys, nil
}

// next is the cursor of the next page; "" when there is none.
func (s *search) next() string {
	place := searchPlace{}
	for _, site := range s.sites {
		if len(site.found) > 0 {
			place[site.site] = site.found[0].doc + 1
		} else if !site.ended {
			place[site.site] = site.below
		}
	}
	if len(place) == 0 {
		return ""
	}
	return place.String()
}

// siteSearch is the part of a search on one site.
type siteSearch struct {
	*search
	site   string
	query  sqldb.TermQuery
	from   int64 // time of arrival, inclusive; 0: any
	below  int64 // documents that were not looked at
	window int   // blocks of the next statement
	most   int   // documents that it finds
	found  []foundComment
	ended  bool
}

type foundComment struct {
	doc, at int64
	comment string
}

func (c foundComment) isNewer(than foundComment) bool {
	return cmp.Or(cmp.Compare(c.at, than.at), cmp.Compare(c.comment, than.comment)) > 0
}

// look looks at the next blocks.
func (s *siteSearch) look() error {
	s.cost++
	f := s.filter
	var w sqldb.Where
	w.Add("site = ? AND block <= ?", s.site, (s.below-1)>>searchBlockBits)
	if s.from > 0 {
		w.Add("last_at >= ?", s.from)
	}
	if !f.To.IsZero() {
		w.Add("first_at < ?", micros(f.To))
	}
	blocks, err := sqldb.List(s, sqldb.ScanOne[int64], `SELECT block FROM search_blocks`+w.String()+` ORDER BY block DESC LIMIT `+w.Arg(s.window), w.Args()...)
	if err != nil {
		return err
	}
	if len(blocks) == 0 {
		s.ended = true
		return nil
	}
	docs, err := s.documents(blocks)
	if err != nil {
		return err
	}
	if len(docs) == s.most {
		s.below = docs[len(docs)-1]
		s.most = min(4*s.most, searchCandidates)
	} else {
		s.below = slices.Min(blocks) << searchBlockBits
		s.ended = len(blocks) < s.window
		s.window = min(4*s.window, maxSearchWindow)
	}
	s.found, err = s.comments(docs)
	return err
}

// documents returns the newest documents of blocks that have the terms.
func (s *siteSearch) documents(blocks []int64) ([]int64, error) {
	if len(s.query) == 0 {
		return sqldb.List(s, sqldb.ScanOne[int64], `SELECT doc FROM search_docs WHERE site = $1 AND doc >= $2 AND doc < $3 ORDER BY doc DESC LIMIT $4`,
			s.site, slices.Min(blocks)<<searchBlockBits, min(s.below, (slices.Max(blocks)+1)<<searchBlockBits), s.most)
	}
	scopes := make([]string, len(blocks))
	for i, block := range blocks {
		scopes[i] = searchScope(block)
	}
	return sqldb.FindDocuments(s, searchTable, scopes, s.query, s.below, s.most)
}

// comments returns those of the documents that meet the other conditions, in their order.
func (s *siteSearch) comments(docs []int64) ([]foundComment, error) {
	if len(docs) == 0 {
		return nil, nil
	}
	f := s.filter
	var w sqldb.Where
	w.Add("d.site = ?", s.site)
	// Few texts of the statement, so that compiled ones are used again.
	numbers := make([]string, searchCandidates)
	if len(docs) <= fewCandidates {
		numbers = numbers[:fewCandidates]
	}
	for i := range numbers {
		numbers[i] = w.Arg(docs[min(i, len(docs)-1)])
	}
	w.AddText("d.doc IN (" + strings.Join(numbers, ", ") + ")")
	w.AddText("c.body <> ''")
	if f.Status != "" {
		w.Add("c.status || '' = ?", string(f.Status)) // not by an index of the status
	}
	if f.Reason != "" {
		w.Add("c.reason = ?", string(f.Reason))
	}
	if f.Moderator != "" {
		w.Add("EXISTS (SELECT 1 FROM decisions x WHERE x.site = d.site AND x.comment_id = d.comment_id AND x.moderator = ? AND x.undone_at IS NULL)", sqldb.SanitizeText(f.Moderator))
	}
	if f.Detail != "" {
		w.Add("EXISTS (SELECT 1 FROM decisions x WHERE x.site = d.site AND x.comment_id = d.comment_id AND x.detail = ? AND x.undone_at IS NULL)", sqldb.SanitizeText(f.Detail))
	}
	if f.Signal != "" {
		addSignal(&w, f.Signal)
	}
	if f.ReportedReplies {
		w.AddText("c.written_by <> '' AND c.flags > 0")
	}
	if f.Network != "" {
		w.Add("c.client_net = ?", f.Network)
	}
	if s.from > 0 {
		w.Add("c.created_at + 0 >= ?", s.from)
	}
	if !f.To.IsZero() {
		w.Add("c.created_at + 0 < ?", micros(f.To))
	}
	found, err := sqldb.List(s, func(scan sqldb.Scanner) (c foundComment, err error) {
		err = scan(&c.doc, &c.comment, &c.at)
		return c, err
	}, `SELECT d.doc, c.id, c.created_at FROM search_docs d JOIN comments c ON `+s.Unindexed("c.site")+` = d.site AND c.id = d.comment_id`+w.String(), w.Args()...)
	slices.SortFunc(found, func(a, b foundComment) int { return cmp.Compare(b.doc, a.doc) })
	return found, err
}
