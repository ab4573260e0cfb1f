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
	o, w, err := queueFilter(&f)
	if err != nil {
		return models.QueuePage{}, err
	}
	from, hasCursor, err := sqldb.ParseCursor(f.Cursor, string(f.Sort))
	if err != nil {
		return models.QueuePage{}, err
	}
	return readFor(ctx, db, purposeOf(f), func(t *tx) (page models.QueuePage, err error) {
		all := w.Clone()
		if hasCursor {
			o.after(w, from)
		}
		most := f.Limit + 1
		if purposeOf(f) == sqldb.Searching && !hasCursor {
			most = max(most, maxCounted+1) // one way through the queue finds the page and counts
		}
		cursors, err := t.queueCursors(by, f, isSelective(f), o, w, most)
		if err != nil {
			return page, err
		}
		if isNarrowed(f) && !hasCursor && (len(cursors) < most || most > maxCounted) {
			page.Total = len(cursors) // the page is all there is, or all were counted
		} else if page.Total, err = t.queueTotal(by, f, all); err != nil {
			return page, err
		}
		if page.Total > maxCounted && isNarrowed(f) {
			page.Total, page.More = maxCounted, true
		}
		if len(cursors) > f.Limit {
			cursors = cursors[:f.Limit]
			page.Next = cursors[f.Limit-1].String()
		}
		if page.Items, err = t.queueItems(cursorIDs(cursors)); err != nil {
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

// countCopies sets how many comments of each campaign are pending.
func (t *tx) countCopies(items []models.QueueItem) error {
	var groups []string
	for _, item := range items {
		if item.Campaign != nil {
			groups = append(groups, item.Campaign.ID)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	var w sqldb.Where
	w.Add("c.status = 'pending' AND c.campaign <> ''")
	w.In("c.campaign", groups)
	pending := map[string]int{}
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (id string, err error) {
		var n int
		err = scan(&id, &n)
		pending[id] = n
		return id, err
	}, `SELECT c.campaign, count(*) FROM comments c`+w.String()+` GROUP BY c.campaign`, w.Args()...)
	for _, item := range items {
		if item.Campaign != nil {
			item.Campaign.Pending = pending[item.Campaign.ID]
		}
	}
	return err
}

// queueCursors returns the first rows of the queue as cursors; selective says that w
// matches few of them. For several sites it runs one query each and merges the
// results: no index has them in a common order.
func (t *tx) queueCursors(by models.Caller, f models.QueueFilter, selective bool, o queueOrder, w *sqldb.Where, limit int) ([]sqldb.Cursor, error) {
	sites, all, err := visibleSites(by, f.Site)
	if err != nil {
		return nil, err
	}
	first := func(w *sqldb.Where) ([]sqldb.Cursor, error) {
		query := `SELECT c.id, ` + o.risk + `, c.created_at FROM comments c` + w.String() + o.String() + " LIMIT " + w.Arg(limit)
		return sqldb.List(t, func(scan sqldb.Scanner) (c sqldb.Cursor, err error) {
			c.Order = string(f.Sort)
			err = scan(&c.ID, &c.Rank, &c.At)
			return c, err
		}, query, w.Args()...)
	}
	if all {
		return first(w.Clone())
	}
	var cursors []sqldb.Cursor
	for _, site := range sites {
		found, err := first(w.And(siteColumn(selective)+" = ?", site))
		if err != nil {
			return nil, err
		}
		cursors = append(cursors, found...)
	}
	slices.SortFunc(cursors, o.compare)
	return cursors[:min(limit, len(cursors))], nil
}

func cursorIDs(cursors []sqldb.Cursor) []string {
	ids := make([]string, len(cursors))
	for i, p := range cursors {
		ids[i] = p.ID
	}
	return ids
}

// maxCounted is how many comments are counted when a filter has more conditions
// than a site: nobody should wait while a long queue is read to its end.
const maxCounted = 1000

// queueTotal counts what the filter matches, up to one more than maxCounted; when
// it has no condition but a site, it returns the counter.
func (t *tx) queueTotal(by models.Caller, f models.QueueFilter, w *sqldb.Where) (int, error) {
	if isNarrowed(f) {
		w := w.Clone()
		if err := addVisible(w, by, siteColumn(isSelective(f)), f.Site); err != nil {
			return 0, err
		}
		query := `SELECT count(*) FROM (SELECT 1 FROM comments c` + w.String() + " LIMIT " + w.Arg(maxCounted+1) + ") AS part"
		return sqldb.One(t, sqldb.ScanOne[int], query, w.Args()...)
	}
	var sites sqldb.Where
	if err := addVisible(&sites, by, "site", f.Site); err != nil {
		return 0, err
	}
	// The sum of bigints is numeric in PostgreSQL.
	return sqldb.One(t, sqldb.ScanOne[int], `SELECT CAST(coalesce(sum(pending), 0) AS bigint) FROM site_counts`+sites.String(), sites.Args()...)
}

// queueItems returns the comments with these ids as a moderator sees them, in the
// order of the ids.
func (t *tx) queueItems(ids []string) ([]models.QueueItem, error) {
	items := []models.QueueItem{}
	if len(ids) == 0 {
		return items, nil
	}
	var w sqldb.Where
	w.In("c.id", ids)
	found, err := sqldb.List(t, readCommentRow, commentRowColumns+w.String(), w.Args()...)
	if err != nil {
		return nil, err
	}
	records, err := t.authorRecords(ids)
	if err != nil {
		return nil, err
	}
	var parents []string
	for _, k := range found {
		if k.comment.ParentID != "" {
			parents = append(parents, k.comment.ParentID)
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
		return slices.Index(ids, a.Comment.ID) - slices.Index(ids, b.Comment.ID)
	})
	return items, nil
}

func (t *tx) commentsByID(ids []string) (map[string]models.Comment, error) {
	found := map[string]models.Comment{}
	if len(ids) == 0 {
		return found, nil
	}
	var w sqldb.Where
	w.In("c.id", ids)
	all, err := sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+w.String(), w.Args()...)
	for _, c := range all {
		found[c.ID] = c
	}
	return found, err
}

// authorRecords returns the counters and sanctions of the authors of these
// comments, by id of the comment.
func (t *tx) authorRecords(ids []string) (map[string]models.AuthorSummary, error) {
	type row struct {
		comment models.Comment
		author  models.AuthorSummary
		hashes  []string // of what a ban holds on
	}
	var w sqldb.Where
	w.In("c.id", ids)
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
		c, a := &r.comment, &r.author
		err = scan(&c.ID, &c.Site, &c.Author.ID, &c.Author.Name, &c.Author.Email, &c.Client.Browser, &c.Client.Net, &a.Approved, &a.Rejected, &a.Pending)
		a.Trust = a.AuthorRecord.Trust()
		return r, err
	}, `SELECT c.id, c.site, c.author_id, c.author_name, c.author_email, c.browser, c.client_net,
			`+recordColumn("o", "approved")+`, `+recordColumn("o", "rejected")+`, `+recordColumn("o", "pending")+`
		FROM comments c JOIN authors o ON o.site = c.site AND o.key = c.author_key`+w.String(), w.Args()...)
	if err != nil {
		return nil, err
	}
	key, err := t.banKey()
	if err != nil {
		return nil, err
	}
	var hashes []string
	for i := range rows {
		r := &rows[i]
		r.hashes = banHashes(key, r.comment.Site, IdentityOf(r.comment))
		hashes = append(hashes, r.hashes...)
	}
	byMark, err := t.sanctionsByMark(hashes)
	found := map[string]models.AuthorSummary{}
	for _, r := range rows {
		for _, hash := range r.hashes {
			r.author.Sanction = models.Stricter(r.author.Sanction, byMark[hash])
		}
		found[r.comment.ID] = r.author
	}
	return found, err
}
