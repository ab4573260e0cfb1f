package storage

import (
	"context"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Queue returns a page of the pending comments that the caller may see, with the
// live claims of all moderators.
func (db *DB) Queue(ctx context.Context, by models.Caller, f models.QueueFilter) (models.QueuePage, error) {
	q, err := newQueueQuery(&f)
	if err != nil {
		return models.QueuePage{}, err
	}
	from, hasCursor, err := sqldb.ParseCursor(f.Cursor, string(f.Sort))
	if err != nil {
		return models.QueuePage{}, err
	}
	return readQueue(ctx, db, f, func(t *tx) (page models.QueuePage, err error) {
		sites, err := t.queueSites(by, f.Site)
		if err != nil {
			return page, err
		}
		q, err := t.narrowed(q, sites)
		if err != nil {
			return page, err
		}
		next := q
		if hasCursor {
			next = q.after(from)
		}
		most := f.Limit + 1
		if purposeOf(f) == sqldb.Searching && !hasCursor && !q.usual {
			most = max(most, maxCounted+1) // one way through the queue finds the page and counts
		}
		waiting, err := t.queued(sites, next, most)
		if err != nil {
			return page, err
		}
		if isNarrowed(f) && !hasCursor && (len(waiting) < most || most > maxCounted) {
			page.Total = len(waiting) // the page is all there is, or all were counted
		} else if page.Total, err = t.queueTotal(by, sites, q); err != nil {
			return page, err
		}
		if page.Total > maxCounted && isNarrowed(f) {
			page.Total, page.More = maxCounted, true
		}
		if len(waiting) > f.Limit {
			waiting = waiting[:f.Limit]
			page.Next = waiting[f.Limit-1].String()
		}
		if page.Items, err = t.queueItems(queuedKeys(waiting)); err != nil {
			return page, err
		}
		if f.Grouped {
			if err := t.countCopies(page.Items); err != nil {
				return page, err
			}
		}
		return page, t.markSkipped(by, page.Items)
	})
}

// countCopies sets how many comments of each campaign are pending, and their highest
// probabilities.
func (t *tx) countCopies(items []models.QueueItem) error {
	var groups []key
	for _, item := range items {
		if item.Campaign != nil {
			groups = append(groups, key{item.Comment.Site, item.Campaign.ID})
		}
	}
	if len(groups) == 0 {
		return nil
	}
	var w sqldb.Where
	w.Add("c.status = 'pending' AND c.campaign <> ''")
	whereKeys(&w, t.Unindexed("c.site"), "c.campaign", groups)
	pending := map[key]models.Campaign{}
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (of key, err error) {
		var g models.Campaign
		err = scan(&of.site, &of.id, &g.Pending, &g.Spam, &g.Abuse)
		pending[of] = g
		return of, err
	}, `SELECT c.site, c.campaign, count(*), max(c.spam), max(c.abuse) FROM comments c`+w.String()+` GROUP BY c.site, c.campaign`, w.Args()...)
	for _, item := range items {
		if g := item.Campaign; g != nil {
			now := pending[key{item.Comment.Site, g.ID}]
			g.Pending, g.Spam, g.Abuse = now.Pending, now.Spam, now.Abuse
		}
	}
	return err
}

// queueSites returns the site, or those that the caller sees and on which something waits.
func (t *tx) queueSites(by models.Caller, site string) ([]string, error) {
	sites, all, err := visibleSites(by, site)
	if err != nil || !all && len(sites) == 1 {
		return sites, err
	}
	var w sqldb.Where
	w.AddText("pending > 0")
	if !all {
		w.In("site", sites)
	}
	return sqldb.List(t, sqldb.ScanOne[string], `SELECT site FROM site_counts`+w.String(), w.Args()...)
}

// maxCounted is how many comments are counted when a filter has more conditions
// than a site: nobody should wait while a long queue is read to its end.
const maxCounted = 1000

// queueTotal counts what the filter matches, up to one more than maxCounted; when
// it has no condition but a site, it returns the counter.
func (t *tx) queueTotal(by models.Caller, sites []string, q queueQuery) (total int, err error) {
	if isNarrowed(q.filter) {
		return t.countQueued(sites, q, maxCounted+1)
	}
	var w sqldb.Where
	if err := addVisible(&w, by, "site", q.filter.Site); err != nil {
		return 0, err
	}
	// The sum of bigints is numeric in PostgreSQL.
	return sqldb.One(t, sqldb.ScanOne[int], `SELECT CAST(coalesce(sum(pending), 0) AS bigint) FROM site_counts`+w.String(), w.Args()...)
}

// QueueScores counts what a filter selects by scores. The sort, the band and the cursor of
// the filter are ignored.
func (db *DB) QueueScores(ctx context.Context, by models.Caller, f models.QueueFilter) (models.QueueScores, error) {
	scores := models.QueueScores{Width: 1.0 / models.RiskBins, Most: maxCounted}
	f.Sort, f.Cursor, f.Grouped = models.SortRisk, "", false // by risk, so that a bin is a part of an index
	return readQueue(ctx, db, f, func(t *tx) (models.QueueScores, error) {
		sites, err := t.queueSites(by, f.Site)
		if err != nil {
			return scores, err
		}
		f.Scores = models.ScoreBand{}
		all, err := newQueueQuery(&f)
		if err != nil {
			return scores, err
		}
		if all, err = t.narrowed(all, sites); err != nil {
			return scores, err
		}
		if all.keys != nil {
			return scores, t.addScores(&scores, sites, all)
		}
		for bin := range scores.Counts {
			f.Scores = models.ScoreBand{From: float64(bin) / models.RiskBins, To: float64(bin+1) / models.RiskBins}
			q, err := newQueueQuery(&f)
			if err != nil {
				return scores, err
			}
			n, err := t.countQueued(sites, q, maxCounted)
			if err != nil {
				return scores, err
			}
			scores.Counts[bin] = n
		}
		return scores, nil
	})
}

// addScores counts the few comments that a query is about.
func (t *tx) addScores(scores *models.QueueScores, sites []string, q queueQuery) error {
	waiting, err := t.queued(sites, q, len(q.keys))
	for _, c := range waiting {
		bin := 0
		for bin < models.RiskBins-1 && c.Rank >= float64(bin+1)/models.RiskBins {
			bin++
		}
		scores.Counts[bin] = min(scores.Counts[bin]+1, maxCounted)
	}
	return err
}

// countQueued counts what a query matches, up to a limit.
func (t *tx) countQueued(sites []string, q queueQuery, most int) (total int, err error) {
	if q.isEmpty() {
		return 0, nil
	}
	for _, part := range q.parts(sites) {
		from, w := q.from(t)
		q.addTo(w, t, part)
		query := `SELECT count(*) FROM (SELECT 1` + from + w.String() + " LIMIT " + w.Arg(most-total) + ") AS part"
		n, err := sqldb.One(t, sqldb.ScanOne[int], query, w.Args()...)
		if total += n; err != nil || total >= most {
			return total, err
		}
	}
	return total, nil
}

// queueItems returns comments as a moderator sees them, in the order of the keys.
func (t *tx) queueItems(keys []key) ([]models.QueueItem, error) {
	items := []models.QueueItem{}
	if len(keys) == 0 {
		return items, nil
	}
	query, args := t.ofComments(commentRowColumns, keys)
	found, err := sqldb.List(t, readCommentRow, query, args...)
	if err != nil {
		return nil, err
	}
	records, err := t.authorRecords(keys)
	if err != nil {
		return nil, err
	}
	var parents []key
	for _, k := range found {
		if k.comment.ParentID != "" {
			parents = append(parents, key{k.comment.Site, k.comment.ParentID})
		}
	}
	answered, err := t.commentsByID(parents)
	if err != nil {
		return nil, err
	}
	for _, k := range found {
		c := k.comment
		item := models.QueueItem{
			Comment: c, Verdict: k.verdict, Version: c.Version, Claim: k.liveClaim(t),
			Context: models.ItemContext{Author: records[c.ID]}, Campaign: k.campaign,
		}
		if item.Campaign != nil {
			item.Campaign.Text = textKey(c.Body)
		}
		if parent, ok := answered[c.ParentID]; ok && fromElsewhere(&parent, c.Site) {
			item.Context.Parent = &parent
		}
		item.PulledBack = c.Reason == models.ReasonCampaign && k.initialStatus == models.Approved
		if k.burstUntil.After(t.Now) {
			item.Comment.Article.BurstUntil = k.burstUntil
		}
		items = append(items, item)
	}
	slices.SortFunc(items, func(a, b models.QueueItem) int {
		return slices.Index(keys, keyOf(a.Comment)) - slices.Index(keys, keyOf(b.Comment))
	})
	return items, t.noteIllegal(items)
}

// commentsByID returns comments by their ids. They may be replied to from the site of a key,
// and be of another one.
func (t *tx) commentsByID(keys []key) (map[string]models.Comment, error) {
	found := map[string]models.Comment{}
	return found, t.ofThread(keys, func(keys []key) ([]key, error) {
		query, args := t.ofComments(`SELECT `+commentColumns+commentTables, keys)
		return sqldb.List(t, func(scan sqldb.Scanner) (key, error) {
			c, err := readComment(scan)
			found[c.ID] = c
			return keyOf(c), err
		}, query, args...)
	})
}

// ofThread reads comments, most of which are where their keys say; the others are looked for
// on all sites.
func (t *tx) ofThread(keys []key, read func([]key) (found []key, err error)) error {
	if len(keys) == 0 {
		return nil
	}
	found, err := read(keys)
	if err != nil {
		return err
	}
	ids := idsOf(found)
	missing := slices.DeleteFunc(slices.Clone(keys), func(k key) bool { return slices.Contains(ids, k.id) })
	if len(missing) == 0 {
		return nil
	}
	elsewhere, err := t.searchKeys("comments", idsOf(missing))
	if err == nil && len(elsewhere) > 0 {
		_, err = read(elsewhere)
	}
	return err
}

// authorRecords returns the counters and sanctions of the authors of these
// comments, by id of the comment.
func (t *tx) authorRecords(keys []key) (map[string]models.AuthorSummary, error) {
	type row struct {
		comment models.Comment
		author  models.AuthorSummary
		hashes  []string // of what a ban holds on
	}
	query, args := t.ofComments(`SELECT c.id, c.site, c.author_id, c.author_name, c.author_email, c.browser, c.client_net,
			`+t.recordColumn("o", "approved")+`, `+t.recordColumn("o", "rejected")+`, `+t.recordColumn("o", "pending")+` FROM comments c JOIN authors o ON o.site = c.site AND o.key = c.author_key`, keys)
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		c, a := &r.comment, &r.author
		err = scan(&c.ID, &c.Site, &c.Author.ID, &c.Author.Name, &c.Author.Email, &c.Client.Browser, &c.Client.Net, &a.Approved, &a.Rejected, &a.Pending)
		a.Trust = a.AuthorRecord.Trust()
		return r, err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	secret, err := t.banKey()
	if err != nil {
		return nil, err
	}
	var sites, hashes []string
	for i := range rows {
		r := &rows[i]
		r.hashes = banHashes(secret, r.comment.Site, IdentityOf(r.comment))
		sites, hashes = append(sites, r.comment.Site), append(hashes, r.hashes...)
	}
	slices.Sort(sites)
	byMark, err := t.sanctionsByMark(slices.Compact(sites), hashes)
	found := map[string]models.AuthorSummary{}
	for _, r := range rows {
		for _, hash := range r.hashes {
			r.author.Sanction = models.Stricter(r.author.Sanction, byMark[hash])
		}
		found[r.comment.ID] = r.author
	}
	return found, err
}
